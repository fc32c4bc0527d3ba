//! The files that are read: a scenario's own, those it names, and manifests.
//!
//! What: each file's bytes, read once, and the digest that the manifest has of them.
//! Never: what they mean. Next: [`crate::scenario::read`].

use super::BadInput;
use crate::experiment::plan::{self, Plan};
use crate::experiment::sweep::{self, Sweep};
use crate::report::manifest::SourceFile;
use crate::scenario::mistake::Mistake;
use crate::scenario::{self, Scenario, include};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};

/// No scenario, table or trace is larger: what never ends is not read to its end.
const LARGEST: u64 = 256 << 20;
/// How standard input is written where a file is expected.
pub const STANDARD_INPUT: &str = "-";
/// How it is called in messages, and its scenario unless that has a name.
const STANDARD_INPUT_NAME: &str = "stdin";

/// What has been read so far, in the order of first reading.
#[derive(Default)]
pub struct Files {
    read: RefCell<Vec<(String, Vec<u8>)>>,
}

impl Files {
    /// Reads a scenario; `-` is standard input, whose file names are relative to here.
    ///
    /// # Errors
    /// All mistakes in it.
    pub fn scenario(&self, named: &str) -> anyhow::Result<Scenario> {
        let root = if named == STANDARD_INPUT { self.take_standard_input()? } else { named };
        Ok(scenario::read(root, &|path| self.bytes(path)).map_err(BadInput)?)
    }

    /// The bytes of any file, and how it is called in messages; `-` is standard input.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, named: &str) -> Result<(String, Vec<u8>), Mistake> {
        let (name, read) = if named == STANDARD_INPUT {
            (STANDARD_INPUT_NAME, all_of(io::stdin().lock()))
        } else {
            (named, self.bytes(named))
        };
        let bytes = read.map_err(|error| include::unreadable(name, &error))?;
        Ok((name.to_owned(), bytes))
    }

    /// Reads a sweep; `-` is standard input.
    ///
    /// # Errors
    /// All mistakes in it, or else in its scenario, or else at any of its points.
    pub fn sweep(&self, named: &str) -> anyhow::Result<Sweep> {
        let root = if named == STANDARD_INPUT { self.take_standard_input()? } else { named };
        Ok(sweep::read(root, &|path| self.bytes(path)).map_err(BadInput)?)
    }

    /// Reads a plan; `-` is standard input.
    ///
    /// # Errors
    /// All mistakes in it, or else in its scenario, or else in any of its settings.
    pub fn plan(&self, named: &str) -> anyhow::Result<Plan> {
        let root = if named == STANDARD_INPUT { self.take_standard_input()? } else { named };
        Ok(plan::read(root, &|path| self.bytes(path)).map_err(BadInput)?)
    }

    /// Whether a file is a plan, rather than a scenario. One that cannot be read is neither.
    pub fn is_plan(&self, named: &str) -> bool {
        named != STANDARD_INPUT && self.bytes(named).is_ok_and(|bytes| plan::is_one(&bytes))
    }

    /// Whether a file is a sweep, rather than a scenario. One that cannot be read is neither.
    pub fn is_sweep(&self, named: &str) -> bool {
        named != STANDARD_INPUT && self.bytes(named).is_ok_and(|bytes| sweep::is_one(&bytes))
    }

    /// What has been read, to be read again by several threads.
    pub fn kept(self) -> BTreeMap<String, Vec<u8>> {
        self.read.into_inner().into_iter().collect()
    }

    fn take_standard_input(&self) -> anyhow::Result<&'static str> {
        let bytes = all_of(io::stdin().lock())
            .map_err(|error| BadInput(vec![include::unreadable(STANDARD_INPUT_NAME, &error)]))?;
        self.read.borrow_mut().push((STANDARD_INPUT_NAME.to_owned(), bytes));
        Ok(STANDARD_INPUT_NAME)
    }

    fn bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        let known = self.read.borrow().iter().find(|(name, _)| name == path).map(|(_, bytes)| bytes.clone());
        if let Some(bytes) = known {
            return Ok(bytes);
        }
        let bytes = all_of(File::open(path)?)?;
        self.read.borrow_mut().push((path.to_owned(), bytes.clone()));
        Ok(bytes)
    }

    /// What was read, for the manifest.
    pub fn digests(&self) -> Vec<SourceFile> {
        let digest =
            |(file, bytes): &(String, Vec<u8>)| SourceFile { file: file.clone(), sha256: sha256(bytes) };
        self.read.borrow().iter().map(digest).collect()
    }
}

fn all_of(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// The SHA-256 of some bytes, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_that_sha256sum_prints() {
        // The example of FIPS 180-4.
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
