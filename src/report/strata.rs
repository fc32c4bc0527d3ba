//! Strata: the memory of a node over time, layer upon layer, for a figure.
//!
//! What: the [`Strata`] of a node are columns at instants, and what each layer held then: what is
//! no pod's, and the pods of each class by age. Between two columns memory is straight, since
//! there is one just before and one just after each change. Bounded: by [`MOST_NODES`], by
//! [`MOST_PODS`], and in time by what a figure could show.
//! Never: a color or a place in a picture. Next: [`super::drawing`] shows it.

use crate::engine::NodeSetting;
use crate::eviction::{Signal, Threshold};
use crate::ground::{Bytes, Line, SimDuration, SimTime};
use crate::model::QosClass;
use std::cmp::Reverse;

/// How many nodes of a run a figure shows: the scenario's first.
pub const MOST_NODES: usize = 6;
/// How many pods of a node have a layer of their own: the first that come. The others of a class share one.
pub const MOST_PODS: usize = 24;
/// How many parts of a run are told apart. In each there are at most [`MOST_COLUMNS`].
const PARTS: u64 = 512;
const MOST_COLUMNS: usize = 4;

/// A node's memory over time.
#[derive(Clone, Debug)]
pub struct Strata {
    pub node: String,
    pub capacity: Bytes,
    /// What pods may request.
    pub allocatable: Bytes,
    /// Of its thresholds those of `memory.available`, in the kubelet's order.
    pub thresholds: Vec<Threshold>,
    part: SimDuration,
    horizon: SimTime,
    /// What is no pod's first, the others as they came.
    layers: Vec<Layer>,
    columns: Vec<Column>,
    /// When memory last changed, if there is no column for what came after.
    changed: Option<SimTime>,
}

/// Whose memory a layer is.
#[derive(Clone, Debug)]
pub struct Layer {
    pub whose: Whose,
    /// The pod's name, or what stands for one.
    pub name: String,
    line: Line,
}

/// In the order of layers, from below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// What is no pod's: system and page cache.
    Node,
    /// A pod's, by its serial; or, without one, that of the class's other pods.
    Pods { class: Reverse<QosClass>, serial: Option<u64> },
}

/// What each layer held at an instant; what came later held nothing.
#[derive(Clone, Debug)]
struct Column {
    at: SimTime,
    levels: Vec<Bytes>,
}

impl Column {
    fn sum(&self) -> u128 {
        self.levels.iter().map(|level| u128::from(level.0)).sum()
    }
}

/// A layer over time: how much it held, and how much lay below it.
#[derive(Clone, Debug)]
pub struct Band<'a> {
    pub layer: &'a Layer,
    pub edges: Vec<Edge>,
}

/// Where a band lies at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub at: SimTime,
    pub below: Bytes,
    pub above: Bytes,
}

impl Strata {
    /// Of a run until `horizon`.
    pub fn new(setting: &NodeSetting, horizon: SimTime) -> Strata {
        let of_memory = |threshold: &&Threshold| threshold.signal == Signal::MemoryAvailable;
        Strata {
            node: setting.node.name.clone(),
            capacity: setting.node.capacity.memory,
            allocatable: setting.node.allocatable.memory,
            thresholds: setting.kubelet.thresholds.iter().filter(of_memory).cloned().collect(),
            part: SimDuration(horizon.0 / PARTS),
            horizon,
            layers: vec![Layer {
                whose: Whose::Node,
                name: "system, page cache".to_owned(),
                line: Line::default(),
            }],
            columns: Vec::new(),
            changed: None,
        }
    }

    /// What is no pod's goes on like this.
    pub fn turn_own(&mut self, now: SimTime, after: Line) {
        self.settle(now);
        self.layers[0].line = after;
    }

    /// A pod's memory, which went on like the first line, goes on like the second.
    pub fn turn_pod(
        &mut self,
        now: SimTime,
        pod: (u64, QosClass),
        name: impl FnOnce() -> String,
        (before, after): (Line, Line),
    ) {
        self.settle(now);
        let layer = self.layer_of(pod, name);
        let line = &mut self.layers[layer].line;
        *line = *line - before + after;
    }

