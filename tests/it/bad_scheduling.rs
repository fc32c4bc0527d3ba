//! Mistakes in what the scheduler looks at: what their author is told.
//!
//! Next: `bad_scenarios`, the same of everything else.

use evictsim::scenario;
use evictsim::scenario::mistake::listed;
use insta::assert_snapshot;

/// What is told of a scenario that says, besides how long it is, only this.
fn told(rest: &str) -> String {
    let text = format!("horizon: 1h\n{rest}");
    let read = scenario::read("bad.yaml", &|_| Ok(text.clone().into_bytes()));
    listed(&read.expect_err("the scenario is bad"))
}

/// The same, where a node is there already.
fn told_of_pods(pods: &str) -> String {
    told(&format!("nodes: [{{name: node, capacity: {{cpu: 4, memory: 8Gi}}}}]\n{pods}"))
}

/// The same, where a pod is there, too.
fn told_beside_pods(rest: &str) -> String {
    told_of_pods(&format!("pods: [{{name: web, workingSet: 300Mi}}]\n{rest}"))
}

#[test]
fn what_is_asked_of_labels_is_held_to_what_kubernetes_accepts() {
    assert_snapshot!(told_of_pods("
workloads:
  - name: web
    replicas: 1
    template:
      spec:
        containers: [{name: app}]
        preemptionPolicy: Always
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
                - matchExpressions: [{key: disk, operator: in, values: [ssd]}, {key: disk, operator: In}]
                  matchFields: [{key: metadata.uid, operator: In, values: [n1, n2]}]
          podAffinity:
            preferredDuringSchedulingIgnoredDuringExecution: [{weight: 101, podAffinityTerm: {}}]
"), @r#"
error: "Always" is not known here
  at bad.yaml:10:27 (workloads[0].template.spec.preemptionPolicy)
  fix: write one of PreemptLowerPriority, Never
error: "in" is not known here; did you mean `In`?
  at bad.yaml:15:60 (workloads[0].template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator)
  fix: write `In`
error: a list without values
  at bad.yaml:15:80 (workloads[0].template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].values)
  fix: write at least one, or use Exists or DoesNotExist
error: a node has no field "metadata.uid" to be asked for
  at bad.yaml:16:39 (workloads[0].template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].key)
  fix: write `metadata.name`, or ask for a label
error: 2 names for one node
  at bad.yaml:16:75 (workloads[0].template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values)
  fix: write one, and further terms for further names
error: a wish of weight 101
  at bad.yaml:18:72 (workloads[0].template.spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight)
  fix: write a weight from 1 to 100
error: no label says which nodes are near each other
  at bad.yaml:18:94 (workloads[0].template.spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.topologyKey)
  fix: write a label of nodes, such as topology.kubernetes.io/zone
7 mistakes
"#);
}

