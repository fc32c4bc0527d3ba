//! The curve of the settings that were run: where it bends, and whether it goes one way.
//!
//! What: the knee, and breaches of what bisection assumes: that the risk falls from setting to setting.
//! Never: a figure of a setting that was not run. Next: [`super::search`], which assumes it.

use super::{Plan, Tried};

/// Where the curve bends most: before it, each step takes much risk away, after it little.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knee {
    /// The setting.
    pub point: usize,
    /// By how much the risk falls with each step, on average, from the riskiest setting that was run to the knee.
    pub before: f64,
    /// The same from the knee to the safest that was run.
    pub after: f64,
}

/// Two settings of which the one that should be safer has more risk, and the intervals leave no doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach {
    pub riskier: usize,
    pub safer: usize,
}

/// The settings that were run, from the most risk to the least, as far as the plan assumes.
fn in_order<'t>(plan: &Plan, tried: &'t [Tried]) -> Vec<(usize, &'t Tried)> {
    let order = plan.by_falling_risk();
    let found = |(place, point): (usize, usize)| {
        tried.iter().find(|tried| tried.point == point).map(|tried| (place, tried))
    };
    order.into_iter().enumerate().filter_map(found).collect()
}

/// The setting that lies furthest below the straight line from the riskiest to the safest that were run.
///
/// Nothing with fewer than three, or where none lies below it. Source: V. Satopaa and others, "Finding a 'kneedle' in a
/// haystack", ICDCSW 2011: there distances are measured in a square, which gives the same setting.
pub fn knee(plan: &Plan, tried: &[Tried]) -> Option<Knee> {
    let risk = |tried: &Tried| plan.bound.interval(plan.bound.measure, &tried.figures).estimate;
    let curve: Option<Vec<(f64, f64, usize)>> = in_order(plan, tried)
        .into_iter()
        .map(|(place, tried)| Some((place as f64, risk(tried)?, tried.point)))
        .collect();
    bend(&curve?)
}

/// The knee of a curve of places, risks and settings.
fn bend(curve: &[(f64, f64, usize)]) -> Option<Knee> {
    let (first, last) = (curve.first()?, curve.last()?);
    let fall = |from: &(f64, f64, usize), to: &(f64, f64, usize)| (from.1 - to.1) / (to.0 - from.0);
    let below = |at: &(f64, f64, usize)| first.1 - fall(first, last) * (at.0 - first.0) - at.1;
    let inner = curve.get(1..curve.len() - 1)?;
    let knee = inner.iter().max_by(|a, b| below(a).total_cmp(&below(b)))?;
    let found = Knee { point: knee.2, before: fall(first, knee), after: fall(knee, last) };
    (below(knee) > 0.0).then_some(found)
}

/// A setting, and between which risks the truth lies.
type Between = (usize, Option<f64>, Option<f64>);

/// Each pair of settings that were run whose intervals contradict the order.
pub fn breaches(plan: &Plan, tried: &[Tried]) -> Vec<Breach> {
    let between = |(_, tried): (usize, &Tried)| {
        let interval = plan.bound.interval(plan.bound.measure, &tried.figures);
        (tried.point, interval.lower, interval.upper)
    };
    contradictions(&in_order(plan, tried).into_iter().map(between).collect::<Vec<_>>())
}

/// Of settings by falling risk: neighbors or not, since a slow rise shows only from afar.
fn contradictions(settings: &[Between]) -> Vec<Breach> {
    let safer_than = |place: usize| settings[place + 1..].iter();
    let pairs =
        settings.iter().enumerate().flat_map(|(place, one)| safer_than(place).map(move |other| (one, other)));
    let breach = |((riskier, _, upper), (safer, lower, _)): (&Between, &Between)| {
        let is_one = upper.zip(*lower).is_some_and(|(upper, lower)| upper < lower);
        is_one.then_some(Breach { riskier: *riskier, safer: *safer })
    };
    pairs.filter_map(breach).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_knee_lies_furthest_below_the_line_between_the_ends() {
        // The line falls by 2 a step: 8, 6, 4, 2, 0. Below it by 1, 3, 2.
        let curve = [(0.0, 8.0, 5), (1.0, 5.0, 6), (2.0, 1.0, 7), (3.0, 0.0, 8), (4.0, 0.0, 9)];
        assert_eq!(bend(&curve), Some(Knee { point: 7, before: 3.5, after: 0.5 }));
        assert_eq!(bend(&curve[..2]), None, "two settings have no knee");
        assert_eq!(bend(&[(0.0, 4.0, 0), (1.0, 3.0, 1), (2.0, 0.0, 2)]), None, "it bends the other way");
    }

    #[test]
    fn a_rise_that_no_two_neighbors_show_is_told() {
        let rises = [(7, Some(1.9), Some(2.6)), (8, Some(2.2), Some(3.0)), (9, Some(2.7), Some(3.5))];
        assert_eq!(contradictions(&rises), [Breach { riskier: 7, safer: 9 }]);
        assert_eq!(contradictions(&rises[..2]), [], "they touch");
        assert_eq!(
            contradictions(&[(0, None, None), (1, Some(1.0), Some(2.0))]),
            [],
            "nothing is known of one"
        );
    }
}
