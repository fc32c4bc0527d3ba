//! Files of Kubernetes objects -> the pods in them.
//!
//! What: one or several documents, YAML or JSON, with lists in them; of each object the Pod that it
//! is, or the template of those it makes, as an API server keeps it. Every mistake has its place.
//! Never: objects that make no pods: they are named, and passed over.
//! Next: [`super::reading`], which makes the model's values of one object.

use super::Obj;
use crate::model::PodSpec;
use crate::model::qos::CLASSIFYING;
use crate::scenario::check::spot::Spot;
use crate::scenario::decode::decode_known;
use crate::scenario::document::{self, Entry, Shape, Tree};
use crate::scenario::mistake::{Mistake, Place, shortened};
use crate::scenario::nearest::nearest;

/// The pods of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifests {
    pub pods: Vec<Manifest>,
    /// Objects without pods, as `Kind/name`.
    pub passed_over: Vec<String>,
}

/// A Pod, or the template of an object's pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Of the object: `Pod`, `Deployment`, …
    pub kind: String,
    pub namespace: String,
    pub name: String,
    /// As it is written.
    pub written: PodSpec,
    /// As an API server keeps it: with a request wherever there is a limit.
    pub spec: PodSpec,
}

/// Reads all pods of a file; `file` is its name in mistakes.
///
/// # Errors
/// Every mistake in it; a file without any pod is one.
pub fn read(file: &str, bytes: &[u8]) -> Result<Manifests, Vec<Mistake>> {
    let documents = document::read_all(file, bytes)?;
    let objects: Vec<&Tree> = documents.iter().flat_map(listed).collect();
    let mut manifests = Manifests::default();
    let mut mistakes = Vec::new();
    for tree in objects {
        match has_pod(tree).then(|| manifest(tree)) {
            None => manifests.passed_over.push(named(tree)),
            Some(Ok(manifest)) => manifests.pods.push(manifest),
            Some(Err(found)) => mistakes.extend(found),
        }
    }
    if manifests.pods.is_empty() && mistakes.is_empty() {
        return Err(vec![no_pods(file, &documents)]);
    }
    if mistakes.is_empty() { Ok(manifests) } else { Err(mistakes) }
}

fn no_pods(file: &str, documents: &[Tree]) -> Mistake {
    let mistake = Mistake::new(
        "there is no pod in this file",
        "give a Pod, a workload with a pod template (a Deployment, a Job, …), or a List of such",
    );
    let beginning = Place { file: file.into(), line: 1, column: 1 };
    mistake.at(documents.first().map_or(beginning, |first| first.place.clone()))
}

/// The objects of a list, of its lists too; any other object alone.
fn listed(tree: &Tree) -> Vec<&Tree> {
    match tree.get("items").map(|items| &items.shape) {
        Some(Shape::List(items)) if text(tree, "kind").ends_with("List") => {
            items.iter().flat_map(listed).collect()
        }
        _ => vec![tree],
    }
}

fn text<'t>(tree: &'t Tree, key: &str) -> &'t str {
    match tree.get(key).map(|value| &value.shape) {
        Some(Shape::Scalar { text, .. }) => text,
        _ => "",
    }
}

/// Whether an object is a Pod, or has a template of some.
fn has_pod(tree: &Tree) -> bool {
    let spec = tree.get("spec");
    let within = |key| spec.and_then(|spec| spec.get(key)).is_some_and(has_pod);
    text(tree, "kind") == "Pod"
        || spec.is_some_and(|spec| spec.get("containers").is_some())
        || within("template")
        || within("jobTemplate")
}

fn named(tree: &Tree) -> String {
    let kind = match text(tree, "kind") {
        "" => "object",
        kind => kind,
    };
    match tree.get("metadata").map(|metadata| text(metadata, "name")) {
        None | Some("") => kind.to_owned(),
        Some(name) => format!("{kind}/{name}"),
    }
}

fn manifest(tree: &Tree) -> Result<Manifest, Vec<Mistake>> {
    let top = Spot::top(tree);
    let mut mistakes = misspelled(&spec_of(top.clone()));
    let obj: Option<Obj> = decode_known(tree, &mut mistakes);
    let written = obj.as_ref().map_or(Ok(PodSpec::default()), Obj::pod_spec).unwrap_or_else(|unreadable| {
        mistakes.extend(unreadable.into_iter().map(|mistake| placed(&top, mistake)));
        PodSpec::default()
    });
    let spec = written.clone().with_defaulted_requests();
    mistakes.extend(requests_above_limits(&spec_of(top), &spec));
    match obj {
        Some(obj) if mistakes.is_empty() => Ok(Manifest {
            kind: if obj.kind.is_empty() { "Pod".to_owned() } else { obj.kind },
            namespace: spec.namespace.clone(),
            name: obj.metadata.name,
            written,
            spec,
        }),
        _ => Err(mistakes),
    }
}

/// The spec of the pod that an object is or makes.
fn spec_of(object: Spot<'_>) -> Spot<'_> {
    let spec = object.key("spec");
    let templates = ["jobTemplate", "template"].map(|key| spec.key(key));
    templates.into_iter().find(Spot::is_written).map_or(spec, spec_of)
}

/// The containers of a pod, in the order of [`PodSpec::all_containers`].
fn containers<'t>(spec: &Spot<'t>) -> impl Iterator<Item = Spot<'t>> {
    let lists = ["initContainers", "containers"].map(|key| spec.key(key));
    lists.into_iter().flat_map(|list| (0..).map(move |index| list.index(index)).take_while(Spot::is_written))
}

