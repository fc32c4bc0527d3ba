//! Probes: what a container answers, and what its answers come to.
//!
//! What: when a kubelet asks ([`first_question_from`]), what a container with some
//! health answers ([`ask`]), and what so many answers in a row make ([`Prober`]).
//! Never: what follows from a result: [`super::actions`] kills for liveness and startup,
//! [`super::status`] says Ready for readiness.
//! Source: kubernetes `pkg/kubelet/prober`, `worker.doProbe` (1.32).
//!
//! Who is asked is the engine's to know: only what runs; nothing but startup before that has
//! succeeded; and of a Pod that is deleted, readiness alone.
//!
//! Not as in the kubelet: its questions come at the beats of a ticker that began with
//! the Pod, here they come at the beats of the container, so the first one is up to
//! one period earlier; and a restart begins the count of equal answers anew, where the
//! kubelet goes on counting.

use crate::ground::{Bytes, SimDuration, SimTime};
use crate::model::{Health, ProbeKind, ProbeSpec};

/// What the answers of a container have come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeResult {
    Success,
    Failure,
}

/// What a container answers once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Good,
    Bad,
    /// None in time, which counts as a bad one.
    TimedOut,
}

/// One probe of one running container: the result so far, and how many equal answers in a
/// row there were. Each instance of the container has a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prober {
    kind: ProbeKind,
    result: Option<ProbeResult>,
    latest: Option<ProbeResult>,
    equal_answers: u32,
    is_on_hold: bool,
}

impl Answer {
    pub fn is_good(self) -> bool {
        match self {
            Answer::Good => true,
            Answer::Bad | Answer::TimedOut => false,
        }
    }
}

impl Prober {
    /// Before any answer a container counts as alive, as not ready, and as neither started nor not.
    pub fn new(kind: ProbeKind) -> Prober {
        let result = match kind {
            ProbeKind::Startup => None,
            ProbeKind::Readiness => Some(ProbeResult::Failure),
            ProbeKind::Liveness => Some(ProbeResult::Success),
        };
        Prober { kind, result, latest: None, equal_answers: 0, is_on_hold: false }
    }

    pub fn kind(&self) -> ProbeKind {
        self.kind
    }

    pub fn result(&self) -> Option<ProbeResult> {
        self.result
    }

    /// Counts an answer. The new result, if that changed it.
    pub fn answer(&mut self, spec: &ProbeSpec, is_good: bool) -> Option<ProbeResult> {
        if self.is_on_hold {
            return None;
        }
        let (answer, threshold) = if is_good {
            (ProbeResult::Success, spec.success_threshold)
        } else {
            (ProbeResult::Failure, spec.failure_threshold)
        };
        let equal_before = if self.latest == Some(answer) { self.equal_answers } else { 0 };
        (self.latest, self.equal_answers) = (Some(answer), equal_before.saturating_add(1));
        if self.equal_answers < threshold {
            return None;
        }
        self.is_on_hold = self.is_final(answer);
        let has_changed = self.result.replace(answer) != Some(answer);
        has_changed.then_some(answer)
    }

    /// Whether more answers like this one change nothing. Until the answer changes, nobody
    /// need ask.
    pub fn is_settled(&self, is_good: bool) -> bool {
        let answer = if is_good { ProbeResult::Success } else { ProbeResult::Failure };
        let breaks_a_row = self.latest.is_some_and(|latest| latest != answer);
        self.is_on_hold || (self.result == Some(answer) && !breaks_a_row)
    }

    /// Whether nobody asks any more: until its container is started anew, all is known.
    pub fn is_done(&self) -> bool {
        self.is_on_hold
    }

    /// Startup is found out once. After a failed liveness probe the container is restarted:
    /// there is nobody left to ask.
    fn is_final(&self, result: ProbeResult) -> bool {
        match self.kind {
            ProbeKind::Startup => true,
            ProbeKind::Liveness => result == ProbeResult::Failure,
            ProbeKind::Readiness => false,
        }
    }
}

