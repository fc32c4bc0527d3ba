//! The conditions that a node reports while it is under pressure.
//!
//! What: their names, and a set of them.
//! Never: what brings a condition about, or how long it lasts: [`super::monitor`].
//! Next: [`super::admission`], which refuses pods because of them.

use crate::model::Taint;
use std::fmt;

/// A condition of node pressure, in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeCondition {
    DiskPressure,
    MemoryPressure,
    PidPressure,
}

impl NodeCondition {
    pub const ALL: [NodeCondition; 3] =
        [NodeCondition::DiskPressure, NodeCondition::MemoryPressure, NodeCondition::PidPressure];

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            NodeCondition::DiskPressure => "DiskPressure",
            NodeCondition::MemoryPressure => "MemoryPressure",
            NodeCondition::PidPressure => "PIDPressure",
        }
    }

    /// What its node bears while it holds. Source: Kubernetes documentation, "Taint nodes by condition".
    pub fn taint(self) -> Taint {
        match self {
            NodeCondition::DiskPressure => Taint::disk_pressure(),
            NodeCondition::MemoryPressure => Taint::memory_pressure(),
            NodeCondition::PidPressure => Taint::pid_pressure(),
        }
    }

    pub fn named(name: &str) -> Option<NodeCondition> {
        NodeCondition::ALL.into_iter().find(|condition| condition.name() == name)
    }
}

/// The conditions that hold on a node: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeConditions {
    holds: [bool; NodeCondition::ALL.len()],
}

impl NodeConditions {
    pub const NONE: NodeConditions = NodeConditions { holds: [false; NodeCondition::ALL.len()] };

    pub fn with(mut self, condition: NodeCondition) -> NodeConditions {
        self.holds[condition as usize] = true;
        self
    }

    pub fn contains(self, condition: NodeCondition) -> bool {
        self.holds[condition as usize]
    }

    pub fn is_empty(self) -> bool {
        self == NodeConditions::NONE
    }

    /// Those that hold in one of the two and not in the other.
    pub fn changed_to(self, later: NodeConditions) -> impl Iterator<Item = NodeCondition> {
        let differs =
            move |condition: &NodeCondition| self.contains(*condition) != later.contains(*condition);
        NodeCondition::ALL.into_iter().filter(differs)
    }

    /// In the order of their names.
    pub fn iter(self) -> impl Iterator<Item = NodeCondition> {
        NodeCondition::ALL.into_iter().filter(move |condition| self.contains(*condition))
    }
}

impl FromIterator<NodeCondition> for NodeConditions {
    fn from_iter<I: IntoIterator<Item = NodeCondition>>(conditions: I) -> NodeConditions {
        conditions.into_iter().fold(NodeConditions::NONE, NodeConditions::with)
    }
}

/// As Kubernetes prints a list: `[DiskPressure MemoryPressure]`.
impl fmt::Display for NodeConditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(NodeCondition::name).collect();
        write!(f, "[{}]", names.join(" "))
    }
}
