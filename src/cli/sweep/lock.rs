//! One sweep at a time in a directory.
//!
//! What: a lock that the system takes back when the process ends, however it ends; so none is ever left behind.
//! Never: what is written there. Next: [`super::part`].

use anyhow::{Context, bail};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

pub const FILE: &str = "evictsim.lock";
/// How often a directory is looked for that another process has just taken away.
const TRIES: u32 = 10;

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the directory if need be, and takes its lock.
    ///
    /// # Errors
    /// If another process has it, or the directory cannot be written.
    pub fn take(directory: &Path) -> anyhow::Result<Lock> {
        for _ in 0..TRIES {
            let unwritable = || format!("cannot write to {}", directory.display());
            fs::create_dir_all(directory).with_context(unwritable)?;
            let path = directory.join(FILE);
            let file = match File::options().create(true).append(true).open(&path) {
                // Whoever had finished there has taken it away.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                file => file.with_context(unwritable)?,
            };
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => return Ok(Lock { _file: file }),
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => bail!(
                    "another sweep is at work in {}\n  fix: wait until it is done, or choose another place with --out",
                    directory.display()
                ),
                Err(TryLockError::Error(error)) => return Err(error).with_context(unwritable),
            }
        }
        bail!("{} is taken away again and again", directory.display())
    }
}

/// Whether the file that is open is still the one of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let both = file.metadata().and_then(|own| Ok((own, fs::metadata(path)?)));
    both.is_ok_and(|(own, named)| (own.dev(), own.ino()) == (named.dev(), named.ino()))
}

/// Elsewhere a file that is open is not taken away.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_had_once_and_given_back() {
        let home = tempfile::tempdir().expect("a directory");
        let place = home.path().join("part");
        let lock = Lock::take(&place).expect("nobody has it");
        let refusal = Lock::take(&place).expect_err("it is had").to_string();
        assert!(refusal.starts_with("another sweep is at work in "), "{refusal}");
        drop(lock);
        let lock = Lock::take(&place).expect("it was given back");
        // A directory that was taken away and made anew has a lock of its own.
        fs::remove_dir_all(&place).expect("it is there");
        assert!(Lock::take(&place).is_ok());
        drop(lock);
    }
}
