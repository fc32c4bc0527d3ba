//! What a sweep is known by: fingerprints of its points, and of the whole.
//!
//! What: SHA-256 over the version and over what is meant, not over its layout: a comment more in a file makes no other sweep, a
//! value more does. A file that a scenario names (a trace, a table) counts by its bytes.
//! Never: a clock, a path of this machine. Next: [`super::part`].

use crate::cli::files::sha256;
use crate::experiment::statistics::Confidence;
use crate::experiment::sweep::{Parameter, Point, Replications, Shard, Sweep};
use crate::report::columns::TABLES;
use crate::report::manifest::SourceFile;
use crate::report::sweep::manifest::{
    ParameterEntry, PartManifest, PointEntry, ReplicationsEntry, SweepManifest,
};
use crate::report::sweep::tables::{FAILURES, RUNS};
use serde_json::json;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// So many letters of a run's fingerprint are told.
const SHORT: usize = 16;

/// What a sweep, or a shard of it, is known by. Its files have been read.
pub fn part(sweep: &Sweep, files: &[SourceFile], shard: Shard) -> PartManifest {
    let named = named_files(sweep, files);
    let points: Vec<PointEntry> =
        sweep.points.iter().map(|point| point_entry(sweep, point, &named)).collect();
    let record: Vec<String> = sweep.record.iter().map(|table| table.name().to_owned()).collect();
    let parameters: Vec<ParameterEntry> = sweep.parameters.iter().map(parameter_entry).collect();
    let replications = ReplicationsEntry::of(&sweep.replications);
    let identity = json!([VERSION, parameters, points, replications, record]);
    let confidence = match sweep.replications {
        Replications::Fixed(_) => Confidence::NINETY_FIVE,
        Replications::Until(until) => until.confidence,
    };
    let manifest = SweepManifest {
        kind: SweepManifest::KIND.to_owned(),
        version: VERSION.to_owned(),
        sweep: sweep.name.clone(),
        question: sweep.question.clone(),
        identity: sha256(identity.to_string().as_bytes()),
        files: files.to_vec(),
        parameters,
        replications,
        confidence: confidence.share(),
        points: points.len() as u64,
        assumptions: sweep.assumptions.clone(),
        tables: Vec::new(),
    };
    PartManifest { kind: PartManifest::KIND.to_owned(), shard: shard.to_string(), record, points, manifest }
}

/// The digests of the files that are read neither as the sweep nor as its scenario: those are known by what they mean.
fn named_files(sweep: &Sweep, files: &[SourceFile]) -> String {
    let named = files.iter().skip(1).filter(|file| file.file != sweep.scenario_file());
    named.map(|file| format!("{} {}\n", file.sha256, file.file)).collect()
}

fn point_entry(sweep: &Sweep, point: &Point, named: &str) -> PointEntry {
    // Every point was checked when the sweep was read.
    let written = sweep.written(point).map(|tree| tree.canonical()).unwrap_or_default();
    let told = format!("evictsim {VERSION}\nseed {}\n{named}{written}", point.seed);
    PointEntry {
        parameters: sweep.parameters.iter().map(|parameter| sweep.text(parameter, point)).collect(),
        runs: point.runs.clone(),
        seed: point.seed,
        fingerprint: sha256(told.as_bytes()),
    }
}

fn parameter_entry(parameter: &Parameter) -> ParameterEntry {
    let paths = parameter.paths.iter().map(|(path, _)| path.to_string()).collect();
    ParameterEntry { name: parameter.name.clone(), paths }
}

/// The fingerprint of a run.
pub fn unit(point: &PointEntry, run: &str, replication: u32) -> String {
    let mut whole = sha256(format!("{} {run} {replication}", point.fingerprint).as_bytes());
    whole.truncate(SHORT);
    whole
}

/// The headers of a part's tables, in their order.
pub fn headers(manifest: &PartManifest) -> Vec<Vec<u8>> {
    let parameters = manifest.parameter_names();
    // They are written to memory, which does not fail.
    let own = [RUNS, FAILURES].map(|table| table.header(&parameters).unwrap_or_default());
    let kept = manifest.record.iter().map(|name| {
        let table = TABLES.iter().find(|table| table.name == name);
        let columns = table.iter().flat_map(|table| table.columns).map(|column| column.name);
        let names: Vec<&str> = std::iter::once("point").chain(columns).collect();
        format!("{}\n", names.join(",")).into_bytes()
    });
    own.into_iter().chain(kept).collect()
}
