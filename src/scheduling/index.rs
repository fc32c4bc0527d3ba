//! The best nodes for pods of one template, without a scan.
//!
//! What: where a node's score depends on the node alone, a placement changes the score of one node. So
//! the scores of a template are kept, and mended where a node has changed since they were last asked for:
//! [`Scores`] finds the best, and how many are as good, from the maxima of blocks.
//! Never: a score: the caller works it out. A template whose scores depend on what the other
//! nodes are like is not for this room.
//! Next: [`crate::scheduling::score`], what is kept here.
//!
//! Hot. A change of a node costs one entry of a log; a placement mends the nodes logged since the
//! template's last one, each with one look at a block (128 scores), and then reads one maximum a block.
//! A template that is asked for the first time costs one score for each node.

use crate::ground::NodeId;
use crate::model::PodTemplate;
use std::sync::Arc;

/// How many nodes share a maximum: two cache lines of scores.
const BLOCK: usize = 128;
/// Templates whose scores are kept. Who draws a template for each pod has no use for more.
const MOST_KEPT: usize = 64;

/// The nodes that are best, all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Best {
    pub score: u16,
    pub nodes: u32,
}

/// One score a node, and the maximum of each block.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// 0: not feasible; else the score and one.
    scores: Vec<u16>,
    blocks: Vec<Block>,
}

/// The best of a block, and how many are as good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Block {
    best: u16,
    nodes: u16,
}

impl Block {
    fn of(scores: &[u16]) -> Block {
        let best = scores.iter().fold(0, |best, score| best.max(*score));
        let nodes = scores.iter().fold(0, |nodes, score| nodes + u16::from(*score == best));
        Block { best, nodes }
    }
}

impl Scores {
    /// The scores of nodes in their order; absent: the node is not feasible.
    pub fn new(scores: impl IntoIterator<Item = Option<u16>>) -> Scores {
        let scores: Vec<u16> = scores.into_iter().map(stored).collect();
        let blocks = scores.chunks(BLOCK).map(Block::of).collect();
        Scores { scores, blocks }
    }

    /// A node has another score.
    pub fn set(&mut self, node: NodeId, score: Option<u16>) {
        let (place, score) = (node.index(), stored(score));
        let before = std::mem::replace(&mut self.scores[place], score);
        let number = place / BLOCK;
        let block = &mut self.blocks[number];
        match score.cmp(&block.best) {
            _ if score == before => {}
            std::cmp::Ordering::Greater => *block = Block { best: score, nodes: 1 },
            std::cmp::Ordering::Equal => block.nodes += 1,
            std::cmp::Ordering::Less if before < block.best => {}
            std::cmp::Ordering::Less if block.nodes > 1 => block.nodes -= 1,
            std::cmp::Ordering::Less => {
                let start = number * BLOCK;
                let end = self.scores.len().min(start + BLOCK);
                *block = Block::of(&self.scores[start..end]);
            }
        }
    }

    /// The best score, and how many nodes have it; absent: no node is feasible.
    pub fn best(&self) -> Option<Best> {
        let best = self.blocks.iter().fold(0, |best, block| best.max(block.best));
        let as_good = self.blocks.iter().filter(|block| block.best == best);
        let nodes = as_good.map(|block| u32::from(block.nodes)).sum();
        (best > 0).then(|| Best { score: best - 1, nodes })
    }

    /// The best node of that number (from 0), in the order of the nodes.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn nth_best(&self, best: Best, number: u32) -> NodeId {
        let score = best.score + 1;
        let mut left = number;
        for (block, first) in self.blocks.iter().zip((0..).step_by(BLOCK)) {
            match u32::from(block.nodes) {
                _ if block.best != score => {}
                nodes if nodes <= left => left -= nodes,
                _ => return self.nth_from(first, score, left),
            }
        }
        unreachable!("the caller takes one of those that there are")
    }

    fn nth_from(&self, first: usize, score: u16, number: u32) -> NodeId {
        const FEW: usize = 16;
        let mut left = number as usize;
        let mut first = first;
        // A few at a time are counted at once; the one that is meant is among the last few.
        for few in self.scores[first..].chunks(FEW) {
            let as_good = few.iter().fold(0u16, |as_good, other| as_good + u16::from(*other == score));
            let as_good = usize::from(as_good);
            if left < as_good {
                break;
            }
            (left, first) = (left - as_good, first + FEW);
        }
        let mut as_good = (first..).zip(&self.scores[first..]).filter(|(_, other)| **other == score);
        let (place, _) = as_good.nth(left).expect("the block has as many as it counts");
        NodeId(place as u32)
    }
}

fn stored(score: Option<u16>) -> u16 {
    score.map_or(0, |score| score + 1)
}

/// The scores of the templates that were asked for lately.
#[derive(Clone, Debug, Default)]
pub struct Index {
    kept: Vec<Kept>,
    /// Nodes that have changed, in the order in which they did.
    changed: Vec<NodeId>,
    /// How many changes were forgotten before those.
    forgotten: u64,
    asked: u64,
    nodes: usize,
}

