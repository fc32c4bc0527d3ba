//! Bad input, as whoever runs it meets it: one clear block, exit code 2, and nothing else.
//!
//! The snapshot is the whole table: what is wrong, and what the program says of
//! it. Several mistakes at once, and the variants of each, are in `bad_scenarios`.

use crate::cli::{evictsim, text};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One thing that may be wrong, in as few files as it takes.
struct Kind {
    name: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
}

const NODES: &str = "nodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}}]\n";
const PODS: &str = "pods: [{name: web, workingSet: 300Mi}]\n";

/// A `bad.yaml` of these bytes.
fn file(name: &'static str, bytes: impl Into<Vec<u8>>) -> Kind {
    Kind { name, files: vec![("bad.yaml", bytes.into())] }
}

/// A scenario of which only the pods are told.
fn pods(name: &'static str, pods: &str) -> Kind {
    file(name, format!("horizon: 1h\n{NODES}{pods}\n"))
}

/// A scenario of which only the kubelet is told.
fn kubelet(name: &'static str, kubelet: &str) -> Kind {
    file(name, format!("horizon: 1h\n{NODES}{PODS}kubelet: {kubelet}\n"))
}

/// A scenario of which only what its node has besides CPU and memory is told.
fn node(name: &'static str, keys: &str) -> Kind {
    file(
        name,
        format!("horizon: 1h\n{PODS}nodes: [{{name: node, capacity: {{cpu: 4, memory: 8Gi}}, {keys}}}]\n"),
    )
}

/// A workload of which only the arrivals are told.
fn arrivals(name: &'static str, arrivals: &str) -> Kind {
    let template = "template: {spec: {containers: [{name: app}]}}";
    pods(name, &format!("workloads:\n  - name: web\n    arrivals: {arrivals}\n    {template}"))
}

/// With a file beside it.
fn with(mut kind: Kind, path: &'static str, bytes: &str) -> Kind {
    kind.files.push((path, bytes.into()));
    kind
}

fn what_is_no_scenario() -> Vec<Kind> {
    vec![
        Kind { name: "no file", files: Vec::new() },
        Kind { name: "a directory", files: vec![("bad.yaml/inner.txt", Vec::new())] },
        file("an empty file", ""),
        file("only a comment", "# Who is evicted first?\n"),
        file("a list", "[]"),
        file("no text", b"horizon: 1h\nname: \xff\xfe\n".as_slice()),
        file("a tab", "horizon: 1h\nnodes:\n\t- name: node\n"),
        file("an open bracket", "horizon: 1h\nnodes: [{name: node\npods: []\n"),
        file("two documents", "horizon: 1h\n---\nhorizon: 2h\n"),
        file(
            "a pasted Deployment",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 5, template: {}}\n",
        ),
        file("a pasted List", "apiVersion: v1\nkind: List\nitems: [{kind: Pod}]\n"),
        file("a pasted Pod", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n"),
        file("a key given twice", "horizon: 1h\nseed: 1\nhorizon: 2h\n"),
        file("a billion laughs", billion_laughs()),
        file("ten million brackets", "[".repeat(10_000_000)),
        file("a million maps in maps", "{a: ".repeat(1_000_000)),
        file("a hundred million brackets", "[".repeat(100_000_000)),
    ]
}

fn what_is_wrong_as_a_whole() -> Vec<Kind> {
    let cycle = file("files that include one another", format!("include: b.yaml\n{NODES}"));
    let missing = file("an included file that is missing", "include: base.yaml\nhorizon: 1h\n");
    vec![
        with(cycle, "b.yaml", "include: bad.yaml\n"),
        missing,
        file("no horizon", format!("{NODES}{PODS}")),
        file("a horizon of nothing", format!("horizon: 0s\n{NODES}{PODS}")),
        file("a horizon of ages", format!("horizon: 999999999999h\n{NODES}{PODS}")),
        file("a length without a unit", format!("horizon: 3600\n{NODES}{PODS}")),
        file("no nodes", format!("horizon: 1h\nnodes: []\n{PODS}")),
        file("no pods", format!("horizon: 1h\n{NODES}")),
        file(
            "a node without memory",
            format!("horizon: 1h\nnodes: [{{name: node, capacity: {{cpu: 4, memory: 0}}}}]\n{PODS}"),
        ),
        file("an order nobody knows", format!("horizon: 1h\nevictionOrder: Random\n{NODES}{PODS}")),
        file("two runs of one name", format!("horizon: 1h\nruns: [{{name: a}}, {{name: a}}]\n{NODES}{PODS}")),
        kubelet("a signal that nobody measures", "{evictionHard: {memory.avialable: 100Mi}}"),
        kubelet("a soft threshold without grace", "{evictionSoft: {memory.available: 1Gi}}"),
        kubelet("a threshold above the node", "{evictionHard: {memory.available: 8Gi}}"),
    ]
}

