//! How many instructions do the three most important loops take? Unlike time, that is the same on a busy machine.
//!
//! `cargo bench --bench instructions` counts them with valgrind's callgrind, and holds them against the
//! committed table, `benches/instructions.csv`: a loop that has become more than 3 % dearer is a failure.
//! What is meant to change it says so: `EVICTSIM_UPDATE=1 cargo bench --bench instructions` writes the table anew.
//! The counts are of one compiler, named in the table; another one's differ by some per cent.

#[path = "full_node/pods.rs"]
mod full_node;

use evictsim::eviction::{KubeletOrder, Monitor, rank};
use evictsim::ground::{Bytes, SimTime};
use evictsim::scenario::reference::{steady, storm};
use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::{env, fs};

const NODES: u32 = 100;
const PODS: u32 = 10_000;
const PASSES: u64 = 1_000;
const PODS_A_NODE: u32 = 110;
/// A loop that is dearer by more than this, in thousandths, is a failure.
const MOST_DEARER: i64 = 30;

/// A loop: what it is called, what it is counted by, and how many of these it does.
struct Loop {
    name: &'static str,
    each: &'static str,
    run: fn() -> u64,
}

const LOOPS: [Loop; 3] = [
    Loop { name: "placements", each: "a pod of W1, from its arrival to its end", run: placements },
    Loop { name: "flips", each: "a change of memory in W2, with what follows from it", run: flips },
    Loop { name: "passes", each: "a pass that ranks 110 pods in the kubelet's order", run: passes },
];

fn placements() -> u64 {
    let done = steady::run(NODES, steady::drawn(NODES, PODS)).expect("pods without mistakes");
    assert!(done.is_whole());
    done.totals.pods
}

fn flips() -> u64 {
    let done = storm::run(NODES, storm::drawn(NODES, PODS)).expect("pods without mistakes");
    assert!(done.is_whole());
    done.totals.turns
}

fn passes() -> u64 {
    let (settings, little) = (full_node::settings(), full_node::seen(Bytes::mebi(50)));
    let pods = full_node::candidates(PODS_A_NODE);
    for _ in 0..PASSES {
        let mut pods = black_box(pods.clone());
        black_box(Monitor::new(&settings).pass(&settings, &little, SimTime::START));
        rank(&KubeletOrder, &mut pods);
        black_box(pods);
    }
    PASSES
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let Some(asked) = LOOPS.iter().find(|one| arguments.iter().any(|argument| argument == one.name)) {
        println!("{}", (asked.run)());
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--test") {
        LOOPS.iter().for_each(|one| assert!((one.run)() > 0, "{} does something", one.name));
        return ExitCode::SUCCESS;
    }
    match compare() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("instructions are not counted: {error}");
            ExitCode::SUCCESS
        }
    }
}

/// Counts all loops, and says whether none has become dearer.
fn compare() -> Result<bool, Box<dyn Error>> {
    let compiler = compiler()?;
    let counts = LOOPS.iter().map(count).collect::<Result<Vec<u64>, _>>()?;
    if env::var_os("EVICTSIM_UPDATE").is_some() {
        write_table(&compiler, &counts)?;
        return Ok(true);
    }
    let (known_compiler, known) = read_table()?;
    if known_compiler != compiler {
        println!("the table is of {known_compiler}, this is {compiler}: some per cent may be the compiler's");
    }
    let mut dearer = 0;
    for ((one, count), known) in LOOPS.iter().zip(&counts).zip(known) {
        let change = (*count as i64 - known as i64) * 1_000 / known as i64;
        println!("{:<11} {count:>7} instructions, {:+.1} %: {}", one.name, change as f64 / 10.0, one.each);
        dearer += usize::from(change > MOST_DEARER);
    }
    if dearer > 0 {
        println!("{dearer} of them more than 3 % dearer than benches/instructions.csv says");
    }
    Ok(dearer == 0)
}

/// Instructions for each of what a loop does; the few that it takes to begin are among them.
fn count(one: &Loop) -> Result<u64, Box<dyn Error>> {
    let counted = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .arg(one.name)
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let told = String::from_utf8(counted.stderr)?;
    let refs = told.lines().find_map(|line| line.split_once("refs:")).ok_or("valgrind counted nothing")?;
    let instructions: u64 = refs.1.trim().replace(',', "").parse()?;
    let done: u64 = String::from_utf8(counted.stdout)?.trim().parse()?;
    Ok(instructions / done)
}

fn compiler() -> Result<String, Box<dyn Error>> {
    let told = Command::new("rustc").arg("--version").output()?.stdout;
    let told = String::from_utf8(told)?;
    Ok(told.split(' ').take(2).collect::<Vec<_>>().join(" "))
}

fn table() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.csv")
}

fn write_table(compiler: &str, counts: &[u64]) -> Result<(), Box<dyn Error>> {
    let mut rows = csv::Writer::from_path(table())?;
    rows.write_record(["loop", "instructions_each", "each", "compiler"])?;
    for (one, count) in LOOPS.iter().zip(counts) {
        rows.write_record([one.name, &count.to_string(), one.each, compiler])?;
    }
    Ok(rows.flush()?)
}

/// The compiler, and the counts in the order of the loops.
fn read_table() -> Result<(String, Vec<u64>), Box<dyn Error>> {
    let text = fs::read_to_string(table())?;
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(text.as_bytes()).records().collect::<Result<_, _>>()?;
    let compiler = rows.first().ok_or("the table is empty")?[3].to_owned();
    let known = |one: &Loop| -> Result<u64, Box<dyn Error>> {
        let row =
            rows.iter().find(|row| &row[0] == one.name).ok_or("the table lacks a loop: write it anew")?;
        Ok(row[1].parse()?)
    };
    Ok((compiler, LOOPS.iter().map(known).collect::<Result<_, _>>()?))
}
