//! Memory over time, and disk, inodes and processes likewise: as written -> as meant.
//!
//! What: levels, and the models that are made of them, with what would never
//! move or fall below zero refused. Never: a draw.
//! Next: [`crate::scenario::usage_model`]; [`super::tables`], which reads traces.

use super::measure::{Measure, measured};
use super::numbers::{self, Range, length_or, optional_length, positive_length, share, varying_length};
use super::spot::{Findings, Spot};
use super::tables::{self, Files};
use crate::ground::{Bytes, SimDuration};
use crate::scenario::decode::TextOr;
use crate::scenario::distribution::{Distribution, Law, MOST_BYTES, Varying};
use crate::scenario::file::usage::{
    BurstMixFile, ColdStartFile, CurveFile, DiurnalFile, LeakFile, LevelFile, LevelMixFile, LevelModelFile,
    ModelFile, PulsesFile, RampFile, RandomWalkFile, SawtoothFile, SquareFile, StepFile, TraceFile,
    TypicalFile, UsageFile,
};
use crate::scenario::file::varying::{LawFile, MayVary};
use crate::scenario::notation::{DurationText, QuantityText};
use crate::scenario::usage_model::{
    BurstMix, LevelMix, LevelModel, Pulses, RandomWalk, SHORTEST, SHORTEST_WAVE, Step, Trace, Typical,
    UsageModel,
};

/// Whose usage it is, of what, and what shares can refer to.
#[derive(Clone, Debug)]
pub struct Owner {
    /// In words, as `container app of web`.
    pub words: String,
    pub has_request: bool,
    pub has_limit: bool,
    pub measure: Measure,
}

/// No memory at all.
pub const NOTHING: UsageModel = UsageModel::Constant(LevelModel::Fixed(Bytes::ZERO));

/// Reads usages of one owner.
pub struct UsageCheck<'c, 'f> {
    pub findings: &'c mut Findings,
    pub files: &'c Files<'f>,
    pub owner: &'c Owner,
}

impl UsageCheck<'_, '_> {
    /// A usage, or nothing if none is written.
    pub fn usage(&mut self, spot: &Spot<'_>, usage: Option<&UsageFile>) -> UsageModel {
        match usage {
            None => NOTHING,
            Some(TextOr::Text(text)) => UsageModel::Constant(self.fixed_level(spot, text)),
            Some(TextOr::Full(CurveFile::Level(level))) => {
                UsageModel::Constant(self.level_model(spot, level))
            }
            Some(TextOr::Full(CurveFile::Ramp(ramp))) => self.ramp(spot, ramp),
            Some(TextOr::Full(CurveFile::Model(model))) => self.model(spot, model),
            Some(TextOr::Full(CurveFile::Empty)) => {
                let fix = "write an amount such as 300Mi, or a model such as {ramp: {from: 100Mi, to: 1Gi, over: 1h}}";
                self.findings.mistake(spot, "the usage is an empty map", fix);
                NOTHING
            }
        }
    }

    fn model(&mut self, spot: &Spot<'_>, model: &ModelFile) -> UsageModel {
        match model {
            ModelFile::Ramp(ramp) => self.ramp(&spot.key("ramp"), ramp),
            ModelFile::Leak(leak) => self.leak(&spot.key("leak"), leak),
            ModelFile::Steps(steps) => self.steps(&spot.key("steps"), steps),
            ModelFile::Pulses(pulses) => self.pulses(&spot.key("pulses"), pulses),
            ModelFile::ColdStart(start) => self.cold_start(&spot.key("coldStart"), start),
            ModelFile::Sawtooth(sawtooth) => self.sawtooth(&spot.key("sawtooth"), sawtooth),
            ModelFile::Diurnal(diurnal) => self.diurnal(&spot.key("diurnal"), diurnal),
            ModelFile::RandomWalk(walk) => self.random_walk(&spot.key("randomWalk"), walk),
            ModelFile::Trace(trace) => self.trace(&spot.key("trace"), trace),
            ModelFile::Square(square) => self.square(&spot.key("square"), square),
            ModelFile::Typical(typical) => self.typical(&spot.key("typical"), typical),
        }
    }

