//! Index and scan: whatever happens to a cluster, both choose from the same nodes.
//!
//! Random histories of small clusters; after each step a template asks for a node. Wherever it says that
//! its decision [is local](evictsim::scheduling::Ask::is_local), what the index has kept and mended is held
//! against a scan of all nodes. What was met is counted, so that a case that histories no longer reach is
//! missed. `PROPTEST_CASES` asks for more of them, or fewer.

use super::clusters;

use evictsim::ground::{NodeId, PodId, SimTime};
use evictsim::model::{Node, NodeColumns, Peers, PodSpec, PodTemplate, Room, Taint};
use evictsim::scheduling::index::{Best, Index};
use evictsim::scheduling::{
    Attempt, BoundPod, BoundPods, Facts, Nominated, Plugin, Profile, SearchFrom, schedule,
};
use proptest::prelude::*;
use proptest::sample::Index as Draw;
use proptest::test_runner::{TestCaseResult, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

const HISTORIES: u32 = 10_000;

/// A cluster, and what happens to it.
#[derive(Clone, Debug)]
struct History {
    nodes: Vec<Node>,
    profile: Profile,
    peers: Peers,
    templates: Vec<PodSpec>,
    steps: Vec<(Step, Draw)>,
}

/// What happens before a template, drawn beside it, asks for a node.
#[derive(Clone, Debug)]
enum Step {
    /// The pod gets one of the best nodes.
    Bind(Draw),
    Delete(Draw),
    Taint(Draw, Taint, bool),
    Resize(Draw, Room),
    /// A pod of that template is promised that node.
    Nominate(Draw, Draw),
    Forget(Draw),
}

fn step() -> impl Strategy<Value = Step> {
    let draw = any::<Draw>;
    prop_oneof![
        6 => draw().prop_map(Step::Bind),
        3 => draw().prop_map(Step::Delete),
        2 => (draw(), clusters::taint(), any::<bool>()).prop_map(|(node, taint, is_there)| Step::Taint(node, taint, is_there)),
        1 => (draw(), clusters::room()).prop_map(|(node, room)| Step::Resize(node, room)),
        1 => (draw(), draw()).prop_map(|(template, node)| Step::Nominate(template, node)),
        2 => draw().prop_map(Step::Forget),
    ]
}

fn history() -> impl Strategy<Value = History> {
    let templates = prop::collection::vec(clusters::pod(), 1..6);
    let steps = prop::collection::vec((step(), any::<Draw>()), 5..=30);
    (clusters::nodes(), clusters::profile(), clusters::peers(), templates, steps).prop_map(
        |(nodes, profile, peers, templates, steps)| History { nodes, profile, peers, templates, steps },
    )
}

/// Pods and where they are.
#[derive(Default)]
struct Pods(Vec<(PodId, NodeId, Arc<PodTemplate>)>);

impl BoundPods for Pods {
    fn on(&self, node: NodeId) -> impl Iterator<Item = BoundPod<'_>> {
        let there = self.0.iter().filter(move |(_, its_node, _)| *its_node == node);
        there.map(|(pod, _, template)| BoundPod {
            pod: *pod,
            serial: u64::from(pod.0),
            template,
            started: SimTime::START,
            is_terminating: false,
            is_being_preempted: false,
        })
    }
}

/// A cluster while its history goes on.
struct Cluster<'h> {
    history: &'h History,
    templates: Vec<Arc<PodTemplate>>,
    nodes: NodeColumns,
    pods: Pods,
    promised: Pods,
    index: Index<'h>,
    next_pod: PodId,
}

