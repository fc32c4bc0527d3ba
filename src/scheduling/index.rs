//! The best nodes for pods of one template, without a scan.
//!
//! What: where a node's score depends on the node alone, a placement changes the score of one node. So
//! what a template's pods find at each node is kept, and mended where a node has changed since it was last asked
//! for: [`Scores`] finds the best, and how many are as good, from who is best in each block of nodes.
//! Never: a verdict or a score: [`Ask`] has them. A template whose scores depend on what the other
//! nodes are like is scanned for ([`crate::scheduling::schedule`]).
//! Next: [`Index::standing`].
//!
//! Hot. A change of a node costs one entry of a log; a placement mends the nodes logged since the
//! template's last one, each with a glance at its block (32 nodes) and its district (32 blocks), and then
//! reads one maximum a district. Figures: `benches/README.md`.
//! A template that is asked for the first time costs one score for each node; a node that changed, none where it
//! became like one that was looked at lately.

mod alike;

use super::ask::Ask;
use super::profile::{Plugin, PluginSet, Profile};
use crate::ground::NodeId;
use crate::model::{NodeColumns, Peers, PodTemplate};
use alike::Alike;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// How many nodes share a maximum, and how many of these maxima share one in turn, so that there are few of
/// either to look at among tens of thousands of nodes: as many as a number has bits.
const MEMBERS: usize = u32::BITS as usize;
/// Scores that are kept, of all templates together: some 12 MB with who refuses, and up to six times
/// that if each template selects by labels and prefers nodes of its own.
const MOST_SCORES: usize = 1 << 22;
/// Templates that are kept, at least and at most. Who draws a template for each pod has no use for more.
const KEPT: RangeInclusive<usize> = 64..=4096;
/// Changes of nodes that are remembered, at most; at least the last half of so many is.
const MOST_CHANGES: usize = 1 << 14;

/// The nodes that are best, all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Best {
    pub score: u16,
    pub nodes: u32,
}

/// One score a node, and who is best in each block of nodes, and in each district of blocks.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// Of each block's nodes. 0: not feasible, or no node at all; else the score and one.
    scores: Vec<[u16; MEMBERS]>,
    /// Of each district.
    blocks: Vec<[Group; MEMBERS]>,
    districts: Vec<Group>,
}

/// The best nodes of some members, which are nodes, or groups themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Group {
    peak: Peak,
    /// The members that have any of them, one bit each.
    holders: u32,
}

/// A best score, and how many nodes have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Peak {
    score: u16,
    nodes: u32,
}

/// The peaks of a member before and after it changed.
#[derive(Clone, Copy, Debug)]
struct Change {
    member: usize,
    before: Peak,
    after: Peak,
}

impl Peak {
    fn of_node(score: u16) -> Peak {
        Peak { score, nodes: 1 }
    }
}

impl Group {
    fn of_nodes(scores: &[u16; MEMBERS]) -> Group {
        let (score, holders) = best_of(scores);
        Group { peak: Peak { score, nodes: holders.count_ones() }, holders }
    }

    fn of_groups(groups: &[Group; MEMBERS]) -> Group {
        let (score, holders) = best_of(&groups.map(|group| group.peak.score));
        let nodes = bits(holders).map(|member| groups[member].peak.nodes).sum();
        Group { peak: Peak { score, nodes }, holders }
    }

    /// A member has changed; `look` at all members tells who is best when the best have gone. The answer is what
    /// has become of the peak, for whoever this is a member of.
    #[inline]
    fn mend(&mut self, change: Change, look: impl FnOnce() -> Group) -> (Peak, Peak) {
        let Change { member, before, after } = change;
        let (peak, bit) = (self.peak, 1 << member);
        let stay = peak.nodes - if before.score == peak.score { before.nodes } else { 0 };
        match after.score.cmp(&peak.score) {
            Ordering::Greater => *self = Group { peak: after, holders: bit },
            Ordering::Equal => {
                self.peak.nodes = stay + after.nodes;
                self.holders |= bit;
            }
            Ordering::Less if stay > 0 => {
                self.peak.nodes = stay;
                self.holders &= !bit;
            }
            Ordering::Less => *self = look(),
        }
        (peak, self.peak)
    }
}

