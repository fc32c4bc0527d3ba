//! The best nodes for pods of one template, without a scan.
//!
//! What: where a node's score depends on the node alone, a placement changes the score of one node. So
//! what a template's pods find at each node is kept, and mended where a node has changed since it was last asked
//! for: [`Scores`] finds the best, and how many are as good, from the maxima of blocks of nodes.
//! Never: a verdict or a score: [`Ask`] has them. A template whose scores depend on what the other
//! nodes are like is scanned for ([`crate::scheduling::schedule`]).
//! Next: [`Index::standing`].
//!
//! Hot. A change of a node costs one entry of a log; a placement mends the nodes logged since the
//! template's last one, each with one look at a block (128 scores) and at its district (32 blocks), and then
//! reads one maximum a district. Figures: `benches/README.md`.
//! A template that is asked for the first time costs one score for each node.

use super::ask::Ask;
use super::profile::{Plugin, PluginSet, Profile};
use crate::ground::NodeId;
use crate::model::{NodeColumns, Peers, PodTemplate};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// How many nodes share a maximum: two cache lines of scores.
const BLOCK: usize = 128;
/// And how many of these maxima share one, so that there are few of either to read among tens of thousands of nodes.
const DISTRICT: usize = 32;
/// Scores that are kept, of all templates together: some 12 MB with who refuses, and up to six times
/// that if each template selects by labels and prefers nodes of its own.
const MOST_SCORES: usize = 1 << 22;
/// Templates that are kept, at least and at most. Who draws a template for each pod has no use for more.
const KEPT: RangeInclusive<usize> = 64..=4096;
/// Changes of nodes that are remembered.
const MOST_CHANGES: usize = 4096;

/// The nodes that are best, all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Best {
    pub score: u16,
    pub nodes: u32,
}

/// One score a node, and the maximum of each block, and of each district of blocks.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// 0: not feasible; else the score and one.
    scores: Vec<u16>,
    blocks: Vec<Block>,
    districts: Vec<Block>,
}

/// The best of some nodes, and how many are as good: of no more than 65,535, which is more than a district has.
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

    fn together(blocks: &[Block]) -> Block {
        let best = blocks.iter().fold(0, |best, block| best.max(block.best));
        let as_good = |block: &Block| if block.best == best { block.nodes } else { 0 };
        Block { best, nodes: blocks.iter().map(as_good).sum() }
    }

    /// Which of some blocks has the best node of that number, and which of its own that is.
    ///
    /// # Panics
    /// If there are not so many.
    fn holder(blocks: &[Block], score: u16, number: u32) -> (usize, u32) {
        let mut left = number;
        for (place, block) in blocks.iter().enumerate().filter(|(_, block)| block.best == score) {
            match left.checked_sub(u32::from(block.nodes)) {
                Some(fewer) => left = fewer,
                None => return (place, left),
            }
        }
        unreachable!("the caller takes one of those that there are")
    }
}

impl Scores {
    /// The scores of nodes in their order; absent: the node is not feasible.
    pub fn new(scores: impl IntoIterator<Item = Option<u16>>) -> Scores {
        let scores: Vec<u16> = scores.into_iter().map(stored).collect();
        let blocks: Vec<Block> = scores.chunks(BLOCK).map(Block::of).collect();
        let districts = blocks.chunks(DISTRICT).map(Block::together).collect();
        Scores { scores, blocks, districts }
    }

    /// A node has another score.
    pub fn set(&mut self, node: NodeId, score: Option<u16>) {
        let (place, score) = (node.index(), stored(score));
        let before = std::mem::replace(&mut self.scores[place], score);
        let number = place / BLOCK;
        let block = self.blocks[number];
        let changed = match score.cmp(&block.best) {
            _ if score == before => return,
            Ordering::Greater => Block { best: score, nodes: 1 },
            Ordering::Equal => Block { nodes: block.nodes + 1, ..block },
            Ordering::Less if before < block.best => return,
            Ordering::Less if block.nodes > 1 => Block { nodes: block.nodes - 1, ..block },
            Ordering::Less => Block::of(part(&self.scores, number, BLOCK)),
        };
        self.blocks[number] = changed;
        let district = number / DISTRICT;
        self.districts[district] = Block::together(part(&self.blocks, district, DISTRICT));
    }

