//! NodeUnschedulable and TaintToleration: what a node holds against pods that do not tolerate it.
//!
//! Never: a node's conditions; pressure keeps pods off by its taint alone.

use super::NodeRefusal;
use crate::model::{PodTemplate, Taint, TaintEffect};

/// NodeUnschedulable reads the node's field, and lets those in that tolerate the taint that
/// usually goes with it.
pub fn refuses_everybody(is_unschedulable: bool, pod: &PodTemplate) -> Option<NodeRefusal> {
    let cordon = || Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        value: String::new(),
        effect: TaintEffect::NoSchedule,
    };
    (is_unschedulable && !pod.tolerates(&cordon())).then_some(NodeRefusal::Unschedulable)
}

/// By the first taint that keeps off and is not tolerated, in the node's order.
pub fn refuses(taints: &[Taint], pod: &PodTemplate) -> Option<NodeRefusal> {
    taints
        .iter()
        .position(|taint| taint.keeps_off() && !pod.tolerates(taint))
        .map(NodeRefusal::UntoleratedTaint)
}
