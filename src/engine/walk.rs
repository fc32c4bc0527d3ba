//! A curve being walked: the segment that holds now, and the way to the next.
//!
//! What: a container's memory, or a part of a node's, from one turn to the next. A container's curve of memory
//! is part of its life, so its [`Walk`] comes without one; the others walk with theirs ([`OwnWalk`]).
//! Never: whose sum the ramp is part of.

use super::calendar::Ticket;
use crate::ground::{Ramp, SimTime};
use crate::model::usage::{Cursor, Turn};
use crate::model::{Piece, UsageCurve};
use std::hint::black_box;
use std::ops::Deref;
use std::sync::Arc;

/// A place on a curve that its owner keeps.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    pub ramp: Ramp,
    /// When the next turn is.
    pub until: SimTime,
    cursor: Cursor,
}

/// A place on a curve, with the curve.
#[derive(Clone, Debug)]
pub struct OwnWalk {
    walk: Walk,
    /// That of the next turn, if anything can overtake it.
    pub ticket: Ticket,
    /// Absent where it never turns: then nothing but the ramp is asked for.
    curve: Option<UsageCurve>,
}

impl Walk {
    pub fn begin(curve: &UsageCurve, now: SimTime) -> Walk {
        let (segment, cursor) = curve.begin(now);
        Walk { cursor, ramp: segment.ramp, until: segment.until }
    }

    /// Asks memory for what the next turn reads.
    pub fn fetch(&self, curve: &UsageCurve) {
        black_box(self.until);
        black_box(curve.piece_apart(self.cursor));
    }

    /// Goes on to the next segment; `draw` gives the pieces of the draw of that number, which take the place
    /// of the curve's.
    #[inline]
    pub fn turn(&mut self, curve: &mut UsageCurve, now: SimTime, draw: impl FnOnce(u32) -> Arc<[Piece]>) {
        let segment = match curve.turn(&mut self.cursor, now) {
            Turn::Segment(segment) => segment,
            Turn::NeedsDraw => {
                *curve = curve.redrawn(draw(self.cursor.draw));
                curve.first_drawn(now)
            }
        };
        (self.ramp, self.until) = (segment.ramp, segment.until);
    }
}

impl OwnWalk {
    pub fn begin(curve: &UsageCurve, now: SimTime) -> OwnWalk {
        let walk = Walk::begin(curve, now);
        let curve = (walk.until < SimTime::NEVER).then(|| curve.clone());
        OwnWalk { walk, ticket: 0, curve }
    }

    /// As [`Walk::turn`].
    pub fn turn(&mut self, now: SimTime, draw: impl FnOnce(u32) -> Arc<[Piece]>) {
        let curve = self.curve.as_mut().expect("what never turns has no turn planned");
        self.walk.turn(curve, now, draw);
    }
}

impl Deref for OwnWalk {
    type Target = Walk;
    fn deref(&self) -> &Walk {
        &self.walk
    }
}
