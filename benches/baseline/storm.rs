//! W2 by hand: a heap of what happens, the nodes, their memory, and the kernel's kills.
//!
//! No kubelet: where memory jumps by gibibytes, the kernel is there before it looks. The bench asserts that
//! the engine evicts nobody in this story either.

use crate::Life;
use crate::nodes::{Nodes, Room};
use evictsim::ground::SimTime;
use evictsim::model::Replica;
use evictsim::scenario::reference::storm::StormPod;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const POD: Room = Room { cpu_millis: 1_000, memory_mib: 4_096 };
const NODE_BYTES: u64 = 256 << 30;

/// In the order in which things happen at one instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Flips { pod: u32, serial: u32 },
    Ends { pod: u32, serial: u32 },
    RunsOut { node: u32 },
    IsMadeAgain { serial: u32, pod: u32 },
    Arrives { pod: u32 },
}

/// A pod that runs; its serial tells it from those before it in its place.
#[derive(Clone, Copy, Default)]
struct Running {
    node: u32,
    serial: u32,
    generation: u32,
    is_high: bool,
    started: SimTime,
}

struct Story<'a> {
    pods: &'a [StormPod],
    now: SimTime,
    heap: BinaryHeap<Reverse<(SimTime, Happening)>>,
    nodes: Nodes,
    /// Bytes in use, and who runs there, by node.
    memory: Vec<u64>,
    on_node: Vec<Vec<u32>>,
    running: Vec<Running>,
    made: u32,
    lives: Vec<Life>,
}

pub fn by_hand(nodes: u32, pods: &[StormPod]) -> Vec<Life> {
    let mut story = Story {
        pods,
        now: SimTime::START,
        heap: BinaryHeap::new(),
        nodes: Nodes::new(nodes, POD),
        memory: vec![0; nodes as usize],
        on_node: vec![Vec::new(); nodes as usize],
        running: vec![Running::default(); pods.len()],
        made: 0,
        lives: Vec::with_capacity(pods.len()),
    };
    story.plan_arrival(0);
    while let Some(Reverse((at, happening))) = story.heap.pop() {
        story.now = at;
        story.happen(happening);
    }
    story.lives
}

impl Story<'_> {
    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Flips { pod, serial } if self.running[pod as usize].serial == serial => self.flip(pod),
            Happening::Ends { pod, serial } if self.running[pod as usize].serial == serial => {
                self.end(pod, true)
            }
            Happening::Flips { .. } | Happening::Ends { .. } => {}
            Happening::RunsOut { node } => self.kill_on(node),
            Happening::IsMadeAgain { pod, .. } => {
                self.running[pod as usize].generation += 1;
                self.start(pod);
            }
            Happening::Arrives { pod } => {
                self.start(pod);
                self.plan_arrival(pod + 1);
            }
        }
    }

    fn plan(&mut self, at: SimTime, happening: Happening) {
        self.heap.push(Reverse((at, happening)));
    }

    fn plan_arrival(&mut self, pod: u32) {
        if let Some(next) = self.pods.get(pod as usize) {
            self.plan(next.arrival, Happening::Arrives { pod });
        }
    }

    fn start(&mut self, pod: u32) {
        let StormPod { low, shift, duration, .. } = self.pods[pod as usize];
        let node = self.nodes.take();
        self.made += 1;
        let (serial, generation) = (self.made, self.running[pod as usize].generation);
        self.running[pod as usize] = Running { node, serial, generation, is_high: false, started: self.now };
        self.on_node[node as usize].push(pod);
        self.plan(self.now.after(duration), Happening::Ends { pod, serial });
        self.plan(self.now.after(shift), Happening::Flips { pod, serial });
        self.use_more(node, low.0);
    }

    fn flip(&mut self, pod: u32) {
        let StormPod { low, high, shift, .. } = self.pods[pod as usize];
        let running = &mut self.running[pod as usize];
        let (node, serial, was_high) = (running.node, running.serial, running.is_high);
        running.is_high = !was_high;
        self.plan(self.now.after(shift), Happening::Flips { pod, serial });
        if was_high {
            self.memory[node as usize] -= high.0 - low.0;
        } else {
            self.use_more(node, high.0 - low.0);
        }
    }

    fn use_more(&mut self, node: u32, bytes: u64) {
        self.memory[node as usize] += bytes;
        if self.memory[node as usize] > NODE_BYTES {
            self.plan(self.now, Happening::RunsOut { node });
        }
    }

    fn used_by(&self, pod: u32) -> u64 {
        let StormPod { low, high, .. } = self.pods[pod as usize];
        if self.running[pod as usize].is_high { high.0 } else { low.0 }
    }

    /// The largest first, and among equals the youngest.
    fn kill_on(&mut self, node: u32) {
        while self.memory[node as usize] > NODE_BYTES {
            let badness = |pod: &u32| (self.used_by(*pod), self.running[*pod as usize].serial);
            let victim = self.on_node[node as usize].iter().copied().max_by_key(badness);
            let pod = victim.expect("somebody uses it");
            let serial = self.running[pod as usize].serial;
            self.end(pod, false);
            self.plan(self.now, Happening::IsMadeAgain { serial, pod });
        }
    }

    fn end(&mut self, pod: u32, succeeded: bool) {
        let Running { node, generation, started, .. } = self.running[pod as usize];
        self.memory[node as usize] -= self.used_by(pod);
        self.running[pod as usize].serial = 0; // What is planned for it is no more.
        self.on_node[node as usize].retain(|other| *other != pod);
        self.nodes.give_back(node);
        let replica = Replica { ordinal: pod, generation };
        self.lives.push(Life { replica, node, started, ended: self.now, succeeded });
    }
}
