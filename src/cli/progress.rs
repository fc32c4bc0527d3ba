//! Progress, for whoever waits: on a terminal, and only if it takes a while.
//!
//! What: a recorder that lets all facts through and now and then moves a bar.
//! Never: anything on standard output, or a change to what is recorded.
//! Next: [`super::run`].

use crate::engine::{Record, Recorder};
use crate::ground::SimTime;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many facts go by between two looks at the clock.
const FACTS_PER_LOOK: u32 = 4096;
/// A bar's steps for one run.
const STEPS: u64 = 1000;

/// The progress of all runs of an invocation.
pub struct Progress {
    bar: ProgressBar,
    since: Instant,
    shown: bool,
    runs_done: u64,
}

impl Progress {
    /// Watches `runs` runs; a quiet one never shows.
    pub fn of(runs: u64, quiet: bool) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(runs * STEPS), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:40} {percent}% of all runs, {eta} to go");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        #[expect(clippy::disallowed_methods, reason = "how long somebody has waited is no result")]
        let since = Instant::now();
        Progress { bar, since, shown: quiet, runs_done: 0 }
    }

    /// Watches one run until `horizon`.
    pub fn watch<R: Recorder>(&mut self, recorder: R, horizon: SimTime) -> Watched<'_, R> {
        Watched { recorder, horizon, progress: self, facts: 0 }
    }

    fn move_to(&mut self, steps_of_run: u64) {
        if !self.shown && PATIENCE < self.since.elapsed() {
            self.shown = true;
            // Hidden by itself where standard error is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(self.runs_done * STEPS + steps_of_run);
    }

    /// Takes the bar off the screen.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// A recorder, watched.
pub struct Watched<'a, R> {
    recorder: R,
    horizon: SimTime,
    progress: &'a mut Progress,
    facts: u32,
}

impl<R> Watched<'_, R> {
    /// The run is over.
    pub fn done(self) -> R {
        self.progress.runs_done += 1;
        self.progress.move_to(0);
        self.recorder
    }
}

impl<R: Recorder> Recorder for Watched<'_, R> {
    fn record(&mut self, now: SimTime, record: Record<'_>) {
        self.recorder.record(now, record);
        self.facts += 1;
        if self.facts == FACTS_PER_LOOK {
            self.facts = 0;
            let steps = u128::from(now.0) * u128::from(STEPS) / u128::from(self.horizon.0.max(1));
            self.progress.move_to(u64::try_from(steps).unwrap_or(STEPS).min(STEPS));
        }
    }
}
