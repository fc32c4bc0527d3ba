//! What holds for every scenario: hundreds of random ones, small enough for
//! something to go wrong on every node. `PROPTEST_CASES` asks for more of them.

use crate::story;
use evictsim::engine::Passes;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::fmt::Write;

/// An amount of memory on a node of 1 Gi.
fn mebi() -> impl Strategy<Value = u32> {
    prop_oneof![1 => Just(0), 6 => 20..400u32, 2 => 400..1400u32]
}

fn seconds() -> impl Strategy<Value = u32> {
    prop_oneof![2 => 1..30u32, 3 => 30..900u32]
}

/// Every family of usage, with jumps and ramps of all steepness.
fn usage() -> BoxedStrategy<String> {
    let ramp =
        (mebi(), mebi(), seconds()).prop_map(|(a, b, s)| format!("{{from: {a}Mi, to: {b}Mi, over: {s}s}}"));
    let leak =
        (mebi(), 1..200u32).prop_map(|(a, rate)| format!("{{leak: {{from: {a}Mi, perMinute: {rate}Mi}}}}"));
    let steps = prop::collection::vec(mebi(), 1..5).prop_map(|levels| {
        let steps = levels.iter().zip(0..).map(|(level, n)| format!("{{at: {}s, level: {level}Mi}}", n * 70));
        format!("{{steps: [{}]}}", steps.collect::<Vec<_>>().join(", "))
    });
    let pulses = (mebi(), mebi(), 20..120u32, 1..19u32).prop_map(|(base, height, every, length)| {
        let rise = length / 3;
        format!("{{pulses: {{base: {base}Mi, height: {height}Mi, every: {every}s, length: {length}s, rise: {rise}s}}}}")
    });
    let cold = (mebi(), mebi(), seconds())
        .prop_map(|(a, b, s)| format!("{{coldStart: {{from: {a}Mi, to: {b}Mi, over: {s}s}}}}"));
    let saw = (10..200u32, mebi(), seconds()).prop_map(|(low, more, s)| {
        format!("{{sawtooth: {{low: {low}Mi, high: {}Mi, period: {s}s}}}}", low + more)
    });
    let walk = (mebi(), 1..80u32, 5..60u32).prop_map(|(start, step, every)| {
        format!("{{randomWalk: {{start: {start}Mi, step: {step}Mi, every: {every}s, min: 0, max: 1500Mi}}}}")
    });
    let square = (10..200u32, mebi(), seconds()).prop_map(|(low, more, s)| {
        format!("{{square: {{low: {low}Mi, high: {}Mi, halfPeriod: {s}s}}}}", low + more)
    });
    let diurnal = (100..400u32, 1..100u32).prop_map(|(mean, amplitude)| {
        format!("{{diurnal: {{mean: {mean}Mi, amplitude: {amplitude}Mi, peakAt: 5m, period: 20m}}}}")
    });
    let typical = mebi().prop_map(|plateau| format!("{{typical: {{plateau: {plateau}Mi}}}}"));
    let still = mebi().prop_map(|level| format!("{level}Mi"));
    prop_oneof![3 => ramp, 2 => leak, 1 => steps, 2 => pulses, 1 => cold, 1 => saw, 2 => walk, 1 => square, 1 => diurnal, 1 => typical, 2 => still]
        .boxed()
}

/// What a container uses besides memory, if anything.
fn others() -> BoxedStrategy<String> {
    let written = (usage_without_end(), prop::option::of(usage_without_end()));
    prop::option::of((written, count(), prop::option::of(count())))
        .prop_map(|others| {
            let Some(((logs, layer), processes, inodes)) = others else { return String::new() };
            let mut text = format!("logs: {logs}, processes: {processes}, ");
            if let Some(layer) = layer {
                let _ = write!(text, "writableLayer: {layer}, ");
            }
            if let Some(inodes) = inodes {
                let _ = write!(text, "inodes: {inodes}, ");
            }
            text
        })
        .boxed()
}

/// A number of inodes or processes.
fn count() -> BoxedStrategy<String> {
    let ramp = (1..600u32, 1..600u32, seconds());
    ramp.prop_map(|(from, to, s)| format!("{{from: {from}, to: {to}, over: {s}s}}")).boxed()
}

