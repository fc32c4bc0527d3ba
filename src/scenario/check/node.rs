//! Nodes: as written -> as meant, one for each.
//!
//! What: capacity, the kubelet's settings of the scenario and of the node put
//! together, and what is left for pods. Next: [`crate::scenario::kubelet`]; [`super::outage`].

use super::besides_memory::{BesidesMemoryCheck, whole};
use super::extended;
use super::measure::Measure;
use super::names::{self, Names};
use super::node_labels::{NodeLabels, images};
use super::numbers::{LONGEST, amount, length, positive_length, varying_length};
use super::outage::outages;
use super::spot::{Findings, Spot};
use super::tables::Files;
use super::unobserved::Unobserved;
use super::usage::{Owner, UsageCheck};
use crate::eviction::{EvictionSettings, Signal, Threshold};
use crate::ground::{Bytes, SimDuration, SimTime};
use crate::model::{Node, Resource, Room, Taint, TaintEffect};
use crate::scenario::distribution::{Distribution, Law, Varying};
use crate::scenario::file::kubelet::KubeletFile;
use crate::scenario::file::node::{EffectFile, NodeFile, TaintFile};
use crate::scenario::kubelet::{self, KubeletRefusal, Reserve, Texts, ThresholdTexts};
use crate::scenario::meaning::NodePlan;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// No scenario has more nodes.
const MOST_NODES: u32 = 100_000;
/// Kubernetes' default (KubeletConfiguration `maxPods`).
const MAX_PODS: u32 = 110;
/// Kubernetes' default (`KubeletConfiguration`, 1.32).
const TRANSITION_PERIOD: SimDuration = SimDuration::minutes(5);
/// The kubelet's own constant (`monitoringInterval`, 1.32).
const MONITORING_INTERVAL: SimDuration = SimDuration::seconds(10);

/// Where settings may stand: at the node first, then at the scenario.
struct Settings<'a, 't> {
    layers: Vec<(&'a KubeletFile, Spot<'t>)>,
}

impl<'a, 't> Settings<'a, 't> {
    /// The value of a key, with the place of its map; the node's own goes before the scenario's.
    fn get<V>(&self, of: impl Fn(&'a KubeletFile) -> &'a Option<V>) -> Option<(&'a V, &Spot<'t>)> {
        self.layers.iter().find_map(|(file, spot)| of(file).as_ref().map(|value| (value, spot)))
    }

    /// Where a map is written: at the node, else at the scenario.
    fn map(&self, key: &str) -> Option<Spot<'t>> {
        self.layers.iter().map(|(_, spot)| spot.key(key)).find(Spot::is_written)
    }
}

/// Reads the scenario's nodes.
pub struct NodesCheck<'c, 'f, 't> {
    findings: &'c mut Findings,
    files: &'c Files<'f>,
    kubelet: Option<(&'c KubeletFile, Spot<'t>)>,
    horizon: SimTime,
    unobserved: Unobserved,
}

