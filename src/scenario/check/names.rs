//! Names: DNS labels, each once.

use super::spot::{Findings, Spot};
use crate::scenario::mistake::Place;
use std::collections::BTreeMap;

/// Kubernetes' bound on a label.
const LONGEST: usize = 63;

/// The names of one kind that were given so far, with their places.
#[derive(Debug)]
pub struct Names {
    /// What bears the names, as `node`.
    kind: &'static str,
    given: BTreeMap<String, Place>,
}

impl Names {
    pub fn of(kind: &'static str) -> Names {
        Names { kind, given: BTreeMap::new() }
    }

    /// Takes a name that must be new.
    pub fn take(&mut self, findings: &mut Findings, spot: &Spot<'_>, name: &str) {
        let kind = self.kind;
        match self.given.get(name) {
            Some(first) => {
                let what = format!("two {kind}s are called \"{name}\"; the first is at {first}");
                findings.mistake(spot, what, "give one of them another name");
            }
            None => {
                self.given.insert(name.to_owned(), spot.place().clone());
            }
        }
    }
}

/// Refuses a name that is not a DNS label.
pub fn must_be_a_label(findings: &mut Findings, spot: &Spot<'_>, kind: &str, name: &str) {
    if !is_dns_label(name) {
        let what = format!("the {kind} name \"{}\" is not a DNS label", name.escape_debug());
        findings.mistake(spot, what, format!("write for example `{}`", nearest_label(name, kind)));
    }
}

/// Lower-case letters, digits and dashes, a letter or digit at both ends. Source: RFC 1123, as Kubernetes checks it.
pub fn is_dns_label(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends_are_plain =
        bytes.first().copied().is_some_and(is_plain) && bytes.last().copied().is_some_and(is_plain);
    ends_are_plain && bytes.len() <= LONGEST && bytes.iter().all(|byte| is_plain(*byte) || *byte == b'-')
}

/// A DNS label that looks like the name.
pub fn nearest_label(name: &str, otherwise: &str) -> String {
    let dashed = name.chars().map(|letter| match letter.to_ascii_lowercase() {
        plain if plain.is_ascii_lowercase() || plain.is_ascii_digit() => plain,
        _ => '-',
    });
    let dashed: String = dashed.take(LONGEST).collect();
    let label = dashed.trim_matches('-');
    if label.is_empty() { otherwise.to_owned() } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_lower_case_letters_digits_and_inner_dashes() {
        for label in ["web", "web-1", "0", "a--b"] {
            assert!(is_dns_label(label), "{label}");
        }
        for other in ["", "Web", "web_1", "-web", "web-", "wéb", &"a".repeat(64)] {
            assert!(!is_dns_label(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_label_has_one_that_looks_like_it() {
        assert_eq!(nearest_label("My_Web App", "x"), "my-web-app");
        assert_eq!(nearest_label("__", "node"), "node");
    }
}
