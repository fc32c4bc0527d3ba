//! What a kubelet asks a container and what it answers: as written -> as meant.
//!
//! What: probes and preStop hooks with Kubernetes' defaults and refusals, the health
//! that probes find, and a word where nobody asks for it.
//! Never: what follows from an answer; [`crate::model::probe`] says what the values mean.

use super::numbers::{length_or, varying_length};
use super::spot::{Findings, Spot};
use super::usage::UsageCheck;
use crate::ground::SimDuration;
use crate::model::{ProbeKind, ProbeSpec, Probes, Role};
use crate::scenario::distribution::Varying;
use crate::scenario::file::life::{HealthFile, LifecycleFile, PreStopFile, ProbeFile};
use crate::scenario::file::varying::MayVary;
use crate::scenario::meaning::HealthPlan;
use crate::scenario::notation::DurationText;

/// What a manifest says of a container's life, and where.
pub struct Asking<'a, 't> {
    /// The container's own.
    pub spot: Spot<'t>,
    pub startup: Option<&'a ProbeFile>,
    pub readiness: Option<&'a ProbeFile>,
    pub liveness: Option<&'a ProbeFile>,
    /// None in the short form.
    pub lifecycle: Option<&'a LifecycleFile>,
    /// From SIGTERM to SIGKILL, of the whole pod.
    pub grace_period: SimDuration,
}

/// What a behavior says of it, and where.
pub struct Answering<'a, 't> {
    /// The behavior's own.
    pub spot: &'a Spot<'t>,
    pub health: Option<&'a HealthFile>,
    pub readiness: Option<&'a HealthFile>,
    pub pre_stop_time: Option<&'a MayVary<DurationText>>,
}

/// Reads the probes and hooks of one container.
pub struct LifeCheck<'c> {
    pub findings: &'c mut Findings,
    /// Which container, in words.
    pub words: &'c str,
    pub role: Role,
}

