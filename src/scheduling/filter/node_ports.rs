//! NodePorts: a port of a node is for one pod.

use super::NodeRefusal;
use crate::model::{Held, PodTemplate};

/// Ports conflict on one address, and on any if either is of all addresses.
pub fn refuses(held: &Held, pod: &PodTemplate) -> Option<NodeRefusal> {
    let is_taken = |port| held.ports.iter().any(|held| held.conflicts_with(port));
    pod.host_ports.iter().any(is_taken).then_some(NodeRefusal::Ports)
}

/// Whether no node can have both pods.
pub fn conflict(one: &PodTemplate, other: &PodTemplate) -> bool {
    one.host_ports.iter().any(|port| other.host_ports.iter().any(|taken| taken.conflicts_with(port)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainerSpec, HostPort, PodSpec, Protocol};

    fn port(ip: &str, protocol: Protocol, port: u16) -> HostPort {
        HostPort { ip: ip.to_owned(), protocol, port }
    }

    #[test]
    fn the_address_of_all_conflicts_with_each() {
        let wanted = port("10.0.0.1", Protocol::Tcp, 80);
        let container = ContainerSpec { host_ports: vec![wanted], ..ContainerSpec::default() };
        let pod = PodTemplate::new(PodSpec { containers: vec![container], ..PodSpec::default() });
        let cases = [
            (port("10.0.0.1", Protocol::Tcp, 80), true),
            (port("0.0.0.0", Protocol::Tcp, 80), true),
            (port("10.0.0.2", Protocol::Tcp, 80), false),
            (port("0.0.0.0", Protocol::Udp, 80), false),
            (port("0.0.0.0", Protocol::Tcp, 81), false),
        ];
        for (taken, is_refused) in cases {
            let mut held = Held::default();
            held.ports.insert(taken.clone());
            assert_eq!(refuses(&held, &pod).is_some(), is_refused, "{taken:?}");
        }
    }
}