/// The best score of some members, and who has it, one bit each. Plain loops of a known
/// length over numbers side by side: what a vector unit does at once.
fn best_of(scores: &[u16; MEMBERS]) -> (u16, u32) {
    const BITS: [u32; MEMBERS] = {
        let mut bits = [1; MEMBERS];
        let mut member = 1;
        while member < MEMBERS {
            bits[member] = bits[member - 1] << 1;
            member += 1;
        }
        bits
    };
    let best = scores.iter().fold(0, |best, score| best.max(*score));
    let if_best = |(score, bit): (&u16, &u32)| if *score == best { *bit } else { 0 };
    (best, scores.iter().zip(&BITS).map(if_best).fold(0, |holders, bit| holders | bit))
}

/// The places of the bits that are set, the lowest first.
fn bits(of: u32) -> impl Iterator<Item = usize> {
    let mut left = of;
    std::iter::from_fn(move || {
        let place = left.trailing_zeros();
        left &= left.checked_sub(1)?; // The lowest bit goes.
        Some(place as usize)
    })
}

/// In groups of as many as a group has; the last is filled up.
fn in_groups<T: Copy + Default>(all: &[T]) -> Vec<[T; MEMBERS]> {
    let group =
        |members: &[T]| std::array::from_fn(|member| members.get(member).copied().unwrap_or_default());
    all.chunks(MEMBERS).map(group).collect()
}

impl Scores {
    /// The scores of nodes in their order; absent: the node is not feasible.
    pub fn new(scores: impl IntoIterator<Item = Option<u16>>) -> Scores {
        let scores = in_groups(&scores.into_iter().map(stored).collect::<Vec<u16>>());
        let blocks = in_groups(&scores.iter().map(Group::of_nodes).collect::<Vec<Group>>());
        let districts = blocks.iter().map(Group::of_groups).collect();
        Scores { scores, blocks, districts }
    }

    /// A node has another score.
    #[inline]
    pub fn set(&mut self, node: NodeId, score: Option<u16>) {
        let (block, member) = (node.index() / MEMBERS, node.index() % MEMBERS);
        let score = stored(score);
        let before = std::mem::replace(&mut self.scores[block][member], score);
        if before == score {
            return;
        }
        let change = Change { member, before: Peak::of_node(before), after: Peak::of_node(score) };
        let (district, member) = (block / MEMBERS, block % MEMBERS);
        let look = || Group::of_nodes(&self.scores[block]);
        let (before, after) = self.blocks[district][member].mend(change, look);
        let look = || Group::of_groups(&self.blocks[district]);
        self.districts[district].mend(Change { member, before, after }, look);
    }

    /// The best score, and how many nodes have it; absent: no node is feasible.
    pub fn best(&self) -> Option<Best> {
        let best = self.districts.iter().fold(0, |best, district| best.max(district.peak.score));
        let as_good = self.districts.iter().filter(|district| district.peak.score == best);
        let nodes = as_good.map(|district| district.peak.nodes).sum();
        (best > 0).then(|| Best { score: best - 1, nodes })
    }

    /// The best node of that number (from 0), in the order of the nodes.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn nth_best(&self, best: Best, number: u32) -> NodeId {
        let is_as_good = |place: &usize| self.districts[*place].peak.score == stored(Some(best.score));
        let districts = (0..self.districts.len()).filter(is_as_good);
        let (district, number) = holder(&self.districts, districts, number);
        let blocks = &self.blocks[district];
        let (block, number) = holder(blocks, bits(self.districts[district].holders), number);
        let node = bits(blocks[block].holders).nth(number as usize);
        let node = node.expect("a block has as many as it counts");
        NodeId(((district * MEMBERS + block) * MEMBERS + node) as u32)
    }
}

