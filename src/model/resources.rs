//! Amounts of the resources that a container asks for, exactly as written, and
//! how the amounts of several containers combine.
//!
//! Never: rounding (the reader of a sum rounds it, once), or which containers
//! of a pod are summed: that is [`crate::model::pod`].

use crate::ground::{Amount, Format, Quantity};
use std::ops::Add;

/// What a container can ask for, as far as eviction and scheduling look here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    Cpu,
    Memory,
    EphemeralStorage,
}

impl Resource {
    /// As manifests spell it.
    pub fn name(self) -> &'static str {
        match self {
            Resource::Cpu => "cpu",
            Resource::Memory => "memory",
            Resource::EphemeralStorage => "ephemeral-storage",
        }
    }

    /// An amount of it as a manifest may have it: `250m` of CPU, `256Mi` of memory.
    pub fn printed(self, amount: Amount) -> Quantity {
        let format = match self {
            Resource::Cpu => Format::DecimalSI,
            Resource::Memory | Resource::EphemeralStorage => Format::BinarySI,
        };
        Quantity::new(amount, format)
    }
}

/// Requests, limits or overhead: an amount a resource, absent where nothing was said.
///
/// Absent is not zero: Kubernetes tells them apart when it adds pods up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceAmounts {
    pub cpu: Option<Amount>,
    pub memory: Option<Amount>,
    pub ephemeral_storage: Option<Amount>,
}

impl ResourceAmounts {
    /// The amount that `amount_of` gives for each resource.
    pub fn each(amount_of: impl Fn(Resource) -> Option<Amount>) -> ResourceAmounts {
        ResourceAmounts {
            cpu: amount_of(Resource::Cpu),
            memory: amount_of(Resource::Memory),
            ephemeral_storage: amount_of(Resource::EphemeralStorage),
        }
    }

    /// The amount of one resource, if anything was said of it.
    pub fn of(&self, resource: Resource) -> Option<Amount> {
        match resource {
            Resource::Cpu => self.cpu,
            Resource::Memory => self.memory,
            Resource::EphemeralStorage => self.ephemeral_storage,
        }
    }

    /// These, and of what they do not speak of, the other's.
    pub fn or(self, other: ResourceAmounts) -> ResourceAmounts {
        ResourceAmounts::each(|resource| self.of(resource).or(other.of(resource)))
    }

    /// Both together; what neither speaks of stays absent.
    pub fn plus(self, other: ResourceAmounts) -> ResourceAmounts {
        self.combined(other, Amount::add)
    }

    /// The larger of the two, resource by resource; what neither speaks of stays absent.
    pub fn larger(self, other: ResourceAmounts) -> ResourceAmounts {
        self.combined(other, Amount::max)
    }

    fn combined(self, other: ResourceAmounts, combine: fn(Amount, Amount) -> Amount) -> ResourceAmounts {
        ResourceAmounts::each(|resource| match (self.of(resource), other.of(resource)) {
            (Some(ours), Some(theirs)) => Some(combine(ours, theirs)),
            (ours, theirs) => ours.or(theirs),
        })
    }
}

/// Amounts with their printed form, of the resources that messages of the kubelet print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenAmounts {
    pub memory: Option<Quantity>,
    pub ephemeral_storage: Option<Quantity>,
}

impl WrittenAmounts {
    /// As it was written; absent for what was not, and for CPU, which no message prints.
    pub fn of(&self, resource: Resource) -> Option<&Quantity> {
        match resource {
            Resource::Cpu => None,
            Resource::Memory => self.memory.as_ref(),
            Resource::EphemeralStorage => self.ephemeral_storage.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(mebi: u64) -> ResourceAmounts {
        ResourceAmounts { memory: Some(Amount::whole(mebi << 20)), ..ResourceAmounts::default() }
    }

    #[test]
    fn a_resource_that_neither_speaks_of_stays_absent_and_zero_stays_zero() {
        let zero_cpu = ResourceAmounts { cpu: Some(Amount::ZERO), ..ResourceAmounts::default() };
        let sum = zero_cpu.plus(memory(64)).plus(memory(32));
        assert_eq!(sum, ResourceAmounts { cpu: Some(Amount::ZERO), ..memory(96) });
        assert_eq!(memory(64).larger(memory(32)).larger(zero_cpu).memory, memory(64).memory);
    }
}