    fn ramp(&mut self, spot: &Spot<'_>, ramp: &RampFile) -> UsageModel {
        let from = self.level(&spot.key("from"), &ramp.from);
        let to = self.level(&spot.key("to"), &ramp.to);
        let over = self.positive(&spot.key("over"), &ramp.over, "the ramp");
        let delay = length_or(self.findings, &spot.key("delay"), ramp.delay.as_ref(), SimDuration::ZERO);
        UsageModel::Ramp { from, to, over, delay }
    }

    fn leak(&mut self, spot: &Spot<'_>, leak: &LeakFile) -> UsageModel {
        let from = self.level(&spot.key("from"), &leak.from);
        let rates = [
            ("perHour", &leak.per_hour, 1.0),
            ("perMinute", &leak.per_minute, 60.0),
            ("perSecond", &leak.per_second, 3600.0),
        ];
        let written: Vec<_> =
            rates.iter().filter_map(|(key, rate, times)| Some((*key, rate.as_ref()?, *times))).collect();
        if written.len() != 1 {
            let what = format!("a leak has one rate, and this one has {}", written.len());
            self.findings.mistake(spot, what, "write one of perHour, perMinute and perSecond");
        }
        let per_hour = written.first().map(|(key, rate, times)| self.rate(&spot.key(key), rate, *times));
        UsageModel::Leak { from, per_hour: per_hour.unwrap_or(LevelModel::Fixed(Bytes::ZERO)) }
    }

    /// A rate of which `times` make an hour's.
    fn rate(&mut self, spot: &Spot<'_>, rate: &LevelFile, times: f64) -> LevelModel {
        let rate = self.level(spot, rate);
        let per_hour = scaled(&rate, times);
        if let (LevelModel::Fixed(rate), LevelModel::Fixed(growth)) = (&rate, &per_hour)
            && *rate <= MOST_BYTES
            && MOST_BYTES < *growth
        {
            self.findings.mistake(spot, "a leak of more than 1Pi an hour", "write a smaller rate");
        }
        per_hour
    }

