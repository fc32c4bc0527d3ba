//! The kubelet's configuration -> thresholds, reserves and allocatable.
//!
//! What: the maps of a KubeletConfiguration, read as the kubelet reads them,
//! and what a node has left for pods. Never: YAML, or where a text stood: a
//! refusal names its map and its signal, and the check finds the place.
//! Next: [`crate::eviction::threshold`], what is done with a threshold.
//!
//! Source: kubernetes `ParseThresholdConfig` (1.32); the conformance family `thresholds`.

use super::duration;
use super::nearest::nearest;
use super::quantity::Quantity;
use crate::eviction::{Signal, Threshold, ThresholdValue};
use crate::ground::{Amount, Bytes, MilliCpu, SimDuration};
use crate::model::Room;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Signal to value, as written.
pub type Texts = BTreeMap<String, String>;

/// The maps that thresholds are made of.
#[derive(Clone, Copy, Debug)]
pub struct ThresholdTexts<'a> {
    pub hard: &'a Texts,
    pub soft: &'a Texts,
    pub soft_grace_period: &'a Texts,
    pub minimum_reclaim: &'a Texts,
    /// `enforceNodeAllocatable` has `pods`: the hard memory threshold holds for the pods together, too.
    pub pods_are_enforced: bool,
}

/// An entry that the kubelet refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeletRefusal {
    /// The key of the map, as `evictionHard`.
    pub map: &'static str,
    /// The key in the map.
    pub entry: String,
    pub what: String,
    pub fix: String,
}

/// `evictionHard` where a kubelet's configuration does not give it.
pub fn default_hard() -> Texts {
    let defaults = [
        ("memory.available", "100Mi"),
        ("nodefs.available", "10%"),
        ("nodefs.inodesFree", "5%"),
        ("imagefs.available", "15%"),
        ("imagefs.inodesFree", "5%"),
    ];
    defaults.into_iter().map(|(signal, value)| (signal.to_owned(), value.to_owned())).collect()
}

