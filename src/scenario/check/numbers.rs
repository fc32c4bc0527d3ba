//! Amounts, lengths of time and numbers, fixed or drawn: as written -> as meant.
//!
//! What: bounds on what is written, the parameters of distributions in base units.
//! Never: a draw. Next: [`crate::scenario::distribution`].

use super::spot::{Findings, Spot};
use crate::ground::{Amount, Bytes, SimDuration, SimTime};
use crate::model::Resource;
use crate::scenario::decode::TextOr;
use crate::scenario::distribution::{Distribution, Law, Varying};
use crate::scenario::file::varying::{ChoiceFile, LawFile, MayVary, PartFile};
use crate::scenario::notation::{DurationText, QuantityText};

/// No run is longer, and nothing in it takes longer.
pub const LONGEST: SimDuration = SimDuration::hours(100 * 366 * 24);
/// No amount of memory is larger: an exbibyte.
pub const MOST_BYTES: u64 = 1 << 60;
/// No amount of CPU is larger.
const MOST_CORES: u64 = 1_000_000;

/// No weight is larger: sums of them stay exact enough to divide by.
const MOST_WEIGHT: f64 = 1e15;

/// The bound of an amount, in units and in words.
fn most(resource: Resource) -> (u64, &'static str) {
    match resource {
        Resource::Cpu => (MOST_CORES, "1000000 cores"),
        Resource::Memory | Resource::EphemeralStorage => (MOST_BYTES, "1Ei"),
    }
}

/// A kind of number that a distribution's parameters are written as.
pub trait Parameter {
    /// In base units: bytes, cores, microseconds, or plain.
    fn base(&self) -> f64;
}

impl Parameter for QuantityText {
    fn base(&self) -> f64 {
        self.0.amount().0 as f64 / 1e9
    }
}

impl Parameter for DurationText {
    fn base(&self) -> f64 {
        self.0.0 as f64
    }
}

impl Parameter for f64 {
    fn base(&self) -> f64 {
        *self
    }
}

/// Between which ends a number must lie, in base units, and in words.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    pub least: f64,
    pub most: f64,
    pub words: &'static str,
}

impl Range {
    pub const BYTES: Range = Range { least: 0.0, most: MOST_BYTES as f64, words: "an amount from 0 to 1Ei" };
    pub const CORES: Range =
        Range { least: 0.0, most: MOST_CORES as f64, words: "an amount from 0 to 1000000 cores" };
    pub const LENGTH: Range =
        Range { least: 0.0, most: LONGEST.0 as f64, words: "a length from 0s to 100 years" };
    pub const SHARE: Range =
        Range { least: 0.0, most: 1000.0, words: "a share from 0 to 1000; 1 is all of it" };
    pub const EXIT_CODE: Range = Range { least: 0.0, most: 255.0, words: "an exit code from 0 to 255" };
    pub const PRIORITY: Range =
        Range { least: i32::MIN as f64, most: i32::MAX as f64, words: "a priority of 32 bits" };
}

/// An amount of a resource, bounded. What is refused counts as nothing.
pub fn amount(findings: &mut Findings, spot: &Spot<'_>, text: &QuantityText, resource: Resource) -> Amount {
    let (amount, written) = (text.0.amount(), text.0.canonical());
    let (bound, bound_words) = most(resource);
    if amount.0 < 0 {
        let what = format!("{} of {written} is negative", resource.name());
        findings.mistake(spot, what, "write an amount of zero or more");
        return Amount::ZERO;
    }
    if amount > Amount::whole(bound) {
        let what = format!("{} of {written} is above {bound_words}", resource.name());
        findings.mistake(spot, what, "write a smaller amount; check its suffix");
        return Amount::ZERO;
    }
    if resource != Resource::Cpu {
        warn_of_fractions(findings, spot, text, resource.name());
    }
    amount
}

/// `100m` of memory is legal in Kubernetes, and hardly ever meant.
pub fn warn_of_fractions(findings: &mut Findings, spot: &Spot<'_>, text: &QuantityText, name: &str) {
    if text.0.amount().0 % Amount::whole(1).0 == 0 {
        return;
    }
    let written = text.0.canonical();
    let meant = match written.strip_suffix('m') {
        Some(number) => format!("; did you mean {number}Mi?"),
        None => String::new(),
    };
    let place = spot.place();
    findings.assume(format!(
        "{written} of {name} ({place}) is no whole number of bytes and is rounded up{meant}"
    ));
}

pub fn bytes(findings: &mut Findings, spot: &Spot<'_>, text: &QuantityText) -> Bytes {
    amount(findings, spot, text, Resource::Memory).bytes()
}

