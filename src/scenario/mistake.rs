//! Mistakes of a user, and how they are told: what, where, how to mend it.
//!
//! What: one [`Mistake`], its [`Place`] in a file, and the printed list.
//! Never: how a mistake was found. Next: `decode`, its neighbor, which finds most.

use std::fmt;
use std::sync::Arc;

/// A file with more mistakes than this is not searched for others.
pub const MISTAKES_LIMIT: usize = 50;

/// A place in a file; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub file: Arc<str>,
    pub line: u32,
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One mistake of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, in one line.
    pub what: String,
    /// Where it stands; none if it stands in no file (a file that cannot be read).
    pub place: Option<Place>,
    /// The way to it from the top: `workloads[2].limits.memory`; empty at the top itself.
    pub path: String,
    /// How to mend it; empty if there is nothing to say.
    pub fix: String,
}

impl Mistake {
    /// A mistake that has no place yet.
    pub fn new(what: impl Into<String>, fix: impl Into<String>) -> Mistake {
        Mistake { what: what.into(), place: None, path: String::new(), fix: fix.into() }
    }

    pub fn at(self, place: Place) -> Mistake {
        Mistake { place: Some(place), ..self }
    }

    pub fn on(self, path: impl Into<String>) -> Mistake {
        Mistake { path: path.into(), ..self }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        match (&self.place, self.path.as_str()) {
            (None, "") => {}
            (None, path) => write!(f, "\n  at {path}")?,
            (Some(place), "") => write!(f, "\n  at {place}")?,
            (Some(place), path) => write!(f, "\n  at {place} ({path})")?,
        }
        if self.fix.is_empty() { Ok(()) } else { write!(f, "\n  fix: {}", self.fix) }
    }
}

/// The whole list as it is printed: in the order of the files, what has no place
/// last, and a count when there is more than one. Ends with a line end, unless empty.
pub fn listed(mistakes: &[Mistake]) -> String {
    let mut ordered: Vec<&Mistake> = mistakes.iter().collect();
    ordered.sort_by_key(|mistake| (mistake.place.is_none(), &mistake.place));
    let mut text: String = ordered.iter().map(|mistake| format!("{mistake}\n")).collect();
    match mistakes.len() {
        0 | 1 => {}
        number if number >= MISTAKES_LIMIT => text.push_str(&format!("{number} mistakes, maybe more\n")),
        number => text.push_str(&format!("{number} mistakes\n")),
    }
    text
}

/// A user's text as a mistake shows it: cut short if it is long.
pub fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32, column: u32) -> Place {
        Place { file: "scenarios/leak.yaml".into(), line, column }
    }

    #[test]
    fn a_mistake_says_what_where_and_how_to_mend_it() {
        let mistake = Mistake::new(
            "pod \"web\": memory limit 128Mi is below its request 256Mi",
            "raise the limit to 256Mi, or lower the request",
        )
        .at(place(14, 9))
        .on("workloads[2].limits.memory");
        assert_eq!(
            listed(&[mistake]),
            "error: pod \"web\": memory limit 128Mi is below its request 256Mi\n  \
             at scenarios/leak.yaml:14:9 (workloads[2].limits.memory)\n  \
             fix: raise the limit to 256Mi, or lower the request\n"
        );
    }

    #[test]
    fn a_list_is_in_the_order_of_the_file_and_ends_with_its_count() {
        let mistakes = [
            Mistake::new("no place", ""),
            Mistake::new("late", "").at(place(10, 1)),
            Mistake::new("early", "").at(place(9, 80)),
        ];
        assert_eq!(
            listed(&mistakes),
            "error: early\n  at scenarios/leak.yaml:9:80\nerror: late\n  at scenarios/leak.yaml:10:1\n\
             error: no place\n3 mistakes\n"
        );
        assert_eq!(listed(&[]), "");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shortened(&"ü".repeat(60)), "ü".repeat(60));
        assert_eq!(shortened(&"ü".repeat(61)), format!("{}…", "ü".repeat(60)));
    }
}
