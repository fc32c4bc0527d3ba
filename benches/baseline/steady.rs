//! W1 by hand: a heap of ends, and the nodes.

use crate::Life;
use crate::nodes::{Nodes, Room};
use evictsim::ground::SimTime;
use evictsim::model::Replica;
use evictsim::scenario::reference::steady::SteadyPod;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const POD: Room = Room { cpu_millis: 2_000, memory_mib: 8_192 };

pub fn by_hand(nodes: u32, pods: &[SteadyPod]) -> Vec<Life> {
    let mut nodes = Nodes::new(nodes, POD);
    let mut ends: BinaryHeap<Reverse<(SimTime, u32)>> = BinaryHeap::new();
    let mut lives: Vec<Life> = Vec::with_capacity(pods.len());
    for (pod, ordinal) in pods.iter().zip(0..) {
        while let Some(Reverse((end, gone))) = ends.peek().copied()
            && end <= pod.arrival
        {
            ends.pop();
            nodes.give_back(lives[gone as usize].node);
        }
        let ended = pod.arrival.after(pod.duration);
        ends.push(Reverse((ended, ordinal)));
        let replica = Replica { ordinal, generation: 0 };
        lives.push(Life { replica, node: nodes.take(), started: pod.arrival, ended, succeeded: true });
    }
    lives
}
