//! What a scenario says of scheduling reaches the model as it is meant.

use evictsim::engine::{Passes, Setting, Ties};
use evictsim::ground::{Amount, Bytes, SimDuration};
use evictsim::model::{
    BudgetBound, HostPort, NodeImage, PodShare, PodSpec, PreemptionPolicy, Protocol, Room, Selector,
    WhenUnsatisfiable,
};
use evictsim::scenario::{self, Scenario};
use evictsim::scheduling::{FitKind, Profile};

fn read(rest: &str) -> Scenario {
    let text = format!("horizon: 1h\n{rest}");
    let read = scenario::read("scenario.yaml", &|_| Ok(text.clone().into_bytes()));
    read.unwrap_or_else(|mistakes| panic!("{}", scenario::mistake::listed(&mistakes)))
}

fn setting(scenario: &Scenario) -> Setting {
    scenario.setting(&scenario.runs[0], 0, Passes::ThatMatter)
}

const NODES: &str = "nodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}}]\n";
const PODS: &str = "pods: [{name: web, workingSet: 300Mi}]\n";

fn spec_of(pod: &str, rest: &str) -> PodSpec {
    read(&format!("{NODES}pods: [{{name: web, workingSet: 300Mi, {pod}}}]\n{rest}")).workloads[0]
        .pod
        .spec
        .clone()
}

#[test]
fn a_template_says_where_its_pods_may_run() {
    let scenario = read(&format!(
        "{NODES}
workloads:
  - name: web
    replicas: 2
    template:
      metadata: {{labels: {{app: web, version: 2}}, namespace: shop, annotations: {{a: b}}}}
      spec:
        nodeSelector: {{disk: ssd}}
        preemptionPolicy: Never
        affinity:
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - {{labelSelector: {{matchLabels: {{app: web}}}}, topologyKey: kubernetes.io/hostname}}
        topologySpreadConstraints:
          - {{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {{}}}}
        containers:
          - name: app
            image: web:1
            ports: [{{containerPort: 80}}, {{containerPort: 80, hostPort: 8080, protocol: UDP}}]
            resources: {{limits: {{nvidia.com/gpu: 2, memory: 1Gi}}}}
"
    ));
    let spec = &scenario.workloads[0].pod.spec;
    assert_eq!((spec.namespace.as_str(), spec.labels["version"].as_str()), ("shop", "2"));
    assert_eq!(spec.placement.node_selector["disk"], "ssd");
    assert_eq!(spec.placement.preemption_policy, PreemptionPolicy::Never);
    let away = &spec.placement.anti_affinity.required[0];
    assert_eq!(away.topology_key, "kubernetes.io/hostname");
    assert!(away.selector.as_ref().is_some_and(|selector| selector.matches(&spec.labels)));
    assert_eq!(spec.placement.spread[0].when_unsatisfiable, WhenUnsatisfiable::ScheduleAnyway);
    let app = &spec.containers[0];
    assert_eq!(app.image, "web:1");
    assert_eq!(app.host_ports, [HostPort { ip: "0.0.0.0".into(), protocol: Protocol::Udp, port: 8080 }]);
    assert_eq!(app.extended_requests["nvidia.com/gpu"], Amount::whole(2), "a limit alone is the request");
    assert_eq!(scenario.assumptions.iter().filter(|sentence| sentence.contains("affinity")).count(), 0);
}

#[test]
fn the_short_form_says_the_same() {
    let spec = spec_of(
        "labels: {app: web}, nodeSelector: {disk: ssd}, image: web, ports: [{hostPort: 80}], requests: {a.b/c: 1}, \
         affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone}]}}",
        "",
    );
    assert_eq!((spec.namespace.as_str(), spec.labels["app"].as_str()), ("default", "web"));
    assert_eq!(spec.placement.affinity.required[0].selector, None);
    let web = &spec.containers[0];
    assert_eq!((web.image.as_str(), web.host_ports.len(), web.extended_requests.len()), ("web", 1, 1));
}

#[test]
fn a_node_selector_that_no_node_has_is_told_before_all_else() {
    let first = |selector: &str| {
        let pods = format!("pods: [{{name: web, workingSet: 300Mi, nodeSelector: {selector}}}]");
        read(&format!("{NODES}{pods}\n")).assumptions.swap_remove(0)
    };
    let told = "web never gets a node: no node has the labels of its nodeSelector (disk: ssd)";
    assert_eq!(first("{disk: ssd}"), told);
    assert!(!first("{kubernetes.io/os: linux}").contains("nodeSelector"));
}

#[test]
fn a_priority_class_gives_its_pods_their_priority_and_its_policy() {
    let classes = "priorityClasses: [{name: low, value: -5, globalDefault: true}, {name: high, value: 9, preemptionPolicy: Never}]\n";
    let said = |pod: &str| {
        let spec = spec_of(pod, classes);
        (spec.priority(), spec.priority_class_name, spec.placement.preemption_policy)
    };
    let (lower, never) = (PreemptionPolicy::PreemptLowerPriority, PreemptionPolicy::Never);
    assert_eq!(said("count: 1"), (-5, "low".into(), lower));
    assert_eq!(said("priorityClassName: high"), (9, "high".into(), never));
    let policy = "priorityClassName: high, preemptionPolicy: PreemptLowerPriority";
    assert_eq!(said(policy), (9, "high".into(), lower));
    assert_eq!(said("priorityClassName: system-node-critical").0, 2_000_001_000);
    assert_eq!(said("priority: 3"), (3, String::new(), lower));
}

