//! What `kubectl` would print of a run, so that one learns to read it.
//!
//! What: the events of the first replication as `kubectl get events` aligns them; its Pods, in [`pods`].
//! Never: a word of its own: each stands in the table `events`. Next: [`super::wording`], which words them.

pub mod pods;

use super::columns::{EventRow, Row};
use super::figures::aligned;
use std::io::{self, Read, Write};

/// Of the table, in the order of `kubectl get events`.
const COLUMNS: [&str; 5] = ["last_seen", "type", "reason", "object", "message"];

/// Writes the events of replication 0, from the table that was written as CSV; each run under its name, if there are several.
///
/// # Errors
/// Those of `out`, and text that is not that table.
pub fn events(out: &mut impl Write, csv: impl Read) -> io::Result<()> {
    let runs = by_run(csv)?;
    let are_several = runs.len() > 1;
    for (place, (run, rows)) in runs.into_iter().enumerate() {
        if are_several {
            writeln!(out, "{}# {run}", if place == 0 { "" } else { "\n" })?;
        }
        let header = COLUMNS.map(|column| column.replace('_', " ").to_uppercase()).to_vec();
        let lines: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
        aligned(&lines).iter().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?;
    }
    Ok(())
}

/// The cells of each run that are printed, in the order of runs.
fn by_run(csv: impl Read) -> io::Result<Vec<(String, Vec<Vec<String>>)>> {
    let cell = |row: &csv::StringRecord, name: &str| {
        let place = EventRow::TABLE.columns.iter().position(|column| column.name == name);
        place.and_then(|place| row.get(place)).unwrap_or_default().to_owned()
    };
    let mut runs: Vec<(String, Vec<Vec<String>>)> = Vec::new();
    for row in csv::Reader::from_reader(csv).records() {
        let row = row?;
        if cell(&row, "replication") != "0" {
            continue;
        }
        let run = cell(&row, "run");
        if runs.last().is_none_or(|(last, _)| *last != run) {
            runs.push((run, Vec::new()));
        }
        if let Some((_, rows)) = runs.last_mut() {
            rows.push(COLUMNS.map(|column| cell(&row, column)).to_vec());
        }
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_has_its_events_under_its_name_and_the_first_replication_alone() {
        let header: Vec<&str> = EventRow::TABLE.columns.iter().map(|column| column.name).collect();
        let table = format!(
            "{}\na,0,1,n,2m,Normal,Scheduled,pod/web,\"Assigned, at last\"\na,1,1,n,9m,Normal,Scheduled,pod/web,x\n\
             b,0,3,,5s,Warning,FailedScheduling,pod/web,no\n",
            header.join(",")
        );
        let mut out = Vec::new();
        events(&mut out, table.as_bytes()).expect("a table of ours");
        let out = String::from_utf8(out).expect("text");
        let words: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
        let header = vec!["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
        let expected = [
            vec!["#", "a"],
            header.clone(),
            vec!["2m", "Normal", "Scheduled", "pod/web", "Assigned,", "at", "last"],
            vec![],
            vec!["#", "b"],
            header,
            vec!["5s", "Warning", "FailedScheduling", "pod/web", "no"],
        ];
        assert_eq!(words, expected);
    }
}