/// Which of some groups has the best node of that number, and which of its own that is.
///
/// # Panics
/// If there are not so many.
fn holder(groups: &[Group], mut places: impl Iterator<Item = usize>, number: u32) -> (usize, u32) {
    let mut left = number;
    let has_it = |place: &usize| match left.checked_sub(groups[*place].peak.nodes) {
        Some(fewer) => {
            left = fewer;
            false
        }
        None => true,
    };
    let place = places.find(has_it).expect("the caller takes one of those that there are");
    (place, left)
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

/// A node's score, or who refuses it.
type Verdict = Result<u16, Plugin>;

impl Standing {
    fn new(nodes: &NodeColumns, verdict: impl FnMut(NodeId) -> Verdict) -> Standing {
        let verdicts: Vec<Verdict> = nodes.ids().map(verdict).collect();
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

    fn mend(&mut self, node: NodeId, verdict: Verdict) {
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

/// What a template's pods find at a node, worked out.
fn work_out(ask: &Ask<'_>, nodes: &NodeColumns, node: NodeId) -> Verdict {
    match ask.local_refusal(nodes, node) {
        Some(refusal) => Err(refusal.plugin()),
        // A profile's check bounds its weights, so the best score fits.
        None => Ok(ask.local_score(nodes, node).clamp(0, i64::from(u16::MAX) - 1) as u16),
    }
}

fn refuser(verdict: Verdict) -> u8 {
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
    /// Where the last one was found: pods of one template often come one after another.
    latest: usize,
    /// Who is looked at next, when a template has to make room for another.
    hand: usize,
    /// Nodes that have changed, in the order in which they did.
    changed: Vec<NodeId>,
    /// How many changes were forgotten before those.
    forgotten: u64,
    alike: Alike,
    /// How many templates were new so far.
    templates: u64,
}

#[derive(Clone, Debug)]
struct Kept<'p> {
    /// No other template has had it.
    number: u64,
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
            latest: 0,
            hand: 0,
            changed: Vec::new(),
            forgotten: 0,
            alike: Alike::default(),
            templates: 0,
        }
    }

    /// A node has changed: what is bound to it, what it has to give, or its taints.
    pub fn node_changed(&mut self, node: NodeId) {
        if self.changed.len() >= MOST_CHANGES {
            self.forgotten += MOST_CHANGES as u64 / 2;
            self.changed.drain(..MOST_CHANGES / 2);
        }
        self.changed.push(node);
    }

    /// Where a template is kept: if it is new, in the place of one that was not asked for lately.
    pub fn place_of(&mut self, template: &Arc<PodTemplate>, nodes: &NodeColumns) -> Place {
        let is_latest = self.kept.get(self.latest).is_some_and(|kept| Arc::ptr_eq(&kept.ask.pod, template));
        if !is_latest {
            let known = self.places.get(&address(template)).copied();
            self.latest = known.unwrap_or_else(|| self.keep(template, nodes));
            self.kept[self.latest].is_wanted = true;
        }
        Place(self.latest)
    }

    fn keep(&mut self, template: &Arc<PodTemplate>, nodes: &NodeColumns) -> usize {
        let ask = Ask::new(template, self.profile, nodes, self.peers);
        let number = self.templates;
        self.templates += 1;
        let new = Kept { number, ask, standing: Standing::default(), seen: None, is_wanted: true };
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
        let Kept { number, ask, standing, seen, .. } = &mut self.kept[place.0];
        let alike = &mut self.alike;
        let look = |node| work_out(ask, nodes, node);
        let known = seen.and_then(|seen| seen.checked_sub(self.forgotten));
        // If more has changed than there are nodes, a new look at all of them is cheaper.
        match known.map(|known| &self.changed[known as usize..]).filter(|new| new.len() <= nodes.len()) {
            Some(new) => {
                for node in new.iter().copied() {
                    let verdict = match ask.reads(nodes, node) {
                        Some(facts) => alike.verdict(*number, facts, || look(node)),
                        None => look(node),
                    };
                    standing.mend(node, verdict);
                }
            }
            // Who looks at all of them for the first time knows none; keeping what is found costs half as much again.
            None => *standing = Standing::new(nodes, look),
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
