//! The runs of a sweep, made.
//!
//! What: on several threads at once; rows are kept in the order of the runs, so those that are done are always the first so
//! many of their order, whoever is killed when. A scenario is understood once a point, not once a run.
//! Never: what stands in the files beside the rows. Next: [`super::part`].

use super::attempt::{attempt, keep_quiet};
use super::identity;
use super::journal::Entry;
use super::part::Growing;
use crate::cli::progress::{self, Count};
use crate::cli::say;
use crate::engine::{self, Passes};
use crate::experiment::measures::Figures;
use crate::experiment::sweep::{KeptTable, Plan, Replications, Round, Rounds, Samples, Shard, Sweep, Unit};
use crate::experiment::tally::{Both, Tally};
use crate::experiment::{Run, Threads};
use crate::report::ledger::{Ledger, RunIdentity};
use crate::report::sweep::manifest::PartManifest;
use crate::report::sweep::tables::{UnitRow, figures};
use crate::report::{Tables, Wanted, Written};
use crate::scenario::Scenario;
use anyhow::{Context, ensure};
use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

/// At most so much work is lost when a machine loses its power; that of a process is lost only as far as it was under way.
const SYNC_EVERY: Duration = Duration::from_secs(5);

/// A run that is done, as far as it matters for those that follow.
#[derive(Clone, Debug)]
pub struct Known {
    unit: Unit,
    /// Nothing, if it failed, or if nobody will ask.
    figures: Option<Box<Figures>>,
}

/// What all runs of a sweep have in common.
pub struct Workshop<'s> {
    pub sweep: &'s Sweep,
    pub plan: Plan,
    /// The bytes of the files that scenarios name.
    files: BTreeMap<String, Vec<u8>>,
    part: PartManifest,
    kept: Vec<&'static str>,
    pub threads: NonZeroUsize,
    quiet: bool,
}

/// What came of a run.
pub struct Outcome {
    unit: Unit,
    id: String,
    /// In the order of the part's tables.
    pub rows: Vec<Vec<u8>>,
    figures: Option<Figures>,
}