    fn steps(&mut self, spot: &Spot<'_>, steps: &[StepFile]) -> UsageModel {
        if steps.is_empty() {
            self.findings.mistake(
                spot,
                "the list of steps is empty",
                "write at least one: {at: 0s, level: 100Mi}",
            );
            return NOTHING;
        }
        let mut read: Vec<Step> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let spot = spot.index(index);
            let at = numbers::length(self.findings, &spot.key("at"), step.at);
            if let Some(before) = read.last().filter(|before| at <= before.at) {
                let what = format!("the step at {at} does not come after the one at {}", before.at);
                self.findings.mistake(&spot.key("at"), what, "put the steps in the order of time");
            }
            let level = self.level(&spot.key("level"), &step.level);
            read.push(Step { at, level });
        }
        UsageModel::Steps(read)
    }

    fn pulses(&mut self, spot: &Spot<'_>, pulses: &PulsesFile) -> UsageModel {
        let every = self.period(&spot.key("every"), &pulses.every, "the time between pulses");
        let length = self.positive(&spot.key("length"), &pulses.length, "a pulse");
        let rise = optional_length(self.findings, &spot.key("rise"), pulses.rise);
        if let (Varying::Fixed(every), Varying::Fixed(length)) = (&every, &length)
            && every < length
        {
            let what = format!("a pulse of {length} does not end before the next begins, after {every}");
            self.findings.mistake(&spot.key("length"), what, "shorten `length`, or lengthen `every`");
        }
        if let Varying::Fixed(length) = &length
            && *length < rise.times(2)
        {
            let what = format!("a pulse of {length} is too short to rise and fall in {rise} each");
            self.findings.mistake(&spot.key("rise"), what, "lengthen `length`, or shorten `rise`");
        }
        UsageModel::Pulses(Box::new(Pulses {
            base: self.level(&spot.key("base"), &pulses.base),
            height: self.level(&spot.key("height"), &pulses.height),
            every,
            length,
            rise,
            delay: length_or(self.findings, &spot.key("delay"), pulses.delay.as_ref(), SimDuration::ZERO),
        }))
    }

    fn cold_start(&mut self, spot: &Spot<'_>, start: &ColdStartFile) -> UsageModel {
        let from = self.level(&spot.key("from"), &start.from);
        let to = self.level(&spot.key("to"), &start.to);
        UsageModel::ColdStart {
            from,
            to,
            over: self.positive(&spot.key("over"), &start.over, "the cold start"),
        }
    }

    fn sawtooth(&mut self, spot: &Spot<'_>, sawtooth: &SawtoothFile) -> UsageModel {
        let (low, high) = self.low_and_high(spot, &sawtooth.low, &sawtooth.high);
        UsageModel::Sawtooth {
            low,
            high,
            period: self.period(&spot.key("period"), &sawtooth.period, "the period"),
        }
    }

    fn square(&mut self, spot: &Spot<'_>, square: &SquareFile) -> UsageModel {
        let (low, high) = self.low_and_high(spot, &square.low, &square.high);
        let half_period = self.period(&spot.key("halfPeriod"), &square.half_period, "half a period");
        UsageModel::Square { low, high, half_period }
    }

    fn low_and_high(
        &mut self,
        spot: &Spot<'_>,
        low: &LevelFile,
        high: &LevelFile,
    ) -> (LevelModel, LevelModel) {
        let low = self.level(&spot.key("low"), low);
        let high = self.level(&spot.key("high"), high);
        self.ordered(&spot.key("high"), ("low", &low), ("high", &high));
        (low, high)
    }

    /// Refuses two fixed levels of which the higher is the lower.
    fn ordered(&mut self, spot: &Spot<'_>, low: (&str, &LevelModel), high: (&str, &LevelModel)) {
        if let (LevelModel::Fixed(less), LevelModel::Fixed(more)) = (low.1, high.1)
            && more < less
        {
            let what = format!("`{}` {more} is below `{}` {less}", high.0, low.0);
            self.findings.mistake(spot, what, format!("write `{}` no larger than `{}`", low.0, high.0));
        }
    }

    fn diurnal(&mut self, spot: &Spot<'_>, diurnal: &DiurnalFile) -> UsageModel {
        let mean = self.level(&spot.key("mean"), &diurnal.mean);
        let amplitude = self.level(&spot.key("amplitude"), &diurnal.amplitude);
        if let (LevelModel::Fixed(mean), LevelModel::Fixed(amplitude)) = (&mean, &amplitude)
            && mean < amplitude
        {
            let what = format!("an amplitude of {amplitude} takes a mean of {mean} below zero");
            self.findings.mistake(&spot.key("amplitude"), what, format!("write at most {mean}"));
        }
        let peak_at = diurnal.peak_at.map(|text| numbers::length(self.findings, &spot.key("peakAt"), text));
        let period = diurnal
            .period
            .map(|text| self.fixed_period(&spot.key("period"), text, ("the period", SHORTEST_WAVE)));
        UsageModel::Diurnal {
            mean,
            amplitude,
            peak_at: peak_at.unwrap_or(SimDuration::hours(14)),
            period: period.unwrap_or(SimDuration::hours(24)),
        }
    }

    fn random_walk(&mut self, spot: &Spot<'_>, walk: &RandomWalkFile) -> UsageModel {
        let start = self.level(&spot.key("start"), &walk.start);
        let step = self.level(&spot.key("step"), &walk.step);
        let min = self.level(&spot.key("min"), &walk.min);
        let max = self.level(&spot.key("max"), &walk.max);
        self.ordered(&spot.key("max"), ("min", &min), ("max", &max));
        self.ordered(&spot.key("start"), ("min", &min), ("start", &start));
        self.ordered(&spot.key("start"), ("start", &start), ("max", &max));
        let every = self.fixed_period(&spot.key("every"), walk.every, ("a step of the walk", SHORTEST));
        UsageModel::RandomWalk(Box::new(RandomWalk { start, step, every, min, max }))
    }

    fn trace(&mut self, spot: &Spot<'_>, trace: &TraceFile) -> UsageModel {
        let of = trace.of.as_ref().map(|of| Box::new(self.level(&spot.key("of"), of)));
        let scale = trace.scale.unwrap_or(1.0);
        if scale < 0.0 {
            self.findings.mistake(&spot.key("scale"), "the scale is negative", "write zero or more");
        }
        let Some(series) = tables::trace(self.findings, self.files, spot, trace) else { return NOTHING };
        match (&of, series.are_shares) {
            (None, true) => self.findings.mistake(
                spot,
                "the file holds fractions, and nothing says of what",
                "add `of`, such as `of: {ofLimit: 1}` or `of: 2Gi`",
            ),
            (Some(_), false) => self.findings.mistake(
                &spot.key("of"),
                "`of` is for fractions, and the file holds bytes",
                "remove `of`",
            ),
            _ => {}
        }
        UsageModel::Trace(Trace { knots: series.knots.into(), of, scale })
    }

    fn typical(&mut self, spot: &Spot<'_>, typical: &TypicalFile) -> UsageModel {
        let plateau = self.level(&spot.key("plateau"), &typical.plateau);
        let levels =
            typical.levels.map_or(LevelMix::MEASURED, |mix| self.level_mix(&spot.key("levels"), mix));
        let bursts =
            typical.bursts.map_or(BurstMix::MEASURED, |mix| self.burst_mix(&spot.key("bursts"), mix));
        let rise = match typical.rise {
            Some(text) => numbers::length(self.findings, &spot.key("rise"), text),
            None => {
                self.findings.assume(
                    "how fast a typical pulse rises is unknown to the data: 30s is taken (typical.rise)",
                );
                Typical::RISE
            }
        };
        UsageModel::Typical(Box::new(Typical { plateau, levels, bursts, rise }))
    }

    fn level_mix(&mut self, spot: &Spot<'_>, mix: LevelMixFile) -> LevelMix {
        let LevelMixFile { flat, steps, cold_start, slow_ramp, leak } = mix;
        self.weights(spot, &[flat, steps, cold_start, slow_ramp, leak]);
        LevelMix { flat, steps, cold_start, slow_ramp, leak }
    }

    fn burst_mix(&mut self, spot: &Spot<'_>, mix: BurstMixFile) -> BurstMix {
        let BurstMixFile { none, pulses, rare_spikes, one_off } = mix;
        self.weights(spot, &[none, pulses, rare_spikes, one_off]);
        BurstMix { none, pulses, rare_spikes, one_off }
    }

    fn weights(&mut self, spot: &Spot<'_>, weights: &[f64]) {
        if weights.iter().any(|weight| *weight < 0.0) {
            self.findings.mistake(spot, "a weight is negative", "write zero or more");
        } else if weights.iter().sum::<f64>() <= 0.0 {
            self.findings.mistake(spot, "all weights are zero", "give at least one kind a weight");
        }
    }

    /// A length that may vary; fixed, it must not be zero.
    fn positive(
        &mut self,
        spot: &Spot<'_>,
        number: &MayVary<DurationText>,
        of: &str,
    ) -> Varying<SimDuration> {
        match number {
            TextOr::Text(text) => Varying::Fixed(positive_length(self.findings, spot, *text, of)),
            TextOr::Full(_) => varying_length(self.findings, spot, number),
        }
    }

    /// The length of what repeats, which may vary; fixed, it must not be shorter than curves can be.
    fn period(&mut self, spot: &Spot<'_>, number: &MayVary<DurationText>, of: &str) -> Varying<SimDuration> {
        match number {
            TextOr::Text(text) => Varying::Fixed(self.fixed_period(spot, *text, (of, SHORTEST))),
            TextOr::Full(_) => varying_length(self.findings, spot, number),
        }
    }

    fn fixed_period(
        &mut self,
        spot: &Spot<'_>,
        text: DurationText,
        (of, least): (&str, SimDuration),
    ) -> SimDuration {
        let length = positive_length(self.findings, spot, text, of);
        if length < least {
            let millis = least.0 / 1000;
            let what = format!("{of} takes only {}us", length.0);
            self.findings.mistake(spot, what, format!("write {millis}ms or more"));
        }
        length
    }

    fn fixed_level(&mut self, spot: &Spot<'_>, text: &QuantityText) -> LevelModel {
        let measure = self.owner.measure;
        let level = measured(self.findings, spot, text, measure);
        if MOST_BYTES < level {
            let what = match measure {
                Measure::Memory => format!("a working set of {level} is above 1Pi"),
                _ => format!("{} is above 1Pi", measure.worded(level)),
            };
            self.findings.mistake(spot, what, "write a smaller amount; check its suffix");
        }
        LevelModel::Fixed(level)
    }

    pub fn level(&mut self, spot: &Spot<'_>, level: &LevelFile) -> LevelModel {
        match level {
            TextOr::Text(text) => self.fixed_level(spot, text),
            TextOr::Full(model) => self.level_model(spot, model),
        }
    }

    fn level_model(&mut self, spot: &Spot<'_>, model: &LevelModelFile) -> LevelModel {
        let law = match model {
            LevelModelFile::OfRequest(of) => {
                let spot = spot.key("ofRequest");
                self.refuse_unless(self.owner.has_request, &spot, "request");
                return LevelModel::OfRequest(share(self.findings, &spot, of));
            }
            LevelModelFile::OfLimit(of) => {
                let spot = spot.key("ofLimit");
                self.refuse_unless(self.owner.has_limit, &spot, "limit");
                return LevelModel::OfLimit(share(self.findings, &spot, of));
            }
            LevelModelFile::Uniform(law) => LawFile::Uniform(law.clone()),
            LevelModelFile::Exponential(law) => LawFile::Exponential(law.clone()),
            LevelModelFile::Normal(law) => LawFile::Normal(law.clone()),
            LevelModelFile::LogNormal(law) => LawFile::LogNormal(law.clone()),
            LevelModelFile::Weibull(law) => LawFile::Weibull(law.clone()),
            LevelModelFile::Lomax(law) => LawFile::Lomax(law.clone()),
            LevelModelFile::Choice(choices) => LawFile::Choice(choices.clone()),
            LevelModelFile::Mixture(parts) => LawFile::Mixture(parts.clone()),
        };
        LevelModel::Drawn(numbers::distribution::<QuantityText>(self.findings, spot, &law, Range::BYTES))
    }

    fn refuse_unless(&mut self, is_there: bool, spot: &Spot<'_>, of: &str) {
        let measure = self.owner.measure;
        if measure != Measure::Memory {
            let (noun, example) = measure.noun_and_example();
            let what = format!("a share of the memory {of} cannot be {noun}");
            self.findings.mistake(spot, what, format!("write an amount of its own, such as {example}"));
        } else if !is_there {
            let what = format!("a share of the memory {of}, where {} has no memory {of}", self.owner.words);
            self.findings.mistake(spot, what, format!("give it a memory {of}, or write an amount"));
        }
    }
}

