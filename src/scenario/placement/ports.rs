//! The ports of its node that a container takes: as written -> as meant.

use super::written::Port;
use crate::model::{HostPort, Protocol};
use crate::scenario::complaint::Complaints;

const PROTOCOLS: [(&str, Protocol); 3] =
    [("TCP", Protocol::Tcp), ("UDP", Protocol::Udp), ("SCTP", Protocol::Sctp)];
/// Every address of the node.
const ANY_ADDRESS: &str = "0.0.0.0";

/// Those of a container's `ports` that take one of its node; ways begin at the container.
pub fn host_ports(complaints: &mut Complaints, written: &[Port]) -> Vec<HostPort> {
    complaints.each("ports", written, host_port).into_iter().flatten().collect()
}

fn host_port(complaints: &mut Complaints, written: &Port) -> Option<HostPort> {
    let protocol = match written.protocol.as_str() {
        "" => Some(Protocol::default()),
        protocol => complaints.choice("protocol", protocol, &PROTOCOLS),
    };
    number(complaints, "containerPort", written.container_port);
    let port = number(complaints, "hostPort", written.host_port)?;
    let ip = if written.host_ip.is_empty() { ANY_ADDRESS } else { &written.host_ip };
    (port > 0).then_some(HostPort { ip: ip.to_owned(), protocol: protocol?, port })
}

fn number(complaints: &mut Complaints, key: &'static str, written: Option<i32>) -> Option<u16> {
    let written = written?;
    let port = u16::try_from(written).ok();
    if port.is_none() {
        let what = format!("there is no port {written}");
        complaints.at(key, |inner| inner.tell(what, "write a number from 1 to 65535"));
    }
    port
}
