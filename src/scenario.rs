//! Floor 4: text -> checked values.
//!
//! What: the notations of a scenario (quantities, lengths of time), the document
//! with the places of everything in it, and the decoding that finds every
//! mistake at once. Never: running anything, opening a file (the program hands
//! in the bytes). Next: [`mistake`], what a user is told.

#[cfg(feature = "text")]
pub mod decode;
#[cfg(feature = "text")]
pub mod document;
pub mod duration;
#[cfg(feature = "text")]
pub mod include;
pub mod mistake;
pub mod nearest;
#[cfg(feature = "text")]
pub mod notation;
pub mod quantity;