impl<'s> Workshop<'s> {
    pub fn new(
        sweep: &'s Sweep,
        files: BTreeMap<String, Vec<u8>>,
        part: &PartManifest,
        threads: NonZeroUsize,
        quiet: bool,
    ) -> Workshop<'s> {
        let kept = sweep.record.iter().map(|table| table.name()).collect();
        Workshop { sweep, plan: sweep.plan(), files, part: part.clone(), kept, threads, quiet }
    }

    /// What an entry of a part says, with its row in `runs`.
    pub fn known(&self, entry: &Entry, row: &[u8]) -> Known {
        known(&self.plan, entry, row)
    }

    /// Makes all runs that are not known.
    ///
    /// # Errors
    /// What cannot be written; or if what is known is not of this sweep.
    pub fn make(&self, growing: &mut Growing, known: Vec<Known>) -> anyhow::Result<()> {
        keep_quiet();
        let shard = growing.part.manifest.shard.parse().unwrap_or(Shard::ALL);
        let threads = Threads::start(self.threads).context("cannot start so many threads")?;
        let count = Count::begin(self.quiet);
        let mut synced = progress::now();
        follow(&self.plan, shard, known, |round, done, samples| {
            count.expect((round.units(&self.plan).count() - done) as u64);
            threads.in_turn(
                self.pieces(round, done),
                |_, piece| self.of_unit(piece),
                |outcome| {
                    let Outcome { unit, id, rows, figures } = outcome?;
                    growing.add(Entry::of(unit, id, &rows), &rows)?;
                    samples.add(unit, figures);
                    count.one();
                    if SYNC_EVERY < synced.elapsed() {
                        growing.sync()?;
                        synced = progress::now();
                    }
                    Ok::<_, io::Error>(())
                },
            )?;
            Ok(())
        })?;
        growing.sync()?;
        let (runs, took) = count.finish();
        if !self.quiet && runs > 0 {
            say(progress::rate(runs, took, self.threads));
        }
        Ok(())
    }

    /// The runs of a round after the first so many, each with its scenario, which is made once a point.
    fn pieces<'a>(
        &'a self,
        round: &'a Round,
        done: usize,
    ) -> impl Iterator<Item = (Unit, Arc<Scenario>)> + Send + use<'a, 's> {
        let mut current: Option<(u32, Arc<Scenario>)> = None;
        round.units(&self.plan).skip(done).map(move |unit| {
            let known = current.take().filter(|(point, _)| *point == unit.point);
            let (_, scenario) =
                current.insert(known.unwrap_or_else(|| (unit.point, Arc::new(self.scenario(unit.point)))));
            (unit, Arc::clone(scenario))
        })
    }

    /// The scenario at a point.
    ///
    /// # Panics
    /// If it has a mistake: all points were checked, with the same files.
    pub fn scenario(&self, point: u32) -> Scenario {
        let bytes = |path: &str| self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into());
        self.sweep.scenario(&self.sweep.points[point as usize], &bytes).expect("every point was checked")
    }

    /// Makes one run, on whichever thread.
    ///
    /// # Errors
    /// None of its own: rows are written to memory.
    pub fn of_unit(&self, (unit, scenario): (Unit, Arc<Scenario>)) -> io::Result<Outcome> {
        let point = &self.part.points[unit.point as usize];
        let run = &point.runs[unit.run as usize];
        let id = identity::unit(point, run, unit.replication);
        let row = UnitRow {
            point: unit.point,
            run,
            replication: unit.replication,
            unit: &id,
            parameters: &point.parameters,
            seed: point.seed,
        };
        let (rows, figures) = match attempt(|| self.simulate(unit, &scenario)) {
            Ok(simulated) => {
                let (figures, kept) = simulated?;
                let own = [row.succeeded(&figures)?, Vec::new()];
                (own.into_iter().chain(kept).collect(), Some(figures))
            }
            Err(failure) => {
                let own = [Vec::new(), row.failed(&failure)?];
                (own.into_iter().chain(self.kept.iter().map(|_| Vec::new())).collect(), None)
            }
        };
        Ok(Outcome { unit, id, rows, figures })
    }

    fn simulate(&self, unit: Unit, scenario: &Scenario) -> io::Result<(Figures, Vec<Vec<u8>>)> {
        let rules = &scenario.runs[unit.run as usize];
        if self.kept.is_empty() {
            let run = Run { rules, replication: unit.replication };
            return Ok((run.figures(scenario), Vec::new()));
        }
        let setting = scenario.setting(rules, unit.replication, Passes::ThatMatter);
        let (source, tally) =
            (scenario.source(unit.replication), Tally::new(&setting).after(scenario.warm_up));
        let mut tables = Tables::continued(self.wanted(), |_| Vec::new()).led_by(&unit.point.to_string());
        let identity = RunIdentity::of(scenario, rules, unit.replication);
        let ledger = Ledger::new(identity, &setting, scenario, &mut tables);
        let Both(tally, ledger) = engine::run(&setting, source, Both(tally, ledger));
        ledger.finish();
        let mut written = tables.finish()?;
        let mut rows_of = |name: &&str| {
            let of_table = |written: &&mut Written<Vec<u8>>| written.table.name == *name;
            written
                .iter_mut()
                .find(of_table)
                .map(|written| std::mem::take(&mut written.out))
                .unwrap_or_default()
        };
        let kept = self.kept.iter().map(&mut rows_of).collect();
        Ok((Figures::of(&tally), kept))
    }

    fn wanted(&self) -> Wanted {
        let keeps = |table: KeptTable| self.sweep.record.contains(&table);
        Wanted {
            rankings: keeps(KeptTable::Rankings),
            timeline: keeps(KeptTable::Timeline),
            events: keeps(KeptTable::Events),
            lives: keeps(KeptTable::Lives),
        }
    }
}

/// What an entry of a part says; figures are kept only where a stopping rule asks for them.
pub fn known(plan: &Plan, entry: &Entry, row: &[u8]) -> Known {
    let is_asked = matches!(plan.replications, Replications::Until(_));
    let read = || {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(row);
        figures(&rows.byte_records().next()?.ok()?)
    };
    Known { unit: entry.unit, figures: is_asked.then(read).flatten().map(Box::new) }
}

