//! What a manifest says of a container's probes.
//!
//! What: when and how often, and how many answers count. What is absent or 0 is as
//! Kubernetes has it by default: it is the one thing that is defaulted here, since a
//! probe without a period asks nothing.
//! Never: how a probe asks (a command, a request, a port).
//! Next: [`crate::lifecycle::probe`], which counts the answers.

use super::Reading;
use crate::ground::SimDuration;
use crate::model::{ProbeKind, ProbeSpec, Probes};
use crate::scenario::kubernetes::{Container, Probe};
use std::fmt::Arguments;

impl Reading<'_> {
    pub(super) fn probes(&mut self, container: &Container, at: Arguments<'_>) -> Probes {
        let mut probe = |written: &Option<Probe>, kind, key| {
            written.as_ref().map(|probe| self.probe(probe, kind, format_args!("{at}.{key}")))
        };
        Probes {
            startup: probe(&container.startup_probe, ProbeKind::Startup, "startupProbe"),
            readiness: probe(&container.readiness_probe, ProbeKind::Readiness, "readinessProbe"),
            liveness: probe(&container.liveness_probe, ProbeKind::Liveness, "livenessProbe"),
        }
    }

    fn probe(&mut self, probe: &Probe, kind: ProbeKind, at: Arguments<'_>) -> ProbeSpec {
        let usual = ProbeSpec::default();
        let mut number =
            |written, key, usual| self.number(written, format_args!("{at}.{key}")).unwrap_or(usual);
        let success_threshold = number(probe.success_threshold, "successThreshold", usual.success_threshold);
        let failure_threshold = number(probe.failure_threshold, "failureThreshold", usual.failure_threshold);
        let mut seconds = |written, key, usual| {
            let number = self.number(written, format_args!("{at}.{key}"));
            number.map_or(usual, |number| SimDuration::seconds(u64::from(number)))
        };
        let initial_delay = seconds(probe.initial_delay_seconds, "initialDelaySeconds", usual.initial_delay);
        let period = seconds(probe.period_seconds, "periodSeconds", usual.period);
        let timeout = seconds(probe.timeout_seconds, "timeoutSeconds", usual.timeout);
        if success_threshold > 1 && kind != ProbeKind::Readiness {
            let what = format_args!("a probe of this kind does not wait for {success_threshold} successes");
            self.refuse(what, "write 1, or leave it out", format_args!("{at}.successThreshold"));
        }
        let grace = probe.termination_grace_period_seconds.and_then(|written| {
            self.grace_period(written, format_args!("{at}.terminationGracePeriodSeconds"))
        });
        let termination_grace_period = grace.filter(|grace| *grace > SimDuration::ZERO);
        ProbeSpec {
            initial_delay,
            period,
            timeout,
            success_threshold,
            failure_threshold,
            termination_grace_period,
        }
    }

    /// A number that says something: absent and 0 do not.
    fn number(&mut self, written: Option<i32>, at: Arguments<'_>) -> Option<u32> {
        let Ok(number) = u32::try_from(written?) else {
            self.refuse("this is below zero", "write a number from 0 on", at);
            return None;
        };
        (number > 0).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::kubernetes::Obj;

    fn pod(container: &str) -> Obj {
        let yaml = format!("{{kind: Pod, metadata: {{name: web}}, spec: {{containers: [{container}]}}}}");
        serde_saphyr::from_str(&yaml).expect("a Kubernetes object")
    }

    fn probes(container: &str) -> Probes {
        pod(container).pod_spec().expect("a good pod").containers[0].probes
    }

    #[test]
    fn a_probe_is_read_with_all_its_numbers() {
        let probes = probes(
            "{name: web, readinessProbe: {httpGet: {path: /, port: 80}, initialDelaySeconds: 5, periodSeconds: 3, \
             timeoutSeconds: 2, successThreshold: 4, failureThreshold: 6}, \
             livenessProbe: {exec: {command: [x]}, terminationGracePeriodSeconds: 7}}",
        );
        assert_eq!(
            probes.readiness,
            Some(ProbeSpec {
                initial_delay: SimDuration::seconds(5),
                period: SimDuration::seconds(3),
                timeout: SimDuration::seconds(2),
                success_threshold: 4,
                failure_threshold: 6,
                termination_grace_period: None,
            })
        );
        let grace = probes.liveness.map(|probe| probe.termination_grace_period);
        assert_eq!(grace, Some(Some(SimDuration::seconds(7))));
        assert_eq!(probes.startup, None);
    }

    #[test]
    fn what_is_absent_or_zero_is_as_kubernetes_has_it_by_default() {
        let zero = "{name: web, startupProbe: {periodSeconds: 0, timeoutSeconds: 0, failureThreshold: 0, \
                    successThreshold: 0, initialDelaySeconds: 0, terminationGracePeriodSeconds: 0}}";
        for container in ["{name: web, startupProbe: {}}", zero] {
            assert_eq!(probes(container).startup, Some(ProbeSpec::default()), "{container}");
        }
        assert_eq!(probes("{name: web, startupProbe: null}").startup, None);
    }

    #[test]
    fn a_probe_that_kubernetes_refuses_is_refused_with_its_place() {
        let pod = pod("{name: web, livenessProbe: {periodSeconds: -1, successThreshold: 2}}");
        let mistakes = pod.pod_spec().expect_err("two mistakes");
        let places: Vec<&str> = mistakes.iter().map(|mistake| mistake.path.as_str()).collect();
        let at = "spec.containers[0].livenessProbe";
        assert_eq!(places, [format!("{at}.periodSeconds"), format!("{at}.successThreshold")]);
    }
}
