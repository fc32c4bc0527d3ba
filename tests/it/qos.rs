//! `evictsim qos`: the class of each pod, and what spoiled Guaranteed.

use evictsim::model::QosClass::{self, BestEffort, Burstable, Guaranteed};
use evictsim::report::qos;
use evictsim::scenario::kubernetes::manifests;
use evictsim::scenario::mistake::listed;

/// The class of the only pod of a spec, and all that is said of it.
fn told(spec: &str) -> (QosClass, String) {
    let text = format!("kind: Pod\nmetadata: {{name: web}}\nspec: {spec}\n");
    let pods = manifests::read("pod.yaml", text.as_bytes())
        .unwrap_or_else(|mistakes| panic!("{}", listed(&mistakes)));
    let mut out = Vec::new();
    qos::write(&mut out, &pods.pods).expect("a vector takes everything");
    let told = String::from_utf8(out).expect("sentences are text");
    let row = told.lines().nth(1).expect("a row below the header");
    let class = row.split_whitespace().last().and_then(QosClass::named).expect("a class");
    (class, told)
}

#[test]
fn each_case_of_the_teachers_question_names_who_spoiled_it() {
    // User case T3, and its variants.
    const GOOD: &str = "{name: good, resources: {limits: {cpu: 1, memory: 1Gi}}}";
    #[rustfmt::skip]
    let cases = [
        // spec                                                                              class       what is said
        ("{containers: [{name: app, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}}]}",
            Burstable,  "container app has no cpu limit"),
        ("{containers: [{name: app, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1}}}]}",
            Burstable,  "container app has no memory limit"),
        ("{containers: [{name: app, resources: {requests: {cpu: 1, memory: 512Mi}, limits: {cpu: 1, memory: 1Gi}}}]}",
            Burstable,  "container app requests 512Mi of memory, and its limit is 1Gi"),
        ("{containers: [{name: app, resources: {requests: {cpu: 250m, memory: 1Gi}, limits: {cpu: 0.5, memory: 1Gi}}}]}",
            Burstable,  "container app requests 250m of cpu, and its limit is 500m"),
        // Figures that differ in spelling alone.
        ("{containers: [{name: app, resources: {requests: {cpu: 500m, memory: 1024Mi}, limits: {cpu: 0.5, memory: 1Gi}}}]}",
            Guaranteed, "requests are limits: container app cpu 500m, container app memory 1Gi"),
        // An init container without resources, and a sidecar.
        (&format!("{{initContainers: [{{name: set-up}}], containers: [{GOOD}]}}"),
            Burstable,  "init container set-up has no cpu limit"),
        (&format!("{{initContainers: [{{name: set-up, restartPolicy: Always}}], containers: [{GOOD}]}}"),
            Burstable,  "sidecar set-up has no memory limit"),
        (&format!("{{initContainers: [{}], containers: [{GOOD}]}}", GOOD.replace("good", "set-up")),
            Guaranteed, "init container set-up memory 1Gi"),
        // A limit only is the request, too.
        ("{containers: [{name: app, resources: {limits: {cpu: 1, memory: 1Gi}}}]}",
            Guaranteed, "requests are limits"),
        ("{containers: [{name: app, resources: {limits: {memory: 1Gi}}}]}",
            Burstable,  "container app has no cpu limit"),
        // Memory only.
        ("{containers: [{name: app, resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}}]}",
            Burstable,  "container app has no cpu limit"),
        ("{containers: [{name: app, resources: {requests: {memory: 1Gi}}}]}",
            Burstable,  "limits.memory: 1Gi"),
        // Zeros (kubernetes/website#54346).
        ("{containers: [{name: app, resources: {limits: {cpu: 0, memory: 1Gi}}}]}",
            Burstable,  "container app has a cpu limit of 0, which counts as none"),
        ("{containers: [{name: app, resources: {requests: {cpu: 0, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}}]}",
            Burstable,  "container app requests 0 of cpu, which counts as none, and its limit is 1"),
        ("{containers: [{name: app, resources: {requests: {cpu: 0}, limits: {memory: \"0\"}}}]}",
            BestEffort, "container app: cpu 0 counts as not set"),
        // Nothing, and what does not count.
        ("{containers: [{name: app}]}",
            BestEffort, "nobody in it requests or limits any cpu or memory"),
        ("{containers: [{name: app, resources: {requests: {ephemeral-storage: 1Gi}, limits: {nvidia.com/gpu: 1}}}]}",
            BestEffort, "nobody in it requests or limits any cpu or memory"),
        ("{ephemeralContainers: [{name: shell}], containers: [{name: app, resources: {limits: {cpu: 1, memory: 1Gi}}}]}",
            Guaranteed, "requests are limits"),
        // One of two spoils it.
        (&format!("{{containers: [{GOOD}, {{name: log, resources: {{requests: {{cpu: 10m}}}}}}]}}"),
            Burstable,  "container log has no cpu limit"),
        // The pod's own resources decide where there are any.
        ("{resources: {limits: {cpu: 1, memory: 1Gi}}, containers: [{name: app}]}",
            Guaranteed, "its containers would make it BestEffort"),
        (&format!("{{resources: {{requests: {{cpu: 2}}, limits: {{cpu: 4, memory: 2Gi}}}}, containers: [{GOOD}]}}"),
            Burstable,  "the pod requests 2 of cpu, and its limit is 4"),
    ];
    for (spec, class, sentence) in cases {
        let (found, told) = told(spec);
        assert_eq!(found, class, "{spec}\n{told}");
        assert!(told.contains(sentence), "{sentence:?} is not said of {spec}\n{told}");
    }
}

#[test]
fn whoever_is_innocent_is_not_named() {
    let (_, told) =
        told("{containers: [{name: good, resources: {limits: {cpu: 1, memory: 1Gi}}}, {name: log}]}");
    let spoilers = told.split("to be Guaranteed").next().expect("the first part");
    assert!(!spoilers.contains("container good"), "{told}");
    assert!(spoilers.contains("container log has no cpu limit"), "{told}");
}

#[test]
fn what_is_said_reads_as_a_whole() {
    let (_, told) = told(
        "{initContainers: [{name: set-up}], containers: [{name: app, resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}}]}",
    );
    assert_eq!(
        told,
        "POD          KIND  CLASS
default/web  Pod   Burstable
  not Guaranteed, since
    init container set-up has no cpu limit
    init container set-up has no memory limit
    container app has no cpu limit
    container app requests 128Mi of memory, and its limit is 256Mi
  to be Guaranteed, write
    init container set-up: limits.cpu: …; limits.memory: …
    container app: limits.cpu: 100m; requests.memory: 256Mi or limits.memory: 128Mi
  to be BestEffort, remove
    container app: requests.cpu; requests.memory; limits.memory
"
    );
}