/// Some families that grow, jump or swing.
fn usage_without_end() -> BoxedStrategy<String> {
    let ramp =
        (mebi(), mebi(), seconds()).prop_map(|(a, b, s)| format!("{{from: {a}Mi, to: {b}Mi, over: {s}s}}"));
    let leak =
        (mebi(), 1..200u32).prop_map(|(a, rate)| format!("{{leak: {{from: {a}Mi, perMinute: {rate}Mi}}}}"));
    let saw = (10..200u32, mebi(), seconds()).prop_map(|(low, more, s)| {
        format!("{{sawtooth: {{low: {low}Mi, high: {}Mi, period: {s}s}}}}", low + more)
    });
    prop_oneof![ramp, leak, saw].boxed()
}

/// When a container is well: warm, not hanging, not full, quick.
fn health() -> BoxedStrategy<String> {
    let until = prop::option::of(1..600u32);
    (0..90u32, until, prop::option::of(mebi()), 0..3000u32)
        .prop_map(|(after, until, most, answer)| {
            let mut text = format!("{{after: {after}s, answerTime: {answer}ms");
            if let Some(more) = until {
                let _ = write!(text, ", until: {}s", after + more);
            }
            if let Some(mebi) = most {
                let _ = write!(text, ", whileMemoryAtMost: {mebi}Mi");
            }
            text + "}"
        })
        .boxed()
}

/// `, livenessProbe: {…}` and the others, some of them.
fn probes() -> BoxedStrategy<String> {
    let probe = prop::option::weighted(0.4, (0..20u32, 1..15u32, 1..4u32, 1..4u32, 0..4u32));
    (probe.clone(), probe.clone(), probe)
        .prop_map(|probes| {
            let mut text = String::new();
            for (key, probe) in
                [("startupProbe", probes.0), ("readinessProbe", probes.1), ("livenessProbe", probes.2)]
            {
                let Some((delay, period, timeout, failures, extra)) = probe else { continue };
                let _ = write!(
                    text,
                    ", {key}: {{initialDelaySeconds: {delay}, periodSeconds: {period}, \
                     timeoutSeconds: {timeout}, failureThreshold: {failures}"
                );
                let _ = match (key, extra) {
                    (_, 0) => Ok(()),
                    ("readinessProbe", more) => write!(text, ", successThreshold: {more}"),
                    (_, grace) => write!(text, ", terminationGracePeriodSeconds: {grace}"),
                };
                text.push('}');
            }
            text
        })
        .boxed()
}

/// What runs before a container is stopped: nothing, a sleep, or a command of some seconds.
#[derive(Clone, Copy, Debug)]
enum Hook {
    Nothing,
    Sleep(u32),
    Exec(u32),
}

impl Hook {
    fn any() -> BoxedStrategy<Hook> {
        prop_oneof![
            3 => Just(Hook::Nothing),
            1 => (0..60u32).prop_map(Hook::Sleep),
            1 => (0..60u32).prop_map(Hook::Exec),
        ]
        .boxed()
    }

    /// In the template, whose pod has so much grace.
    fn written(self, grace: u32) -> String {
        match self {
            Hook::Nothing => String::new(),
            Hook::Sleep(seconds) => {
                format!(", lifecycle: {{preStop: {{sleep: {{seconds: {}}}}}}}", seconds.min(grace))
            }
            Hook::Exec(_) => ", lifecycle: {preStop: {exec: {command: [x]}}}".to_owned(),
        }
    }

    /// In the behavior.
    fn told(self) -> String {
        match self {
            Hook::Exec(seconds) => format!("preStopTime: {seconds}s, "),
            Hook::Nothing | Hook::Sleep(_) => String::new(),
        }
    }
}

/// One container: what it asks for, how it is asked, and what it does.
#[derive(Clone, Debug)]
struct Container {
    resources: String,
    probes: String,
    hook: Hook,
    behavior: String,
}

impl Container {
    fn any() -> BoxedStrategy<Container> {
        (resources(), probes(), Hook::any(), behavior())
            .prop_map(|(resources, probes, hook, behavior)| Container { resources, probes, hook, behavior })
            .boxed()
    }

    /// In the template.
    fn written(&self, name: &str, grace: u32) -> String {
        format!("name: {name}, resources: {}{}{}", self.resources, self.probes, self.hook.written(grace))
    }

    /// In the behavior.
    fn told(&self, name: &str) -> String {
        format!("{name}: {{{}{}}}", self.hook.told(), self.behavior)
    }
}