/// Whatever `resources` have beside what they can have. The API server refuses it; passed over, a slip
/// of the hand would change the class in silence.
fn misspelled(spec: &Spot<'_>) -> Vec<Mistake> {
    const KNOWN: [&str; 3] = ["requests", "limits", "claims"];
    let holders = containers(spec).chain([spec.clone()]).map(|holder| holder.key("resources"));
    let mut mistakes = Vec::new();
    for resources in holders {
        for Entry { key, key_place, .. } in resources.entries() {
            if !KNOWN.contains(&key.as_str()) {
                let fix = nearest(key, &KNOWN)
                    .map_or("write requests or limits".to_owned(), |near| format!("write `{near}`"));
                let mistake = Mistake::new(format!("unknown key `{}`", shortened(key)), fix);
                mistakes.push(mistake.at(key_place.clone()).on(resources.key(key).path()));
            }
        }
    }
    mistakes
}

/// As the API server checks it.
fn requests_above_limits(written: &Spot<'_>, spec: &PodSpec) -> Vec<Mistake> {
    let own = [(written.clone(), "pod".to_owned(), [spec.pod_requests, spec.pod_limits])];
    let each = spec.all_containers().zip(containers(written));
    let each = each.map(|(one, at)| (at, format!("container {:?}", one.name), [one.requests, one.limits]));
    let said = own.into_iter().chain(each);
    let mut mistakes = Vec::new();
    for (at, words, [requests, limits]) in said {
        for resource in CLASSIFYING {
            let (Some(request), Some(limit)) = (requests.of(resource), limits.of(resource)) else { continue };
            if limit < request {
                let [request, limit] = [request, limit].map(|amount| resource.printed(amount));
                let what =
                    format!("{words}: {} request {request} is above its limit {limit}", resource.name());
                let fix = format!("raise the limit to {request}, or lower the request");
                mistakes.push(at.keys(&["resources", "limits", resource.name()]).mistake(what, fix));
            }
        }
    }
    mistakes
}

/// A mistake with the place that its path leads to, or as far as that is written.
fn placed(top: &Spot<'_>, mistake: Mistake) -> Mistake {
    let steps = mistake.path.split(['.', '[']);
    let spot = steps.fold(top.clone(), |spot, step| match step.strip_suffix(']').map(str::parse) {
        Some(Ok(index)) => spot.index(index),
        _ => spot.key(step),
    });
    let place = spot.place().clone();
    mistake.at(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::QosClass;

    fn read_text(text: &str) -> Result<Manifests, Vec<Mistake>> {
        read("pods.yaml", text.as_bytes())
    }

    fn told(text: &str) -> String {
        crate::scenario::mistake::listed(&read_text(text).expect_err("mistakes"))
    }

    #[test]
    fn pods_are_found_in_documents_lists_and_templates_and_other_objects_are_named() {
        let manifests = read_text(
            "kind: Pod
metadata: {name: alone}
spec: {containers: [{name: c}]}
---
kind: List
items:
  - {kind: Service, metadata: {name: web}, spec: {selector: {app: web}, template: {not: a pod}}}
  - kind: Deployment
    metadata: {name: web, namespace: shop}
    spec: {template: {spec: {containers: [{name: c, resources: {limits: {cpu: 1, memory: 1Gi}}}]}}}
  - kind: CronJob
    metadata: {name: nightly}
    spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c}]}}}}}
---
# nothing
---
spec: {containers: [{name: c}]}
",
        )
        .expect("four pods");
        let pods: Vec<_> =
            manifests.pods.iter().map(|pod| (&*pod.kind, &*pod.namespace, &*pod.name)).collect();
        let expected = [
            ("Pod", "default", "alone"),
            ("Deployment", "shop", "web"),
            ("CronJob", "default", "nightly"),
            ("Pod", "default", ""),
        ];
        assert_eq!(pods, expected);
        assert_eq!(manifests.passed_over, ["Service/web"]);
        assert_eq!(
            QosClass::of(&manifests.pods[1].spec),
            QosClass::Guaranteed,
            "a limit is the request, too"
        );
    }

    #[test]
    fn json_is_read_as_yaml_is() {
        let json = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "uid": "1"},
            "spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": 0.5}}}]}}"#;
        let pods = read_text(json).expect("a pod").pods;
        assert_eq!((pods[0].name.as_str(), QosClass::of(&pods[0].spec)), ("web", QosClass::Burstable));
    }

    #[test]
    fn every_mistake_has_its_place() {
        let text = "kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: app
          resources:
            limits: {cpu: lots}
            request: {memory: 1Gi}
        - name: log
          resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}
";
        let told = told(text);
        assert!(
            told.contains("at pods.yaml:9:27 (spec.template.spec.containers[0].resources.limits.cpu)"),
            "{told}"
        );
        assert!(
            told.contains("at pods.yaml:10:13 (spec.template.spec.containers[0].resources.request)"),
            "{told}"
        );
        assert!(told.contains("fix: write `requests`"), "{told}");
    }

    #[test]
    fn a_request_above_its_limit_is_refused_as_by_the_api_server() {
        let told = told(
            "kind: Pod
metadata: {name: web}
spec:
  containers: [{name: log, resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}}]
",
        );
        assert_eq!(
            told,
            "error: container \"log\": memory request 2Gi is above its limit 1Gi
  at pods.yaml:4:82 (spec.containers[0].resources.limits.memory)
  fix: raise the limit to 2Gi, or lower the request
"
        );
    }

    #[test]
    fn a_file_without_pods_is_a_mistake() {
        assert!(
            told(
                "kind: Service
metadata: {name: web}
"
            )
            .starts_with(
                "error: there is no pod in this file
  at pods.yaml:1:1
"
            )
        );
        assert!(told("").starts_with("error: there is no pod in this file"));
    }
}
