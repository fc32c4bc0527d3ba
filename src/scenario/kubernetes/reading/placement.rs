//! What a manifest says of where its Pod may run, and of what it needs there besides CPU and memory.
//!
//! Next: [`crate::scenario::placement`], which reads the same in a scenario.

use super::Reading;
use crate::ground::Amount;
use crate::model::{HostPort, Placement};
use crate::scenario::complaint::Complaints;
use crate::scenario::kubernetes::written::QuantityText;
use crate::scenario::kubernetes::{Container, Obj, Resources};
use crate::scenario::placement::{self, Written};
use std::collections::BTreeMap;
use std::fmt::{Arguments, Display};

/// Whether a resource is one that only its own name tells of: a device, a license.
///
/// Huge pages are not simulated; the number of pods is no resource that a container asks for.
pub(super) fn is_extended(resource: &str) -> bool {
    !matches!(resource, "cpu" | "memory" | "ephemeral-storage" | "pods" | "storage")
        && !resource.starts_with("hugepages-")
}

impl Reading<'_> {
    pub(super) fn placement(&mut self, pod: &Obj) -> Placement {
        let spec = &pod.spec;
        let written = Written {
            labels: &pod.metadata.labels,
            node_name: &spec.node_name,
            node_selector: &spec.node_selector,
            affinity: spec.affinity.as_ref(),
            topology_spread_constraints: &spec.topology_spread_constraints,
            preemption_policy: &spec.preemption_policy,
        };
        let mut complaints = Complaints::default();
        let placement = placement::placement(&mut complaints, &written);
        self.retell(complaints, "spec");
        placement
    }

    pub(super) fn host_ports(&mut self, container: &Container, at: Arguments<'_>) -> Vec<HostPort> {
        let mut complaints = Complaints::default();
        let ports = placement::host_ports(&mut complaints, &container.ports);
        self.retell(complaints, at);
        ports
    }

    /// A limit alone is the request, as the API server writes it into every pod.
    pub(super) fn extended_requests(
        &mut self,
        resources: &Resources,
        at: Arguments<'_>,
    ) -> BTreeMap<String, Amount> {
        let mut requests = self.extended(&resources.limits, format_args!("{at}.limits"));
        requests.extend(self.extended(&resources.requests, format_args!("{at}.requests")));
        requests
    }

    /// Those of some amounts that are of extended resources.
    pub(super) fn extended(
        &mut self,
        written: &BTreeMap<String, QuantityText>,
        at: Arguments<'_>,
    ) -> BTreeMap<String, Amount> {
        let extended = written.iter().filter(|(resource, _)| is_extended(resource));
        extended
            .map(|(resource, text)| (resource.clone(), self.amount(&text.0, format_args!("{at}.{resource}"))))
            .collect()
    }

    /// Makes mistakes of complaints; their ways go on from `at`.
    pub(super) fn retell(&mut self, complaints: Complaints, at: impl Display) {
        for complaint in complaints.found {
            self.refuse(complaint.what, complaint.fix, format_args!("{at}.{}", complaint.way));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ground::Amount;
    use crate::model::{
        HostPort, InclusionPolicy, LabelOperator, NodeTerm, PreemptionPolicy, Protocol, Requirement,
        Selector, WhenUnsatisfiable,
    };
    use crate::scenario::kubernetes::Obj;

    fn obj(yaml: &str) -> Obj {
        serde_saphyr::from_str(yaml).expect("a Kubernetes object")
    }

    #[test]
    fn a_pod_is_read_with_all_that_says_where_it_may_run() {
        let pod = obj("
kind: Pod
metadata: {name: web-0, namespace: shop, uid: 0f3a, labels: {app: web, rev: a1}}
spec:
  nodeSelector: {disk: ssd}
  preemptionPolicy: Never
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
        - matchExpressions: [{key: cores, operator: Gt, values: [\"7\"]}]
          matchFields: [{key: metadata.name, operator: In, values: [n1]}]
        - {}
      preferredDuringSchedulingIgnoredDuringExecution:
      - {weight: 7, preference: {matchExpressions: [{key: zone, operator: Exists}]}}
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - {labelSelector: {matchLabels: {app: db}}, topologyKey: zone, namespaces: [data], matchLabelKeys: [rev, gone]}
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - {weight: 100, podAffinityTerm: {topologyKey: kubernetes.io/hostname, namespaceSelector: {}}}
  topologySpreadConstraints:
  - {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {}, nodeTaintsPolicy: Honor}
  - {maxSkew: 1, topologyKey: rack, whenUnsatisfiable: DoNotSchedule, minDomains: 3}
  containers:
  - name: web
    image: web:1.0
    ports: [{containerPort: 80}, {containerPort: 80, hostPort: 8080}, {hostPort: 53, protocol: UDP, hostIP: 10.0.0.1}]
    resources: {limits: {nvidia.com/gpu: 2, example.com/seat: 1, memory: 1Gi, hugepages-2Mi: 4Mi}, requests: {example.com/seat: 3}}
").pod_spec().expect("a good pod");

        assert_eq!((pod.namespace.as_str(), pod.labels["app"].as_str()), ("shop", "web"));
        let placement = pod.placement;
        assert_eq!(placement.node_selector["disk"], "ssd");
        assert_eq!(placement.preemption_policy, PreemptionPolicy::Never);
        let seven =
            Requirement { key: "cores".into(), operator: LabelOperator::Gt, values: vec!["7".into()] };
        let named =
            NodeTerm { expressions: vec![seven], fields: vec![Requirement::equals("metadata.name", "n1")] };
        assert_eq!(placement.required_nodes, Some(vec![named, NodeTerm::default()]));
        assert_eq!(placement.preferred_nodes[0].weight, 7);
        let near = &placement.affinity.required[0];
        let asked = vec![Requirement::equals("app", "db"), Requirement::equals("rev", "a1")];
        assert_eq!(near.selector, Some(Selector(asked)), "the pod's own rev is asked for, too");
        assert_eq!((near.namespaces.len(), near.namespace_selector.is_none()), (1, true));
        let away = &placement.anti_affinity.preferred[0];
        assert_eq!((away.weight, away.term.selector.is_none()), (100, true));
        assert_eq!(away.term.namespace_selector, Some(Selector::default()));
        let [zone, rack] = &placement.spread[..] else { panic!("two constraints") };
        assert_eq!(zone.when_unsatisfiable, WhenUnsatisfiable::ScheduleAnyway);
        assert_eq!((zone.selector.is_some(), rack.selector.is_some()), (true, false));
        assert_eq!(zone.node_taints_policy, InclusionPolicy::Honor);
        assert_eq!((rack.node_affinity_policy, rack.min_domains), (InclusionPolicy::Honor, Some(3)));

        let web = &pod.containers[0];
        assert_eq!(web.image, "web:1.0");
        let port = |ip: &str, protocol, port| HostPort { ip: ip.into(), protocol, port };
        let ports = [port("0.0.0.0", Protocol::Tcp, 8080), port("10.0.0.1", Protocol::Udp, 53)];
        assert_eq!(web.host_ports, ports);
        let extended = [("example.com/seat", 3), ("nvidia.com/gpu", 2)];
        let extended = extended.map(|(name, count)| (name.to_owned(), Amount::whole(count)));
        assert_eq!(web.extended_requests, extended.into());
    }

    #[test]
    fn what_the_api_server_refuses_of_a_placement_is_refused_with_the_way_to_it() {
        let mistakes = obj("
kind: Pod
metadata: {name: web}
spec:
  preemptionPolicy: never
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Inn}]}]}
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, podAffinityTerm: {labelSelector: {matchExpressions: [{key: a, operator: In}]}}}]
  topologySpreadConstraints: [{topologyKey: zone, whenUnsatisfiable: Sometimes, matchLabelKeys: [a]}]
  containers: [{name: web, ports: [{hostPort: 70000}], resources: {limits: {example.com/seat: many}}}]
")
        .pod_spec()
        .expect_err("ten mistakes");
        let ways: Vec<&str> = mistakes.iter().map(|mistake| mistake.path.as_str()).collect();
        let preferred = "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]";
        assert_eq!(
            ways,
            [
                "spec.containers[0].resources.limits.example.com/seat",
                "spec.containers[0].ports[0].hostPort",
                "spec.topologySpreadConstraints[0].whenUnsatisfiable",
                "spec.topologySpreadConstraints[0].matchLabelKeys",
                "spec.topologySpreadConstraints[0].maxSkew",
                "spec.preemptionPolicy",
                &format!("{preferred}.weight"),
                &format!("{preferred}.podAffinityTerm.labelSelector.matchExpressions[0].values"),
                &format!("{preferred}.podAffinityTerm.topologyKey"),
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator",
            ]
        );
        assert_eq!(mistakes[5].what, "pod \"web\": \"never\" is not known here; did you mean `Never`?");
    }
}