/// A volume: its kind, and what it holds or what is written into it.
fn volume() -> BoxedStrategy<(String, String, bool)> {
    let kind = prop_oneof![
        2 => Just("emptyDir: {medium: Memory}".to_owned()),
        1 => Just("emptyDir: {}".to_owned()),
        1 => (100..900u32).prop_map(|mebi| format!("emptyDir: {{sizeLimit: {mebi}Mi}}")),
        1 => (0..2u32).prop_map(|claim| format!("persistentVolumeClaim: {{claimName: claim-{claim}}}")),
    ];
    // At most what the smallest limit allows.
    let held = (0..100u32).prop_map(|mebi| (format!("{mebi}Mi"), false));
    let written = usage().prop_map(|usage| (usage, true));
    (kind, prop_oneof![held, written]).prop_map(|(kind, (used, written))| (kind, used, written)).boxed()
}

/// Times at which a node cannot be reached; the last may have no end.
fn outages() -> BoxedStrategy<String> {
    let outage = (1..400u32, 1..300u32);
    let some = (prop::collection::vec(outage, 1..4), any::<bool>()).prop_map(|(outages, comes_back)| {
        let (mut at, mut texts) = (0, Vec::new());
        for (gap, length) in &outages {
            at += gap;
            texts.push(format!("{{at: {at}s, for: {length}s}}"));
            at += length;
        }
        if !comes_back {
            texts.push(format!("{{at: {}s}}", at + 1));
        }
        format!(", outages: [{}]", texts.join(", "))
    });
    prop_oneof![2 => Just(String::new()), 1 => some].boxed()
}

/// One container's behavior.
fn behavior() -> BoxedStrategy<String> {
    let times = (prop::option::of(seconds()), 0..2u8, 0..40u32, 0..5u32);
    let well = (prop::option::of(health()), prop::option::weighted(0.2, health()));
    (usage(), others(), times, well)
        .prop_map(|(usage, others, (run_time, exit_code, stop_time, start_up_time), (health, readiness))| {
            let health = health.map(|health| format!("health: {health}, ")).unwrap_or_default();
            let readiness = readiness.map(|health| format!("readiness: {health}, ")).unwrap_or_default();
            let run_time =
                run_time.map(|s| format!("runTime: {s}s, exitCode: {exit_code}, ")).unwrap_or_default();
            format!(
                "workingSet: {usage}, {others}{health}{readiness}{run_time}stopTime: {stop_time}s, \
                 startUpTime: {start_up_time}s"
            )
        })
        .boxed()
}

/// Requests and limits in all combinations that make the three classes.
fn resources() -> BoxedStrategy<String> {
    let requests = (mebi(), cpu()).prop_map(|(m, cpu)| {
        let cpu = cpu.map(|millis| format!(", cpu: {millis}m")).unwrap_or_default();
        format!("{{requests: {{memory: {m}Mi{cpu}}}}}")
    });
    let both = (mebi(), 0..300u32)
        .prop_map(|(m, more)| format!("{{requests: {{memory: {m}Mi}}, limits: {{memory: {}Mi}}}}", m + more));
    let guaranteed = mebi().prop_map(|m| format!("{{limits: {{cpu: 10m, memory: {m}Mi}}}}"));
    let storage = (mebi(), 0..900u32).prop_map(|(m, more)| {
        format!("{{requests: {{ephemeral-storage: {m}Mi}}, limits: {{ephemeral-storage: {}Mi}}}}", m + more)
    });
    prop_oneof![Just("{}".to_owned()), requests, both, guaranteed, storage].boxed()
}

/// Of a pod's CPU so much that few fit on a node, or nothing.
fn cpu() -> impl Strategy<Value = Option<u32>> {
    prop::option::weighted(0.4, 500..3000u32)
}

/// Where a pod may run, beside whom, and at whose cost: `, affinity: {…}`.
fn placement() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just(""),
        1 => Just(", preemptionPolicy: Never"),
        1 => Just(", affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: \
                  [{labelSelector: {}, topologyKey: kubernetes.io/hostname}]}}"),
        1 => Just(", topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, \
                  whenUnsatisfiable: DoNotSchedule, labelSelector: {}}]"),
    ]
}

/// How the scheduler works: at once and always the same, or not.
fn scheduler() -> BoxedStrategy<String> {
    let slow = (prop::option::of(1..40u32), 0..15u32, any::<bool>(), 0..2u32);
    let slow = slow.prop_map(|(throughput, latency, is_drawn, adaptive)| {
        let ties = if is_drawn { "Drawn" } else { "First" };
        let throughput = throughput.map(|tenths| format!(", throughput: {}", f64::from(tenths) / 10.0));
        format!(
            "scheduler: {{ties: {ties}, bindingLatency: {latency}s{}, \
             configuration: {{percentageOfNodesToScore: {}}}}}\n",
            throughput.unwrap_or_default(),
            100 * adaptive
        )
    });
    prop_oneof![Just(String::new()), slow].boxed()
}