fn what_is_wrong_with_a_pod() -> Vec<Kind> {
    let web = |rest: &str| format!("pods: [{{name: web, {rest}}}]");
    let template = "replicas: 1, template: {spec: {containers: [{name: app}]}}";
    vec![
        pods("an unknown key", &web("workingset: 300Mi")),
        pods("a wrong unit", &web("workingSet: 300MB")),
        pods("a negative amount", &web("workingSet: -1Gi")),
        pods("a huge exponent", &web("workingSet: 1e2147483648")),
        pods("a number that is none", &web("workingSet: {ofLimit: .nan}, limits: {memory: 1Gi}")),
        pods("a number without end", &web("workingSet: {ofLimit: 1e999}, limits: {memory: 1Gi}")),
        pods("a limit below its request", &web("requests: {memory: 256Mi}, limits: {memory: 128Mi}")),
        pods("an unknown distribution", &web("workingSet: {unifrom: {min: 1Gi, max: 2Gi}}")),
        pods("a choice of nothing", &web("workingSet: {choice: []}")),
        pods("a mixture of nothing", &web("runTime: {mixture: []}")),
        pods("a weight beyond all measure", &web("runTime: {choice: [{value: 1s, weight: 1e300}]}")),
        pods("a share of what is not there", &web("workingSet: {ofLimit: 0.5}")),
        pods(
            "a sawtooth that takes no time",
            &web("workingSet: {sawtooth: {low: 1Mi, high: 2Mi, period: 0s}}"),
        ),
        pods(
            "pulses that take no time",
            &web("workingSet: {pulses: {base: 1Mi, height: 2Mi, every: 0s, length: 1s}}"),
        ),
        pods("two pods of one name", "pods: [{name: web, workingSet: 1Mi}, {name: web, workingSet: 1Mi}]"),
        pods(
            "a pod called as its neighbor workload",
            &format!("{PODS}workloads: [{{name: web, {template}}}]"),
        ),
        pods(
            "a pod called as one of a workload's",
            &format!("pods: [{{name: web-0, workingSet: 1Mi}}]\nworkloads: [{{name: web, {template}}}]"),
        ),
        pods(
            "behavior of a container that is not there",
            &format!("workloads: [{{name: web, {template}, behavior: {{containers: {{apq: {{}}}}}}}}]"),
        ),
    ]
}

fn what_is_wrong_with_disks_and_processes() -> Vec<Kind> {
    let web = |rest: &str| format!("pods: [{{name: web, workingSet: 1Mi, {rest}}}]");
    vec![
        pods(
            "a share where disk space is meant",
            &web("limits: {memory: 1Gi}, writableLayer: {ofLimit: 0.5}"),
        ),
        pods("half a process", &web("processes: 40.5")),
        pods("fewer inodes than none", &web("inodes: -1")),
        pods("more logs than any disk has", &web("logs: 2Pi")),
        node("a disk that does not say how large it is", "nodefs: {inodes: 6M}"),
        node("a disk of nothing", "imagefs: {capacity: 0}"),
        node("a disk that is fuller than full", "nodefs: {capacity: 10Gi, used: 11Gi}"),
        node("more unused images than room", "nodefs: {capacity: 10Gi, unusedImages: 11Gi}"),
        node("more unused images than is used", "nodefs: {capacity: 10Gi, used: 1Gi, unusedImages: 2Gi}"),
        node("images where none are", "nodefs: {capacity: 9Gi, unusedImages: 1Gi}, imagefs: {capacity: 9Gi}"),
        node("used inodes of nobody knows how many", "nodefs: {capacity: 10Gi, usedInodes: 1k}"),
        node("process ids without a limit", "pids: {used: 300}"),
        node("more process ids than Linux has", "pids: {limit: 5M}"),
        node(
            "a threshold above the disk",
            "nodefs: {capacity: 10Gi}, kubelet: {evictionHard: {nodefs.available: 20Gi}}",
        ),
    ]
}

