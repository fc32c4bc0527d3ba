//! evictsim simulates what Kubernetes evicts when its nodes run out of memory, and why.
//!
//! Pods arrive and are scheduled onto nodes, their containers' working sets follow
//! exact curves, each node's kubelet looks every ten seconds and evicts by QoS class
//! (the lesson's order) or as the real kubelet does, and where that is too slow the
//! kernel kills. Every eviction is told with all that was compared.
//!
//! It is not a cluster: there is no API server, no container runs, no disk fills, no
//! wall clock is read. What differs from Kubernetes is listed in `docs/fidelity.md`.
//!
//! # The floors
//!
//! Imports only go down.
//!
//! | floor | rooms |
//! |---|---|
//! | 0 | [`ground`]: units, instants, ids, random streams, exact sums of memory |
//! | 1 | [`model`]: pods, nodes, memory curves, as facts |
//! | 2 | decisions, as verdicts on facts: [`eviction`], [`oom`], [`lifecycle`], [`scheduling`], [`workloads`] |
//! | 3 | [`engine`]: the only place where time moves |
//! | 4 | [`scenario`]: from text to checked values, from distributions to draws |
//! | 5 | [`experiment`]: many runs, several at once (feature `threads`) |
//! | 6 | `report`: tables, summaries (feature `text`) |
//! | 7 | `cli`: the program, the only floor that opens files (feature `program`) |
//!
//! Without default features only what a simulation needs is built: no command line,
//! no YAML, no CSV.
//!
//! # One run
//!
//! ```
//! # #[cfg(feature = "text")] {
//! use evictsim::engine::{self, Passes, Record, Recorder};
//! use evictsim::ground::SimTime;
//! use evictsim::scenario::{self, Scenario};
//!
//! /// Keeps the names of those that were evicted, in their order.
//! struct Victims<'a>(&'a Scenario, Vec<String>);
//!
//! impl Recorder for Victims<'_> {
//!     fn record(&mut self, _now: SimTime, record: Record<'_>) {
//!         if let Record::Evicted(eviction) = record {
//!             self.1.push(self.0.pod_name(eviction.pod.workload, eviction.pod.replica));
//!         }
//!     }
//! }
//!
//! let text = "
//! horizon: 30m
//! nodes: [{name: node, capacity: {cpu: 4, memory: 1Gi}}]
//! pods:
//!   - {name: cache, workingSet: 300Mi}                                                          # BestEffort
//!   - {name: leak, requests: {memory: 100Mi}, workingSet: {from: 100Mi, to: 700Mi, over: 10m}}  # Burstable
//! runs: [{name: lesson, rules: Lesson}, {name: kubelet, rules: Kubernetes}]
//! ";
//! let scenario = scenario::read("story.yaml", &|_| Ok(text.into())).expect("nothing is wrong with it");
//! let victims = |run: usize| {
//!     let setting = scenario.setting(&scenario.runs[run], 0, Passes::ThatMatter);
//!     engine::run(&setting, scenario.source(0), Victims(&scenario, Vec::new())).1
//! };
//! assert_eq!(victims(0), ["cache"]); // The lesson: BestEffort goes before Burstable.
//! assert_eq!(victims(1), ["leak"]); // The kubelet: whoever is farthest above its request.
//! # }
//! ```
#[cfg(feature = "program")]
pub mod cli;
pub mod engine;
pub mod eviction;
pub mod experiment;
pub mod ground;
pub mod lifecycle;
pub mod model;
pub mod oom;
#[cfg(feature = "text")]
pub mod report;
pub mod scenario;
pub mod scheduling;
pub mod workloads;