impl LifeCheck<'_> {
    pub fn probes(&mut self, asking: &Asking<'_, '_>) -> Probes {
        let mut read = |kind: ProbeKind, file: Option<&ProbeFile>| {
            let spot = asking.spot.key(key(kind));
            file.map(|file| self.probe(&spot, kind, file))
        };
        Probes {
            startup: read(ProbeKind::Startup, asking.startup),
            readiness: read(ProbeKind::Readiness, asking.readiness),
            liveness: read(ProbeKind::Liveness, asking.liveness),
        }
    }

    fn probe(&mut self, spot: &Spot<'_>, kind: ProbeKind, file: &ProbeFile) -> ProbeSpec {
        self.refuse_of_init(spot, key(kind));
        let handlers = [file.http_get, file.exec, file.tcp_socket, file.grpc];
        if handlers.iter().flatten().count() > 1 {
            let what = format!("the {} of {} asks in several ways", key(kind), self.words);
            self.findings.mistake(spot, what, "keep one of httpGet, exec, tcpSocket and grpc");
        }
        let default = ProbeSpec::default();
        let seconds = |seconds: u32| SimDuration::seconds(u64::from(seconds));
        let mut unless_zero = |key: &str, written: Option<u32>| self.unless_zero(spot, key, written);
        let period = unless_zero("periodSeconds", file.period_seconds);
        let timeout = unless_zero("timeoutSeconds", file.timeout_seconds);
        let success = unless_zero("successThreshold", file.success_threshold);
        let failure = unless_zero("failureThreshold", file.failure_threshold);
        if kind != ProbeKind::Readiness && success.is_some_and(|answers| answers > 1) {
            let what = format!("the {} of {} succeeds by one good answer", key(kind), self.words);
            self.findings.mistake(&spot.key("successThreshold"), what, "write 1, or remove it");
        }
        self.refuse_grace(spot, kind, file.termination_grace_period_seconds);
        ProbeSpec {
            initial_delay: file.initial_delay_seconds.map_or(default.initial_delay, seconds),
            period: period.map_or(default.period, seconds),
            timeout: timeout.map_or(default.timeout, seconds),
            success_threshold: success.unwrap_or(default.success_threshold),
            failure_threshold: failure.unwrap_or(default.failure_threshold),
            termination_grace_period: file.termination_grace_period_seconds.map(seconds),
        }
    }

    /// Zero is how Go says that nothing was written: the API puts its default there.
    fn unless_zero(&mut self, spot: &Spot<'_>, key: &str, written: Option<u32>) -> Option<u32> {
        if written == Some(0) {
            let place = spot.key(key).place().clone();
            self.findings.assume(format!("{key}: 0 ({place}) counts as not written, as in Kubernetes"));
        }
        written.filter(|number| *number > 0)
    }

    fn refuse_grace(&mut self, spot: &Spot<'_>, kind: ProbeKind, grace: Option<u32>) {
        let spot = spot.key("terminationGracePeriodSeconds");
        if kind == ProbeKind::Readiness && grace.is_some() {
            let what =
                format!("the readinessProbe of {} kills nobody, so it has no grace period", self.words);
            self.findings.mistake(&spot, what, "remove it");
        } else if grace == Some(0) {
            let what = format!("the grace period of the {} of {} is no time", key(kind), self.words);
            self.findings.mistake(&spot, what, "write 1 or more, or remove it");
        }
    }

    /// As the API server does: what runs once, to its end, is neither probed nor stopped.
    fn refuse_of_init(&mut self, spot: &Spot<'_>, key: &str) {
        if self.role == Role::Init {
            let what = format!("{} is an init container, and has no {key}", self.words);
            let fix = "remove it, or write `restartPolicy: Always` for a sidecar";
            self.findings.mistake(spot, what, fix);
        }
    }

    /// How long the preStop hook runs: as a `sleep` says, or as the behavior does, which
    /// need not wait for the manifest to have a hook.
    pub fn pre_stop_time(
        &mut self,
        asking: &Asking<'_, '_>,
        answering: &Answering<'_, '_>,
    ) -> Varying<SimDuration> {
        let (spot, written) = (answering.spot.key("preStopTime"), answering.pre_stop_time);
        if asking.lifecycle.is_some_and(says_something) {
            self.refuse_of_init(&asking.spot.key("lifecycle"), "lifecycle");
        } else if written.is_some() {
            self.refuse_of_init(&spot, "preStop hook");
        }
        let hook = asking.lifecycle.and_then(|lifecycle| lifecycle.pre_stop.as_ref());
        let sleep = hook.and_then(|hook| self.hook(asking, hook));
        if let (Some(_), Some(_)) = (sleep, written) {
            let what = format!("the preStop hook of {} sleeps, and so says how long it takes", self.words);
            self.findings.mistake(&spot, what, "remove `preStopTime`");
        }
        if hook.is_some() && sleep.is_none() && written.is_none() {
            self.findings
                .assume("where no preStopTime is given, a preStop hook that does not sleep takes no time");
        }
        match sleep {
            Some(length) => Varying::Fixed(length),
            None => length_or(self.findings, &spot, written, SimDuration::ZERO),
        }
    }

    /// How long a hook sleeps, if it does.
    fn hook(&mut self, asking: &Asking<'_, '_>, hook: &PreStopFile) -> Option<SimDuration> {
        let spot = asking.spot.keys(&["lifecycle", "preStop"]);
        let others = [hook.exec, hook.http_get, hook.tcp_socket];
        let ways = others.iter().flatten().count() + usize::from(hook.sleep.is_some());
        if ways != 1 {
            let what = format!("the preStop hook of {} has {ways} handlers, where it has one", self.words);
            self.findings.mistake(&spot, what, "write one, such as `sleep: {seconds: 5}`");
        }
        let length = SimDuration::seconds(u64::from(hook.sleep?.seconds));
        if asking.grace_period < length {
            let what = format!(
                "the preStop hook of {} sleeps {length}, longer than the pod's grace of {}",
                self.words, asking.grace_period
            );
            let fix = "shorten it, or raise terminationGracePeriodSeconds";
            self.findings.mistake(&spot.keys(&["sleep", "seconds"]), what, fix);
        }
        Some(length)
    }

    /// Says where a health is written that no probe asks for, and where probes ask for one that is not.
    pub fn tell_who_asks(&mut self, probes: &Probes, answering: &Answering<'_, '_>) {
        let words = self.words;
        let asks = |kind: &ProbeKind| probes.of(*kind).is_some();
        let asks_for_readiness = asks(&ProbeKind::Readiness);
        let asks_for_health = match answering.readiness {
            Some(_) => asks(&ProbeKind::Startup) || asks(&ProbeKind::Liveness),
            None => ProbeKind::ALL.iter().any(asks),
        };
        if answering.readiness.is_some() && !asks_for_readiness {
            self.findings.assume(format!(
                "nobody asks for the readiness of {words}: without a readinessProbe it is ready as soon as it runs"
            ));
        }
        if answering.health.is_some() && !asks_for_health {
            let why = if asks_for_readiness {
                "its one probe asks for its `readiness`"
            } else {
                "without probes it is ready as soon as it runs, and never restarted for being unwell"
            };
            self.findings.assume(format!("nobody asks for the health of {words}: {why}"));
        }
        if answering.health.is_none() && asks_for_health {
            self.findings
                .assume("where no health is given, a container answers its probes well, and at once");
        }
    }
}

impl UsageCheck<'_, '_> {
    /// When a container answers well; always where nothing is said.
    pub fn health(&mut self, spot: &Spot<'_>, health: Option<&HealthFile>) -> HealthPlan {
        let Some(health) = health else { return HealthPlan::ALWAYS_WELL };
        let after = length_or(self.findings, &spot.key("after"), health.after.as_ref(), SimDuration::ZERO);
        let end = spot.key("until");
        let until = health.until.as_ref().map(|length| varying_length(self.findings, &end, length));
        if let (Varying::Fixed(after), Some(Varying::Fixed(until))) = (&after, &until)
            && *until <= *after
            && *after > SimDuration::ZERO
        {
            let what = format!("{} is well after {after} and until {until}: never", self.owner.words);
            self.findings.mistake(
                &end,
                what,
                "write a later `until`, or `until: 0s` alone if never is meant",
            );
        }
        let (most, level) = (spot.key("whileMemoryAtMost"), health.while_memory_at_most.as_ref());
        let memory_at_most = level.map(|level| self.level(&most, level));
        let answer_time = spot.key("answerTime");
        HealthPlan {
            after,
            until,
            memory_at_most,
            answer_time: length_or(
                self.findings,
                &answer_time,
                health.answer_time.as_ref(),
                SimDuration::ZERO,
            ),
        }
    }
}

fn says_something(lifecycle: &LifecycleFile) -> bool {
    lifecycle.pre_stop.is_some() || !lifecycle.not_simulated().is_empty()
}

/// As a manifest spells it.
fn key(kind: ProbeKind) -> &'static str {
    match kind {
        ProbeKind::Startup => "startupProbe",
        ProbeKind::Readiness => "readinessProbe",
        ProbeKind::Liveness => "livenessProbe",
    }
}