/// A workload named after its place.
fn workload() -> BoxedStrategy<(String, String)> {
    let kind = prop_oneof![Just("Pod"), Just("ReplicaSet"), Just("Job")];
    let policy = prop_oneof![Just("Always"), Just("OnFailure"), Just("Never")];
    let priority = prop_oneof![3 => Just(0i64), 1 => 1..1000i64, 1 => Just(2_000_000_000i64)];
    let tolerated = prop::option::weighted(0.3, 0..400u32);
    let volumes = prop::collection::vec((volume(), any::<prop::sample::Index>()), 0..3);
    let grace = prop_oneof![3 => 0..60u32, 1 => 0..4u32];
    let pod = (policy, priority, grace, 0..8u32, tolerated, volumes, placement());
    let containers = (Container::any(), prop::option::of(Container::any()));
    let init = prop::collection::vec((any::<bool>(), Container::any()), 0..4);
    let arrivals = prop_oneof![
        (1..4u32, seconds()).prop_map(|(n, at)| format!("replicas: {n}, at: {at}s")),
        (10..200u32, 1..8u32)
            .prop_map(|(gap, n)| format!("arrivals: {{poisson: {{every: {gap}s, count: {n}}}}}")),
    ];
    (kind, pod, containers, init, arrivals)
        .prop_map(|(kind, pod, containers, init, arrivals)| {
            let (policy, priority, grace, pull, tolerated, volumes, placement) = pod;
            // As in Kubernetes: a ReplicaSet's pods always restart, a Job's do not.
            let policy = match (kind, policy) {
                ("ReplicaSet", _) => "Always",
                ("Job", "Always") => "OnFailure",
                (_, policy) => policy,
            };
            let (first, second) = containers;
            let mut names = vec!["a"];
            let mut spec = format!("containers: [{{{}}}", first.written("a", grace));
            let mut behaviors = first.told("a");
            if let Some(second) = second {
                names.push("b");
                let _ = write!(spec, ", {{{}}}", second.written("b", grace));
                let _ = write!(behaviors, ", {}", second.told("b"));
            }
            spec.push(']');
            let mut inits = Vec::new();
            for ((sidecar, init), name) in init.into_iter().zip(["i", "j", "k"]) {
                names.push(name);
                // As in Kubernetes: what runs once, to its end, has neither probes nor hooks.
                let init = match sidecar {
                    true => init,
                    false => Container { probes: String::new(), hook: Hook::Nothing, ..init },
                };
                let always = if sidecar { ", restartPolicy: Always" } else { "" };
                inits.push(format!("{{{}{always}}}", init.written(name, grace)));
                let _ = write!(behaviors, ", {}", init.told(name));
            }
            let _ = write!(spec, ", initContainers: [{}]", inits.join(", "));
            let (mut kinds, mut held) = (Vec::new(), Vec::new());
            for (((kind, used, is_written), writer), number) in volumes.iter().zip(0..) {
                kinds.push(format!("{{name: v{number}, {kind}}}"));
                held.push(match is_written {
                    true => format!("v{number}: {{writtenBy: {}, usage: {used}}}", writer.get(&names)),
                    false => format!("v{number}: {used}"),
                });
            }
            let _ = write!(spec, ", volumes: [{}]", kinds.join(", "));
            let held = format!(", volumes: {{{}}}", held.join(", "));
            if let Some(seconds) = tolerated {
                let _ = write!(
                    spec,
                    ", tolerations: [{{key: node.kubernetes.io/unreachable, operator: Exists, \
                     effect: NoExecute, tolerationSeconds: {seconds}}}]"
                );
            }
            let text = format!(
                "kind: {kind}, {arrivals}, template: {{spec: {{restartPolicy: {policy}, priority: {priority}, \
                 terminationGracePeriodSeconds: {grace}, {spec}{placement}}}}}, \
                 behavior: {{pullTime: {pull}s, cleanUpTime: {}s, containers: {{{behaviors}}}{held}}}",
                grace % 3 * 17
            );
            (kind.to_owned(), text)
        })
        .boxed()
}

