//! When pods arrive: as written -> as meant.

use super::numbers::{instant, positive_length};
use super::spot::{Findings, Spot};
use super::tables::{self, Files};
use crate::ground::{SimDuration, SimTime};
use crate::scenario::arrivals::{self, Arrivals, HourlyRate, Row, RowMistake, Window};
use crate::scenario::file::arrivals::{
    ArrivalsFile, FixedArrivalsFile, ModulatedPoissonFile, PoissonFile, WeibullArrivalsFile,
};
use crate::scenario::mistake::{Mistake, Place};
use crate::scenario::notation::DurationText;
use std::ops::RangeInclusive;

/// No workload has more pods.
pub const MOST_PODS: u32 = 100_000_000;
/// The measured shape of the hourly rate (fitted to Alibaba's openb trace).
const MEASURED_GAMMA_SHAPE: f64 = 2.85;
/// More arrivals an hour are not meant.
const MOST_PER_HOUR: f64 = 1e9;
/// A larger factor of an hour belongs into the rate.
const MOST_OF_AN_HOUR: f64 = 1e6;
/// Outside these shapes a Gamma variable of mean 1 is all but always 0, or always 1.
const GAMMA_SHAPES: RangeInclusive<f64> = 0.01..=1e6;
/// Outside these shapes a Weibull gap is all but always 0 or endless, or always the same.
const WEIBULL_SHAPES: RangeInclusive<f64> = 0.05..=1e6;

/// The arrivals of a workload; its table's rows are read from beside the scenario.
pub fn arrivals(
    findings: &mut Findings,
    files: &Files<'_>,
    spot: &Spot<'_>,
    written: &ArrivalsFile,
) -> Arrivals {
    match written {
        ArrivalsFile::Fixed(fixed) => evenly(findings, &spot.key("fixed"), fixed),
        ArrivalsFile::Poisson(poisson) => at_random(findings, &spot.key("poisson"), poisson),
        ArrivalsFile::ModulatedPoisson(poisson) => {
            modulated(findings, &spot.key("modulatedPoisson"), poisson)
        }
        ArrivalsFile::Weibull(weibull) => by_weibull(findings, &spot.key("weibull"), weibull),
        ArrivalsFile::File(file) => {
            let spot = spot.keys(&["file", "path"]);
            let read = tables::read(findings, files, &spot, &file.path);
            rows(findings, read.map(|(path, bytes)| (arrivals::read_rows(&bytes), in_file(path))))
        }
        ArrivalsFile::Inline(inline) => {
            let spot = spot.keys(&["inline", "csv"]);
            rows(findings, Some((arrivals::read_rows(inline.csv.as_bytes()), in_the_scenario(&spot))))
        }
    }
}

fn evenly(findings: &mut Findings, spot: &Spot<'_>, fixed: &FixedArrivalsFile) -> Arrivals {
    let from = instant(findings, &spot.key("from"), fixed.from);
    let every = positive_length(findings, &spot.key("every"), fixed.every, "the gap between pods");
    Arrivals::Fixed { from, every, count: count(findings, &spot.key("count"), fixed.count) }
}

fn at_random(findings: &mut Findings, spot: &Spot<'_>, poisson: &PoissonFile) -> Arrivals {
    let mean_gap = match (poisson.per_hour, poisson.every) {
        (Some(per_hour), None) => {
            let per_hour = rate(findings, &spot.key("perHour"), per_hour);
            SimDuration::micros((3_600e6 / per_hour) as u64).max(SimDuration::micros(1))
        }
        (None, Some(every)) => positive_length(findings, &spot.key("every"), every, "the mean gap"),
        (both, _) => {
            let what = if both.is_some() {
                "`perHour` and `every` together"
            } else {
                "neither `perHour` nor `every`"
            };
            findings.mistake(spot, what, "write one of the two: how many an hour, or the mean gap");
            SimDuration::hours(1)
        }
    };
    let window = window(findings, spot, (poisson.from, poisson.until), poisson.count);
    Arrivals::Poisson { mean_gap, window }
}

fn modulated(findings: &mut Findings, spot: &Spot<'_>, poisson: &ModulatedPoissonFile) -> Arrivals {
    let per_hour = rate(findings, &spot.key("perHour"), poisson.per_hour);
    let hour_of_day = match &poisson.hour_of_day {
        None => [1.0; 24],
        Some(factors) => <[f64; 24]>::try_from(factors.as_slice()).unwrap_or_else(|_| {
            let what = format!("{} factors, where a day has 24 hours", factors.len());
            findings.mistake(&spot.key("hourOfDay"), what, "write 24 factors, from midnight on");
            [1.0; 24]
        }),
    };
    let is_a_factor = |factor: &f64| (0.0..=MOST_OF_AN_HOUR).contains(factor);
    if !hour_of_day.iter().all(is_a_factor) || hour_of_day.iter().sum::<f64>() <= 0.0 {
        let what = "the factors of the hours are negative, all zero, or above a million";
        findings.mistake(&spot.key("hourOfDay"), what, "write factors around 1");
    }
    let gamma_shape = poisson.gamma_shape.unwrap_or(MEASURED_GAMMA_SHAPE);
    shape(findings, &spot.key("gammaShape"), gamma_shape, (GAMMA_SHAPES, "2.85"));
    let rate = HourlyRate { per_hour, hour_of_day, gamma_shape: Some(gamma_shape) };
    let window = window(findings, spot, (poisson.from, poisson.until), poisson.count);
    Arrivals::ModulatedPoisson { rate, window }
}

