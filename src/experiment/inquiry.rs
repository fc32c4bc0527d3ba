//! One decision of a run, with all that it was made from.
//!
//! What: finds the eviction, the OOM kill or the instant that somebody asks about, and looks around there.
//! The ranking is the one that the run recorded; nothing is compared again.
//! Never: a sentence. Next: [`super::counterfactual`], what would have changed it;
//! [`crate::report::explanation`], which words both.

use crate::engine::glimpse::{self, Glimpse};
use crate::engine::record::{Eviction, EvictionCause, Hunted, OomCause, OomKill, PodName, Ranked};
use crate::engine::{self, Passes, Record, Recorder, Setting, Source};
use crate::eviction::{EvictionSettings, Observation, Signal, Threshold};
use crate::ground::{Bytes, NodeId, SimDuration, SimTime};
use crate::model::ContainerIndex;
use crate::scenario::Scenario;
use crate::scenario::meaning::RunRules;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A run that is asked about.
#[derive(Clone)]
pub struct Inquiry<'a> {
    pub scenario: &'a Scenario,
    pub setting: Setting,
    /// From 0.
    pub replication: u32,
}

/// What is asked about; whatever is absent is chosen.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub at: Option<SimTime>,
    pub node: Option<NodeId>,
    /// By its name.
    pub pod: Option<String>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Finding {
    pub happened: Happened,
    /// The node at that instant, when all of it had happened.
    pub glimpse: Glimpse,
    pub kubelet: Arc<EvictionSettings>,
    /// Of the whole run.
    pub totals: Totals,
    pub moment: Moment,
}

/// Why this instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Somebody asked for it.
    Asked,
    /// Of the first eviction, or the first OOM kill, that was asked about.
    OfTheFirst,
    /// Nothing happened: the end of the run.
    End,
    /// Nothing happened, and at the end nobody is left: just before the node's last pod was gone.
    LastPod,
}

/// What came of the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub evictions: u64,
    pub oom_kills: u64,
    /// The least memory that the node ever had left.
    pub least_available: Bytes,
}

/// What happened on the node at that instant.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A threshold was acted on.
    Decided(Decision),
    /// A pod exceeded a limit of its own; nobody was compared.
    OverLimit(OverLimit),
    OomKilled(Kill),
    Nothing,
}

/// A threshold that was acted on.
#[derive(Clone, Debug)]
pub struct Decision {
    pub threshold: Threshold,
    pub seen: Observation,
    pub ranking: Vec<Ranked>,
    /// Its place in the ranking; absent if nobody could be evicted.
    pub victim: Option<usize>,
    /// What the kill allowed between SIGTERM and SIGKILL.
    pub grace_period: SimDuration,
}

/// A pod that went for a limit of its own.
#[derive(Clone, Debug)]
pub struct OverLimit {
    pub pod: PodName,
    /// What its status says.
    pub message: String,
}

/// A kill by the kernel.
#[derive(Clone, Debug)]
pub struct Kill {
    pub pod: PodName,
    pub container: ContainerIndex,
    pub cause: OomCause,
    pub limit: Bytes,
    pub working_set: Bytes,
    pub compared: Vec<Hunted>,
}