/// The kubelet's settings: hard always, soft often, with everything that makes a loop remember.
fn kubelet() -> BoxedStrategy<String> {
    let soft = prop::option::of((1..400u32, 0..90u32));
    let reclaim = prop::option::of(1..200u32);
    (20..200u32, soft, reclaim, 0..120u32, 0..60u32, 0..200u32)
        .prop_map(|(hard, soft, reclaim, transition, max_grace, reserved)| {
            let mut text = format!("evictionHard: {{memory.available: {hard}Mi}}");
            if let Some((more, grace)) = soft {
                let _ = write!(
                    text,
                    ", evictionSoft: {{memory.available: {}Mi}}, \
                     evictionSoftGracePeriod: {{memory.available: {grace}s}}",
                    hard + more
                );
            }
            if let Some(mebi) = reclaim {
                let _ = write!(text, ", evictionMinimumReclaim: {{memory.available: {mebi}Mi}}");
            }
            text = text.replacen(
                "evictionHard: {",
                &format!(
                    "evictionHard: {{nodefs.available: {}Mi, nodefs.inodesFree: 5%, imagefs.available: 10%, \
                     pid.available: {}, ",
                    hard + 1,
                    reserved / 4 + 1
                ),
                1,
            );
            format!(
                "{{{text}, evictionPressureTransitionPeriod: {transition}s, \
                 evictionMaxPodGracePeriod: {max_grace}, singleProcessOOMKill: {}, \
                 systemReserved: {{memory: {reserved}Mi}}}}",
                reserved % 2 == 0
            )
        })
        .boxed()
}

/// A scenario's text.
pub fn scenario() -> impl Strategy<Value = String> {
    let disks = (500..4000u32, 0..500u32, any::<bool>(), 100..2000u32).prop_map(|(size, images, is_split, ids)| {
        let used = format!("used: {images}Mi, unusedImages: {images}Mi");
        let (nodefs, imagefs) = match is_split {
            true => (String::new(), format!(", imagefs: {{capacity: 1500Mi, inodes: 900, {used}}}")),
            false => (format!(", {used}"), String::new()),
        };
        format!(
            ", nodefs: {{capacity: {size}Mi, inodes: 2000{nodefs}}}{imagefs}, pids: {{limit: {ids}, used: 20}}"
        )
    });
    let disks = prop_oneof![Just(String::new()), disks];
    let node = (1..4u32, usage(), usage(), any::<bool>(), disks, outages());
    let workloads = prop::collection::vec(workload(), 1..5);
    let acting = prop_oneof![2 => Just("First"), 1 => Just("Drawn")];
    let rules = (acting, scheduler());
    (any::<u32>(), rules, kubelet(), node, workloads).prop_map(|(seed, rules, kubelet, node, workloads)| {
        let (acting, scheduler) = rules;
        let (count, daemons, cache, has_pressure, disks, outages) = node;
        let own = if has_pressure {
            format!(", systemDaemons: {daemons}, pageCache: {cache}{disks}")
        } else {
            disks
        };
        let mut text = format!(
            "horizon: 20m\nseed: {seed}\nactingThreshold: {acting}\nrecord: {{timeline: 45s, events: true, rankings: true, lives: true}}\n\
             controlPlane: {{nodeMonitorGracePeriod: {}s}}\n\
             kubelet: {kubelet}\n{scheduler}\
             nodes:\n  - {{name: n, count: {count}, capacity: {{cpu: 4, memory: 1Gi}}{own}{outages}}}\n\
             runs: [{{name: lesson, rules: Lesson}}, {{name: kubernetes, rules: Kubernetes}}]\n\
             workloads:\n",
            seed % 90 + 1
        );
        for ((_, workload), number) in workloads.iter().zip(0..) {
            let _ = writeln!(text, "  - {{name: w{number}, {workload}}}");
        }
        text
    })
}

pub fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    // A counter-example is printed as a whole scenario: no file of seeds is needed.
    ProptestConfig { cases: asked.unwrap_or(150), failure_persistence: None, ..ProptestConfig::default() }
}

/// How many of some random scenarios have a run with a count that is not 0.
fn told_of(column: &str, scenarios: &[story::Texts]) -> usize {
    let is_told = |row: &story::Cells| row[column] != "0";
    scenarios.iter().filter(|tables| story::rows(&tables["runs"]).iter().any(is_told)).count()
}

