//! Questions and their solutions in words: what `evictsim quiz` asks, says and prints.
//!
//! What: the question, its table, the solution with a reason for each neighboring pair, what is wrong with an
//! answer; a worksheet in Markdown; all of it for programs.
//! Never: a rule. Sentences about two pods are those of [`super::explanation`].
//! Next: [`crate::experiment::quiz`], which draws and solves; [`super::wording`].

use super::figures::{Memory, aligned, wrapped};
use super::qos;
use super::wording;
use crate::engine::record::Ranked;
use crate::eviction::order::Contender;
use crate::eviction::{EvictionOrder, Starved};
use crate::experiment::quiz::{NODE, Question, Solution, Subject, Topic, place_of};
use crate::ground::{Amount, Bytes};
use crate::model::Resource;
use crate::oom::victim::badness;
use crate::scenario::meaning::OrderName;
use serde_json::{Value, json};
use std::io::{self, Write};

/// How wide a question may become on a terminal.
const COLUMNS: usize = 80;

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgment {
    pub right: bool,
    /// Of a wrong answer its first wrong place.
    pub told: String,
}

/// What is asked.
pub fn asked(question: &Question) -> String {
    let order = match question.order {
        OrderName::QosClass => "the lesson's order (QosClass: class first, then as the kubelet)",
        OrderName::Kubelet => "the kubelet's order (Kubelet: it never reads the class)",
    };
    match question.topic {
        Topic::Classes => {
            "Which QoS class is each pod? BestEffort, Burstable or Guaranteed, from the top down.".to_owned()
        }
        Topic::AboveRequest => "Which pods are above their request of memory?".to_owned(),
        Topic::Kernel => format!(
            "All {} of the node are used up before a kubelet has looked. In which order does the kernel kill them, one after the other?",
            Memory(NODE.0.into())
        ),
        Topic::Order | Topic::EqualClasses | Topic::Priority => format!(
            "The node is short of memory, and stays so whoever goes. In which order are they evicted, one after the other, by {order}?"
        ),
    }
}

/// What is known of the pods: a header, and a row for each.
pub fn table(question: &Question) -> Vec<Vec<String>> {
    let header: &[&str] = match question.topic {
        Topic::Classes => &["POD", "CPU REQUEST", "CPU LIMIT", "MEMORY REQUEST", "MEMORY LIMIT"],
        Topic::AboveRequest => &["POD", "WORKING SET", "REQUEST"],
        Topic::Order | Topic::EqualClasses | Topic::Priority | Topic::Kernel => {
            &["POD", "CLASS", "PRIORITY", "WORKING SET", "REQUEST"]
        }
    };
    let header = header.iter().map(|&name| name.to_owned()).collect();
    std::iter::once(header).chain(question.pods.iter().map(|pod| cells(question.topic, pod))).collect()
}

fn cells(topic: Topic, pod: &Subject) -> Vec<String> {
    let name = pod.name.to_owned();
    let request = || written(Resource::Memory, pod.spec.containers[0].requests.memory);
    match topic {
        Topic::Classes => {
            let (requests, limits) = (pod.spec.containers[0].requests, pod.spec.containers[0].limits);
            vec![
                name,
                written(Resource::Cpu, requests.cpu),
                written(Resource::Cpu, limits.cpu),
                written(Resource::Memory, requests.memory),
                written(Resource::Memory, limits.memory),
            ]
        }
        Topic::AboveRequest => vec![name, memory(pod.working_set), request()],
        Topic::Order | Topic::EqualClasses | Topic::Priority | Topic::Kernel => vec![
            name,
            pod.class().name().to_owned(),
            pod.spec.priority().to_string(),
            memory(pod.working_set),
            request(),
        ],
    }
}

fn written(resource: Resource, amount: Option<Amount>) -> String {
    amount.map_or("-".to_owned(), |amount| resource.printed(amount).to_string())
}

fn memory(amount: Bytes) -> String {
    Memory(amount.0.into()).to_string()
}

/// How an answer to this question is written.
pub fn hint(question: &Question) -> &'static str {
    match question.topic {
        Topic::Classes => {
            "classes in the order of the rows, as: BestEffort Burstable Guaranteed (be, bu, g will do)"
        }
        Topic::AboveRequest => "names, as: web db; or: none",
        Topic::Order | Topic::EqualClasses | Topic::Priority | Topic::Kernel => {
            "names, the first to go first, as: web db api"
        }
    }
}