/// Goes through all rounds of a shard: `work` is given each with the number of its runs that are known, and adds
/// what comes of the others to the samples.
///
/// # Errors
/// Those of `work`; and if the runs that are known are not the first so many of this sweep.
pub fn follow(
    plan: &Plan,
    shard: Shard,
    known: Vec<Known>,
    mut work: impl FnMut(&Round, usize, &mut Samples) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (mut rounds, mut samples) = (Rounds::of(plan, shard), Samples::of(plan));
    let mut known = known.into_iter().peekable();
    while let Some(round) = rounds.next(|point| samples.next(point)) {
        let mut done = 0;
        for unit in round.units(plan) {
            let Some(next) = known.next_if(|known| known.unit == unit) else { break };
            samples.add(unit, next.figures.map(|figures| *figures));
            done += 1;
        }
        let is_whole = done == round.units(plan).count();
        ensure!(is_whole || known.peek().is_none(), "its runs are not in the order of this sweep");
        work(&round, done, &mut samples)?;
    }
    ensure!(known.peek().is_none(), "it has runs that this sweep has not");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::FailedRuns;
    use crate::cli::results::Results;
    use crate::cli::sweep::answer::Answer;
    use crate::cli::sweep::{Format, Telling, whole};
    use crate::experiment::sweep;
    use std::fs;

    const SWEEP: &str = "
scenario:
  horizon: 1m
  nodes: [{name: node, capacity: {cpu: 4, memory: 1Gi}}]
  pods: [{name: web, workingSet: 100Mi}]
replications: 2
parameters: {size: 'pods[0].workingSet'}
grid: [{size: [100Mi, 200Mi, 300Mi]}]
";

    #[test]
    fn a_run_that_fails_is_told_and_does_not_stop_the_others() {
        // given a sweep that says of its second point that it has a run which the scenario has not
        let mut sweep = sweep::read("fit.yaml", &|_| Ok(SWEEP.into())).expect("it is sound");
        sweep.points[1].runs.push("ghost".to_owned());
        let manifest = identity::part(&sweep, &[], Shard::ALL);
        let home = tempfile::tempdir().expect("a directory");
        let files = [("fit.yaml".to_owned(), SWEEP.as_bytes().to_vec())];
        let two = NonZeroUsize::MIN.saturating_add(1);
        let workshop = Workshop::new(&sweep, files.into_iter().collect(), &manifest, two, true);
        // when all are made and put together
        let headers = identity::headers(&manifest);
        let part = home.path().join("part");
        let mut growing = Growing::open(&part, manifest, &headers, false, |_, _| ()).expect("room");
        workshop.make(&mut growing, Vec::new()).expect("room");
        let place = home.path().join("fit");
        let results = Results::begin_in(part.join("whole"), &place, |_| false).expect("room");
        let whole = whole::put_together(&[growing.part], &results).expect("room");
        results.finish().expect("room");
        // then the others are there, and these two are told
        let lines = |table: &str| fs::read_to_string(place.join(table)).expect("a table").lines().count() - 1;
        assert_eq!((lines("runs.csv"), lines("failures.csv"), lines("points.csv")), (6, 2, 4));
        let failures = fs::read_to_string(place.join("failures.csv")).expect("a table");
        assert_eq!(failures.matches("src/cli/sweep/runs.rs:").count(), 2, "{failures}");
        assert_eq!(failures.matches("index out of bounds").count(), 2, "{failures}");
        let of_ghost: Vec<_> = whole
            .points
            .iter()
            .map(|point| (point.run.as_str(), point.replications, point.failures))
            .collect();
        assert_eq!(of_ghost, [("lesson", 2, 0), ("lesson", 2, 0), ("ghost", 0, 2), ("lesson", 2, 0)]);
        let telling = Telling { fail_if: Vec::new(), replace: false, output: Format::Table, quiet: true };
        let error = Answer { whole, place: &place }.tell(&telling).expect_err("two failed");
        let told = error.downcast_ref::<FailedRuns>().expect("it says so").to_string();
        assert!(
            told.starts_with("error: 2 runs failed, the first at point 1, size=200Mi, run ghost: see "),
            "{told}"
        );
    }
}
