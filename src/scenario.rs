//! Floor 4: text -> checked values.

#[cfg(feature = "text")]
pub mod kubernetes;
pub mod mistake;
pub mod quantity;
