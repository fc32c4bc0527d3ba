//! Taints keep pods off a node, tolerations let them on.

/// What a node holds against pods that do not tolerate it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taint {
    pub key: String,
    pub value: String,
    pub effect: TaintEffect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaintEffect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

/// What a pod puts up with. An absent key or effect matches any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Toleration {
    pub key: String,
    pub operator: TolerationOperator,
    pub value: String,
    pub effect: Option<TaintEffect>,
    /// Of the effect NoExecute: how long it is tolerated; absent: for ever.
    pub seconds: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TolerationOperator {
    #[default]
    Equal,
    Exists,
}

impl Taint {
    /// The taint a node bears while it reports `MemoryPressure`.
    pub fn memory_pressure() -> Taint {
        Taint::of_pressure("memory")
    }

    /// The taint a node bears while it reports `DiskPressure`.
    pub fn disk_pressure() -> Taint {
        Taint::of_pressure("disk")
    }

    /// The taint a node bears while it reports `PIDPressure`.
    pub fn pid_pressure() -> Taint {
        Taint::of_pressure("pid")
    }

    /// What a node bears while it cannot be reached: no pod comes, and those that do not tolerate it go.
    pub fn unreachable(effect: TaintEffect) -> Taint {
        Taint { key: "node.kubernetes.io/unreachable".to_owned(), value: String::new(), effect }
    }

    /// Whether it is [`Taint::memory_pressure`].
    pub fn is_memory_pressure(&self) -> bool {
        self.effect == TaintEffect::NoSchedule
            && self.value.is_empty()
            && self.key == "node.kubernetes.io/memory-pressure"
    }

    /// Whether it keeps pods off that do not tolerate it; otherwise it is a wish.
    pub fn keeps_off(&self) -> bool {
        match self.effect {
            TaintEffect::NoSchedule | TaintEffect::NoExecute => true,
            TaintEffect::PreferNoSchedule => false,
        }
    }

    fn of_pressure(what: &str) -> Taint {
        let key = format!("node.kubernetes.io/{what}-pressure");
        Taint { key, value: String::new(), effect: TaintEffect::NoSchedule }
    }
}

impl Toleration {
    /// Source: kubernetes `ToleratesTaint`: effect empty or equal, key empty or
    /// equal, then Exists, or Equal with an equal value.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        let effect_matches = self.effect.is_none_or(|effect| effect == taint.effect);
        let key_matches = self.key.is_empty() || self.key == taint.key;
        let value_matches = match self.operator {
            TolerationOperator::Exists => true,
            TolerationOperator::Equal => self.value == taint.value,
        };
        effect_matches && key_matches && value_matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_pressure_is_known_when_it_is_seen() {
        assert!(Taint::memory_pressure().is_memory_pressure());
        assert!(!Taint::disk_pressure().is_memory_pressure());
        let wish = Taint { effect: TaintEffect::PreferNoSchedule, ..Taint::memory_pressure() };
        assert!(!wish.is_memory_pressure() && !wish.keeps_off());
    }

    #[test]
    fn an_empty_key_with_equal_needs_the_taints_own_value() {
        let mut toleration = Toleration {
            key: String::new(),
            operator: TolerationOperator::Equal,
            value: "true".into(),
            effect: None,
            seconds: None,
        };
        assert!(!toleration.tolerates(&Taint::memory_pressure()));
        toleration.value.clear();
        assert!(toleration.tolerates(&Taint::memory_pressure()));
        toleration.effect = Some(TaintEffect::NoExecute);
        assert!(!toleration.tolerates(&Taint::memory_pressure()));
    }
}