/// A length of time, bounded.
pub fn length(findings: &mut Findings, spot: &Spot<'_>, text: DurationText) -> SimDuration {
    if text.0 > LONGEST {
        findings.mistake(spot, format!("{} is longer than 100 years", text.0), "write a shorter length");
        return SimDuration::ZERO;
    }
    text.0
}

/// A length of time that is not zero; what is refused counts as a second.
pub fn positive_length(
    findings: &mut Findings,
    spot: &Spot<'_>,
    text: DurationText,
    of: &str,
) -> SimDuration {
    let length = length(findings, spot, text);
    if length > SimDuration::ZERO {
        return length;
    }
    if text.0 == SimDuration::ZERO {
        findings.mistake(spot, format!("{of} takes no time"), "write a length above 0s");
    }
    SimDuration::seconds(1)
}

/// A length of time, if it is written.
pub fn optional_length(findings: &mut Findings, spot: &Spot<'_>, text: Option<DurationText>) -> SimDuration {
    text.map_or(SimDuration::ZERO, |text| length(findings, spot, text))
}

/// An instant, as the length since the start of the run.
pub fn instant(findings: &mut Findings, spot: &Spot<'_>, text: Option<DurationText>) -> SimTime {
    SimTime::START.after(optional_length(findings, spot, text))
}

pub fn varying_length(
    findings: &mut Findings,
    spot: &Spot<'_>,
    number: &MayVary<DurationText>,
) -> Varying<SimDuration> {
    match number {
        TextOr::Text(text) => Varying::Fixed(length(findings, spot, *text)),
        TextOr::Full(law) => Varying::Drawn(distribution(findings, spot, law, Range::LENGTH)),
    }
}

/// A length that may vary, if it is written.
pub fn length_or(
    findings: &mut Findings,
    spot: &Spot<'_>,
    number: Option<&MayVary<DurationText>>,
    default: SimDuration,
) -> Varying<SimDuration> {
    number.map_or(Varying::Fixed(default), |number| varying_length(findings, spot, number))
}

pub fn share(findings: &mut Findings, spot: &Spot<'_>, number: &MayVary<f64>) -> Varying<f64> {
    match number {
        TextOr::Text(number) => Varying::Fixed(in_range(findings, spot, *number, Range::SHARE)),
        TextOr::Full(law) => Varying::Drawn(distribution(findings, spot, law, Range::SHARE)),
    }
}

/// A distribution, its parameters in base units.
pub fn distribution<P: Parameter>(
    findings: &mut Findings,
    spot: &Spot<'_>,
    law: &LawFile<P>,
    range: Range,
) -> Distribution {
    let mut reading = Reading { findings, spot: spot.key(name(law)), range };
    let law = match law {
        LawFile::Uniform(uniform) => reading.uniform(&uniform.min, &uniform.max),
        LawFile::Exponential(law) => {
            let mean = reading.positive("mean", &law.mean);
            return reading.bounded(Law::Exponential { mean }, &law.at_least, &law.at_most);
        }
        LawFile::Normal(law) => {
            let mean = reading.parameter("mean", &law.mean);
            let deviation = reading.non_negative("deviation", law.deviation.base());
            return reading.bounded(Law::Normal { mean, deviation }, &law.at_least, &law.at_most);
        }
        LawFile::LogNormal(law) => {
            let median = reading.positive("median", &law.median);
            let sigma = reading.non_negative("sigma", law.sigma);
            return reading.bounded(Law::LogNormal { median, sigma }, &law.at_least, &law.at_most);
        }
        LawFile::Weibull(law) => {
            let (shape, scale) = (reading.shape(law.shape), reading.positive("scale", &law.scale));
            return reading.bounded(Law::Weibull { shape, scale }, &law.at_least, &law.at_most);
        }
        LawFile::Lomax(law) => {
            let (shape, scale) = (reading.shape(law.shape), reading.positive("scale", &law.scale));
            if shape <= 1.0 && law.at_most.is_none() {
                let fix = "add `atMost`, such as the largest value that you believe in";
                reading.mistake(
                    "shape",
                    format!("a lomax of shape {shape} has no mean unless it is cut off"),
                    fix,
                );
            }
            return reading.bounded(Law::Lomax { shape, scale }, &law.at_least, &law.at_most);
        }
        LawFile::Choice(choices) => reading.choice(choices),
        LawFile::Mixture(parts) => reading.mixture(parts),
    };
    Distribution { law, at_least: None, at_most: None }
}

fn name<P>(law: &LawFile<P>) -> &'static str {
    match law {
        LawFile::Uniform(_) => "uniform",
        LawFile::Exponential(_) => "exponential",
        LawFile::Normal(_) => "normal",
        LawFile::LogNormal(_) => "logNormal",
        LawFile::Weibull(_) => "weibull",
        LawFile::Lomax(_) => "lomax",
        LawFile::Choice(_) => "choice",
        LawFile::Mixture(_) => "mixture",
    }
}

