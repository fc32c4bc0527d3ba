//! Nodes as three arrays: what is free of each, and what kube-scheduler's LeastAllocated would say of it.

const CPU_MILLIS: u32 = 64_000;
const MEMORY_MIB: u32 = 262_144;

/// Equal nodes, for equal pods.
pub struct Nodes {
    pod: Room,
    free: Vec<Room>,
    /// 0: no room; else one more than the score.
    scores: Vec<u8>,
}

#[derive(Clone, Copy)]
pub struct Room {
    pub cpu_millis: u32,
    pub memory_mib: u32,
}

impl Nodes {
    pub fn new(nodes: u32, pod: Room) -> Nodes {
        let free = vec![Room { cpu_millis: CPU_MILLIS, memory_mib: MEMORY_MIB }; nodes as usize];
        let scores = vec![score(free[0], pod); nodes as usize];
        Nodes { pod, free, scores }
    }

    /// The first of the best nodes, which has a pod more now.
    pub fn take(&mut self) -> u32 {
        let best = *self.scores.iter().max().expect("there are nodes");
        assert!(best > 0, "nobody waits in this story");
        let node = self.scores.iter().position(|score| *score == best).expect("one is best") as u32;
        let free = &mut self.free[node as usize];
        free.cpu_millis -= self.pod.cpu_millis;
        free.memory_mib -= self.pod.memory_mib;
        self.scores[node as usize] = score(*free, self.pod);
        node
    }

    pub fn give_back(&mut self, node: u32) {
        let free = &mut self.free[node as usize];
        free.cpu_millis += self.pod.cpu_millis;
        free.memory_mib += self.pod.memory_mib;
        self.scores[node as usize] = score(*free, self.pod);
    }
}

/// Of what is left when one more pod is there.
fn score(free: Room, pod: Room) -> u8 {
    if free.cpu_millis < pod.cpu_millis || free.memory_mib < pod.memory_mib {
        return 0;
    }
    let cpu = (free.cpu_millis - pod.cpu_millis) * 100 / CPU_MILLIS;
    let memory = (free.memory_mib - pod.memory_mib) * 100 / MEMORY_MIB;
    ((cpu + memory) / 2) as u8 + 1
}
