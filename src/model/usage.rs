//! Memory over time, as straight pieces: nothing is sampled, nothing polls.
//!
//! What: a [`UsageCurve`] is a list of [`Piece`]s and what comes [`After`] them;
//! a [`Cursor`] walks along it. Constant, ramp, steps, pulses, cold start,
//! sawtooth, diurnal, random walk and trace are all of this one kind.
//! Disk, inodes and processes over time are of the same kind; where a curve counts inodes or
//! processes, a byte stands for one of them.
//! Never: chance. Random families are drawn to pieces by the scenario.
//! Next: [`crate::ground::fixed`] adds the pieces of a node up.
//!
//! Hot: O(1) a segment, no allocation. A piece is 24 bytes; one, or two levels, lie in their curve itself: 40 bytes.

use crate::ground::{Bytes, Ramp, SimDuration, SimTime};
use std::sync::Arc;

/// What of a container a curve tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usage {
    /// Its memory, in bytes.
    WorkingSet,
    /// What it wrote into its own root file system, in bytes.
    WritableLayer,
    /// What it wrote to its log, in bytes.
    Logs,
    /// How many inodes its writable layer takes.
    Inodes,
    /// How many processes it runs.
    Processes,
    /// What it writes into the volume of that number in its Pod's manifest, in bytes, beside
    /// what is there already.
    Volume(u16),
}

/// A straight piece: from one level to another in some time. Where a piece does
/// not begin at the level at which the last one ended, the curve jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub length: SimDuration,
    pub from: Bytes,
    pub to: Bytes,
}

/// What a curve does when its pieces are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Stays at the last level.
    Hold,
    /// Goes on from the piece of that number, again and again.
    RepeatFrom(u16),
    /// Goes on with pieces that are not drawn yet: whoever drew these draws more.
    DrawMore,
}

/// Memory over time, counted from the start of its container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageCurve(Course);

/// The pieces of a curve, and what comes after them. A level, a ramp and a square pulse
/// need no second place in memory, to which whoever walks along them would have to go.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Course {
    One(After, Piece),
    /// Two flat pieces.
    Levels(After, [(SimDuration, Bytes); 2]),
    /// Any others.
    More(After, Arc<[Piece]>),
}

/// Where on a curve its container has got to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    piece: u32,
    /// How many draws of pieces have been used up, for curves that are drawn bit by bit.
    pub draw: u32,
}

/// A piece laid on the axis of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub ramp: Ramp,
    /// When the curve turns to its next piece.
    pub until: SimTime,
}

/// What lies at the next place of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The next segment.
    Segment(Segment),
    /// Nothing drawn yet: ask for draw number [`Cursor::draw`], then turn again.
    NeedsDraw,
}

impl Piece {
    pub const fn flat(length: SimDuration, at: Bytes) -> Piece {
        Piece { length, from: at, to: at }
    }

    const fn is_flat(self) -> bool {
        self.from.0 == self.to.0
    }
}

impl Course {
    /// How many pieces there are.
    #[inline]
    fn len(&self) -> u32 {
        match self {
            Course::One(..) => 1,
            Course::Levels(..) => 2,
            Course::More(_, more) => more.len() as u32,
        }
    }

    /// # Panics
    /// If there is none of that number.
    #[inline]
    fn piece(&self, number: u32) -> Piece {
        match self {
            Course::One(_, one) => *one,
            Course::Levels(_, levels) => {
                let (length, at) = levels[number as usize];
                Piece::flat(length, at)
            }
            Course::More(_, more) => more[number as usize],
        }
    }

    fn pieces(&self) -> impl DoubleEndedIterator<Item = Piece> {
        (0..self.len()).map(|number| self.piece(number))
    }

    #[inline]
    fn after(&self) -> After {
        let (Course::One(after, _) | Course::Levels(after, _) | Course::More(after, _)) = self;
        *after
    }
}