/// A solution, or an answer, in a line.
pub fn spelled(question: &Question, solution: &Solution) -> String {
    let names = |places: &[usize]| places.iter().map(|place| question.pods[*place].name).collect::<Vec<_>>();
    match solution {
        Solution::Classes(classes) => classes.iter().map(|class| class.name()).collect::<Vec<_>>().join(", "),
        Solution::Above(places) if places.is_empty() => "none".to_owned(),
        Solution::Above(places) => names(places).join(", "),
        Solution::Order(places) => names(places).join(", "),
    }
}

/// Why the solution is right: a sentence for each pod, or for each pair of neighbors.
pub fn reasons(question: &Question) -> Vec<String> {
    match question.solution() {
        Solution::Classes(_) => question.pods.iter().map(class_told).collect(),
        Solution::Above(_) => question.pods.iter().map(above_told).collect(),
        Solution::Order(places) => {
            places.windows(2).map(|two| pair_told(question, (two[0], two[1]))).collect()
        }
    }
}

/// `web is Burstable: container app has no cpu limit.`
fn class_told(pod: &Subject) -> String {
    format!("{} is {}: {}.", pod.name, pod.class().name(), qos::reason(&pod.kept()))
}

/// `web uses 300Mi and requests 200Mi: above.`
fn above_told(pod: &Subject) -> String {
    let verdict = match (pod.is_above_request(), pod.working_set == pod.request()) {
        (true, _) => "above",
        (false, true) => "equal is not above",
        (false, false) => "not above",
    };
    let request = match pod.request() {
        Bytes::ZERO => "requests nothing".to_owned(),
        request => format!("requests {}", memory(request)),
    };
    format!("{} uses {} and {request}: {verdict}.", pod.name, memory(pod.working_set))
}

/// Why one pod goes before another, the earlier first.
fn pair_told(question: &Question, (earlier, later): (usize, usize)) -> String {
    let [first, next] = [earlier, later].map(|place| &question.pods[place]);
    let why = match question.topic {
        Topic::Kernel => format!("badness {} > {}", badness_told(first), badness_told(next)),
        _ => compared(question, (earlier, later)),
    };
    format!("{} goes before {}: {why}.", first.name, next.name)
}

/// `1058 (58 in use + 1000)`, in thousandths of the node.
fn badness_told(pod: &Subject) -> String {
    let thousandths = |bytes: i128| bytes * 1000 / i128::from(NODE.0);
    let prey = pod.prey();
    format!(
        "{} ({} in use + {} as {})",
        thousandths(badness(prey, NODE).into()),
        thousandths(prey.working_set.0.into()),
        prey.oom_score_adj,
        pod.class().name()
    )
}

fn compared(question: &Question, (earlier, later): (usize, usize)) -> String {
    let ranking = question.order_by(question.order);
    let at = |place: usize| -> &Ranked {
        ranking
            .iter()
            .find(|ranked| place_of(ranked) == place)
            .expect("all of the question's pods are ranked")
    };
    let (first, next) = (at(earlier), at(later));
    let order = question.order.order();
    let by = first.candidate.compared::<dyn EvictionOrder + Send + Sync>(&*order, &next.candidate).by;
    wording::decided(by, (first, next), Starved::Memory)
}

/// Whether an answer is right, and the first place where it is not.
pub fn judged(question: &Question, answer: &Solution) -> Judgment {
    let solution = question.solution();
    if *answer == solution {
        return Judgment { right: true, told: "Right.".to_owned() };
    }
    let told = match (&solution, answer) {
        (Solution::Order(right), Solution::Order(said)) => wrong_place(question, right, said),
        (Solution::Classes(right), Solution::Classes(said)) => {
            let place = right.iter().zip(said).position(|(right, said)| right != said);
            place.map(|place| format!("No: {}", class_told(&question.pods[place])))
        }
        (Solution::Above(right), Solution::Above(said)) => {
            let place = (0..question.pods.len()).find(|place| right.contains(place) != said.contains(place));
            place.map(|place| format!("No: {}", above_told(&question.pods[place])))
        }
        _ => None,
    };
    Judgment { right: false, told: told.unwrap_or_else(|| format!("No: {}.", hint(question))) }
}

/// `No, at place 2: cache goes before web: larger excess (300Mi > 100Mi).`
fn wrong_place(question: &Question, right: &[usize], said: &[usize]) -> Option<String> {
    let place = right.iter().zip(said).position(|(right, said)| right != said)?;
    let pair = pair_told(question, (right[place], said[place]));
    Some(format!("No, at place {}: {pair}", place + 1))
}

