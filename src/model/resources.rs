//! Amounts of the resources that a container asks for, exactly as written.

use crate::ground::Amount;

/// Requests, limits or overhead: an amount a resource, absent where nothing was said.
///
/// Absent is not zero: Kubernetes tells them apart when it adds pods up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceAmounts {
    pub cpu: Option<Amount>,
    pub memory: Option<Amount>,
    pub ephemeral_storage: Option<Amount>,
}
