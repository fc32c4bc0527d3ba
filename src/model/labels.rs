//! Labels, and what selects by them.
//!
//! Source: kubernetes `apimachinery/pkg/labels` and `component-helpers/scheduling/corev1/nodeaffinity` (1.34).

use std::collections::BTreeMap;

/// What an object is labeled with.
pub type Labels = BTreeMap<String, String>;

/// How a requirement compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelOperator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    /// The label is a whole number above the only value. Of nodes alone.
    Gt,
    /// The label is a whole number below the only value. Of nodes alone.
    Lt,
}

/// One thing that is asked of labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    pub key: String,
    pub operator: LabelOperator,
    pub values: Vec<String>,
}

/// All that is asked of labels; where nothing is asked, all match.
///
/// An absent selector is another thing: it matches nothing. That is an `Option` at the place of use.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selector(pub Vec<Requirement>);

impl Requirement {
    /// The requirement that a label has one value: what `matchLabels` and `nodeSelector` say.
    pub fn equals(key: impl Into<String>, value: impl Into<String>) -> Requirement {
        Requirement { key: key.into(), operator: LabelOperator::In, values: vec![value.into()] }
    }

    pub fn matches(&self, labels: &Labels) -> bool {
        self.matches_value(labels.get(&self.key).map(String::as_str))
    }

    /// Whether a label of that value (absent: there is none) is as asked.
    pub fn matches_value(&self, value: Option<&str>) -> bool {
        let is_listed = |value: &str| self.values.iter().any(|listed| listed == value);
        match self.operator {
            LabelOperator::In => value.is_some_and(is_listed),
            LabelOperator::NotIn => !value.is_some_and(is_listed),
            LabelOperator::Exists => value.is_some(),
            LabelOperator::DoesNotExist => value.is_none(),
            LabelOperator::Gt => self.compared(value).is_some_and(|(label, bound)| label > bound),
            LabelOperator::Lt => self.compared(value).is_some_and(|(label, bound)| label < bound),
        }
    }

    fn compared(&self, value: Option<&str>) -> Option<(i64, i64)> {
        Some((value?.parse().ok()?, self.values.first()?.parse().ok()?))
    }
}

impl Selector {
    /// That each label has its value.
    pub fn labels(labels: &Labels) -> Selector {
        Selector(labels.iter().map(|(key, value)| Requirement::equals(key, value)).collect())
    }

    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|requirement| requirement.matches(labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(operator: LabelOperator, values: &[&str]) -> Requirement {
        let values = values.iter().map(ToString::to_string).collect();
        Requirement { key: "cores".into(), operator, values }
    }

    #[test]
    fn what_is_absent_is_not_in_a_list_and_not_above_a_number() {
        use LabelOperator::*;
        // operator, values                      absent  "8"    "ten"
        let cases = [
            (ask(In, &["4", "8"]), [false, true, false]),
            (ask(NotIn, &["4", "8"]), [true, false, true]),
            (ask(Exists, &[]), [false, true, true]),
            (ask(DoesNotExist, &[]), [true, false, false]),
            (ask(Gt, &["4"]), [false, true, false]),
            (ask(Lt, &["8"]), [false, false, false]),
            (ask(Lt, &["none"]), [false, false, false]),
        ];
        for (asked, expected) in cases {
            assert_eq!(
                [None, Some("8"), Some("ten")].map(|value| asked.matches_value(value)),
                expected,
                "{asked:?}"
            );
        }
    }

    #[test]
    fn nothing_asked_matches_everything() {
        assert!(Selector::default().matches(&Labels::new()));
        let web = Labels::from([("app".to_owned(), "web".to_owned())]);
        assert!(Selector::labels(&web).matches(&web));
        assert!(!Selector::labels(&web).matches(&Labels::new()));
    }
}
