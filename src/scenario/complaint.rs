//! What is wrong with a part of a text that is read in more than one place.
//!
//! What: [`Complaints`], where a reading keeps what was wrong and the way to it from where the
//! reading began. Never: the place in a file: whoever has the file finds it along the way.
//! Next: [`super::placement`], [`super::scheduler_configuration`], which complain.

use super::nearest::nearest;
use std::fmt::{self, Write};

/// One step into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Key(&'static str),
    Index(usize),
}

/// The steps to a value, from where a reading began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way(pub Vec<Step>);

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub way: Way,
    pub what: String,
    pub fix: String,
}

/// What was wrong so far, and where the reading is.
#[derive(Clone, Debug, Default)]
pub struct Complaints {
    here: Way,
    pub found: Vec<Complaint>,
}

impl Complaints {
    /// Something is wrong here.
    pub fn tell(&mut self, what: impl Into<String>, fix: impl Into<String>) {
        self.found.push(Complaint { way: self.here.clone(), what: what.into(), fix: fix.into() });
    }

    /// Reads the value of a key.
    pub fn at<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Complaints) -> T) -> T {
        self.within(Step::Key(key), read)
    }

    /// Reads each of the list under a key.
    pub fn each<'w, W, T>(
        &mut self,
        key: &'static str,
        written: &'w [W],
        mut read: impl FnMut(&mut Complaints, &'w W) -> T,
    ) -> Vec<T> {
        self.at(key, |complaints| {
            let indexed = written.iter().enumerate();
            let one = |(index, one)| complaints.within(Step::Index(index), |inner| read(inner, one));
            indexed.map(one).collect()
        })
    }

    /// The choice of the name under a key; none, with a complaint, where there is no such choice.
    pub fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        written: &str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let found = choices.iter().find(|(name, _)| *name == written).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.at(key, |complaints| complaints.unknown(written, &names));
        }
        found
    }

    /// A word that is none of those known here.
    pub fn unknown(&mut self, written: &str, known: &[&str]) {
        let listed = known.join(", ");
        match (written, nearest(written, known)) {
            ("", _) => self.tell("this is missing", format!("write one of {listed}")),
            (_, Some(near)) => self.tell(
                format!("{written:?} is not known here; did you mean `{near}`?"),
                format!("write `{near}`"),
            ),
            (_, None) => {
                self.tell(format!("{written:?} is not known here"), format!("write one of {listed}"));
            }
        }
    }

    fn within<T>(&mut self, step: Step, read: impl FnOnce(&mut Complaints) -> T) -> T {
        self.here.0.push(step);
        let read = read(self);
        self.here.0.pop();
        read
    }
}

/// As a mistake prints it: `nodeSelectorTerms[0].matchFields`.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => {
                    f.write_char('.')?;
                    f.write_str(key)?;
                }
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_knows_the_way_to_what_is_wrong() {
        let mut complaints = Complaints::default();
        let sizes = complaints.at("shirts", |inner| {
            inner.each("sizes", &["L", "XXS", "l"], |inner, size| {
                inner.choice("size", size, &[("L", 3), ("M", 2)])
            })
        });
        assert_eq!(sizes, [Some(3), None, None]);
        let told: Vec<(String, &str, &str)> = complaints
            .found
            .iter()
            .map(|one| (one.way.to_string(), one.what.as_str(), one.fix.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("shirts.sizes[1].size".to_owned(), "\"XXS\" is not known here", "write one of L, M"),
                (
                    "shirts.sizes[2].size".to_owned(),
                    "\"l\" is not known here; did you mean `L`?",
                    "write `L`"
                ),
            ]
        );
    }
}