impl<'a> Inquiry<'a> {
    /// Asks about one replication of a scenario under one of its sets of rules.
    pub fn new(scenario: &'a Scenario, rules: &RunRules, replication: u32) -> Inquiry<'a> {
        Inquiry { scenario, setting: scenario.setting(rules, replication, Passes::ThatMatter), replication }
    }

    /// Finds what is asked about, or what comes nearest to it.
    pub fn find(&self, wish: &Wish) -> Finding {
        let scout = engine::run(&self.setting, self.source(), Scout::new(self.scenario, wish));
        let node = self.node_of(&scout, wish);
        let totals = scout.totals(&self.setting, node);
        let chosen = match wish.at {
            Some(at) => (at, Moment::Asked),
            None => match scout.first() {
                Some(occasion) => (occasion.at, Moment::OfTheFirst),
                None => (self.setting.horizon, Moment::End),
            },
        };
        let found = self.at(chosen, node, totals);
        match scout.last_end.get(&node) {
            Some(gone) if chosen.1 == Moment::End && found.glimpse.pods.is_empty() => {
                self.at((SimTime(gone.0.saturating_sub(1)), Moment::LastPod), node, totals)
            }
            _ => found,
        }
    }

    /// The same of an instant and a node that are known, as is what came of the whole run: for those who ask often.
    pub fn look_at(&self, at: SimTime, node: NodeId, totals: Totals) -> Finding {
        self.at((at, Moment::Asked), node, totals)
    }

    /// Whoever is evicted or killed on the node at an instant, and the node then.
    fn at(&self, (at, moment): (SimTime, Moment), node: NodeId, totals: Totals) -> Finding {
        let (happened, glimpse) = self.look(self.source(), at, node);
        let kubelet = Arc::clone(&self.setting.nodes[node.index()].kubelet);
        Finding { happened, glimpse, kubelet, totals, moment }
    }

    /// Runs up to an instant, whoever the pods come from.
    pub(super) fn look(&self, source: impl Source, at: SimTime, node: NodeId) -> (Happened, Glimpse) {
        let wish = Wish { at: Some(at), node: Some(node), pod: None };
        let setting = Setting { horizon: at, ..self.setting.clone() };
        let scout = Scout::new(self.scenario, &wish);
        let (scout, glimpse) = glimpse::run_to(&setting, source, scout, node);
        (scout.first().map_or(Happened::Nothing, |occasion| occasion.happened.clone()), glimpse)
    }

    pub(super) fn source(&self) -> impl Source {
        self.scenario.source(self.replication)
    }

    /// The node that is asked about; else that of the pod, of the first decision, or the one that came
    /// nearest to running out.
    fn node_of(&self, scout: &Scout<'_>, wish: &Wish) -> NodeId {
        let nearest = || {
            let left = |node: &NodeId| scout.least_available(&self.setting, *node);
            (0..self.setting.nodes.len() as u32).map(NodeId).min_by_key(left)
        };
        let first = scout.first().map(|occasion| occasion.node);
        let chosen = wish.node.or(first).or(scout.home).or_else(nearest);
        chosen.expect("a scenario's check refuses one without nodes")
    }
}

/// Listens for what is asked about.
struct Scout<'a> {
    scenario: &'a Scenario,
    wish: Wish,
    /// The first eviction of whoever is asked about, the first where it was ranked, and the first kill.
    evicted: Option<Occasion>,
    ranked: Option<Occasion>,
    killed: Option<Occasion>,
    evictions: u64,
    oom_kills: u64,
    /// The node that the pod which is asked about was bound to last.
    home: Option<NodeId>,
    /// When each node last lost a pod.
    last_end: BTreeMap<NodeId, SimTime>,
    /// The most memory that each node used; absent before the end.
    peaks: BTreeMap<NodeId, Bytes>,
}

#[derive(Clone, Debug)]
struct Occasion {
    at: SimTime,
    node: NodeId,
    happened: Happened,
}

