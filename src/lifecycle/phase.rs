//! The phase of a Pod: where it is in its life, in one word.
//!
//! Source: Kubernetes documentation, "Pod phase".

/// What the API shows of a Pod as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Not all of its containers have been started yet.
    Pending,
    /// At least one container runs, or is about to.
    Running,
    /// All containers have ended, with success.
    Succeeded,
    /// All containers have ended, one at least without success; or its kubelet made it end.
    Failed,
    /// Nobody hears of its node.
    Unknown,
}

impl Phase {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Pending => "Pending",
            Phase::Running => "Running",
            Phase::Succeeded => "Succeeded",
            Phase::Failed => "Failed",
            Phase::Unknown => "Unknown",
        }
    }
}