#[test]
fn what_goes_wrong_goes_wrong_often_enough_to_be_met() {
    let mut runner = TestRunner::deterministic();
    let mut random = || scenario().new_tree(&mut runner).expect("nothing is filtered").current();
    let scenarios: Vec<_> =
        (0..60).map(|_| story::tables(&story::read(&random()), Passes::ThatMatter)).collect();
    for column in ["evictions", "oom_kills", "preemptions", "pods_preempted", "pods_still_pending"] {
        let told = told_of(column, &scenarios);
        assert!(told >= 4, "{column}: in {told} of 60 scenarios");
    }
}

proptest! {
    #![proptest_config(cases())]

    /// Skipping passes that cannot matter changes nothing, and the same seed gives
    /// the same bytes; the engine audits itself meanwhile.
    #[test]
    fn every_pass_and_passes_that_matter_give_the_same_tables(text in scenario()) {
        let scenario = story::read(&text);
        let skipping = story::audited_tables(&scenario, Passes::ThatMatter);
        let again = story::tables(&story::read(&text), Passes::ThatMatter);
        prop_assert_eq!(&skipping, &again);
        let every = story::tables(&scenario, Passes::Every);
        for (name, table) in &skipping {
            let differs = table.lines().zip(every[name].lines()).find(|(one, other)| one != other);
            prop_assert!(table == &every[name], "{} differs: {:?}\n{}", name, differs, text);
        }
    }

    /// The tables say the same of the same thing, and nothing that cannot be.
    #[test]
    fn tables_agree_with_each_other(text in scenario()) {
        let tables = story::tables(&story::read(&text), Passes::ThatMatter);
        let rows = |table: &str| story::rows(&tables[table]);
        let number = |row: &story::Cells, column: &str| row[column].parse::<u64>().unwrap_or_default();
        for run in rows("runs") {
            let own = |table: &str| rows(table).into_iter().filter(|row| row["run"] == run["run"]).collect::<Vec<_>>();
            let count = |column: &str| number(&run, column);
            prop_assert_eq!(own("pods").len() as u64, count("pods_created"));
            prop_assert_eq!(own("evictions").len() as u64, count("evictions"));
            prop_assert_eq!(own("preemptions").len() as u64, count("preemptions"));
            prop_assert_eq!(own("oom_kills").len() as u64, count("oom_kills"));
            let kills: u64 = own("pods").iter().map(|row| number(row, "oom_kills")).sum();
            prop_assert_eq!(kills, count("oom_kills"));
            let ends = ["completed", "failed", "evicted", "rejected", "deleted", "preempted", "still_running", "still_pending"];
            let ended: u64 = ends.iter().map(|end| count(&format!("pods_{end}"))).sum();
            prop_assert_eq!(ended, count("pods_created"), "every pod ends in exactly one way");
            let evicted = own("pods").iter().filter(|row| row["end"] == "Evicted").count() as u64;
            prop_assert!(evicted <= count("evictions"), "who is evicted at the horizon may still be stopping");
            prop_assert!(count("pods_preempted") <= count("preemptions"), "and so may who is preempted");
        }
        for victim in rows("preemptions") {
            let priority = |column: &str| victim[column].parse::<i64>().ok();
            prop_assert!(priority("priority") < priority("preemptor_priority"), "{:?}", victim);
            prop_assert!(number(&victim, "place") <= number(&victim, "victims"), "{:?}", victim);
        }
        for eviction in rows("evictions") {
            let (seen, line) = (number(&eviction, "available"), number(&eviction, "line"));
            let reclaiming = text.contains("evictionMinimumReclaim");
            let is_limit = eviction["threshold"] == "limit";
            prop_assert!(is_limit || seen < line || reclaiming, "nobody is evicted above the line: {:?}", eviction);
            prop_assert!(number(&eviction, "priority") < 2_000_000_000, "critical pods stay: {:?}", eviction);
        }
        for node in rows("nodes") {
            prop_assert!(number(&node, "peak_working_set_bytes") <= number(&node, "capacity_memory_bytes"));
            prop_assert!(number(&node, "peak_requested_memory_bytes") <= number(&node, "allocatable_memory_bytes"));
        }
        for pod in rows("pods").iter().filter(|pod| !pod["bound_s"].is_empty()) {
            let instant = |column: &str| pod[column].parse::<f64>().ok();
            let instants = ["created_s", "bound_s", "running_s", "ended_s"].into_iter().filter_map(instant);
            prop_assert!(instants.is_sorted(), "a life goes forward: {:?}", pod);
        }
    }
}