#[derive(Clone, Debug)]
struct Kept {
    template: Arc<PodTemplate>,
    scores: Scores,
    /// How many changes the scores have seen; absent: there are none yet.
    seen: Option<u64>,
    /// The last question about it.
    asked: u64,
}

impl Index {
    pub fn new(nodes: usize) -> Index {
        Index { nodes, ..Index::default() }
    }

    /// A node has changed: what is bound to it, what it has to give, or its taints.
    pub fn node_changed(&mut self, node: NodeId) {
        // Beyond one change for each node, a new look at all of them is cheaper.
        if self.changed.len() > self.nodes {
            self.forgotten += self.changed.len() as u64;
            self.changed.clear();
        }
        self.changed.push(node);
    }

    /// The scores of a template as they are now. `score` is asked for the nodes that have changed, or for all.
    pub fn scores(&mut self, template: &Arc<PodTemplate>, score: impl Fn(NodeId) -> Option<u16>) -> &Scores {
        self.asked += 1;
        let place = self.place_of(template);
        let kept = &mut self.kept[place];
        match kept.seen.and_then(|seen| seen.checked_sub(self.forgotten)) {
            Some(seen) => {
                for node in &self.changed[seen as usize..] {
                    kept.scores.set(*node, score(*node));
                }
            }
            None => kept.scores = Scores::new((0..self.nodes as u32).map(|node| score(NodeId(node)))),
        }
        kept.seen = Some(self.forgotten + self.changed.len() as u64);
        kept.asked = self.asked;
        &kept.scores
    }

    /// Where a template is kept: if it is new, in the place of the one that was asked for longest ago.
    fn place_of(&mut self, template: &Arc<PodTemplate>) -> usize {
        if let Some(place) = self.kept.iter().position(|kept| Arc::ptr_eq(&kept.template, template)) {
            return place;
        }
        let new = Kept { template: Arc::clone(template), scores: Scores::default(), seen: None, asked: 0 };
        let oldest = self.kept.iter().enumerate().min_by_key(|(_, kept)| kept.asked);
        match oldest.filter(|_| self.kept.len() >= MOST_KEPT) {
            Some((place, _)) => {
                self.kept[place] = new;
                place
            }
            None => {
                self.kept.push(new);
                self.kept.len() - 1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainerSpec, PodSpec};
    use proptest::prelude::*;

    fn template() -> Arc<PodTemplate> {
        let containers = vec![ContainerSpec::default()];
        Arc::new(PodTemplate::new(PodSpec { containers, ..PodSpec::default() }))
    }

    fn best_of(scores: &Scores) -> Option<(u16, Vec<u32>)> {
        let best = scores.best()?;
        Some((best.score, (0..best.nodes).map(|number| scores.nth_best(best, number).0).collect()))
    }

    /// The same by a scan.
    fn scanned(scores: &[Option<u16>]) -> Option<(u16, Vec<u32>)> {
        let best = scores.iter().flatten().max()?;
        let nodes = (0..).zip(scores).filter(|(_, score)| score.as_ref() == Some(best));
        Some((*best, nodes.map(|(node, _)| node).collect()))
    }

    #[test]
    fn a_node_that_is_not_feasible_is_never_best_and_a_score_of_nothing_may_be() {
        assert_eq!(best_of(&Scores::new([None, None])), None);
        assert_eq!(best_of(&Scores::new([None, Some(0), Some(0)])), Some((0, vec![1, 2])));
    }

    proptest! {
        #[test]
        fn what_is_best_is_best_by_a_scan_after_any_changes(
            nodes in 1..600usize,
            changes in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(0..5u16)), 0..400),
        ) {
            let mut plain = vec![Some(2); nodes];
            let mut scores = Scores::new(plain.clone());
            for (place, score) in changes {
                let place = place.index(nodes);
                plain[place] = score;
                scores.set(NodeId(place as u32), score);
                prop_assert_eq!(best_of(&scores), scanned(&plain));
            }
        }

        /// Templates that come and go, changes that are seen late or were forgotten: the kept scores are those of now.
        #[test]
        fn kept_scores_are_those_of_now(
            steps in prop::collection::vec((0..90usize, 0..7u32, prop::option::of(0..9u16)), 0..500),
        ) {
            let templates: Vec<_> = (0..90).map(|_| template()).collect();
            let mut plain = vec![Some(3); 7];
            let mut index = Index::new(7);
            for (asked, node, score) in steps {
                plain[node as usize] = score;
                index.node_changed(NodeId(node));
                // Most steps only change something; the templates differ by what they add.
                if asked % 3 == 0 {
                    let own = |score: Option<u16>| score.map(|score| score + asked as u16 % 4);
                    let scores = index.scores(&templates[asked], |node| own(plain[node.index()]));
                    let expected: Vec<_> = plain.iter().map(|score| own(*score)).collect();
                    prop_assert_eq!(best_of(scores), scanned(&expected));
                }
            }
        }
    }
}