#[test]
fn a_constraint_on_spreading_is_held_to_what_kubernetes_accepts() {
    assert_snapshot!(told_of_pods("
pods:
  - name: web
    workingSet: 300Mi
    topologySpreadConstraints:
      - {maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Never, matchLabelKeys: [app]}
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, minDomains: 2, nodeTaintsPolicy: Honour}
"), @r#"
error: maxSkew is 0
  at bad.yaml:8:19 (pods[0].topologySpreadConstraints[0].maxSkew)
  fix: write 1 or more
error: "Never" is not known here
  at bad.yaml:9:60 (pods[0].topologySpreadConstraints[1].whenUnsatisfiable)
  fix: write one of DoNotSchedule, ScheduleAnyway
error: matchLabelKeys without a labelSelector
  at bad.yaml:9:83 (pods[0].topologySpreadConstraints[1].matchLabelKeys)
  fix: add `labelSelector`, which may be {}
error: minDomains of a constraint that refuses nobody
  at bad.yaml:10:88 (pods[0].topologySpreadConstraints[2].minDomains)
  fix: write `whenUnsatisfiable: DoNotSchedule`, or remove it
error: "Honour" is not known here; did you mean `Honor`?
  at bad.yaml:10:109 (pods[0].topologySpreadConstraints[2].nodeTaintsPolicy)
  fix: write `Honor`
5 mistakes
"#);
}

#[test]
fn a_pod_takes_each_port_of_its_node_once() {
    assert_snapshot!(told_of_pods("
workloads:
  - name: web
    replicas: 1
    template:
      spec:
        containers:
          - {name: a, ports: [{containerPort: 80, hostPort: 80}]}
          - {name: b, ports: [{hostPort: 80}, {hostPort: 80, protocol: UDP}, {hostPort: 65536}, {hostPort: 81, protocol: tcp}]}
"), @r#"
error: host port 80 is taken twice in one pod
  at bad.yaml:11:30 (workloads[0].template.spec.containers[1].ports)
  fix: give one of them another port: no node has it twice
error: there is no port 65536
  at bad.yaml:11:89 (workloads[0].template.spec.containers[1].ports[2].hostPort)
  fix: write a number from 1 to 65535
error: "tcp" is not known here; did you mean `TCP`?
  at bad.yaml:11:122 (workloads[0].template.spec.containers[1].ports[3].protocol)
  fix: write `TCP`
3 mistakes
"#);
}

#[test]
fn a_scheduler_is_held_to_what_kube_scheduler_accepts_and_to_what_is_simulated() {
    assert_snapshot!(told_beside_pods("
scheduler:
  throughput: 0
  configuration:
    percentageOfNodesToScore: 101
    extenders: [{urlPrefix: http://127.0.0.1}]
    profiles:
      - {schedulerName: default-scheduler}
      - plugins:
          score:
            enabled: [{name: ImageLocalty}, {name: NodeAffinity, weight: 900}, {name: NodePorts}]
        pluginConfig:
          - name: NodeResourcesFit
            args: {scoringStrategy: {type: MostAlocated}, hardPodAffinityWeight: 3}
"), @r#"
error: a scheduler of 0 pods per second
  at bad.yaml:6:15 (scheduler.throughput)
  fix: write a number from 0.001 to 1000000, or none: then it takes no time
error: 101 percent of the nodes
  at bad.yaml:8:31 (scheduler.configuration.percentageOfNodesToScore)
  fix: write 0 to 100; 0 is kube-scheduler's own choice
error: extenders are not simulated, and they decide
  at bad.yaml:9:16 (scheduler.configuration.extenders)
  fix: remove them
error: 2 profiles, and every pod is scheduled by the same one
  at bad.yaml:11:7 (scheduler.configuration.profiles)
  fix: keep one of them
error: "ImageLocalty" is not known here; did you mean `ImageLocality`?
  at bad.yaml:14:30 (scheduler.configuration.profiles[1].plugins.score.enabled[0].name)
  fix: write `ImageLocality`
error: a score of weight 900
  at bad.yaml:14:74 (scheduler.configuration.profiles[1].plugins.score.enabled[1].weight)
  fix: write a weight from 1 to 100
error: NodePorts does not score nodes
  at bad.yaml:14:87 (scheduler.configuration.profiles[1].plugins.score.enabled[2].name)
  fix: remove it
error: "MostAlocated" is not known here; did you mean `MostAllocated`?
  at bad.yaml:17:44 (scheduler.configuration.profiles[1].pluginConfig[0].args.scoringStrategy.type)
  fix: write `MostAllocated`
error: NodeResourcesFit has no hardPodAffinityWeight
  at bad.yaml:17:82 (scheduler.configuration.profiles[1].pluginConfig[0].args.hardPodAffinityWeight)
  fix: remove it
9 mistakes
"#);
}

#[test]
fn scores_do_not_weigh_more_than_is_kept_of_them() {
    assert_snapshot!(told_beside_pods("
scheduler:
  configuration:
    profiles:
      - plugins:
          multiPoint:
            enabled:
              - {name: TaintToleration, weight: 100}
              - {name: NodeAffinity, weight: 100}
              - {name: PodTopologySpread, weight: 100}
              - {name: InterPodAffinity, weight: 100}
              - {name: NodeResourcesFit, weight: 100}
              - {name: NodeResourcesBalancedAllocation, weight: 100}
"), @r#"
error: the weights of all scores add up to 601
  at bad.yaml:9:11 (scheduler.configuration.profiles[0].plugins)
  fix: let them add up to 600
"#);
}

#[test]
fn a_key_of_the_schedulers_configuration_names_the_nearest_known_one() {
    assert_snapshot!(told_beside_pods("
scheduler:
  configuration: {percentageOfNodesToscore: 3, profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringstrategy: {}}}]}]}
"), @r#"
error: unknown key `percentageOfNodesToscore`; did you mean `percentageOfNodesToScore`?
  at bad.yaml:6:19 (scheduler.configuration.percentageOfNodesToscore)
  fix: write `percentageOfNodesToScore`
error: unknown key `scoringstrategy`; did you mean `scoringStrategy`?
  at bad.yaml:6:107 (scheduler.configuration.profiles[0].pluginConfig[0].args.scoringstrategy)
  fix: write `scoringStrategy`
2 mistakes
"#);
}

#[test]
fn a_budget_holds_on_to_one_number_of_pods() {
    assert_snapshot!(told_beside_pods(r#"
podDisruptionBudgets:
  - {name: a, selector: {}, minAvailable: 1, maxUnavailable: 1}
  - {name: b, selector: {matchExpressions: [{key: app, operator: Gt, values: ["1"]}]}}
"#), @r#"
error: disruption budget a: minAvailable and maxUnavailable together
  at bad.yaml:6:62 (podDisruptionBudgets[0].maxUnavailable)
  fix: keep one of them
error: disruption budget b holds on to nothing
  at bad.yaml:7:5 (podDisruptionBudgets[1])
  fix: add `maxUnavailable: 1`, or `minAvailable`
error: "Gt" is not known here
  at bad.yaml:7:66 (podDisruptionBudgets[1].selector.matchExpressions[0].operator)
  fix: write one of In, NotIn, Exists, DoesNotExist
3 mistakes
"#);
}

#[test]
fn a_share_of_pods_is_a_number_or_a_percentage() {
    assert_snapshot!(told_beside_pods("
podDisruptionBudgets:
  - {name: a, selector: {}, minAvailable: 101%}
  - {name: b, selector: {}, maxUnavailable: most}
"), @r#"
error: "101%" is neither a number of pods nor a percentage
  at bad.yaml:6:43 (podDisruptionBudgets[0].minAvailable)
  fix: write for example 1, or 50%
error: "most" is neither a number of pods nor a percentage
  at bad.yaml:7:45 (podDisruptionBudgets[1].maxUnavailable)
  fix: write for example 1, or 50%
2 mistakes
"#);
}

#[test]
fn services_and_namespaces_are_named_and_select_something() {
    assert_snapshot!(told_beside_pods("
services: [{selector: {}}, {namespace: Shop, selector: {app: web}}]
namespaces: [{name: a}, {name: a}]
"), @r#"
error: a Service that stands for no pod
  at bad.yaml:5:23 (services[0].selector)
  fix: write the labels of its pods, such as {app: web}
error: the namespace name "Shop" is not a DNS label
  at bad.yaml:5:40 (services[1].namespace)
  fix: write for example `shop`
error: two namespaces are called "a"; the first is at bad.yaml:6:21
  at bad.yaml:6:32 (namespaces[1].name)
  fix: give one of them another name
3 mistakes
"#);
}

#[test]
fn a_pod_has_one_priority_and_its_class_exists() {
    assert_snapshot!(told_of_pods("
pods:
  - {name: web, workingSet: 300Mi, priorityClassName: hgih}
  - {name: db, workingSet: 300Mi, priority: 3, priorityClassName: high}
priorityClasses:
  - {name: high, value: 2000000000}
  - {name: system-x, value: 1, globalDefault: true}
  - {name: low, value: 1, globalDefault: true, preemptionPolicy: never}
"), @r#"
error: there is no priority class "hgih"
  at bad.yaml:5:55 (pods[0].priorityClassName)
  fix: write `high`
error: pod db is of a priority class of 2000000000, and has a priority of its own
  at bad.yaml:6:45 (pods[1].priority)
  fix: keep one of `priority` and `priorityClassName`
error: priority class high is of 2000000000
  at bad.yaml:8:25 (priorityClasses[0].value)
  fix: write 1000000000 or less
error: the priority class system-x is one of Kubernetes' own by its name
  at bad.yaml:9:12 (priorityClasses[1].name)
  fix: write a name without `system-`
error: two priority classes are those of all pods that name none
  at bad.yaml:10:42 (priorityClasses[2].globalDefault)
  fix: keep one `globalDefault`
error: "never" is not known here; did you mean `Never`?
  at bad.yaml:10:66 (priorityClasses[2].preemptionPolicy)
  fix: write `Never`
6 mistakes
"#);
}

#[test]
fn extended_resources_are_whole_numbers_and_asked_for_once() {
    assert_snapshot!(told_of_pods("
pods:
  - {name: web, workingSet: 300Mi, requests: {nvidia.com/gpu: 1, a.b/c: -1}, limits: {nvidia.com/gpu: 2}}
  - {name: db, workingSet: 300Mi, limits: {nvidia.com/gpu: 1500m}}
"), @r#"
error: the request and the limit of nvidia.com/gpu differ
  at bad.yaml:5:63 (pods[0].requests["nvidia.com/gpu"])
  fix: write the same, or the limit alone
error: -1 of a.b/c
  at bad.yaml:5:73 (pods[0].requests["a.b/c"])
  fix: write a whole number from 0 on
error: 1500m of nvidia.com/gpu
  at bad.yaml:6:60 (pods[1].limits["nvidia.com/gpu"])
  fix: write a whole number from 0 on
3 mistakes
"#);
}

#[test]
fn a_resource_without_a_vendor_is_unknown_and_a_missing_one_is_missed() {
    assert_snapshot!(told("
nodes: [{name: node, capacity: {memory: 8Gi, nvidia.com/gpu: 1}}]
pods: [{name: web, workingSet: 300Mi, requests: {gpu: 1, nvidia.com/gpu: one}}]
"), @r#"
error: `cpu` is missing
  at bad.yaml:3:32 (nodes[0].capacity.cpu)
  fix: add the key `cpu`
error: unknown key `gpu`; did you mean `cpu`?
  at bad.yaml:4:50 (pods[0].requests.gpu)
  fix: write `cpu`
error: `one` is not a quantity
  at bad.yaml:4:74 (pods[0].requests["nvidia.com/gpu"])
  fix: write a number and a suffix, such as 512Mi, 1.5Gi or 250m
3 mistakes
"#);
}

#[test]
fn zones_are_for_several_nodes_and_images_have_names() {
    assert_snapshot!(told("
nodes:
  - {name: node, zones: [a], images: [{names: [], sizeBytes: 1Gi}], capacity: {cpu: 4, memory: 8Gi}}
  - {name: more, count: 3, zones: [a], labels: {topology.kubernetes.io/zone: b}, capacity: {cpu: 4, memory: 8Gi}}
pods: [{name: web, workingSet: 300Mi}]
"), @r#"
error: zones for node node alone
  at bad.yaml:4:25 (nodes[0].zones)
  fix: write `labels: {topology.kubernetes.io/zone: a}`, or add `count`
error: an image without a name
  at bad.yaml:4:47 (nodes[0].images[0].names)
  fix: write at least one
error: the nodes more have a label topology.kubernetes.io/zone and zones
  at bad.yaml:5:35 (nodes[1].zones)
  fix: keep one of them
3 mistakes
"#);
}