fn what_is_wrong_with_a_pods_life() -> Vec<Kind> {
    let web = |rest: &str| format!("pods: [{{name: web, workingSet: 1Mi, {rest}}}]");
    let template = |spec: &str, behavior: &str| {
        format!(
            "workloads:\n  - name: web\n    replicas: 1\n    template: {{spec: {{{spec}}}}}\n    behavior: {{{behavior}}}"
        )
    };
    let app = |rest: &str| template(&format!("containers: [{{name: app, {rest}}}]"), "");
    let volumes = |volume: &str, used: &str| {
        let spec = format!("containers: [{{name: app}}], volumes: [{{name: files, {volume}}}]");
        template(&spec, &format!("volumes: {{files: {used}}}"))
    };
    let file_of = |path| format!("persistentVolumeClaim: {{claimName: {path}}}");
    vec![
        pods("a probe that asks in two ways", &app("livenessProbe: {httpGet: {port: 80}, grpc: {port: 81}}")),
        pods("half a second between questions", &web("readinessProbe: {periodSeconds: 0.5}")),
        pods("a startup that succeeds twice", &web("startupProbe: {successThreshold: 2}")),
        pods("a grace of what kills nobody", &web("readinessProbe: {terminationGracePeriodSeconds: 5}")),
        pods("a kill without any grace", &web("livenessProbe: {terminationGracePeriodSeconds: 0}")),
        pods(
            "a probe of an init container",
            &template("containers: [{name: app}], initContainers: [{name: setup, readinessProbe: {}}]", ""),
        ),
        pods("a health that is never", &web("livenessProbe: {}, health: {after: 1m, until: 30s}")),
        pods(
            "a health by a limit that is not there",
            &web("livenessProbe: {}, health: {whileMemoryAtMost: {ofLimit: 0.9}}"),
        ),
        pods("a hook of two kinds", &app("lifecycle: {preStop: {exec: {}, sleep: {seconds: 5}}}")),
        pods("a hook that outlasts the grace", &app("lifecycle: {preStop: {sleep: {seconds: 31}}}")),
        pods(
            "a hook whose time is told twice",
            &template(
                "containers: [{name: app, lifecycle: {preStop: {sleep: {seconds: 5}}}}]",
                "containers: {app: {preStopTime: 6s}}",
            ),
        ),
        pods("a volume written by nobody", &volumes("emptyDir: {}", "{writtenBy: apq, usage: 1Gi}")),
        pods("a volume written with nothing", &volumes("emptyDir: {}", "{writtenBy: app}")),
        pods("a volume of which nothing is said", &volumes("emptyDir: {}", "{}")),
        pods(
            "a read-only volume that is written",
            &volumes(
                "persistentVolumeClaim: {claimName: data, readOnly: true}",
                "{writtenBy: app, usage: 1Gi}",
            ),
        ),
        pods("a claim without a name", &volumes("persistentVolumeClaim: {}", "1Gi")),
        pods("a claim with a bad name", &volumes(&file_of("My_Files"), "1Gi")),
        pods(
            "seconds of a taint that drives nobody off",
            &web("tolerations: [{operator: Exists, effect: NoSchedule, tolerationSeconds: 5}]"),
        ),
        node("an outage of no time", "outages: [{at: 5m, for: 0s}]"),
        node("an outage within another", "outages: [{at: 10m, for: 8m}, {at: 12m, for: 1m}]"),
        file(
            "a grace period of nothing",
            format!("horizon: 1h\ncontrolPlane: {{nodeMonitorGracePeriod: 0s}}\n{NODES}{PODS}"),
        ),
        file("a phase nobody knows", format!("horizon: 1h\nunreachablePhase: Lost\n{NODES}{PODS}")),
    ]
}

