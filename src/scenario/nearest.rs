//! The nearest known word to one that is not known: `memroy` -> `memory`.
//!
//! What: a distance between words, and the choice of the nearest.
//! Never: which words are known; the caller says so.
//! Next: `decode`, its neighbor, which asks for keys and variants.

/// The known word that was probably meant, if one is near enough.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // A third of the letters may be wrong, and always one; long nonsense is not worth measuring.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let allowed = (word.chars().count() / 3).max(1);
    let candidates = known.iter().map(|candidate| (distance(word, candidate), *candidate));
    candidates
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, w)| w)
}

/// How many letters must be added, dropped, changed or swapped with their
/// neighbor; a letter's case counts nothing.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_understood_and_nonsense_is_not() {
        let known = ["memory", "cpu", "ephemeral-storage", "evictionHard"];
        assert_eq!(nearest("memroy", &known), Some("memory"));
        assert_eq!(nearest("Memory", &known), Some("memory"));
        assert_eq!(nearest("evictonHard", &known), Some("evictionHard"));
        assert_eq!(nearest("cpus", &known), Some("cpu"));
        assert_eq!(nearest("flavor", &known), None);
        assert_eq!(nearest("", &known), None);
        assert_eq!(nearest(&"m".repeat(100), &known), None);
    }

    #[test]
    fn swapped_neighbors_are_one_slip() {
        assert_eq!(distance("memroy", "memory"), 1);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3); // Levenshtein's textbook pair.
    }
}