impl UsageCurve {
    /// A curve of `pieces`, and what comes after them.
    ///
    /// # Panics
    /// If there is no piece, if what is repeated or drawn takes no time, or if it repeats
    /// from past the end: such a curve would never move, and the scenario's check refuses it.
    pub fn new(pieces: impl AsRef<[Piece]> + Into<Arc<[Piece]>>, after: After) -> UsageCurve {
        let all = pieces.as_ref();
        assert!(!all.is_empty(), "a curve has at least one piece");
        let endless = match after {
            After::Hold => None,
            After::RepeatFrom(first) => Some(all.get(usize::from(first)..).unwrap_or_default()),
            After::DrawMore => Some(all),
        };
        if let Some(endless) = endless {
            let moves = endless.iter().any(|piece| piece.length > SimDuration::ZERO);
            assert!(moves, "the endless part of a curve takes some time");
        }
        UsageCurve(match *all {
            [one] => Course::One(after, one),
            [one, two] if one.is_flat() && two.is_flat() => {
                Course::Levels(after, [one, two].map(|piece| (piece.length, piece.from)))
            }
            _ => Course::More(after, pieces.into()),
        })
    }

    /// One level, for ever.
    pub fn constant(level: Bytes) -> UsageCurve {
        UsageCurve::new([Piece::flat(SimDuration::FOREVER, level)], After::Hold)
    }

    /// The largest level of the pieces known so far.
    pub fn peak(&self) -> Bytes {
        self.0.pieces().map(|piece| piece.from.max(piece.to)).max().unwrap_or_default()
    }

    /// The segment at the curve's beginning, and the place after it.
    pub fn begin(&self, now: SimTime) -> (Segment, Cursor) {
        let cursor = Cursor { piece: 0, draw: 0 };
        (self.segment(0, now), cursor)
    }

    /// Moves on from the piece at `place`, which has just ended.
    #[inline]
    pub fn turn(&self, cursor: &mut Cursor, now: SimTime) -> Turn {
        let next = cursor.piece + 1;
        if next < self.0.len() {
            cursor.piece = next;
            return Turn::Segment(self.segment(next, now));
        }
        match self.0.after() {
            After::Hold => Turn::Segment(self.held()),
            After::RepeatFrom(first) => {
                cursor.piece = u32::from(first);
                Turn::Segment(self.segment(cursor.piece, now))
            }
            After::DrawMore => {
                *cursor = Cursor { piece: 0, draw: cursor.draw + 1 };
                Turn::NeedsDraw
            }
        }
    }

    /// The piece after a place, where that lies apart from the curve; after the last, the first.
    pub fn piece_apart(&self, cursor: Cursor) -> Option<Piece> {
        match &self.0 {
            Course::One(..) | Course::Levels(..) => None,
            Course::More(_, more) => more.get(cursor.piece as usize + 1).or(more.first()).copied(),
        }
    }

    /// The same curve with the pieces of its next draw.
    ///
    /// # Panics
    /// As [`UsageCurve::new`].
    pub fn redrawn(&self, pieces: impl AsRef<[Piece]> + Into<Arc<[Piece]>>) -> UsageCurve {
        UsageCurve::new(pieces, self.0.after())
    }

    /// Whether its pieces are drawn bit by bit.
    pub fn is_drawn(&self) -> bool {
        self.0.after() == After::DrawMore
    }

    /// The first segment of pieces just drawn.
    pub fn first_drawn(&self, now: SimTime) -> Segment {
        self.segment(0, now)
    }

    fn segment(&self, piece: u32, now: SimTime) -> Segment {
        let Piece { length, from, to } = self.0.piece(piece);
        Segment { ramp: Ramp::towards(now, from, to, length), until: now.after(length) }
    }