/// The thresholds of a kubelet: hard ones first, then soft ones, each in the order of their signals.
///
/// # Errors
/// Every entry that the kubelet refuses.
pub fn thresholds(texts: ThresholdTexts<'_>) -> Result<Vec<Threshold>, Vec<KubeletRefusal>> {
    let mut refusals = Vec::new();
    let lines = |map, texts: &Texts, refusals: &mut Vec<_>| entries(map, texts, refusals, line);
    let hard = lines("evictionHard", texts.hard, &mut refusals);
    let soft = lines("evictionSoft", texts.soft, &mut refusals);
    let grace = entries("evictionSoftGracePeriod", texts.soft_grace_period, &mut refusals, grace_period);
    let reclaim = entries("evictionMinimumReclaim", texts.minimum_reclaim, &mut refusals, reclaim_value);

    let mut thresholds: Vec<Threshold> = Vec::new();
    let reclaim_of = |signal| reclaim.iter().find(|(known, _)| *known == signal).map(|(_, value)| *value);
    let threshold = |signal, (value, written): Line, grace_period| {
        let minimum_reclaim = reclaim_of(signal);
        Threshold { signal, value, written, grace_period, minimum_reclaim }
    };
    for (signal, line) in hard.into_iter().filter_map(|(signal, line)| Some((signal, line?))) {
        thresholds.push(threshold(signal, line, SimDuration::ZERO));
    }
    for (signal, line) in soft.into_iter().filter_map(|(signal, line)| Some((signal, line?))) {
        match grace.iter().find(|(known, _)| *known == signal) {
            Some((_, grace_period)) => thresholds.push(threshold(signal, line, *grace_period)),
            // A grace that is there and wrong has been told already.
            None if texts.soft_grace_period.contains_key(signal.name()) => {}
            None => refusals.push(without_grace(signal)),
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    if texts.pods_are_enforced {
        add_allocatable_copies(&mut thresholds);
    }
    // A soft threshold with a grace of zero is hard in every respect.
    thresholds.sort_by_key(|threshold| !threshold.is_hard());
    Ok(thresholds)
}

/// Each hard memory threshold holds for the cgroup of all pods, too, with memory's own minimum reclaim.
fn add_allocatable_copies(thresholds: &mut Vec<Threshold>) {
    let copied = |threshold: &&Threshold| threshold.is_hard() && threshold.signal == Signal::MemoryAvailable;
    let copies: Vec<Threshold> = thresholds
        .iter()
        .filter(copied)
        .map(|threshold| Threshold { signal: Signal::AllocatableMemoryAvailable, ..threshold.clone() })
        .collect();
    thresholds.extend(copies);
}

fn without_grace(signal: Signal) -> KubeletRefusal {
    let signal = signal.name();
    KubeletRefusal {
        map: "evictionSoft",
        entry: signal.to_owned(),
        what: format!("the soft threshold on {signal} has no grace period"),
        fix: format!("add `{signal}: 1m30s` to evictionSoftGracePeriod, or use evictionHard"),
    }
}

/// Why a value is refused: what, and how to mend it.
type Reason = (String, String);

/// Reads all entries of a map; refused ones are told and left out.
fn entries<V>(
    map: &'static str,
    texts: &Texts,
    refusals: &mut Vec<KubeletRefusal>,
    read: impl Fn(&str) -> Result<V, Reason>,
) -> Vec<(Signal, V)> {
    let mut read_entries = Vec::new();
    for (entry, text) in texts {
        let outcome = signal_named(entry).and_then(|signal| Ok((signal, read(text)?)));
        match outcome {
            Ok(entry) => read_entries.push(entry),
            Err((what, fix)) => refusals.push(KubeletRefusal { map, entry: entry.clone(), what, fix }),
        }
    }
    read_entries
}

fn signal_named(name: &str) -> Result<Signal, Reason> {
    Signal::named(name).ok_or_else(|| {
        let known = Signal::ALL.map(Signal::name);
        let fix = match nearest(name, &known) {
            Some(near) => format!("write {near}"),
            None => format!("the signals are {}", known.join(", ")),
        };
        (format!("unknown eviction signal \"{name}\""), fix)
    })
}

/// Where a threshold's line lies, and how Kubernetes prints it if it is a quantity.
type Line = (ThresholdValue, Option<Arc<str>>);

/// A threshold's line; nothing where it is spelled as a way to say that there is none.
fn line(text: &str) -> Result<Option<Line>, Reason> {
    if text == "0%" || text == "100%" {
        return Ok(None);
    }
    if text.ends_with('%') {
        let share = percentage(text)?;
        return if (0.0..=1.0).contains(&share) {
            Ok(Some((ThresholdValue::Percentage(share), None)))
        } else {
            Err((format!("`{text}` is not a percentage from 0% to 100%"), "write for example 10%".into()))
        };
    }
    let quantity = quantity(text)?;
    if quantity.sign() <= 0 {
        let fix = "write an amount above zero, such as 100Mi, or 0% to switch the signal off";
        return Err((format!("a threshold of {text} is not above zero"), fix.into()));
    }
    let value = ThresholdValue::Quantity(quantity.amount().bytes().into());
    Ok(Some((value, Some(quantity.canonical().into()))))
}

fn reclaim_value(text: &str) -> Result<ThresholdValue, Reason> {
    if text.ends_with('%') {
        let share = percentage(text)?;
        if share <= 0.0 {
            return Err((
                format!("a minimum reclaim of {text} is not above zero"),
                "write for example 1%".into(),
            ));
        }
        return Ok(ThresholdValue::Percentage(share));
    }
    let quantity = quantity(text)?;
    if quantity.sign() < 0 {
        return Err((
            format!("a minimum reclaim of {text} is negative"),
            "write an amount of zero or more".into(),
        ));
    }
    Ok(ThresholdValue::Quantity(quantity.amount().bytes().into()))
}

/// A share through 32-bit floats, as in the kubelet: `12.5%` is 12.5 / 100. All trailing `%` count as one.
fn percentage(text: &str) -> Result<f32, Reason> {
    let number = text.trim_end_matches('%');
    // Rust reads more than decimal numbers: inf, nan.
    let is_decimal =
        number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E'));
    match number.parse::<f32>() {
        Ok(percent) if is_decimal => Ok(percent / 100.0),
        _ => Err((
            format!("`{text}` is not a percentage"),
            "write a number before the %, such as 12.5%".into(),
        )),
    }
}

fn quantity(text: &str) -> Result<Quantity, Reason> {
    Quantity::parse(text).map_err(|mistake| (mistake.to_string(), mistake.fix()))
}

/// A length of time in Go's notation, which knows no days.
///
/// # Errors
/// What Go refuses: what it is, and how to mend it.
pub fn go_duration(text: &str) -> Result<SimDuration, Reason> {
    if text.contains('d') {
        let what = format!("the kubelet knows no days: `{text}`");
        return Err((what, "write hours, such as 24h".into()));
    }
    duration::parse(text).map_err(|mistake| (mistake.to_string(), mistake.fix()))
}

fn grace_period(text: &str) -> Result<SimDuration, Reason> {
    go_duration(text)
}

/// What is kept back from pods by `kubeReserved` or `systemReserved`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserve {
    pub cpu: MilliCpu,
    pub memory: Bytes,
    pub ephemeral_storage: Bytes,
}

/// What a reserve's keys may be.
const RESERVABLE: [&str; 4] = ["cpu", "memory", "ephemeral-storage", "pid"];

/// Reads a map of reserved amounts.
///
/// # Errors
/// Every entry that the kubelet refuses, and amounts above an exbibyte.
pub fn reserve(map: &'static str, texts: &Texts) -> Result<Reserve, Vec<KubeletRefusal>> {
    let mut reserve = Reserve::default();
    let mut refusals = Vec::new();
    for (entry, text) in texts {
        match reserved_amount(entry, text) {
            Ok(amount) if entry == "cpu" => reserve.cpu = amount.milli_cpu(),
            Ok(amount) if entry == "memory" => reserve.memory = amount.bytes(),
            Ok(amount) if entry == "ephemeral-storage" => reserve.ephemeral_storage = amount.bytes(),
            Ok(_) => {} // The scheduler does not look at process ids.
            Err((what, fix)) => refusals.push(KubeletRefusal { map, entry: entry.clone(), what, fix }),
        }
    }
    if refusals.is_empty() { Ok(reserve) } else { Err(refusals) }
}

fn reserved_amount(entry: &str, text: &str) -> Result<Amount, Reason> {
    if !RESERVABLE.contains(&entry) {
        let fix = match nearest(entry, &RESERVABLE) {
            Some(near) => format!("write {near}"),
            None => format!("the resources are {}", RESERVABLE.join(", ")),
        };
        return Err((format!("unknown resource \"{entry}\""), fix));
    }
    let amount = quantity(text)?.amount();
    if amount.0 < 0 {
        return Err((format!("a reserve of {text} is negative"), "write an amount of zero or more".into()));
    }
    if amount > Amount::whole(1 << 60) {
        return Err((format!("a reserve of {text} is above 1Ei"), "write a smaller amount".into()));
    }
    Ok(amount)
}

/// The memory limit of the cgroup of all pods: capacity less both reserves, and not below zero.
pub fn pods_memory_limit(capacity: Room, reserves: [Reserve; 2]) -> Bytes {
    reserves.iter().fold(capacity.memory, |left, reserve| left.saturating_sub(reserve.memory))
}

/// What the scheduler may hand out: capacity less the reserves and the hard thresholds of memory and nodefs.
///
/// Source: kubernetes `pkg/kubelet/cm`, `GetNodeAllocatableReservation`, `hardEvictionReservation` (1.34).
pub fn allocatable(capacity: Room, reserves: [Reserve; 2], thresholds: &[Threshold]) -> Room {
    let hard = |signal: Signal, whole: Bytes| {
        let mut lines = thresholds.iter().filter(|threshold| threshold.is_hard());
        let line = lines.find(|threshold| threshold.signal == signal);
        line.map_or(Bytes::ZERO, |threshold| threshold.value.in_bytes(whole))
    };
    let cpu = reserves.iter().fold(capacity.cpu.0, |left, reserve| left.saturating_sub(reserve.cpu.0));
    Room {
        cpu: MilliCpu(cpu),
        memory: pods_memory_limit(capacity, reserves)
            .saturating_sub(hard(Signal::MemoryAvailable, capacity.memory)),
        ephemeral_storage: match capacity.ephemeral_storage {
            Room::UNKNOWN_STORAGE => Room::UNKNOWN_STORAGE,
            disk => reserves
                .iter()
                .fold(disk, |left, reserve| left.saturating_sub(reserve.ephemeral_storage))
                .saturating_sub(hard(Signal::NodefsAvailable, disk)),
        },
        pods: capacity.pods,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(entries: &[(&str, &str)]) -> Texts {
        entries.iter().map(|(signal, value)| ((*signal).to_owned(), (*value).to_owned())).collect()
    }

    fn read(hard: &[(&str, &str)], soft: &[(&str, &str)]) -> Result<Vec<Threshold>, Vec<KubeletRefusal>> {
        let grace = texts(&[("memory.available", "30s")]);
        thresholds(ThresholdTexts {
            hard: &texts(hard),
            soft: &texts(soft),
            soft_grace_period: &grace,
            minimum_reclaim: &texts(&[("memory.available", "50Mi")]),
            pods_are_enforced: true,
        })
    }

    #[test]
    fn the_hard_memory_threshold_holds_for_all_pods_together_and_comes_before_soft_ones() {
        let read =
            read(&[("memory.available", "100Mi")], &[("memory.available", "10%")]).expect("all is well");
        let told: Vec<(&str, bool)> = read.iter().map(|line| (line.signal.name(), line.is_hard())).collect();
        let expected =
            [("memory.available", true), ("allocatableMemory.available", true), ("memory.available", false)];
        assert_eq!(told, expected);
        let reclaim = Some(ThresholdValue::Quantity(Bytes::mebi(50).into()));
        assert!(read.iter().all(|line| line.minimum_reclaim == reclaim));
    }

    #[test]
    fn nothing_and_all_of_it_switch_a_signal_off_but_only_in_that_spelling() {
        assert_eq!(read(&[("memory.available", "0%")], &[]), Ok(Vec::new()));
        assert_eq!(read(&[("nodefs.available", "100%")], &[]), Ok(Vec::new()));
        let kept = read(&[("nodefs.available", "100.0%")], &[]).expect("a percentage");
        assert_eq!(kept[0].value, ThresholdValue::Percentage(1.0));
    }

    #[test]
    fn every_wrong_entry_is_told() {
        let hard = [("memory.avialable", "1Gi"), ("nodefs.available", "101%"), ("pid.available", "0")];
        let refusals = read(&hard, &[("imagefs.available", "10%")]).expect_err("four mistakes");
        let entries: Vec<&str> = refusals.iter().map(|refusal| refusal.entry.as_str()).collect();
        assert_eq!(entries, ["memory.avialable", "nodefs.available", "pid.available", "imagefs.available"]);
        assert_eq!(refusals[0].fix, "write memory.available");
    }

    #[test]
    fn allocatable_is_capacity_less_reserves_less_the_hard_threshold() {
        // KUBELET's documentation example (user case D2): 32Gi, 2Gi + 1Gi reserved, hard 500Mi -> 28.5Gi, about.
        let capacity = Room { cpu: MilliCpu(4000), memory: Bytes::gibi(32), pods: 110, ..Room::default() };
        let kube = reserve("kubeReserved", &texts(&[("memory", "2Gi"), ("cpu", "100m")])).expect("amounts");
        let system = reserve("systemReserved", &texts(&[("memory", "1Gi")])).expect("amounts");
        let thresholds = read(&[("memory.available", "500Mi")], &[]).expect("a threshold");
        let left = allocatable(capacity, [kube, system], &thresholds);
        assert_eq!(left.memory, Bytes(Bytes::gibi(29).0 - Bytes::mebi(500).0));
        assert_eq!(left.cpu, MilliCpu(3900));
        assert_eq!(pods_memory_limit(capacity, [kube, system]), Bytes::gibi(29));
    }
}
