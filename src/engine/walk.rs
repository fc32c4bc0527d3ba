//! A curve being walked: the segment that holds now, and the way to the next.
//!
//! What: a container's memory, or a part of a node's, from one turn to the next.
//! Never: whose sum the ramp is part of.

use super::calendar::Ticket;
use crate::ground::{Ramp, SimTime};
use crate::model::usage::{Cursor, Turn};
use crate::model::{Piece, UsageCurve};
use std::hint::black_box;
use std::sync::Arc;

/// A place on a curve.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Walk {
    pub ramp: Ramp,
    /// When the next turn is.
    pub until: SimTime,
    /// That of the next turn, and of a limit on the way, if anything can overtake them.
    pub ticket: Ticket,
    cursor: Cursor,
    /// Absent where it never turns: then nothing but the ramp is asked for.
    curve: Option<UsageCurve>,
}

impl Walk {
    pub fn begin(curve: &UsageCurve, now: SimTime) -> Walk {
        let (segment, cursor) = curve.begin(now);
        let turns = segment.until < SimTime::NEVER;
        let curve = turns.then(|| curve.clone());
        Walk { curve, cursor, ramp: segment.ramp, until: segment.until, ticket: 0 }
    }

    /// Asks memory for what the next turn reads.
    pub fn fetch(&self) {
        black_box(self.until);
        black_box(self.curve.as_ref().and_then(|curve| curve.piece_apart(self.cursor)));
    }

    /// Goes on to the next segment; `draw` gives the pieces of the draw of that number.
    #[inline]
    pub fn turn(&mut self, now: SimTime, draw: impl FnOnce(u32) -> Arc<[Piece]>) {
        let curve = self.curve.as_mut().expect("what never turns has no turn planned");
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