    fn held(&self) -> Segment {
        let last = self.0.pieces().next_back().map_or(Bytes::ZERO, |last| last.to);
        Segment { ramp: Ramp::flat(last), until: SimTime::NEVER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: SimDuration = SimDuration::seconds(1);

    fn at(seconds: u64) -> SimTime {
        SimTime::START.after(SimDuration::seconds(seconds))
    }

    /// The curve's whole bytes at each full second, by walking its segments.
    fn levels(curve: &UsageCurve, seconds: u64) -> Vec<u64> {
        let (mut segment, mut cursor) = curve.begin(SimTime::START);
        let mut levels = Vec::new();
        for second in 0..seconds {
            while segment.until <= at(second) {
                match curve.turn(&mut cursor, segment.until) {
                    Turn::Segment(next) => segment = next,
                    Turn::NeedsDraw => return levels,
                }
            }
            levels.push(segment.ramp.at(at(second)).bytes().0);
        }
        levels
    }

    #[test]
    fn a_ramp_rises_evenly_and_then_stays() {
        let ramp = Piece { length: SimDuration::seconds(4), from: Bytes(0), to: Bytes(400) };
        let curve = UsageCurve::new([ramp], After::Hold);
        // A third of 2^-32 byte a microsecond is rounded away, so a level may read one byte low.
        let seen = levels(&curve, 7);
        for (level, exact) in seen.iter().zip([0, 100, 200, 300, 400, 400, 400]) {
            assert!(exact - level <= 1, "{seen:?}");
        }
        assert_eq!(seen[4..], [400, 400, 400]); // Pinned: no drift is left.
    }

    #[test]
    fn pulses_repeat_from_after_the_first_wait() {
        let pieces =
            [Piece::flat(SECOND, Bytes(1)), Piece::flat(SECOND, Bytes(5)), Piece::flat(SECOND, Bytes(2))];
        let curve = UsageCurve::new(pieces, After::RepeatFrom(1));
        assert_eq!(levels(&curve, 7), [1, 5, 2, 5, 2, 5, 2]);
        assert_eq!(curve.peak(), Bytes(5));
    }

    /// A square pulse lies in its curve, its double apart from it, and so does one that falls off.
    #[test]
    fn a_pulse_written_once_and_written_twice_tell_the_same() {
        let curve = |pieces: Vec<Piece>| UsageCurve::new(pieces, After::RepeatFrom(0));
        let low = Piece::flat(SECOND, Bytes(3));
        for to in [7, 4] {
            let pulse = [low, Piece { length: SECOND, from: Bytes(7), to: Bytes(to) }];
            let (once, twice) = (curve(pulse.to_vec()), curve([pulse, pulse].concat()));
            assert_eq!(levels(&once, 9), levels(&twice, 9));
            assert_eq!(levels(&once, 5), [3, 7, 3, 7, 3]); // At full seconds, where the second piece begins at 7.
            let place = once.begin(SimTime::START).1;
            assert_eq!(once.piece_apart(place), if to == 7 { None } else { Some(pulse[1]) });
            assert_eq!(twice.piece_apart(place), Some(pulse[1]));
        }
    }

    /// What one container's curve takes in its row.
    #[test]
    fn a_curve_takes_forty_bytes() {
        assert_eq!(size_of::<UsageCurve>(), 40);
    }

    #[test]
    fn an_undrawn_curve_asks_for_its_next_draw() {
        let curve = UsageCurve::new([Piece::flat(SECOND, Bytes(1))], After::DrawMore);
        let (segment, mut cursor) = curve.begin(SimTime::START);
        assert_eq!(curve.turn(&mut cursor, segment.until), Turn::NeedsDraw);
        assert_eq!(cursor.draw, 1);
        assert_eq!(curve.first_drawn(segment.until).until, at(2));
    }

    #[test]
    #[should_panic(expected = "takes some time")]
    fn a_curve_that_repeats_nothing_is_refused() {
        let _ = UsageCurve::new([Piece::flat(SimDuration::ZERO, Bytes(1))], After::RepeatFrom(0));
    }
}
