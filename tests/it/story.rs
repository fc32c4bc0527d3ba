//! A story told: a scenario kept in memory, run, and read back as its tables.

use evictsim::engine::audit::run_audited;
use evictsim::engine::{self, Passes, Setting};
use evictsim::report::{Ledger, RunIdentity, Tables, Wanted};
use evictsim::scenario::mistake::listed;
use evictsim::scenario::{self, Scenario};
use std::collections::BTreeMap;
use std::io::{self, Error, ErrorKind, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Every table's text, by its name.
pub type Texts = BTreeMap<&'static str, String>;

pub fn read(text: &str) -> Scenario {
    let open = |path: &str| match path {
        "story.yaml" => Ok(text.as_bytes().to_vec()),
        _ => Err(Error::from(ErrorKind::NotFound)),
    };
    scenario::read("story.yaml", &open).unwrap_or_else(|mistakes| panic!("{}\n{text}", listed(&mistakes)))
}

/// A scenario that the project ships, by its path below `scenarios/`.
pub fn shipped(path: &str) -> Scenario {
    let open = |path: &str| std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let path = format!("scenarios/{path}");
    scenario::read(&path, &open).unwrap_or_else(|mistakes| panic!("{}", listed(&mistakes)))
}

/// All tables of all runs and replications.
pub fn tables(scenario: &Scenario, passes: Passes) -> Texts {
    told(scenario, passes, |setting, replication, ledger| {
        engine::run(setting, scenario.source(replication), ledger)
    })
}

/// The same, with the engine checked after every event.
pub fn audited_tables(scenario: &Scenario, passes: Passes) -> Texts {
    told(scenario, passes, |setting, replication, ledger| {
        run_audited(setting, scenario.source(replication), ledger)
    })
}

/// What `kubectl get events` would have said in the first run: `instant reason object`.
pub fn events(text: &str) -> Vec<String> {
    let tables = audited_tables(&read(text), Passes::ThatMatter);
    let rows = rows(&tables["events"]);
    rows.iter().map(|row| format!("{} {} {}", row["time_s"], row["reason"], row["object"])).collect()
}

/// All tables, which are the same whether every pass and every question is run or those that matter.
pub fn told_both_ways(text: &str) -> Texts {
    let scenario = read(text);
    let tables = audited_tables(&scenario, Passes::ThatMatter);
    for (name, every) in &audited_tables(&scenario, Passes::Every) {
        assert_eq!(&tables[name], every, "{name} depends on what need not happen");
    }
    tables
}

/// The life of one pod in the first run: `instant container what value reason exit-code`, without what is empty.
pub fn life(tables: &Texts, pod: &str) -> Vec<String> {
    let rows = rows(&tables["lives"]);
    let own = rows.iter().filter(|row| row["pod"] == pod && row["run"] == rows[0]["run"]);
    own.map(|row| {
        let cells =
            ["time_s", "container", "what", "value", "reason", "exit_code"].map(|key| row[key].as_str());
        cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
    })
    .collect()
}

/// Those lines of a life that speak of one thing: ` app State `, ` Phase `.
pub fn of<'a>(life: &'a [String], what: &str) -> Vec<&'a str> {
    life.iter().map(String::as_str).filter(|line| line.contains(what)).collect()
}

/// A row's cells, by their columns' names.
pub type Cells = BTreeMap<String, String>;

/// A table's rows.
pub fn rows(table: &str) -> Vec<Cells> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    reader.deserialize().map(|row| row.expect("our own tables are well formed")).collect()
}

type Told<'a> = Ledger<'a, Scenario, Page>;

fn told(
    scenario: &Scenario,
    passes: Passes,
    run: impl for<'a> Fn(&Setting, u32, Told<'a>) -> Told<'a>,
) -> Texts {
    let wanted = Wanted { rankings: true, timeline: true, events: true, lives: true };
    let mut pages: BTreeMap<&'static str, Page> = BTreeMap::new();
    let mut tables = Tables::open(wanted, |table| Ok(pages.entry(table.name).or_default().clone()))
        .expect("pages are always there");
    for rules in &scenario.runs {
        for replication in 0..scenario.replications {
            let setting = scenario.setting(rules, replication, passes);
            let identity = RunIdentity::of(scenario, rules, replication);
            let ledger = Ledger::new(identity, &setting, scenario, &mut tables);
            run(&setting, replication, ledger).finish();
        }
    }
    tables.finish().expect("a page takes everything");
    pages.into_iter().map(|(name, page)| (name, page.text())).collect()
}

/// A table's bytes, still readable when its writer is gone.
#[derive(Clone, Default)]
pub struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("no writer fails").clone();
        String::from_utf8(bytes).expect("tables are text")
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer fails").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
