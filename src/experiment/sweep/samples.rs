//! What has come of each point so far, as far as a stopping rule asks for it.
//!
//! What: figures, kept for points that may need more; nothing, if numbers of replications are fixed.
//! Never: when a run is made. Next: [`super::rounds`], which asks.

use super::{Plan, Replications, Unit};
use crate::experiment::measures::Figures;
use crate::experiment::statistics::Next;

/// Figures of all runs that are done.
#[derive(Clone, Debug)]
pub struct Samples {
    replications: Replications,
    /// By point and run; empty without a stopping rule.
    points: Vec<Vec<Sample>>,
}

/// What has come of a point under one of its runs.
#[derive(Clone, Debug, Default)]
struct Sample {
    /// Runs that were made, failed ones among them.
    made: u64,
    figures: Vec<Figures>,
}

impl Samples {
    /// None are done.
    pub fn of(plan: &Plan) -> Samples {
        let runs = match plan.replications {
            Replications::Fixed(_) => &[][..],
            Replications::Until(_) => &plan.runs[..],
        };
        let points = runs.iter().map(|runs| vec![Sample::default(); *runs as usize]).collect();
        Samples { replications: plan.replications, points }
    }

    /// A run is done; without figures, if it failed.
    pub fn add(&mut self, unit: Unit, figures: Option<Figures>) {
        let sample =
            self.points.get_mut(unit.point as usize).and_then(|point| point.get_mut(unit.run as usize));
        if let Some(sample) = sample {
            sample.made += 1;
            sample.figures.extend(figures);
        }
    }

    /// What a point needs: as long as any of its runs needs more, all get more.
    pub fn next(&self, point: u32) -> Next {
        let Replications::Until(until) = self.replications else { return Next::Enough };
        let next = |sample: &Sample| {
            let interval = until.measure.interval(&sample.figures, until.confidence);
            until.rule.next(sample.made, &interval)
        };
        let all = self.points[point as usize].iter().map(next);
        all.reduce(|one, other| if matches!(one, Next::Runs(_)) { one } else { other })
            .unwrap_or(Next::Enough)
    }
}