/// A plain number between two ends, or the nearer end.
pub fn in_range(findings: &mut Findings, spot: &Spot<'_>, number: f64, range: Range) -> f64 {
    if number < range.least || range.most < number {
        findings.mistake(spot, format!("the value is not {}", range.words), "write a value in that range");
    }
    number.clamp(range.least, range.most)
}

/// Reads the parameters of one distribution.
struct Reading<'f, 't> {
    findings: &'f mut Findings,
    spot: Spot<'t>,
    range: Range,
}

impl Reading<'_, '_> {
    fn mistake(&mut self, parameter: &str, what: String, fix: &str) {
        let spot = self.spot.key(parameter);
        self.findings.mistake(&spot, what, fix);
    }

    fn parameter<P: Parameter>(&mut self, name: &str, value: &P) -> f64 {
        in_range(self.findings, &self.spot.key(name), value.base(), self.range)
    }

    fn positive<P: Parameter>(&mut self, name: &str, value: &P) -> f64 {
        let value = self.parameter(name, value);
        if value <= 0.0 {
            self.mistake(
                name,
                format!("the {name} of a distribution must be above zero"),
                "write a larger one",
            );
            return 1.0;
        }
        value
    }

    fn non_negative(&mut self, name: &str, value: f64) -> f64 {
        if value < 0.0 {
            self.mistake(name, format!("the {name} of a distribution is negative"), "write zero or more");
        }
        value.max(0.0)
    }

    fn shape(&mut self, shape: f64) -> f64 {
        if shape <= 0.0 {
            self.mistake(
                "shape",
                "the shape of a distribution must be above zero".into(),
                "write for example 0.6",
            );
            return 1.0;
        }
        shape
    }

    fn uniform<P: Parameter>(&mut self, min: &P, max: &P) -> Law {
        let (min, max) = (self.parameter("min", min), self.parameter("max", max));
        if max < min {
            self.mistake("max", "`max` is below `min`".into(), "swap the two");
        }
        Law::Uniform { min, max: max.max(min) }
    }

    fn bounded<P: Parameter>(&mut self, law: Law, at_least: &Option<P>, at_most: &Option<P>) -> Distribution {
        let at_least = at_least.as_ref().map(|bound| self.parameter("atLeast", bound));
        let at_most = at_most.as_ref().map(|bound| self.parameter("atMost", bound));
        if let (Some(least), Some(most)) = (at_least, at_most)
            && most < least
        {
            self.mistake("atMost", "`atMost` is below `atLeast`".into(), "swap the two");
        }
        Distribution { law, at_least, at_most }
    }

    fn choice<P: Parameter>(&mut self, choices: &[ChoiceFile<P>]) -> Law {
        let spot = self.spot.clone();
        self.weights(choices.iter().map(|choice| choice.weight));
        let mut values = Vec::new();
        for (index, choice) in choices.iter().enumerate() {
            let spot = spot.index(index).key("value");
            values.push((
                in_range(self.findings, &spot, choice.value.base(), self.range),
                choice.weight.max(0.0),
            ));
        }
        Law::Choice(values)
    }

    fn mixture<P: Parameter>(&mut self, parts: &[PartFile<P>]) -> Law {
        let spot = self.spot.clone();
        self.weights(parts.iter().map(|part| part.weight));
        let mut read = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let spot = spot.index(index).key("of");
            read.push((part.weight.max(0.0), distribution(self.findings, &spot, &part.of, self.range)));
        }
        Law::Mixture(read)
    }

    fn weights(&mut self, weights: impl Iterator<Item = f64>) {
        let (mut sum, mut parts) = (0.0, 0);
        for (index, weight) in weights.enumerate() {
            parts += 1;
            let spot = || self.spot.index(index).key("weight");
            if weight < 0.0 {
                self.findings.mistake(&spot(), "a weight is negative", "write zero or more");
            }
            if weight > MOST_WEIGHT {
                self.findings.mistake(&spot(), "a weight is above 1e15", "write smaller ones for all parts");
            }
            sum += weight.max(0.0);
        }
        if parts == 0 {
            let fix = "write at least one part, such as {value: …} of a choice, or {of: …} of a mixture";
            self.findings.mistake(
                &self.spot.clone(),
                "there is nothing to choose from: the list is empty",
                fix,
            );
        } else if sum <= 0.0 {
            let what = "there is nothing to choose from: no part has a weight above zero";
            self.findings.mistake(&self.spot.clone(), what, "give at least one part a weight");
        }
    }
}
