//! Progress, for whoever waits: on a terminal, and only if it takes a while.
//!
//! What: a recorder that lets all facts through and now and then moves a bar, which all threads
//! share; and afterwards what several threads brought.
//! Never: anything on standard output, or a change to what is recorded.
//! Next: [`super::run`].

use crate::engine::{Record, Recorder};
use crate::ground::{NodeId, SimTime};
use crate::report::figures::counted;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Once;
use std::time::{Duration, Instant};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many facts go by between two looks at the clock.
const FACTS_PER_LOOK: u32 = 4096;
/// A bar's steps for one run.
const STEPS: u64 = 1000;

/// The progress of all runs of an invocation, whichever thread makes them.
pub struct Progress {
    bar: ProgressBar,
    since: Instant,
    quiet: bool,
    shown: Once,
}

impl Progress {
    /// Watches `runs` runs; a quiet one never shows.
    pub fn of(runs: u64, quiet: bool) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(runs * STEPS), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:40} {percent}% of all runs, {eta} to go");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Progress { bar, since: now(), quiet, shown: Once::new() }
    }

    /// Watches one run until `horizon`.
    pub fn watch<R: Recorder>(&self, recorder: R, horizon: SimTime) -> Watched<'_, R> {
        Watched { recorder, horizon, progress: self, facts: 0, steps: 0 }
    }

    fn advance(&self, steps: u64) {
        if !self.quiet && PATIENCE < self.since.elapsed() {
            // Hidden by itself where standard error is no terminal.
            self.shown.call_once(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
        self.bar.inc(steps);
    }

    /// Takes the bar off the screen: how long all runs took together.
    pub fn finish(self) -> Duration {
        self.bar.finish_and_clear();
        self.since.elapsed()
    }
}

/// The progress of many small runs: told run by run, with their rate.
pub struct Count {
    bar: ProgressBar,
    since: Instant,
    quiet: bool,
    shown: Once,
}

impl Count {
    /// None is done yet; a quiet one never shows.
    pub fn begin(quiet: bool) -> Count {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:40} {pos} of {len} runs, {per_sec}, {eta} to go");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Count { bar, since: now(), quiet, shown: Once::new() }
    }

    /// There are so many more.
    pub fn expect(&self, runs: u64) {
        self.bar.inc_length(runs);
    }

    /// One is done.
    pub fn one(&self) {
        if !self.quiet && PATIENCE < self.since.elapsed() {
            self.shown.call_once(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
        self.bar.inc(1);
    }

    /// Takes the bar off the screen: how many runs were done, in which time.
    pub fn finish(self) -> (u64, Duration) {
        self.bar.finish_and_clear();
        (self.bar.position(), self.since.elapsed())
    }
}

/// How fast small runs were made, as a sentence.
pub fn rate(runs: u64, took: Duration, threads: NonZeroUsize) -> String {
    let seconds = took.as_secs_f64();
    let (made, on) = (counted(runs, "run"), counted(threads.get() as u64, "thread"));
    format!("{made} on {on} in {seconds:.2} s: {:.0} runs/s", runs as f64 / seconds.max(1e-9))
}

/// For those who wait.
pub fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "how long somebody has waited is no result")]
    Instant::now()
}

/// A recorder, watched.
pub struct Watched<'a, R> {
    recorder: R,
    horizon: SimTime,
    progress: &'a Progress,
    facts: u32,
    /// How far it has moved the bar.
    steps: u64,
}

impl<R> Watched<'_, R> {
    /// The run is over.
    pub fn done(mut self) -> R {
        self.move_to(STEPS);
        self.recorder
    }

    fn move_to(&mut self, steps: u64) {
        self.progress.advance(steps.saturating_sub(self.steps));
        self.steps = steps;
    }
}

impl<R: Recorder> Recorder for Watched<'_, R> {
    const LISTENS: bool = R::LISTENS;

    fn sees_memory(&self, node: NodeId) -> bool {
        self.recorder.sees_memory(node)
    }

    fn sees_refusals(&self) -> bool {
        self.recorder.sees_refusals()
    }

    fn record(&mut self, now: SimTime, record: Record<'_>) {
        self.recorder.record(now, record);
        self.facts += 1;
        if self.facts == FACTS_PER_LOOK {
            self.facts = 0;
            let steps = u128::from(now.0) * u128::from(STEPS) / u128::from(self.horizon.0.max(1));
            self.move_to(u64::try_from(steps).unwrap_or(STEPS).min(STEPS));
        }
    }
}

/// What several threads brought.
pub struct SpeedUp {
    pub runs: u64,
    pub threads: u64,
    /// From the first run's begin to the last one's end.
    pub elapsed: Duration,
    /// What the runs took, added up.
    pub runs_took: Duration,
}

impl SpeedUp {
    /// Whether somebody has waited for it.
    pub fn is_worth_telling(&self) -> bool {
        1 < self.runs && PATIENCE < self.elapsed
    }
}

impl fmt::Display for SpeedUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SpeedUp { runs, threads, elapsed, runs_took } = self;
        let (elapsed, took) = (elapsed.as_secs_f64(), runs_took.as_secs_f64());
        let plural = |number: u64| if number == 1 { "" } else { "s" };
        write!(f, "{runs} run{} on {threads} thread{} in {elapsed:.2} s", plural(*runs), plural(*threads))?;
        write!(f, ", added up {took:.2} s: speed-up {:.2}", took / elapsed)
    }
}
