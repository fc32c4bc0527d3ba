//! `evictsim merge DIR…`: shards of a sweep, put together.
//!
//! What: the same bytes as one sweep would have written. Shards of another sweep or version, missing, double and
//! unfinished ones are refused. The shards stay as they are.
//! Never: a run. Next: [`super::sweep::whole`].

use super::results::beside;
use super::sweep::answer::Answer;
use super::sweep::part::{self, Part};
use super::sweep::runs::{self, Known};
use super::sweep::{self, Telling, whole};
use crate::experiment::sweep::Shard;
use crate::report::figures::counted;
use anyhow::{Context, bail, ensure};
use clap::Args;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  evictsim merge results/overcommit.shard-*
  evictsim merge a b --out results/both --fail-if 'any_eviction.upper > 0.05'

How shards are made: evictsim sweep FILE --shard 1/4";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct MergeArguments {
    /// The directories of all shards, in any order
    #[arg(required = true, value_name = "DIR")]
    shards: Vec<PathBuf>,
    /// Where the tables go: by default results/NAME, by the sweep's name
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    telling: Telling,
}

/// Reads, checks, puts together, tells.
///
/// # Errors
/// Shards that do not make a whole, and what `sweep` has.
pub fn merge(arguments: &MergeArguments) -> anyhow::Result<()> {
    let parts =
        arguments.shards.iter().map(|place| whole_part(place)).collect::<anyhow::Result<Vec<Part>>>()?;
    must_make_a_whole(&parts)?;
    let manifest = &parts[0].manifest;
    let place = arguments.out.clone().unwrap_or_else(|| Path::new("results").join(&manifest.manifest.sweep));
    let telling = &arguments.telling;
    if sweep::is_finished(&place, &manifest.manifest, telling)? {
        return Answer { whole: whole::read(&place, manifest)?, place: &place }.tell(telling);
    }
    let unfinished = beside(&place, &format!("unfinished-{}", std::process::id()))?;
    let whole = sweep::put_in_place(&parts, unfinished, &place, telling)?;
    Answer { whole, place: &place }.tell(telling)
}

/// A shard that has all of its runs.
fn whole_part(place: &Path) -> anyhow::Result<Part> {
    let manifest = part::read_manifest(place)?;
    let shown = place.display();
    let plan =
        manifest.plan().with_context(|| format!("{shown} was written by another version of evictsim"))?;
    let shard: Shard = manifest.shard.parse().map_err(|_| anyhow::anyhow!("{shown} is no shard"))?;
    let mut known: Vec<Known> = Vec::new();
    let part = Part::read(place, |entry, row| known.push(runs::known(&plan, entry, row)))?;
    runs::follow(&plan, shard, known, |round, done, _| {
        let missing = round.units(&plan).count() - done;
        ensure!(
            missing == 0,
            "it is not finished: {} to go\n  fix: go on with `evictsim sweep FILE --shard {shard}`",
            counted(missing as u64, "run")
        );
        Ok(())
    })
    .with_context(|| format!("shard {shard} in {shown}"))?;
    Ok(part)
}

/// All shards of one sweep, each once.
fn must_make_a_whole(parts: &[Part]) -> anyhow::Result<()> {
    let first = &parts[0].manifest;
    let mut found: Vec<(Shard, &Path)> = Vec::new();
    for part in parts {
        let (shown, theirs) = (part.directory.display(), &part.manifest);
        if theirs.manifest.identity != first.manifest.identity {
            let difference = part::difference(&theirs.manifest, &first.manifest);
            let other = parts[0].directory.display();
            bail!(
                "{shown} is of another sweep than {other}: {difference}\n  fix: name the shards of one sweep"
            );
        }
        let shard: Shard = theirs.shard.parse().unwrap_or(Shard::ALL);
        if let Some((_, other)) = found.iter().find(|(known, _)| *known == shard) {
            bail!("{shown} and {} are both shard {shard}\n  fix: name each shard once", other.display());
        }
        found.push((shard, &part.directory));
    }
    let of = found[0].0.of;
    if let Some((other, place)) = found.iter().find(|(shard, _)| shard.of != of) {
        bail!(
            "{} is shard {other}, and others are of {of}\n  fix: name shards of one division",
            place.display()
        );
    }
    let is_missing = |number: &u32| !found.iter().any(|(shard, _)| shard.number == *number);
    let missing: Vec<String> = (1..=of).filter(is_missing).map(|number| format!("{number}/{of}")).collect();
    ensure!(missing.is_empty(), "there is no shard {}\n  fix: name all {of} of them", missing.join(", "));
    Ok(())
}
