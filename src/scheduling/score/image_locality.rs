//! ImageLocality: a node that has a pod's images already is better, the more so the larger they are.
//!
//! Source: kubernetes `pkg/scheduler/framework/plugins/imagelocality` (1.34).

use super::MAX_SCORE;
use crate::ground::Bytes;
use crate::model::{Image, NodeColumns, PodTemplate};

/// Less than this is not worth counting.
const LEAST: i64 = Bytes::mebi(23).0 as i64;
/// More than this a container is not worth counting.
const MOST_PER_CONTAINER: i64 = Bytes::mebi(1000).0 as i64;

/// The score of each node, worked out once a template, since images do not change; absent: no
/// node has any of the images, so that all get nothing.
pub fn scores(nodes: &NodeColumns, pod: &PodTemplate) -> Option<Vec<i64>> {
    if nodes.images.is_empty() {
        return None;
    }
    let mut sums = vec![0; nodes.len()];
    let images = pod.spec.all_containers().map(|one| with_tag(&one.image));
    for image in images.filter_map(|name| nodes.images.named(&name)) {
        let size = spread_size(image, nodes.len());
        image.holders.iter().for_each(|node| sums[node.index()] += size);
    }
    let containers = pod.spec.all_containers().count() as i64;
    sums.iter_mut().for_each(|sum| *sum = score(*sum, containers));
    sums.iter().any(|score| *score > 0).then_some(sums)
}

/// An image that few nodes have counts for less, so that not all pods flock there.
fn spread_size(image: &Image, nodes: usize) -> i64 {
    let spread = image.holders.len() as f64 / nodes as f64;
    (image.size.0 as f64 * spread) as i64
}

fn score(sum: i64, containers: i64) -> i64 {
    let most = MOST_PER_CONTAINER * containers;
    let counted = if sum < LEAST { LEAST } else { sum.min(most) };
    MAX_SCORE * (counted - LEAST) / (most - LEAST)
}

fn with_tag(name: &str) -> String {
    let has_tag = name.rfind(':') > name.rfind('/');
    if has_tag { name.to_owned() } else { format!("{name}:latest") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_not_a_tag() {
        let cases = [
            ("nginx", "nginx:latest"),
            ("nginx:1.27", "nginx:1.27"),
            ("registry:5000/nginx", "registry:5000/nginx:latest"),
            ("nginx@sha256:abc", "nginx@sha256:abc"),
        ];
        for (written, meant) in cases {
            assert_eq!(with_tag(written), meant);
        }
    }

    #[test]
    fn sizes_count_between_two_bounds() {
        // 100 * (511.5 - 23) / (1000 - 23) = 50; two containers: 100 * (1000 - 23) / (2000 - 23) = 49.4.
        assert_eq!(score(Bytes::mebi(1023).0 as i64 / 2, 1), 50);
        assert_eq!(score(Bytes::mebi(22).0 as i64, 1), 0);
        assert_eq!(score(Bytes::mebi(5000).0 as i64, 1), 100);
        assert_eq!(score(Bytes::mebi(1000).0 as i64, 2), 49);
        assert_eq!(score(0, 0), 0);
    }
}