    /// The best score, and how many nodes have it; absent: no node is feasible.
    pub fn best(&self) -> Option<Best> {
        let best = self.districts.iter().fold(0, |best, district| best.max(district.best));
        let as_good = self.districts.iter().filter(|district| district.best == best);
        let nodes = as_good.map(|district| u32::from(district.nodes)).sum();
        (best > 0).then(|| Best { score: best - 1, nodes })
    }

    /// The best node of that number (from 0), in the order of the nodes.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn nth_best(&self, best: Best, number: u32) -> NodeId {
        let score = best.score + 1;
        let (district, number) = Block::holder(&self.districts, score, number);
        let first = district * DISTRICT;
        let (block, number) = Block::holder(&self.blocks[first..], score, number);
        self.nth_from((first + block) * BLOCK, score, number)
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

/// The chunk of that number; the last may be shorter.
fn part<T>(all: &[T], number: usize, length: usize) -> &[T] {
    let start = number * length;
    &all[start..all.len().min(start + length)]
}

fn stored(score: Option<u16>) -> u16 {
    score.map_or(0, |score| score + 1)
}

/// What is known of each node for the pods of one template.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    scores: Scores,
    /// Who refuses each node: a plugin's number and one, or 0.
    refused_by: Vec<u8>,
    /// How many nodes each plugin refuses.
    refusals: [u32; Plugin::ALL.len()],
}

impl Standing {
    fn new(ask: &Ask<'_>, nodes: &NodeColumns) -> Standing {
        let verdicts: Vec<_> = nodes.ids().map(|node| verdict(ask, nodes, node)).collect();
        let mut standing = Standing {
            scores: Scores::new(verdicts.iter().map(|verdict| verdict.ok())),
            refused_by: verdicts.iter().map(|verdict| refuser(*verdict)).collect(),
            refusals: [0; Plugin::ALL.len()],
        };
        for verdict in verdicts {
            standing.count(refuser(verdict), 1);
        }
        standing
    }

    fn mend(&mut self, node: NodeId, ask: &Ask<'_>, nodes: &NodeColumns) {
        let verdict = verdict(ask, nodes, node);
        self.scores.set(node, verdict.ok());
        let refuser = refuser(verdict);
        let before = std::mem::replace(&mut self.refused_by[node.index()], refuser);
        if before != refuser {
            self.count(before, u32::MAX); // One less.
            self.count(refuser, 1);
        }
    }

    fn count(&mut self, refuser: u8, change: u32) {
        if let Some(place) = usize::from(refuser).checked_sub(1) {
            self.refusals[place] = self.refusals[place].wrapping_add(change);
        }
    }

    /// The nodes that can take the pod, by their scores.
    pub fn scores(&self) -> &Scores {
        &self.scores
    }

    /// The plugins that refuse some node.
    pub fn refusing_plugins(&self) -> PluginSet {
        let counted = Plugin::ALL.into_iter().zip(self.refusals);
        counted.filter(|(_, nodes)| *nodes > 0).map(|(plugin, _)| plugin).collect()
    }
}

/// A node's score for a template, or who refuses it.
fn verdict(ask: &Ask<'_>, nodes: &NodeColumns, node: NodeId) -> Result<u16, Plugin> {
    match ask.local_refusal(nodes, node) {
        Some(refusal) => Err(refusal.plugin()),
        // A profile's check bounds its weights, so the best score fits.
        None => Ok(ask.local_score(nodes, node).clamp(0, i64::from(u16::MAX) - 1) as u16),
    }
}

fn refuser(verdict: Result<u16, Plugin>) -> u8 {
    verdict.err().map_or(0, |plugin| plugin as u8 + 1)
}

/// The templates that were asked for lately, and what is known for them.
#[derive(Clone, Debug)]
pub struct Index<'p> {
    profile: &'p Profile,
    peers: &'p Peers,
    kept: Vec<Kept<'p>>,
    /// Where each template is kept, by its address: it lives as long as it is kept.
    places: BTreeMap<usize, usize>,
    /// Who is looked at next, when a template has to make room for another.
    hand: usize,
    /// Nodes that have changed, in the order in which they did.
    changed: Vec<NodeId>,
    /// How many changes were forgotten before those.
    forgotten: u64,
}