fn by_weibull(findings: &mut Findings, spot: &Spot<'_>, weibull: &WeibullArrivalsFile) -> Arrivals {
    shape(findings, &spot.key("shape"), weibull.shape, (WEIBULL_SHAPES, "0.646"));
    let scale = positive_length(findings, &spot.key("scale"), weibull.scale, "the scale of the gaps");
    let window = window(findings, spot, (weibull.from, weibull.until), weibull.count);
    Arrivals::Weibull { shape: weibull.shape, scale, window }
}

fn shape(
    findings: &mut Findings,
    spot: &Spot<'_>,
    shape: f64,
    (shapes, example): (RangeInclusive<f64>, &str),
) {
    if !shapes.contains(&shape) {
        let what = format!("a shape of {shape} is not between {} and {}", shapes.start(), shapes.end());
        findings.mistake(spot, what, format!("write for example {example}"));
    }
}

/// Refuses a stream of which, on average, more pods than [`MOST_PODS`] would arrive by the horizon.
pub fn refuse_floods(findings: &mut Findings, spot: &Spot<'_>, arrivals: &Arrivals, horizon: SimTime) {
    let (window, gap) = match arrivals {
        Arrivals::Poisson { mean_gap, window } => (window, mean_gap.0 as f64),
        // Hours differ, but on average they have this rate.
        Arrivals::ModulatedPoisson { rate, window } => {
            (window, 3_600e6 * 24.0 / (rate.per_hour * rate.hour_of_day.iter().sum::<f64>()))
        }
        Arrivals::Weibull { shape, scale, window } => {
            (window, scale.0 as f64 * libm::tgamma(1.0 + 1.0 / shape))
        }
        Arrivals::At { .. } | Arrivals::Fixed { .. } | Arrivals::Rows(_) => return,
    };
    let until = window.until.map_or(horizon, |until| until.min(horizon));
    let expected = until.0.saturating_sub(window.from.0) as f64 / gap;
    if window.count.is_none() && expected > f64::from(MOST_PODS) {
        let what = format!("about {expected:.1e} pods would arrive, more than {MOST_PODS}");
        findings.mistake(spot, what, "make the gaps longer, or add `count`");
    }
}

fn rate(findings: &mut Findings, spot: &Spot<'_>, per_hour: f64) -> f64 {
    if per_hour > 0.0 && per_hour <= MOST_PER_HOUR {
        return per_hour;
    }
    findings.mistake(spot, format!("{per_hour} pods an hour"), "write a number above 0, and at most 1e9");
    1.0
}

fn window(
    findings: &mut Findings,
    spot: &Spot<'_>,
    (from, until): (Option<DurationText>, Option<DurationText>),
    most: Option<u32>,
) -> Window {
    let from = instant(findings, &spot.key("from"), from);
    let until = until.map(|until| instant(findings, &spot.key("until"), Some(until)));
    if until.is_some_and(|until| until <= from) {
        findings.mistake(&spot.key("until"), "`until` does not come after `from`", "write a later instant");
    }
    Window { from, until, count: most.map(|most| count(findings, &spot.key("count"), most)) }
}

/// How many pods, bounded.
pub fn count(findings: &mut Findings, spot: &Spot<'_>, count: u32) -> u32 {
    if count == 0 {
        findings.mistake(spot, "no pods at all", "write 1 or more, or remove the entry");
    }
    if count > MOST_PODS {
        findings.mistake(spot, format!("{count} pods are more than {MOST_PODS}"), "write a smaller number");
    }
    count.clamp(1, MOST_PODS)
}

/// How a row's mistake is told: by its place in its own file, or in the scenario.
type Teller<'t> = Box<dyn Fn(&RowMistake) -> Mistake + 't>;

fn rows(findings: &mut Findings, read: Option<(Result<Vec<Row>, RowMistake>, Teller<'_>)>) -> Arrivals {
    let nothing = Arrivals::At { at: SimTime::START, count: 1 };
    let Some((read, told)) = read else { return nothing };
    match read {
        Ok(rows) if rows.is_empty() => {
            let fix = "write a row for each pod below the header, or remove the workload";
            findings.mistakes.push(told(&tables::at_the_header("the table has no rows", fix)));
            nothing
        }
        Ok(rows) => Arrivals::Rows(rows.into()),
        Err(mistake) => {
            findings.mistakes.push(told(&mistake));
            nothing
        }
    }
}

fn in_file<'t>(path: String) -> Teller<'t> {
    Box::new(move |mistake| tables::in_file(&path, mistake))
}

/// A block scalar begins in the line after its key.
fn in_the_scenario<'t>(spot: &Spot<'t>) -> Teller<'t> {
    let spot = spot.clone();
    Box::new(move |mistake| {
        let Place { file, line, column } = spot.place().clone();
        let place = Place { file, line: line.saturating_add(tables::small(mistake.line)), column };
        spot.mistake(format!("line {} of the table: {}", mistake.line, mistake.what), mistake.fix.clone())
            .at(place)
    })
}
