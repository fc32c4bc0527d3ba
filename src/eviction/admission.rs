//! Whom a kubelet under memory pressure lets in.
//!
//! Source: kubernetes `pkg/kubelet/eviction/eviction_manager.go`, `Admit` (1.32). Only memory pressure is simulated so far, so
//! BestEffort pods alone are refused.

use crate::model::{PodTemplate, QosClass, Taint};

/// Whether a kubelet that reports MemoryPressure, and no other condition, admits the pod.
pub fn admits_under_memory_pressure(pod: &PodTemplate) -> bool {
    let tolerates = || {
        let taint = Taint::memory_pressure();
        pod.spec.tolerations.iter().any(|toleration| toleration.tolerates(&taint))
    };
    pod.critical || pod.qos != QosClass::BestEffort || tolerates()
}