    fn layer_of(&mut self, (serial, qos): (u64, QosClass), name: impl FnOnce() -> String) -> usize {
        let class = Reverse(qos);
        let own = Whose::Pods { class, serial: Some(serial) };
        let rest = Whose::Pods { class, serial: None };
        if let Some(layer) = self.place(own) {
            return layer;
        }
        let with_own = |layer: &&Layer| matches!(layer.whose, Whose::Pods { serial: Some(_), .. });
        let has_room = self.layers.iter().filter(with_own).count() < MOST_PODS;
        let whose = if has_room { own } else { rest };
        self.place(whose).unwrap_or_else(|| {
            let name = if has_room { name() } else { format!("other {} pods", qos.name()) };
            self.layers.push(Layer { whose, name, line: Line::default() });
            self.layers.len() - 1
        })
    }

    fn place(&self, whose: Whose) -> Option<usize> {
        self.layers.iter().position(|layer| layer.whose == whose)
    }

    /// Before the first change at an instant: a column for what came of the last one, and one for now.
    fn settle(&mut self, now: SimTime) {
        if self.changed == Some(now) {
            return;
        }
        if let Some(changed) = self.changed.replace(now) {
            self.take(changed);
        }
        self.take(now);
    }

    fn take(&mut self, at: SimTime) {
        let levels = self.layers.iter().map(|layer| layer.line.at(at).bytes()).collect();
        self.make_room(at);
        self.columns.push(Column { at, levels });
    }

    /// Where too many lie in a part of the run, the last is left out; of it and the one before, the higher stays.
    fn make_room(&mut self, at: SimTime) {
        let Some(first) = self.columns.len().checked_sub(MOST_COLUMNS) else { return };
        if at.since(self.columns[first].at) >= self.part {
            return;
        }
        let last = self.columns.pop();
        if let (Some(last), Some(kept)) = (last, self.columns.last_mut())
            && last.sum() > kept.sum()
        {
            *kept = last;
        }
    }

    /// The run is over.
    pub fn finish(mut self) -> Strata {
        self.settle(self.horizon);
        self
    }

    /// Its layers, from below.
    pub fn bands(&self) -> Vec<Band<'_>> {
        let mut order: Vec<usize> = (0..self.layers.len()).collect();
        order.sort_by_key(|layer| self.layers[*layer].whose.height());
        let mut below: Vec<Bytes> = vec![Bytes::ZERO; self.columns.len()];
        let mut band = |layer: usize| {
            let edge = |(column, below): (&Column, &mut Bytes)| {
                let level = column.levels.get(layer).copied().unwrap_or(Bytes::ZERO);
                let above = Bytes(below.0.saturating_add(level.0));
                Edge { at: column.at, below: std::mem::replace(below, above), above }
            };
            let edges = self.columns.iter().zip(&mut below).map(edge).collect();
            Band { layer: &self.layers[layer], edges }
        };
        order.into_iter().map(&mut band).collect()
    }
}

impl Whose {
    /// Those of a class that share a layer lie above those that have their own.
    fn height(self) -> impl Ord {
        match self {
            Whose::Node => (None, false, None),
            Whose::Pods { class, serial } => (Some(class), serial.is_none(), serial),
        }
    }