impl<'c, 'f, 't> NodesCheck<'c, 'f, 't> {
    /// With the scenario's own `kubelet`, and its horizon.
    pub fn new(
        findings: &'c mut Findings,
        files: &'c Files<'f>,
        (kubelet, horizon): (Option<(&'c KubeletFile, Spot<'t>)>, SimTime),
    ) -> NodesCheck<'c, 'f, 't> {
        NodesCheck { findings, files, kubelet, horizon, unobserved: Unobserved::default() }
    }

    /// All nodes, in the order of the file.
    pub fn nodes(&mut self, spot: &Spot<'_>, nodes: &[NodeFile]) -> Vec<NodePlan> {
        if nodes.is_empty() {
            let fix = "add `nodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}}]`";
            self.findings.mistake(spot, "the scenario has no nodes", fix);
        }
        let mut names = Names::of("node");
        let mut plans = Vec::new();
        let mut total = 0u32;
        for (index, node) in nodes.iter().enumerate() {
            let spot = spot.index(index);
            let before = self.findings.mistakes.len();
            let plan = self.node(&spot, node);
            let is_sound = self.findings.mistakes.len() == before;
            let count = node.count.unwrap_or(1);
            total = total.saturating_add(count);
            if count == 0 {
                self.findings.mistake(
                    &spot.key("count"),
                    "no nodes at all",
                    "write 1 or more, or remove the entry",
                );
            }
            if total > MOST_NODES {
                let what = format!("{total} nodes are more than {MOST_NODES}");
                self.findings.mistake(&spot.key("count"), what, "write a smaller number");
                return plans;
            }
            names::must_be_a_label(self.findings, &spot.key("name"), "node", &node.name);
            let labels = NodeLabels::read(self.findings, &spot, node);
            for (number, name) in names_of(&node.name, node.count).into_iter().enumerate() {
                names.take(self.findings, &spot.key("name"), &name);
                if is_sound {
                    let labels = labels.of(number, &name);
                    plans.push(NodePlan { node: Node { name, labels, ..plan.node.clone() }, ..plan.clone() });
                }
            }
        }
        self.unobserved.tell(self.findings);
        plans
    }

    fn node(&mut self, spot: &Spot<'_>, node: &NodeFile) -> NodePlan {
        let mut settings = Settings { layers: Vec::new() };
        settings.layers.extend(node.kubelet.as_ref().map(|file| (file, spot.key("kubelet"))));
        settings.layers.extend(self.kubelet.as_ref().map(|(file, spot)| (*file, spot.clone())));
        let without_disk = self.capacity(&spot.key("capacity"), node, &settings);
        let eviction = self.eviction(spot, node, &settings);
        let reserves = self.reserves(&settings);
        self.note_what_is_not_simulated(&settings);
        let besides_memory = BesidesMemoryCheck::new(self.findings, self.files, &node.name).read(spot, node);
        // What the kubelet reports of local disk is its nodefs.
        let disk = besides_memory.node_fs.map_or(Room::UNKNOWN_STORAGE, |node_fs| node_fs.capacity);
        let capacity = Room { ephemeral_storage: disk, ..without_disk };
        let words = format!("node {}", node.name);
        let owner = Owner { words, has_request: false, has_limit: false, measure: Measure::Memory };
        let mut usage = UsageCheck { findings: &mut *self.findings, files: self.files, owner: &owner };
        let system_daemons = usage.usage(&spot.key("systemDaemons"), node.system_daemons.as_ref());
        let page_cache = usage.usage(&spot.key("pageCache"), node.page_cache.as_ref());
        let first_pass = self.first_pass(&spot.key("firstPass"), node, eviction.monitoring_interval);
        let plain = Node {
            allocatable: kubelet::allocatable(capacity, reserves, &eviction.thresholds),
            extended: self.extended(&spot.key("capacity"), node),
            images: images(self.findings, &spot.key("images"), &node.images),
            pods_memory_limit: kubelet::pods_memory_limit(capacity, reserves),
            unschedulable: node.unschedulable,
            taints: node.taints.iter().map(taint).collect(),
            node_fs: besides_memory.node_fs,
            image_fs: besides_memory.image_fs,
            process_ids: besides_memory.process_ids,
            single_process_oom_kill: settings
                .get(|file| &file.single_process_oom_kill)
                .is_some_and(|(wanted, _)| *wanted),
            outages: outages(self.findings, (&spot.key("outages"), &node.name), self.horizon, &node.outages),
            ..Node::new(node.name.clone(), capacity)
        };
        self.refuse_what_leaves_nothing(spot, &settings, &plain, &eviction.thresholds);
        self.refuse_what_is_always_met(&settings, &plain, &eviction.thresholds);
        let speaks_of_disks = node.nodefs.is_some() || node.imagefs.is_some();
        let meant = meant_signals(&settings, &eviction.thresholds, speaks_of_disks);
        self.unobserved.note(&plain, meant.into_iter());
        NodePlan {
            node: plain,
            kubelet: Arc::new(eviction),
            system_daemons,
            page_cache,
            others: besides_memory.others,
            first_pass,
        }
    }

    fn capacity(&mut self, spot: &Spot<'_>, node: &NodeFile, settings: &Settings<'_, '_>) -> Room {
        let cpu = amount(self.findings, &spot.key("cpu"), &node.capacity.cpu, Resource::Cpu).milli_cpu();
        let memory =
            amount(self.findings, &spot.key("memory"), &node.capacity.memory, Resource::Memory).bytes();
        if memory == Bytes::ZERO && node.capacity.memory.0.sign() == 0 {
            self.findings.mistake(&spot.key("memory"), "a node without memory", "write for example 8Gi");
        }
        let from_kubelet = settings.get(|file| &file.max_pods).map(|(max_pods, _)| *max_pods);
        let pods = node.capacity.pods.or(from_kubelet).unwrap_or(MAX_PODS);
        Room { cpu, memory, ephemeral_storage: Room::UNKNOWN_STORAGE, pods }
    }

    /// All of an extended resource is allocatable: nothing is kept back of it.
    fn extended(&mut self, spot: &Spot<'_>, node: &NodeFile) -> BTreeMap<String, u64> {
        let counts = extended::counts(self.findings, spot, &node.capacity.extended);
        counts.into_iter().map(|(name, count)| (name, count.bytes().0)).collect()
    }

    fn eviction(
        &mut self,
        spot: &Spot<'_>,
        node: &NodeFile,
        settings: &Settings<'_, '_>,
    ) -> EvictionSettings {
        let nothing = Texts::new();
        let defaults = kubelet::default_hard();
        let map = |found: Option<(&'_ Texts, &Spot<'_>)>| found.map(|(texts, _)| texts.clone());
        let hard = map(settings.get(|file| &file.eviction_hard)).unwrap_or(defaults);
        let soft = map(settings.get(|file| &file.eviction_soft)).unwrap_or_default();
        let grace = map(settings.get(|file| &file.eviction_soft_grace_period)).unwrap_or_default();
        let reclaim =
            settings.get(|file| &file.eviction_minimum_reclaim).map_or(&nothing, |(texts, _)| texts);
        let enforced = settings.get(|file| &file.enforce_node_allocatable);
        let texts = ThresholdTexts {
            hard: &hard,
            soft: &soft,
            soft_grace_period: &grace,
            minimum_reclaim: reclaim,
            pods_are_enforced: enforced
                .is_none_or(|(enforced, _)| enforced.iter().any(|name| name == "pods")),
        };
        let thresholds = kubelet::thresholds(texts).unwrap_or_else(|refusals| {
            self.tell(refusals, settings);
            Vec::new()
        });
        let max_pod_grace_period = self.max_pod_grace_period(settings);
        let monitoring_interval = node.monitoring_interval.map_or(MONITORING_INTERVAL, |text| {
            positive_length(self.findings, &spot.key("monitoringInterval"), text, "the monitoring interval")
        });
        EvictionSettings {
            thresholds,
            pressure_transition_period: self.transition_period(settings),
            max_pod_grace_period,
            monitoring_interval,
        }
    }

    /// Tells refusals at the map that they are about, at the node or at the scenario.
    fn tell(&mut self, refusals: Vec<KubeletRefusal>, settings: &Settings<'_, '_>) {
        for refusal in refusals {
            if let Some(map) = settings.map(refusal.map) {
                self.findings.mistake(&map.key(&refusal.entry), refusal.what, refusal.fix);
            }
        }
    }

    fn transition_period(&mut self, settings: &Settings<'_, '_>) -> SimDuration {
        let found = settings.get(|file| &file.eviction_pressure_transition_period);
        let Some((text, spot)) = found else { return TRANSITION_PERIOD };
        let spot = spot.key("evictionPressureTransitionPeriod");
        match kubelet::go_duration(text) {
            Ok(period) if period <= LONGEST => period,
            Ok(period) => {
                self.findings.mistake(
                    &spot,
                    format!("{period} is longer than 100 years"),
                    "write a shorter length",
                );
                TRANSITION_PERIOD
            }
            Err((what, fix)) => {
                self.findings.mistake(&spot, what, fix);
                TRANSITION_PERIOD
            }
        }
    }

    fn max_pod_grace_period(&mut self, settings: &Settings<'_, '_>) -> SimDuration {
        let seconds =
            settings.get(|file| &file.eviction_max_pod_grace_period).map_or(0, |(seconds, _)| *seconds);
        if seconds < 0 {
            let sentence =
                "a negative evictionMaxPodGracePeriod stops pods at once, as the kubelet does today";
            self.findings.assume(sentence);
        }
        SimDuration::seconds(u64::try_from(seconds).unwrap_or(0))
    }

    fn reserves(&mut self, settings: &Settings<'_, '_>) -> [Reserve; 2] {
        let kube = settings.get(|file| &file.kube_reserved).map(|(texts, _)| texts);
        let system = settings.get(|file| &file.system_reserved).map(|(texts, _)| texts);
        [("kubeReserved", kube), ("systemReserved", system)].map(|(map, texts)| {
            let Some(texts) = texts else { return Reserve::default() };
            kubelet::reserve(map, texts).unwrap_or_else(|refusals| {
                self.tell(refusals, settings);
                Reserve::default()
            })
        })
    }

    /// Refuses a node that could never run a pod.
    fn refuse_what_leaves_nothing(
        &mut self,
        spot: &Spot<'_>,
        settings: &Settings<'_, '_>,
        node: &Node,
        thresholds: &[Threshold],
    ) {
        let (name, memory) = (&node.name, node.capacity.memory);
        let is_too_high = |line: &&Threshold| {
            line.signal == Signal::MemoryAvailable && line.value.in_bytes(memory) >= memory
        };
        if memory == Bytes::ZERO {
            return; // Told already.
        }
        if let Some(line) = thresholds.iter().find(is_too_high) {
            let map = settings.map(if line.is_hard() { "evictionHard" } else { "evictionSoft" });
            let at = map.map_or(spot.keys(&["capacity", "memory"]), |map| map.key(line.signal.name()));
            let least = line.value.in_bytes(memory);
            let what = format!("node {name} has {memory} of memory, and must always have {least} available");
            self.findings.mistake(&at, what, "lower the threshold, or give the node more memory");
        } else if node.allocatable.memory == Bytes::ZERO {
            let at = settings.layers.first().map_or(spot.clone(), |(_, spot)| spot.clone());
            let what = format!(
                "node {name} has nothing left for pods: its reserves and its threshold take all {memory} of memory"
            );
            self.findings.mistake(
                &at,
                what,
                "lower kubeReserved or systemReserved, or give the node more memory",
            );
        }
    }

    /// Refuses thresholds of disks and process ids that an idle node would meet already.
    fn refuse_what_is_always_met(
        &mut self,
        settings: &Settings<'_, '_>,
        node: &Node,
        thresholds: &[Threshold],
    ) {
        for line in thresholds {
            let Some(whole) = whole(node, line.signal).filter(|whole| *whole > Bytes::ZERO) else { continue };
            let least = line.value.in_bytes(whole);
            let map = settings.map(if line.is_hard() { "evictionHard" } else { "evictionSoft" });
            if let Some(map) = map.filter(|_| whole <= least) {
                let (name, signal) = (&node.name, line.signal.name());
                let what =
                    format!("{signal} of node {name} is never above {whole}, and must always be {least}");
                let fix = "lower the threshold, or write a percentage";
                self.findings.mistake(&map.key(signal), what, fix);
            }
        }
    }

    fn note_what_is_not_simulated(&mut self, settings: &Settings<'_, '_>) {
        let layers = settings.layers.iter();
        let keys: BTreeSet<&str> = layers.flat_map(|(file, _)| file.not_simulated()).collect();
        if !keys.is_empty() {
            let keys = keys.into_iter().collect::<Vec<_>>().join(", ");
            self.findings
                .assume(format!("settings of the kubelet that are accepted and change nothing: {keys}"));
        }
    }

    fn first_pass(
        &mut self,
        spot: &Spot<'_>,
        node: &NodeFile,
        interval: SimDuration,
    ) -> Varying<SimDuration> {
        match &node.first_pass {
            Some(crate::scenario::decode::TextOr::Text(text)) => {
                Varying::Fixed(length(self.findings, spot, *text))
            }
            Some(drawn) => varying_length(self.findings, spot, drawn),
            None => {
                self.findings.assume(
                    "when a kubelet's eviction loop looks first is unknown: drawn for each node, evenly over one monitoring interval (firstPass)",
                );
                // The interval itself would be the next pass.
                let max = interval.0.saturating_sub(1) as f64;
                Varying::Drawn(Distribution {
                    law: Law::Uniform { min: 0.0, max },
                    at_least: None,
                    at_most: None,
                })
            }
        }
    }
}