/// So many times a level.
fn scaled(level: &LevelModel, times: f64) -> LevelModel {
    let varying = |share: &Varying<f64>| match share {
        Varying::Fixed(share) => Varying::Fixed(share * times),
        Varying::Drawn(distribution) => Varying::Drawn(scaled_distribution(distribution, times)),
    };
    match level {
        // Bounded by the check of amounts, so this stays below 2^75 before it is held at an exbibyte.
        LevelModel::Fixed(bytes) => {
            LevelModel::Fixed(Bytes((bytes.0 as f64 * times).min(Range::BYTES.most) as u64))
        }
        LevelModel::Drawn(distribution) => LevelModel::Drawn(scaled_distribution(distribution, times)),
        LevelModel::OfRequest(share) => LevelModel::OfRequest(varying(share)),
        LevelModel::OfLimit(share) => LevelModel::OfLimit(varying(share)),
    }
}

/// The distribution of so many times what a distribution draws.
fn scaled_distribution(distribution: &Distribution, times: f64) -> Distribution {
    let law = match &distribution.law {
        Law::Uniform { min, max } => Law::Uniform { min: min * times, max: max * times },
        Law::Exponential { mean } => Law::Exponential { mean: mean * times },
        Law::Normal { mean, deviation } => Law::Normal { mean: mean * times, deviation: deviation * times },
        Law::LogNormal { median, sigma } => Law::LogNormal { median: median * times, sigma: *sigma },
        Law::Weibull { shape, scale } => Law::Weibull { shape: *shape, scale: scale * times },
        Law::Lomax { shape, scale } => Law::Lomax { shape: *shape, scale: scale * times },
        Law::Choice(choices) => {
            Law::Choice(choices.iter().map(|(value, weight)| (value * times, *weight)).collect())
        }
        Law::Mixture(parts) => Law::Mixture(
            parts.iter().map(|(weight, part)| (*weight, scaled_distribution(part, times))).collect(),
        ),
    };
    let bound = |bound: Option<f64>| bound.map(|bound| bound * times);
    Distribution { law, at_least: bound(distribution.at_least), at_most: bound(distribution.at_most) }
}