#[derive(Clone, Debug)]
struct Kept<'p> {
    ask: Ask<'p>,
    standing: Standing,
    /// How many changes the standing has seen; absent: there is none yet.
    seen: Option<u64>,
    /// Whether anybody asked for it since the hand last passed.
    is_wanted: bool,
}

/// A template in the index, until another one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(usize);

impl<'p> Index<'p> {
    pub fn new(profile: &'p Profile, peers: &'p Peers) -> Index<'p> {
        Index {
            profile,
            peers,
            kept: Vec::new(),
            places: BTreeMap::new(),
            hand: 0,
            changed: Vec::new(),
            forgotten: 0,
        }
    }

    /// A node has changed: what is bound to it, what it has to give, or its taints.
    pub fn node_changed(&mut self, node: NodeId) {
        // Beyond so many changes a new look at all nodes is cheaper.
        if self.changed.len() >= MOST_CHANGES {
            self.forgotten += self.changed.len() as u64;
            self.changed.clear();
        }
        self.changed.push(node);
    }

    /// Where a template is kept: if it is new, in the place of one that was not asked for lately.
    pub fn place_of(&mut self, template: &Arc<PodTemplate>, nodes: &NodeColumns) -> Place {
        let known = self.places.get(&address(template)).copied();
        let place = known.unwrap_or_else(|| self.keep(template, nodes));
        self.kept[place].is_wanted = true;
        Place(place)
    }

    fn keep(&mut self, template: &Arc<PodTemplate>, nodes: &NodeColumns) -> usize {
        let ask = Ask::new(template, self.profile, nodes, self.peers);
        let new = Kept { ask, standing: Standing::default(), seen: None, is_wanted: true };
        let place = if self.kept.len() < most_kept(nodes) {
            self.kept.push(new);
            self.kept.len() - 1
        } else {
            self.take_the_place_of_another(new)
        };
        self.places.insert(address(template), place);
        place
    }

    fn take_the_place_of_another(&mut self, new: Kept<'p>) -> usize {
        while std::mem::take(&mut self.kept[self.hand].is_wanted) {
            self.hand = (self.hand + 1) % self.kept.len();
        }
        let gone = std::mem::replace(&mut self.kept[self.hand], new);
        self.places.remove(&address(&gone.ask.pod));
        self.hand
    }

    /// What the pods of a template ask.
    pub fn ask(&self, place: Place) -> &Ask<'p> {
        &self.kept[place.0].ask
    }

    /// What is known of the nodes now, for a template whose decisions are [local](Ask::is_local).
    pub fn standing(&mut self, place: Place, nodes: &NodeColumns) -> &Standing {
        let Kept { ask, standing, seen, .. } = &mut self.kept[place.0];
        match seen.and_then(|seen| seen.checked_sub(self.forgotten)) {
            Some(known) => {
                let new = &self.changed[known as usize..];
                new.iter().for_each(|node| standing.mend(*node, ask, nodes));
            }
            None => *standing = Standing::new(ask, nodes),
        }
        *seen = Some(self.forgotten + self.changed.len() as u64);
        standing
    }
}

fn most_kept(nodes: &NodeColumns) -> usize {
    (MOST_SCORES / nodes.len().max(1)).clamp(*KEPT.start(), *KEPT.end())
}

fn address(template: &Arc<PodTemplate>) -> usize {
    Arc::as_ptr(template).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    /// A change is a place and what is there from then on.
    fn changes(most: usize) -> impl Strategy<Value = Vec<(prop::sample::Index, Option<u16>)>> {
        prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(0..6u16)), 0..most)
    }

    proptest! {
        #[test]
        fn what_is_best_is_best_by_a_scan_after_any_changes(
            // Some blocks, or up to two districts and a bit.
            (nodes, changes) in prop_oneof![(1..600usize, changes(400)), (4_000..8_400usize, changes(8))],
        ) {
            let mut plain: Vec<Option<u16>> = (0..5).map(Some).cycle().take(nodes).collect();
            let mut scores = Scores::new(plain.clone());
            for (place, score) in changes {
                let place = place.index(nodes);
                plain[place] = score;
                scores.set(NodeId(place as u32), score);
                prop_assert_eq!(best_of(&scores), scanned(&plain));
            }
        }
    }
}
