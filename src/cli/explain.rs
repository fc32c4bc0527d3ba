//! `evictsim explain FILE`: who is evicted next, and why this pod and not that one?
//!
//! Never: a run's tables ([`super::run`]). Next: [`crate::report::explanation`], what is said.

use super::files::Files;
use super::run::{OrderWord, RulesWord, chosen_run};
use super::{BadInput, unknown};
use crate::experiment::inquiry::{Finding, Inquiry, Wish};
use crate::ground::{NodeId, SimTime};
use crate::report::explanation::{self, Explanation};
use crate::scenario::Scenario;
use crate::scenario::check::MOST_REPLICATIONS;
use crate::scenario::duration;
use crate::scenario::meaning::RunRules;
use crate::scenario::mistake::Mistake;
use clap::{Args, ValueEnum};
use std::io::{self, Write};

const EXAMPLES: &str = "\
Without --at it is the first eviction that is explained; where there is none, the first OOM kill, or the end of the run.

Examples:
  evictsim explain scenarios/lessons/eviction-order.yaml
  evictsim explain web.yaml --at 12m --node n1
  evictsim explain web.yaml --pod cache --not database
  evictsim explain web.yaml --run kubelet -o json";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ExplainArguments {
    /// The scenario file; - is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// The instant, from the beginning of the run: 90s, 12m, 1h30m
    #[arg(long, value_name = "LENGTH")]
    at: Option<String>,
    /// On which node
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// The first eviction of this pod, or the first where it was compared
    #[arg(long, value_name = "POD")]
    pod: Option<String>,
    /// With --pod: and why not this one?
    #[arg(long, value_name = "POD", requires = "pod")]
    not: Option<String>,
    /// Which of the scenario's runs; by default the first
    #[arg(long, value_name = "NAME", conflicts_with_all = ["rules", "eviction_order"])]
    run: Option<String>,
    /// By these rules, instead of the scenario's
    #[arg(long, value_name = "RULES", ignore_case = true)]
    rules: Option<RulesWord>,
    /// By this order, instead of the scenario's
    #[arg(long, value_name = "ORDER", ignore_case = true)]
    eviction_order: Option<OrderWord>,
    /// Instead of the scenario's seed
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = super::run::seed)]
    seed: Option<u64>,
    /// Which replication, from 0
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..i64::from(MOST_REPLICATIONS)))]
    replication: u32,
    /// What is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// Finds, and tells.
///
/// # Errors
/// Bad input: of the scenario, or names and instants that it does not have.
pub fn explain(arguments: &ExplainArguments) -> anyhow::Result<()> {
    let mut scenario = Files::default().scenario(&arguments.file)?;
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    if let Some(run) = chosen_run(&scenario.runs, (arguments.rules, arguments.eviction_order)) {
        scenario.runs = vec![run];
    }
    let told = told(&scenario, arguments).map_err(|mistake| BadInput(vec![mistake]))?;
    io::stdout().lock().write_all(&told)?;
    Ok(())
}

fn told(scenario: &Scenario, arguments: &ExplainArguments) -> Result<Vec<u8>, Mistake> {
    let rules = run_named(scenario, arguments.run.as_deref())?;
    let wish = Wish {
        at: arguments.at.as_deref().map(|at| instant(scenario, at)).transpose()?,
        node: arguments.node.as_deref().map(|name| node_named(scenario, name)).transpose()?,
        pod: arguments.pod.clone(),
    };
    let inquiry = Inquiry::new(scenario, rules, arguments.replication);
    let finding = inquiry.find(&wish);
    let mut told = Explanation::of(&inquiry, &rules.name, &finding);
    if let Some(pod) = &arguments.pod {
        let place = place_of(scenario, &finding, pod)?;
        let not = arguments.not.as_deref().map(|not| place_of(scenario, &finding, not)).transpose()?;
        told.pair = not.map(|not| (place, not));
    }
    let mut out = Vec::new();
    let written = match arguments.output {
        Format::Table => told.write(&mut out),
        Format::Json => serde_json::to_writer_pretty(&mut out, &explanation::json(&told))
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
    };
    written.expect("a vector takes everything");
    Ok(out)
}

/// The run of that name; the first, if none is asked for.
pub(super) fn run_named<'s>(scenario: &'s Scenario, name: Option<&str>) -> Result<&'s RunRules, Mistake> {
    let Some(name) = name else { return Ok(&scenario.runs[0]) };
    let found = scenario.runs.iter().find(|run| run.name == name);
    let names: Vec<&str> = scenario.runs.iter().map(|run| run.name.as_str()).collect();
    found.ok_or_else(|| unknown("run", name, &names))
}

fn node_named(scenario: &Scenario, name: &str) -> Result<NodeId, Mistake> {
    let names: Vec<&str> = scenario.nodes.iter().map(|plan| plan.node.name.as_str()).collect();
    let place = names.iter().position(|known| *known == name);
    place.map(|place| NodeId(place as u32)).ok_or_else(|| unknown("node", name, &names))
}

fn place_of(scenario: &Scenario, finding: &Finding, name: &str) -> Result<usize, Mistake> {
    let named = |pod: crate::engine::record::PodName| scenario.pod_name(pod.workload, pod.replica);
    let names: Vec<String> = finding.ranking().iter().map(|ranked| named(ranked.pod)).collect();
    let place = names.iter().position(|known| known == name);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    place.ok_or_else(|| match names.is_empty() {
        true => Mistake::new("no pod was on that node at that instant", "ask for another instant or node"),
        false => unknown("pod on that node at that instant", name, &names),
    })
}

fn instant(scenario: &Scenario, text: &str) -> Result<SimTime, Mistake> {
    let length =
        duration::parse(text).map_err(|mistake| Mistake::new(format!("--at: {mistake}"), mistake.fix()))?;
    let at = SimTime(length.0);
    if at <= scenario.horizon {
        return Ok(at);
    }
    let horizon = scenario.horizon.since(SimTime::START);
    Err(Mistake::new(
        format!("--at: the run ends before {text}, at {horizon}"),
        "ask for an earlier instant, or give the scenario a longer horizon",
    ))
}