impl<'h> Cluster<'h> {
    fn new(history: &'h History) -> Cluster<'h> {
        Cluster {
            history,
            templates: history
                .templates
                .iter()
                .map(|spec| Arc::new(PodTemplate::new(spec.clone())))
                .collect(),
            nodes: NodeColumns::new(&history.nodes),
            pods: Pods::default(),
            promised: Pods::default(),
            index: Index::new(&history.profile, &history.peers),
            next_pod: PodId(0),
        }
    }

    fn node(&self, draw: Draw) -> NodeId {
        NodeId(draw.index(self.nodes.len()) as u32)
    }

    fn new_pod(&mut self) -> PodId {
        self.next_pod.0 += 1;
        self.next_pod
    }

    /// Lets something happen; whoever is bound is of that template.
    fn happen(
        &mut self,
        step: &Step,
        template: &Arc<PodTemplate>,
        seen: &mut Seen,
    ) -> Result<(), TestCaseError> {
        match step {
            Step::Bind(draw) => {
                let best = self.ask(template, seen)?.best;
                if !best.is_empty() {
                    self.bind(best[draw.index(best.len())], template);
                }
            }
            Step::Delete(draw) if !self.pods.0.is_empty() => {
                let (_, node, template) = self.pods.0.swap_remove(draw.index(self.pods.0.len()));
                self.nodes.release(node, &template);
                self.index.node_changed(node);
            }
            Step::Taint(node, taint, is_there) => {
                let node = self.node(*node);
                self.nodes.taint(node, taint.clone(), *is_there);
                self.index.node_changed(node);
            }
            Step::Resize(node, room) => {
                let node = self.node(*node);
                self.nodes.allocatable[node.index()] = *room;
                self.index.node_changed(node);
            }
            Step::Nominate(template, node) => {
                let promised = (self.new_pod(), self.node(*node), Arc::clone(template.get(&self.templates)));
                self.promised.0.push(promised);
            }
            Step::Forget(draw) if !self.promised.0.is_empty() => {
                self.promised.0.swap_remove(draw.index(self.promised.0.len()));
            }
            Step::Delete(_) | Step::Forget(_) => {}
        }
        Ok(())
    }

    fn bind(&mut self, node: NodeId, template: &Arc<PodTemplate>) {
        let pod = self.new_pod();
        self.nodes.bind(node, template);
        self.index.node_changed(node);
        self.pods.0.push((pod, node, Arc::clone(template)));
    }

    /// Asks the scan, and the index if it may answer; they agree.
    fn ask(&mut self, template: &Arc<PodTemplate>, seen: &mut Seen) -> Result<Attempt, TestCaseError> {
        let pod = self.new_pod();
        let place = self.index.place_of(template, &self.nodes);
        let promised = self.promised.0.iter();
        let nominated: Vec<Nominated<'_>> =
            promised.map(|(pod, node, template)| Nominated { pod: *pod, node: *node, template }).collect();
        let peers = &self.history.peers;
        let facts = Facts { nodes: &self.nodes, pods: &self.pods, peers, nominated: &nominated };
        let attempt = schedule(facts, self.index.ask(place), pod, SearchFrom::default());
        let is_local = self.index.ask(place).is_local(&facts, pod);
        seen.note(self, template, &attempt, is_local);
        if is_local {
            let standing = self.index.standing(place, &self.nodes);
            let scores = standing.scores();
            let best = scores.best();
            let all = |best: Best| (0..best.nodes).map(|number| scores.nth_best(best, number)).collect();
            let indexed: Vec<NodeId> = best.map_or(vec![], all);
            prop_assert_eq!(&indexed, &attempt.best);
            if let Some(score) = attempt.score {
                prop_assert_eq!(best.map(|best| i64::from(best.score)), Some(score));
            }
            prop_assert_eq!(standing.refusing_plugins(), attempt.search.refusing_plugins());
        }
        Ok(attempt)
    }
}

impl History {
    fn unfold(&self, seen: &mut Seen) -> TestCaseResult {
        let mut cluster = Cluster::new(self);
        for (step, asking) in &self.steps {
            let template = Arc::clone(asking.get(&cluster.templates));
            cluster.happen(step, &template, seen)?;
            cluster.ask(&template, seen)?;
        }
        Ok(())
    }
}

/// What was met, and how often, where the index may answer and where it may not.
#[derive(Default)]
struct Seen(BTreeMap<&'static str, Questions>);

#[derive(Clone, Copy, Debug, Default)]
struct Questions {
    indexed: u32,
    scanned: u32,
}

impl Seen {
    fn note(&mut self, cluster: &Cluster<'_>, asking: &PodTemplate, attempt: &Attempt, is_local: bool) {
        let (profile, nodes, placement) = (&cluster.history.profile, &cluster.nodes, &asking.spec.placement);
        let weighs = |plugin| profile.weight(plugin) != 0;
        let wants_pods = !placement.affinity.is_empty() || !placement.anti_affinity.is_empty();
        let met = [
            ("a question", true),
            ("no node will do", attempt.best.is_empty()),
            ("one node will do", attempt.search.feasible.len() == 1),
            ("several are best", attempt.best.len() > 1),
            ("a node has a wish", nodes.has_wishes() && weighs(Plugin::TaintToleration)),
            ("a pod there has affinities", nodes.has_affine_pods()),
            ("a node is promised", !cluster.promised.0.is_empty()),
            ("prefers nodes", !placement.preferred_nodes.is_empty()),
            ("is spread", !placement.spread.is_empty()),
            ("is spread by default", !cluster.history.peers.services.is_empty()),
            ("wants pods near or away", wants_pods),
            ("names nodes", placement.required_nodes.is_some()),
            ("wants a port", !asking.host_ports.is_empty()),
            ("wants an extended resource", !asking.extended_requests.is_empty()),
            ("has its image somewhere", !asking.spec.containers[0].image.is_empty()),
            ("not all nodes need be scored", profile.percentage_of_nodes_to_score < 100),
            ("a filter is off", profile.filters != Profile::default().filters),
        ];
        for (case, _) in met.into_iter().filter(|(_, is_so)| *is_so) {
            let questions = self.0.entry(case).or_default();
            *(if is_local { &mut questions.indexed } else { &mut questions.scanned }) += 1;
        }
    }

    /// Of each case there were questions that the index may answer: one in a hundred histories, of the rarest.
    fn assert_reached(&self, histories: u32) {
        for (case, questions) in &self.0 {
            assert!(questions.indexed >= histories / 100, "too seldom: {case}, {questions:?}");
        }
        let all = self.0["a question"];
        assert!(all.indexed >= 5 * histories && all.scanned >= histories, "{all:?}");
    }
}

fn histories() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    asked.unwrap_or(HISTORIES)
}

#[test]
fn an_index_chooses_from_the_nodes_that_a_scan_finds_best_whatever_has_happened() {
    let cases = histories();
    // A counter-example is printed as a whole history: no file of seeds is needed.
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let seen = RefCell::new(Seen::default());
    let unfolded = TestRunner::new(config).run(&history(), |history| history.unfold(&mut seen.borrow_mut()));
    unfolded.unwrap_or_else(|failure| panic!("{failure}"));
    seen.borrow().assert_reached(cases);
}
