//! Public traces that some tests compare with: too large, or not ours, to ship.

use std::io::Write;

/// The text of a data file beside the project, if it is there. Its absence is
/// said aloud, so that a skipped comparison is not taken for a passed one.
pub fn text(file: &str) -> Option<Vec<u8>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    let text = std::fs::read(&path).ok();
    if text.is_none() {
        // Not by a print macro: the test harness would keep it to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no {file} beside the project; nothing was compared");
    }
    text
}
