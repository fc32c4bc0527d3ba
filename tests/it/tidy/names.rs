//! Names that say nothing are refused: of files, types and modules.

use super::{assert_none, code, files_below};

const FORBIDDEN: [&str; 17] = [
    "manager",
    "helper",
    "helpers",
    "util",
    "utils",
    "common",
    "misc",
    "data",
    "info",
    "object",
    "item",
    "handler",
    "processor",
    "service",
    "tmp",
    "do",
    "my",
];
/// Fine as a part of a name, not as the whole of it.
const FORBIDDEN_ALONE: [&str; 4] = ["context", "types", "interface", "mod"];

fn is_forbidden(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|word| FORBIDDEN.contains(&word.as_str()))
        || FORBIDDEN_ALONE.contains(&words.concat().as_str())
}

/// `PodData` and `pod_data` are both `pod`, `data`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter.is_uppercase() || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        let word = words.last_mut().expect("there is always a last word");
        word.extend(letter.to_lowercase().filter(|letter| letter.is_alphanumeric()));
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The type or module that a line begins. Associated types (indented) are named by their trait.
fn begun(line: &str) -> Option<&str> {
    let is_indented = line.starts_with(' ');
    let mut parts = line.split_whitespace().skip_while(|part| part.starts_with("pub"));
    let names = match parts.next()? {
        "struct" | "enum" | "trait" | "mod" => true,
        "type" => !is_indented,
        _ => false,
    };
    let name = parts.next().filter(|_| names)?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[test]
fn no_file_type_or_module_has_a_name_that_says_nothing() {
    let mut wrong = Vec::new();
    for path in ["src", "tests", "benches"].iter().flat_map(|directory| files_below(directory, "rs")) {
        let stem = path.rsplit('/').next().expect("a split has a last part").trim_end_matches(".rs");
        let repeats = path.ends_with(&format!("/{stem}/{stem}.rs"));
        if is_forbidden(stem) || repeats {
            wrong.push(path.clone());
        }
        for (number, line) in code(&path) {
            let name = begun(&line).filter(|name| is_forbidden(name));
            wrong.extend(name.map(|name| format!("{path}:{number}: {name}")));
        }
    }
    assert_none("say what it is", &wrong);
}

#[test]
fn the_rule_about_names_can_be_broken() {
    for name in ["PodManager", "public_data", "types", "context", "my_pod", "TmpFile", "mod"] {
        assert!(is_forbidden(name), "{name}");
    }
    for name in ["Metadata", "quantity", "monitor", "PodTemplate", "domain", "run_context"] {
        assert!(!is_forbidden(name), "{name}");
    }
    assert_eq!(begun("    pub(super) struct Items<'de> {"), Some("Items"));
    assert_eq!(begun("mod helpers;"), Some("helpers"));
    assert_eq!(begun("    type Item = SimTime;"), None);
    assert_eq!(begun("model.forget();"), None);
}
