//! A run that may fail: a bug of ours in one of a million runs must not cost the others.
//!
//! What: what a run panics with becomes a text, instead of the end of the program.
//! Never: a run itself. Next: [`super::runs`].

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

thread_local! {
    /// Whether this thread is at a run whose failure is told in a table.
    static IS_AT_A_RUN: Cell<bool> = const { Cell::new(false) };
    /// What it failed with last, and where.
    static FAILURE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Lets failures of runs be told in a table alone, from now on; all others are told as before.
pub fn keep_quiet() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(
        move |panic| {
            if IS_AT_A_RUN.get() { FAILURE.set(told(panic)) } else { before(panic) }
        },
    ));
}

fn told(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(|at| format!("{}:{}: ", at.file(), at.line())).unwrap_or_default();
    format!("{place}{}", panic.payload_as_str().unwrap_or("no message"))
}

/// Makes a run.
///
/// # Errors
/// What it failed with.
pub fn attempt<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    IS_AT_A_RUN.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    IS_AT_A_RUN.set(false);
    outcome.map_err(|_| FAILURE.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_its_place_and_the_next_run_is_made() {
        keep_quiet();
        let failed = attempt(|| assert_eq!(1, 2, "sums disagree")).expect_err("it failed");
        assert!(failed.starts_with("src/cli/sweep/attempt.rs:"), "{failed}");
        assert!(failed.contains("sums disagree"), "{failed}");
        assert_eq!(attempt(|| 7), Ok(7));
    }
}