/// Writes a question as it is asked on a terminal.
///
/// # Errors
/// Those of `out`.
pub fn write_question(
    out: &mut impl Write,
    question: &Question,
    (number, of): (usize, usize),
) -> io::Result<()> {
    let sentence = format!("{number}/{of}  {}", asked(question));
    wrapped(&sentence, COLUMNS).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out)?;
    aligned(&table(question)).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    writeln!(out)
}

/// Writes the solution below an answer.
///
/// # Errors
/// Those of `out`.
pub fn write_solution(out: &mut impl Write, question: &Question) -> io::Result<()> {
    writeln!(out, "Solution: {}", spelled(question, &question.solution()))?;
    reasons(question).iter().try_for_each(|reason| writeln!(out, "  {reason}"))
}

/// Writes a worksheet in Markdown: the questions, and on a page of their own the solutions.
///
/// # Errors
/// Those of `out`.
pub fn write_worksheet(out: &mut impl Write, questions: &[Question], seed: u64) -> io::Result<()> {
    writeln!(out, "# Who goes first?\n")?;
    writeln!(
        out,
        "Drawn by `evictsim quiz --seed {seed}`. Each question has a node of its own with {}; each pod has one container.\n",
        Memory(NODE.0.into())
    )?;
    for (number, question) in (1..).zip(questions) {
        writeln!(out, "## Question {number}\n\n{}\n", asked(question))?;
        write_markdown(out, &table(question))?;
        writeln!(out, "\nAnswer: ______________________________________\n")?;
    }
    writeln!(out, "<div style=\"page-break-before: always\"></div>\n\n# Solutions\n")?;
    for (number, question) in (1..).zip(questions) {
        writeln!(out, "## Solution {number}\n\n**{}**\n", spelled(question, &question.solution()))?;
        reasons(question).iter().try_for_each(|reason| writeln!(out, "- {reason}"))?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_markdown(out: &mut impl Write, table: &[Vec<String>]) -> io::Result<()> {
    let Some((header, rows)) = table.split_first() else { return Ok(()) };
    writeln!(out, "| {} |", header.join(" | ").to_lowercase())?;
    writeln!(out, "|{}", "---|".repeat(header.len()))?;
    rows.iter().try_for_each(|row| writeln!(out, "| {} |", row.join(" | ")))
}

/// All questions and solutions, for programs.
pub fn json(questions: &[Question], seed: u64) -> Value {
    let questions: Vec<Value> = questions.iter().map(question_json).collect();
    json!({ "seed": seed, "node_memory_bytes": NODE.0, "questions": questions })
}

fn question_json(question: &Question) -> Value {
    let names = |places: &[usize]| places.iter().map(|place| question.pods[*place].name.into()).collect();
    let solution: Vec<Value> = match question.solution() {
        Solution::Classes(classes) => classes.iter().map(|class| class.name().into()).collect(),
        Solution::Above(places) | Solution::Order(places) => names(&places),
    };
    let (topic, order) = match question.topic {
        Topic::Classes => ("Classes", None),
        Topic::Order => ("Order", Some(question.order.name())),
        Topic::EqualClasses => ("EqualClasses", Some(question.order.name())),
        Topic::Priority => ("Priority", Some(question.order.name())),
        Topic::AboveRequest => ("AboveRequest", None),
        Topic::Kernel => ("Kernel", None),
    };
    json!({
        "topic": topic,
        "eviction_order": order,
        "question": asked(question),
        "pods": question.pods.iter().map(pod_json).collect::<Vec<_>>(),
        "solution": solution,
        "reasons": reasons(question),
    })
}

fn pod_json(pod: &Subject) -> Value {
    let container = &pod.spec.containers[0];
    json!({
        "name": pod.name,
        "qos_class": pod.class().name(),
        "priority": pod.spec.priority(),
        "working_set_bytes": pod.working_set.0,
        "cpu_request": container.requests.cpu.map(|amount| Resource::Cpu.printed(amount).to_string()),
        "cpu_limit": container.limits.cpu.map(|amount| Resource::Cpu.printed(amount).to_string()),
        "memory_request_bytes": container.requests.memory.map(|amount| amount.bytes().0),
        "memory_limit_bytes": container.limits.memory.map(|amount| amount.bytes().0),
    })
}