impl<'a> Scout<'a> {
    fn new(scenario: &'a Scenario, wish: &Wish) -> Scout<'a> {
        Scout {
            scenario,
            wish: wish.clone(),
            evicted: None,
            ranked: None,
            killed: None,
            evictions: 0,
            oom_kills: 0,
            home: None,
            last_end: BTreeMap::new(),
            peaks: BTreeMap::new(),
        }
    }

    fn first(&self) -> Option<&Occasion> {
        self.evicted.as_ref().or(self.ranked.as_ref()).or(self.killed.as_ref())
    }

    fn totals(&self, setting: &Setting, node: NodeId) -> Totals {
        Totals {
            evictions: self.evictions,
            oom_kills: self.oom_kills,
            least_available: self.least_available(setting, node),
        }
    }

    fn least_available(&self, setting: &Setting, node: NodeId) -> Bytes {
        let capacity = setting.nodes[node.index()].node.capacity.memory;
        capacity.saturating_sub(self.peaks.get(&node).copied().unwrap_or_default())
    }

    fn is_called_so(&self, pod: PodName) -> bool {
        self.wish.pod.as_ref().is_none_or(|name| *name == self.scenario.pod_name(pod.workload, pod.replica))
    }

    /// At an instant that is asked about whatever happens is.
    fn is_asked_about(&self, pod: PodName) -> bool {
        self.wish.at.is_some() || self.is_called_so(pod)
    }

    fn is_in_view(&self, at: SimTime, node: NodeId) -> bool {
        self.wish.at.is_none_or(|asked| asked == at) && self.wish.node.is_none_or(|asked| asked == node)
    }

    fn on_evicted(&mut self, at: SimTime, eviction: &Eviction<'_>) {
        self.evictions += 1;
        let is_victim = self.is_asked_about(eviction.pod);
        let is_ranked = || eviction.ranking.iter().any(|ranked| self.is_asked_about(ranked.pod));
        let is_new = if is_victim { self.evicted.is_none() } else { self.ranked.is_none() && is_ranked() };
        if !is_new || !self.is_in_view(at, eviction.node) {
            return;
        }
        let occasion = Occasion { at, node: eviction.node, happened: happened(eviction) };
        *(if is_victim { &mut self.evicted } else { &mut self.ranked }) = Some(occasion);
    }

    fn on_killed(&mut self, at: SimTime, kill: &OomKill<'_>) {
        self.oom_kills += 1;
        let is_wanted = self.killed.is_none() && self.is_in_view(at, kill.node);
        if is_wanted && self.is_asked_about(kill.pod) {
            let happened = Happened::OomKilled(Kill {
                pod: kill.pod,
                container: kill.container,
                cause: kill.cause,
                limit: kill.limit,
                working_set: kill.container_working_set,
                compared: kill.compared.to_vec(),
            });
            self.killed = Some(Occasion { at, node: kill.node, happened });
        }
    }
}

fn happened(eviction: &Eviction<'_>) -> Happened {
    match eviction.cause {
        EvictionCause::OverLimit(limit) => {
            Happened::OverLimit(OverLimit { pod: eviction.pod, message: limit.to_string() })
        }
        EvictionCause::Threshold { threshold, seen } => Happened::Decided(Decision {
            threshold: threshold.clone(),
            seen,
            ranking: eviction.ranking.to_vec(),
            victim: Some(eviction.victim),
            grace_period: eviction.grace_period,
        }),
    }
}

impl Recorder for Scout<'_> {
    fn record(&mut self, now: SimTime, record: Record<'_>) {
        match record {
            Record::Evicted(eviction) => self.on_evicted(now, &eviction),
            Record::OomKilled(kill) => self.on_killed(now, &kill),
            Record::NobodyToEvict { node, threshold, seen, ranking }
                if self.ranked.is_none() && self.is_in_view(now, node) =>
            {
                let (threshold, ranking) = (threshold.clone(), ranking.to_vec());
                let grace_period = SimDuration::ZERO;
                let decision = Decision { threshold, seen, ranking, victim: None, grace_period };
                self.ranked = Some(Occasion { at: now, node, happened: Happened::Decided(decision) });
            }
            Record::PodBound { pod, node } if self.wish.pod.is_some() && self.is_called_so(pod) => {
                self.home = Some(node);
            }
            Record::PodEnded(end) => {
                if let (Some(node), Some(ended)) = (end.node, end.ended) {
                    self.last_end.insert(node, ended);
                }
            }
            Record::NodeEnded(end) => {
                self.peaks.insert(end.node, end.peak_working_set);
            }
            _ => {}
        }
    }
}

impl Finding {
    /// The signal whose ranking is told: that which was acted on, or would be; of others, memory's.
    pub fn signal(&self) -> Signal {
        if let Happened::Decided(decision) = &self.happened {
            return decision.threshold.signal;
        }
        let due = self.glimpse.monitor.acceptable(&self.kubelet).next();
        due.map_or(Signal::MemoryAvailable, |index| self.kubelet.thresholds[index].signal)
    }

    /// The pods in eviction order: as the run compared them, if it did; else as it would have.
    pub fn ranking(&self) -> &[Ranked] {
        if let Happened::Decided(decision) = &self.happened {
            return &decision.ranking;
        }
        let of_signal = self.glimpse.rankings.iter().find(|(signal, _)| *signal == self.signal());
        of_signal.map_or(&[], |(_, ranking)| ranking)
    }

    /// Who was compared for an OOM kill at that instant, or would be.
    pub fn hunted(&self) -> &[Hunted] {
        match &self.happened {
            Happened::OomKilled(kill) if !kill.compared.is_empty() => &kill.compared,
            _ => &self.glimpse.hunted,
        }
    }
}
