//! The addresses of one node: given to Pods one after another, and again only after all others.
//!
//! Source: CNI `host-local`, which goes on from the last address that it gave.

use crate::model::PodAddress;

/// As many as `10.0.0.0/8` has.
const ALL: u64 = 1 << 24;
/// The fewest that a node has: a kubelet's usual `/24`.
const FEWEST: u64 = 256;

/// Which addresses of a node are taken.
#[derive(Debug)]
pub struct Addresses {
    first: u64,
    taken: Vec<bool>,
    next: usize,
}

/// How many addresses each node has: enough that none is given again soon.
pub fn addresses_a_node(most_pods: u32) -> u64 {
    (u64::from(most_pods) * 2).next_power_of_two().clamp(FEWEST, ALL)
}

impl Addresses {
    /// Those of a node among others that have `size` each; none if there are not so many.
    pub fn of_node(node: u64, size: u64) -> Addresses {
        let first = node * size;
        // The first address is the network's, the last one the broadcast's.
        let usable = if first + size <= ALL { size - 2 } else { 0 };
        Addresses { first: first + 1, taken: vec![false; usable as usize], next: 0 }
    }

    /// Gives out the next free one, if there is any.
    pub fn take(&mut self) -> Option<PodAddress> {
        let from_next = (self.next..self.taken.len()).chain(0..self.next);
        let free = from_next.into_iter().find(|place| !self.taken[*place])?;
        self.taken[free] = true;
        self.next = (free + 1) % self.taken.len();
        Some(PodAddress((self.first + free as u64) as u32))
    }

    /// Nobody has it any more.
    pub fn give_back(&mut self, address: PodAddress) {
        let place = u64::from(address.0) - self.first;
        debug_assert!(self.taken[place as usize], "an address is given back by who has it");
        self.taken[place as usize] = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_only_after_all_others_were_given() {
        let mut addresses = Addresses::of_node(2, 256);
        let first = addresses.take().expect("there are many");
        assert_eq!(first.to_string(), "10.0.2.1");
        addresses.give_back(first);
        let later: Vec<_> = (0..253).map(|_| addresses.take().expect("there are 254")).collect();
        assert!(!later.contains(&first), "the others come first");
        assert_eq!(addresses.take(), Some(first));
        assert_eq!(addresses.take(), None, "all are taken");
    }

    #[test]
    fn nodes_do_not_share_addresses() {
        assert_eq!(addresses_a_node(110), 256);
        assert_eq!(addresses_a_node(500), 1024);
        let mut far = Addresses::of_node(65_535, 256);
        assert_eq!(far.take().map(|address| address.to_string()), Some("10.255.255.1".into()));
        assert_eq!(Addresses::of_node(65_536, 256).take(), None);
    }
}