/// The first question at or after `not_before` to a container that has run since `started`.
/// They come with each period after the initial delay.
pub fn first_question_from(spec: &ProbeSpec, started: SimTime, not_before: SimTime) -> SimTime {
    let first = started.after(spec.initial_delay);
    let period = spec.period.0.max(1); // Nothing in between would be for ever.
    first.after(SimDuration(period).times(not_before.since(first).0.div_ceil(period)))
}

/// What a container answers that has been up for so long, with so much memory.
pub fn ask(health: &Health, spec: &ProbeSpec, up_for: SimDuration, working_set: Bytes) -> Answer {
    let has_warmed_up = health.after <= up_for;
    let has_hung = health.until.is_some_and(|until| until <= up_for);
    let has_too_much = health.memory_at_most.is_some_and(|most| most < working_set);
    if spec.timeout < health.answer_time {
        Answer::TimedOut
    } else if has_warmed_up && !has_hung && !has_too_much {
        Answer::Good
    } else {
        Answer::Bad
    }
}

/// The next instant after `now` at which time alone may change what a container answers
/// that has run since `up`; never, if there is none.
pub fn health_changes(health: &Health, up: SimTime, now: SimTime) -> SimTime {
    let hangs = health.until.map_or(SimTime::NEVER, |until| up.after(until));
    let changes = [up.after(health.after), hangs];
    changes.into_iter().filter(|at| now < *at).min().unwrap_or(SimTime::NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProbeResult::{Failure, Success};

    fn at(seconds: u64) -> SimTime {
        SimTime::START.after(SimDuration::seconds(seconds))
    }

    /// Wants 2 good or 3 bad answers.
    const SPEC: ProbeSpec = ProbeSpec {
        initial_delay: SimDuration::ZERO,
        period: SimDuration::seconds(10),
        timeout: SimDuration::seconds(1),
        success_threshold: 2,
        failure_threshold: 3,
        termination_grace_period: None,
    };

    /// What a probe says to each of these answers.
    fn changes(kind: ProbeKind, answers: &[bool]) -> Vec<Option<ProbeResult>> {
        let mut prober = Prober::new(kind);
        answers.iter().map(|is_good| prober.answer(&SPEC, *is_good)).collect()
    }

    #[test]
    fn a_result_takes_its_number_of_equal_answers_in_a_row() {
        let answers = [true, false, true, true, false, false, true, false, false, false];
        let readiness = changes(ProbeKind::Readiness, &answers);
        // Two good ones at the 3rd and 4th, three bad ones at the 8th to 10th.
        let mut expected = [None; 10];
        (expected[3], expected[9]) = (Some(Success), Some(Failure));
        assert_eq!(readiness, expected);
    }

    #[test]
    fn a_container_counts_as_alive_and_not_ready_before_it_is_asked() {
        assert_eq!(Prober::new(ProbeKind::Liveness).result(), Some(Success));
        assert_eq!(Prober::new(ProbeKind::Readiness).result(), Some(Failure));
        assert_eq!(Prober::new(ProbeKind::Startup).result(), None);
        assert_eq!(changes(ProbeKind::Liveness, &[true, true]), [None, None], "it was a success already");
        assert_eq!(changes(ProbeKind::Startup, &[true, true]), [None, Some(Success)]);
    }

    #[test]
    fn startup_is_found_out_once_and_a_dead_container_is_not_asked_again() {
        let (good, bad) = ([true; 2], [false; 3]);
        let then = |kind, first: &[bool], second: &[bool]| changes(kind, &[first, second].concat());
        let told = |changes: Vec<Option<ProbeResult>>| changes.into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(told(then(ProbeKind::Startup, &good, &bad)), [Success]);
        assert_eq!(told(then(ProbeKind::Startup, &bad, &good)), [Failure]);
        assert_eq!(told(then(ProbeKind::Liveness, &bad, &good)), [Failure]);
        assert_eq!(told(then(ProbeKind::Readiness, &good, &bad)), [Success, Failure]);
    }

    #[test]
    fn who_is_settled_need_not_be_asked() {
        // The claim itself, from every state that up to seven answers lead to: a settled prober
        // says nothing to more of the same, and then counts other answers as if none had come.
        let mut settled = 0;
        for (kind, answers, is_good) in every_way() {
            let prober = after(kind, answers);
            if !prober.is_settled(is_good) {
                continue;
            }
            settled += 1;
            let (mut asked, mut spared) = (prober, prober);
            assert_eq!([(); 5].map(|()| asked.answer(&SPEC, is_good)), [None; 5], "{prober:?}");
            let other = |prober: &mut Prober| [(); 5].map(|()| prober.answer(&SPEC, !is_good));
            assert_eq!(other(&mut asked), other(&mut spared), "{prober:?}");
        }
        assert!(settled > 100, "only {settled} were settled");
    }

    /// Kinds, with answers as bits below a leading one, and the answer that comes next.
    fn every_way() -> impl Iterator<Item = (ProbeKind, u32, bool)> {
        let answers = || (1..256).flat_map(|answers| [(answers, true), (answers, false)]);
        ProbeKind::ALL
            .into_iter()
            .flat_map(move |kind| answers().map(move |(answers, is_good)| (kind, answers, is_good)))
    }

    fn after(kind: ProbeKind, answers: u32) -> Prober {
        let mut prober = Prober::new(kind);
        for bit in 0..answers.ilog2() {
            prober.answer(&SPEC, answers >> bit & 1 == 1);
        }
        prober
    }

    #[test]
    fn questions_come_with_each_period_after_the_initial_delay() {
        let spec = ProbeSpec { initial_delay: SimDuration::seconds(5), ..ProbeSpec::default() };
        let first = |not_before| first_question_from(&spec, at(100), at(not_before));
        assert_eq!(first(0), at(105));
        assert_eq!(first(105), at(105));
        assert_eq!(first(106), at(115));
        assert_eq!(first(115), at(115));
        assert_eq!(first_question_from(&spec, SimTime::NEVER, at(0)), SimTime::NEVER);
    }

    #[test]
    fn a_container_answers_well_while_it_is_warm_awake_small_and_quick() {
        let health = Health {
            after: SimDuration::seconds(10),
            until: Some(SimDuration::seconds(60)),
            memory_at_most: Some(Bytes::mebi(100)),
            answer_time: SimDuration::seconds(1),
        };
        let spec = ProbeSpec::default(); // Waits for 1 s.
        let asked = |seconds, mebi| ask(&health, &spec, SimDuration::seconds(seconds), Bytes::mebi(mebi));
        assert_eq!([asked(9, 0), asked(10, 100), asked(59, 100)], [Answer::Bad, Answer::Good, Answer::Good]);
        assert_eq!([asked(60, 0), asked(10, 101)], [Answer::Bad, Answer::Bad]);
        let slow = Health { answer_time: SimDuration::micros(1_000_001), ..health };
        let answer = ask(&slow, &spec, SimDuration::seconds(10), Bytes::ZERO);
        assert_eq!((answer, answer.is_good()), (Answer::TimedOut, false));
    }

    #[test]
    fn time_changes_an_answer_when_a_container_has_warmed_up_and_when_it_hangs() {
        let health = Health {
            after: SimDuration::seconds(10),
            until: Some(SimDuration::seconds(60)),
            ..Health::default()
        };
        let next = |now| health_changes(&health, at(100), at(now));
        assert_eq!([next(100), next(109), next(110), next(159)], [at(110), at(110), at(160), at(160)]);
        assert_eq!(next(160), SimTime::NEVER);
        assert_eq!(health_changes(&Health::default(), at(100), at(100)), SimTime::NEVER);
    }
}