    /// The class of the pods, if it is theirs.
    pub fn class(self) -> Option<QosClass> {
        match self {
            Whose::Node => None,
            Whose::Pods { class: Reverse(class), .. } => Some(class),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::EvictionSettings;
    use crate::ground::{MilliCpu, Ramp};
    use crate::model::{Node, Room};
    use std::sync::Arc;

    fn at(seconds: u64) -> SimTime {
        SimTime(seconds * 1_000_000)
    }

    fn strata(horizon: SimTime) -> Strata {
        let room = Room { cpu: MilliCpu(1000), memory: Bytes::gibi(1), pods: 110, ..Room::default() };
        let kubelet = EvictionSettings {
            thresholds: Vec::new(),
            pressure_transition_period: SimDuration::minutes(5),
            max_pod_grace_period: SimDuration::ZERO,
            monitoring_interval: SimDuration::seconds(10),
        };
        Strata::new(&NodeSetting { node: Node::new("n", room), kubelet: Arc::new(kubelet) }, horizon)
    }

    fn flat(bytes: u64) -> Line {
        Ramp::flat(Bytes(bytes)).into()
    }

    /// The seconds, the lower and the upper edge of a band.
    fn edges(band: &Band<'_>) -> Vec<(u64, u64, u64)> {
        band.edges.iter().map(|edge| (edge.at.0 / 1_000_000, edge.below.0, edge.above.0)).collect()
    }

    #[test]
    fn memory_is_known_just_before_and_just_after_each_change() {
        // One byte a microsecond from 0 at 20 s on, so 10,000,000 at 30 s, when all of it goes.
        let mut strata = strata(at(100));
        let rising: Line =
            Ramp::towards(at(20), Bytes(0), Bytes(100_000_000), SimDuration::seconds(100)).into();
        let pod = (0, QosClass::Burstable);
        strata.turn_own(at(0), flat(7));
        strata.turn_pod(at(20), pod, || "web".into(), (Line::default(), rising));
        strata.turn_pod(at(30), pod, || "web".into(), (rising, Line::default()));
        let strata = strata.finish();
        let bands = strata.bands();
        assert_eq!(
            edges(&bands[1]),
            [(0, 0, 0), (0, 7, 7), (20, 7, 7), (20, 7, 7), (30, 7, 10_000_007), (30, 7, 7), (100, 7, 7),]
        );
    }

    #[test]
    fn the_guaranteed_lie_lowest_and_the_older_below_the_younger() {
        let mut strata = strata(at(100));
        let classes = [QosClass::BestEffort, QosClass::Burstable, QosClass::Guaranteed, QosClass::Burstable];
        for (qos, serial) in classes.into_iter().zip(0..) {
            strata.turn_pod(
                at(serial),
                (serial, qos),
                || format!("pod-{serial}"),
                (Line::default(), flat(1)),
            );
        }
        let strata = strata.finish();
        let names: Vec<&str> = strata.bands().iter().map(|band| band.layer.name.as_str()).collect();
        assert_eq!(names, ["system, page cache", "pod-2", "pod-1", "pod-3", "pod-0"]);
    }

    #[test]
    fn pods_that_have_no_layer_of_their_own_add_up_in_their_class() {
        let mut strata = strata(at(100));
        for serial in 0..MOST_PODS as u64 + 3 {
            let pod = (serial, QosClass::BestEffort);
            strata.turn_pod(at(1), pod, || serial.to_string(), (Line::default(), flat(5)));
        }
        // One of them turns to 7, so that three hold 5 + 5 + 7.
        let last = (MOST_PODS as u64 + 2, QosClass::BestEffort);
        strata.turn_pod(at(2), last, || "last".into(), (flat(5), flat(7)));
        let strata = strata.finish();
        let bands = strata.bands();
        let rest = bands.last().expect("there are bands");
        assert_eq!((rest.layer.name.as_str(), bands.len()), ("other BestEffort pods", MOST_PODS + 2));
        let last = rest.edges.last().expect("the horizon");
        assert_eq!(last.above.0 - last.below.0, 17);
    }

    #[test]
    fn memory_that_turns_without_end_stays_as_long_as_a_figure_could_show_and_keeps_its_peak() {
        let mut strata = strata(at(1_000_000));
        let pod = (0, QosClass::BestEffort);
        let mut before = Line::default();
        for second in 0..1_000_000 {
            // The peak lasts one second, deep within a part of the run.
            let after = flat(if second == 501_234 { 9999 } else { second % 2 });
            strata.turn_pod(at(second), pod, || "busy".into(), (before, after));
            before = after;
        }
        let strata = strata.finish();
        assert!(strata.columns.len() <= MOST_COLUMNS * (PARTS as usize + 2), "{}", strata.columns.len());
        assert_eq!(strata.columns.iter().map(Column::sum).max(), Some(9999));
        assert!(strata.columns.is_sorted_by_key(|column| column.at));
    }
}