fn what_is_wrong_with_arrivals_and_tables() -> Vec<Kind> {
    let trace = |name| pods(name, "pods: [{name: web, workingSet: {trace: {file: use.csv}}}]");
    let table = |name| arrivals(name, "{file: {path: pods.csv}}");
    vec![
        arrivals("arrivals without a gap", "{poisson: {every: 0s}}"),
        arrivals("arrivals without a rate", "{poisson: {perHour: 0}}"),
        arrivals("a flood of arrivals", "{poisson: {every: 1us}}"),
        arrivals("gaps that are all but always nothing", "{weibull: {shape: 0.001, scale: 1s}}"),
        trace("a trace that is missing"),
        with(trace("an empty trace"), "use.csv", ""),
        with(trace("a trace without rows"), "use.csv", "t_s,working_set_bytes\n"),
        with(trace("a trace that goes back in time"), "use.csv", "t_s,working_set_bytes\n10,1\n5,2\n"),
        with(trace("a level that is no number"), "use.csv", "t_s,working_set_bytes\n0,inf\n"),
        with(table("a bad row"), "pods.csv", "at_s,priority\n0,1\n10,high\n"),
        with(table("a row that is too long"), "pods.csv", "at_s,priority\n0,1\n10,1,7\n"),
        with(table("an unknown column"), "pods.csv", "at_s,prio\n0,1\n"),
        with(table("an empty table"), "pods.csv", ""),
        with(table("a table without rows"), "pods.csv", "at_s,priority\n"),
    ]
}

/// Nine of nine of nine …: a few hundred bytes that stand for 3 billion values.
fn billion_laughs() -> String {
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", ")));
    }
    laughs
}

/// All paths below a directory.
fn listing(directory: &Path) -> BTreeSet<std::path::PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let below = entries.flat_map(|path| {
        let inner = if path.is_dir() { listing(&path) } else { BTreeSet::new() };
        inner.into_iter().chain([path])
    });
    below.collect()
}

/// What `evictsim run bad.yaml` says, once it has been seen to do nothing else.
fn told(kind: &Kind) -> String {
    let home = tempfile::tempdir().expect("a directory");
    for (path, bytes) in &kind.files {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("room");
        fs::write(path, bytes).expect("room");
    }
    let before = listing(home.path());
    let output = evictsim(home.path(), &["run", "bad.yaml"], "");
    let (name, told) = (kind.name, text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{name}: {told}");
    assert_eq!(text(&output.stdout), "", "{name}");
    assert_eq!(listing(home.path()), before, "{name}: something was written");
    assert!(told.starts_with("error: ") && told.matches("error: ").count() == 1, "{name}: one block: {told}");
    assert!(told.contains("\n  fix: "), "{name}: nothing is said of how to mend it: {told}");
    told.to_owned()
}

#[test]
fn each_kind_of_bad_input_is_one_clear_block_and_leaves_nothing_behind() {
    #[expect(clippy::disallowed_methods, reason = "a bound on effort, far from what is normal")]
    let began = std::time::Instant::now();
    let kinds = [
        what_is_no_scenario(),
        what_is_wrong_as_a_whole(),
        what_is_wrong_with_a_pod(),
        what_is_wrong_with_disks_and_processes(),
        what_is_wrong_with_a_pods_life(),
        what_is_wrong_with_arrivals_and_tables(),
    ];
    let table: Vec<String> =
        kinds.iter().flatten().map(|kind| format!("# {}\n{}", kind.name, told(kind))).collect();
    insta::assert_snapshot!(table.join("\n"));
    assert!(began.elapsed().as_secs() < 60, "took {:?}", began.elapsed());
}

/// A sparse file: it takes no room on the disk, and would take more memory than there is.
#[test]
fn a_file_without_end_is_not_read_to_its_end() {
    let home = tempfile::tempdir().expect("a directory");
    let endless = fs::File::create(home.path().join("bad.yaml")).expect("room");
    endless.set_len(1 << 40).expect("a sparse file");
    let output = evictsim(home.path(), &["run", "bad.yaml"], "");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "error: cannot read `bad.yaml`: it is too large\n  fix: split it, and include the parts\n"
    );
}