#[test]
fn nodes_have_the_labels_of_their_kubelet_and_lie_in_zones_in_turn() {
    let scenario = read(&format!(
        "nodes: [{{name: n, count: 3, zones: [a, b], labels: {{disk: ssd, kubernetes.io/arch: arm64}}, \
         images: [{{names: [web], sizeBytes: 1Gi}}], capacity: {{cpu: 4, memory: 8Gi, nvidia.com/gpu: 2}}}}]\n{PODS}"
    ));
    let nodes: Vec<_> = setting(&scenario).nodes.into_iter().map(|one| one.node).collect();
    let label = |key: &str| nodes.iter().map(|node| node.labels[key].clone()).collect::<Vec<_>>();
    assert_eq!(label("topology.kubernetes.io/zone"), ["a", "b", "a"]);
    assert_eq!(label("kubernetes.io/hostname"), ["n-0", "n-1", "n-2"]);
    assert_eq!(label("kubernetes.io/arch"), ["arm64"; 3]);
    assert_eq!(
        (label("kubernetes.io/os"), label("disk")),
        (vec!["linux".to_owned(); 3], vec!["ssd".to_owned(); 3])
    );
    assert_eq!(nodes[2].extended["nvidia.com/gpu"], 2);
    assert_eq!(nodes[2].images, [NodeImage { names: vec!["web".into()], size: Bytes::gibi(1) }]);
}

#[test]
fn local_disk_is_allocatable_less_reserves_and_the_hard_threshold_where_somebody_says_how_much_there_is() {
    let storage = |node: &str| {
        let scenario = read(&format!("nodes: [{{name: n, {node}}}]\n{PODS}"));
        setting(&scenario).nodes[0].node.allocatable.ephemeral_storage
    };
    assert_eq!(storage("capacity: {cpu: 4, memory: 8Gi}"), Room::UNKNOWN_STORAGE);
    let kubelet =
        "kubelet: {systemReserved: {ephemeral-storage: 20Gi}, evictionHard: {nodefs.available: 10Gi}}";
    let capacity = "capacity: {cpu: 4, memory: 8Gi, ephemeral-storage: 100Gi}";
    assert_eq!(storage(&format!("{capacity}, {kubelet}")), Bytes::gibi(100 - 20 - 10));
    // The kubelet's own 10% of 10Gi, as a 32-bit float has them: 1Gi and 16 bytes.
    let nodefs = "capacity: {cpu: 4, memory: 8Gi}, nodefs: {capacity: 10Gi}";
    assert_eq!(storage(nodefs), Bytes(Bytes::gibi(9).0 - 16));
}

#[test]
fn a_scheduler_of_which_nothing_is_said_is_the_default_and_nothing_is_told() {
    let scenario = read(&format!("{NODES}{PODS}"));
    assert_eq!(setting(&scenario).scheduler.profile, Profile::default());
    assert!(!scenario.assumptions.iter().any(|sentence| sentence.contains("scheduler")));
}

#[test]
fn a_scheduler_is_as_it_is_configured() {
    let scenario = read(&format!(
        "{NODES}{PODS}scheduler: {{throughput: 80, ties: Drawn, bindingLatency: 5ms, configuration: {{parallelism: 4, \
         podInitialBackoffSeconds: 2, profiles: [{{pluginConfig: [{{name: NodeResourcesFit, args: {{scoringStrategy: {{type: MostAllocated}}}}}}]}}]}}}}\n"
    ));
    let scheduler = setting(&scenario).scheduler;
    assert_eq!(scheduler.cycle_time, SimDuration::micros(12_500));
    assert_eq!((scheduler.ties, scheduler.binding_latency), (Ties::Drawn, SimDuration::millis(5)));
    assert_eq!(
        (scheduler.initial_backoff, scheduler.longest_backoff),
        (SimDuration::seconds(2), SimDuration::seconds(10))
    );
    assert_eq!(scheduler.profile.fit.kind, FitKind::MostAllocated);
    let told = "settings of the scheduler that are accepted and change nothing: parallelism";
    assert!(scenario.assumptions.iter().any(|sentence| sentence == told));
}

#[test]
fn a_cluster_has_namespaces_services_and_budgets() {
    let scenario = read(&format!(
        "{NODES}pods: [{{name: web, namespace: shop}}, {{name: db, namespace: data}}]
namespaces: [{{name: shop, labels: {{team: a}}}}]
services: [{{namespace: shop, selector: {{app: web}}}}]
podDisruptionBudgets:
  - {{name: web, namespace: shop, selector: {{matchLabels: {{app: web}}}}, maxUnavailable: 25%}}
  - {{name: all, selector: {{}}, minAvailable: 2}}
"
    ));
    let peers = setting(&scenario).peers;
    let named: Vec<_> = peers.namespaces.iter().map(|one| (one.name.as_str(), one.labels.len())).collect();
    assert_eq!(named, [("shop", 2), ("data", 1)]);
    assert_eq!(peers.services[0].selector["app"], "web");
    let [web, all] = &peers.budget_rules[..] else { panic!("two budgets") };
    assert_eq!(
        (web.namespace.as_str(), web.bound),
        ("shop", BudgetBound::MaxUnavailable(PodShare::Percent(25)))
    );
    assert_eq!(
        (all.namespace.as_str(), all.bound),
        ("default", BudgetBound::MinAvailable(PodShare::Count(2)))
    );
    assert_eq!(all.selector, Some(Selector::default()));
}