/// The signals with thresholds that somebody meant: written down, or kept as defaults by whoever
/// speaks of the node's disks. Others have defaults, too, that nobody thought of.
fn meant_signals(
    settings: &Settings<'_, '_>,
    thresholds: &[Threshold],
    speaks_of_disks: bool,
) -> Vec<Signal> {
    let maps = [settings.get(|file| &file.eviction_hard), settings.get(|file| &file.eviction_soft)];
    let is_written =
        |signal: &Signal| maps.iter().flatten().any(|(texts, _)| texts.contains_key(signal.name()));
    let signals = thresholds.iter().map(|threshold| threshold.signal);
    signals.filter(|signal| speaks_of_disks || is_written(signal)).collect()
}

/// `name`, or `name-0` to `name-(n-1)`.
fn names_of(name: &str, count: Option<u32>) -> Vec<String> {
    match count {
        None => vec![name.to_owned()],
        Some(count) => (0..count.min(MOST_NODES)).map(|number| format!("{name}-{number}")).collect(),
    }
}

fn taint(taint: &TaintFile) -> Taint {
    Taint { key: taint.key.clone(), value: taint.value.clone(), effect: effect(taint.effect) }
}

pub fn effect(effect: EffectFile) -> TaintEffect {
    match effect {
        EffectFile::NoSchedule => TaintEffect::NoSchedule,
        EffectFile::PreferNoSchedule => TaintEffect::PreferNoSchedule,
        EffectFile::NoExecute => TaintEffect::NoExecute,
    }
}
