//! Chance, addressable: every entity and purpose has a stream of its own.
//!
//! A stream is named by (seed, replication, kind, name, purpose), never by the order of
//! events (docs/decisions/0005). So the same pod draws the same life under two policies (*common
//! random numbers*), and no run depends on threads.
//!
//! The generator is ChaCha8, named explicitly: its output is fixed by its
//! paper, and the tests below hold it to recorded values. Nothing else may
//! call the generator crates.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Where a stream hangs in the tree of names. Cheap to derive, never drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    seed: u64,
    path: u64,
}

impl Key {
    /// The root of one replication's streams.
    pub fn root(seed: u64, replication: u64) -> Key {
        Key { seed, path: FNV_OFFSET }.number(replication)
    }

    /// The key below this one that a name leads to.
    pub fn name(self, name: &str) -> Key {
        // The length first, so that ("ab", "c") and ("a", "bc") part ways.
        name.bytes().fold(self.number(name.len() as u64), Key::byte)
    }

    /// The key below this one that a number leads to.
    pub fn number(self, number: u64) -> Key {
        number.to_le_bytes().into_iter().fold(self, Key::byte)
    }

    /// The stream at this key, from its beginning.
    pub fn stream(self) -> Stream {
        // The generator's key is spelled out: how a crate stretches a short seed may change.
        let mut key = *b"--seed--evictsim random streams1";
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(self.path);
        Stream { generator }
    }

    /// FNV-1a: its constants are published, so a key is the same everywhere and for ever.
    fn byte(self, byte: u8) -> Key {
        let path = (self.path ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
        Key { path, ..self }
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// One entity's random numbers for one purpose.
#[derive(Clone, Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// The next 64 bits.
    pub fn next_bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Moves to draw number `k` (from 0): what comes next does not depend on
    /// what was drawn before.
    pub fn seek(&mut self, k: u64) {
        self.generator.set_word_pos(u128::from(k) * 2);
    }

    /// A whole number below `bound`, each as likely as the other to within 2^-64.
    ///
    /// # Panics
    /// If `bound` is zero: there is no number below it.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is no number below zero");
        let wide = u128::from(self.next_bits()) * u128::from(bound);
        (wide >> 64) as u64
    }

    /// A number in [0, 1): 53 random bits, one draw.
    pub fn unit(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1u64 << 53) as f64;
        (self.next_bits() >> 11) as f64 * SCALE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_chacha8_of_its_paper() {
        // First words of the key stream for an all-zero key and nonce: ECRYPT's
        // ChaCha8 vector "TC1" (256-bit key), 3e00ef2f895f40d6 7f5bb8e81f09a5a1.
        let mut zero_key = ChaCha8Rng::from_seed([0; 32]);
        assert_eq!(zero_key.next_u64(), u64::from_le_bytes([0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]));
        assert_eq!(zero_key.next_u64(), u64::from_le_bytes([0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1]));
    }

    #[test]
    fn values_are_stable_across_versions() {
        // Computed apart from this code, from the definitions of FNV-1a and ChaCha8 alone.
        // If this fails, every published result has changed: never update it quietly.
        let draws = |key: Key| {
            let mut stream = key.stream();
            [stream.next_bits(), stream.next_bits(), stream.next_bits()]
        };
        let pod = Key::root(7, 0).name("web").number(3);
        assert_eq!(pod.path, 0xf5ce_1165_1d1c_1873);
        assert_eq!(draws(pod), [0xb5b2_1f03_c938_299a, 0xe905_484b_74e5_df69, 0x67be_ae70_2602_da9c]);
    }

    #[test]
    fn draw_k_does_not_depend_on_the_draws_before_it() {
        let key = Key::root(1, 2).name("pod");
        let mut in_order = key.stream();
        let drawn: Vec<u64> = (0..100).map(|_| in_order.next_bits()).collect();
        let mut sought = key.stream();
        for k in [99usize, 0, 17, 64, 3] {
            sought.seek(k as u64);
            assert_eq!(sought.next_bits(), drawn[k]);
        }
    }

    #[test]
    fn names_part_ways() {
        let root = Key::root(0, 0);
        assert_ne!(root.name("ab").name("c").path, root.name("a").name("bc").path);
        assert_ne!(Key::root(0, 1).path, Key::root(0, 2).path);
        assert_ne!(Key::root(1, 0).stream().next_bits(), Key::root(2, 0).stream().next_bits());
    }

    #[test]
    fn a_bounded_draw_stays_below_its_bound_and_reaches_all_of_it() {
        let mut stream = Key::root(3, 0).stream();
        let mut seen = [0u32; 5];
        for _ in 0..5_000 {
            seen[stream.below(5) as usize] += 1;
        }
        // 1,000 expected each, standard deviation 28: six of them on either side.
        assert!(seen.iter().all(|n| (830..1170).contains(n)), "{seen:?}");
    }

    #[test]
    fn a_unit_draw_is_never_one() {
        let mut stream = Key::root(4, 0).stream();
        assert!((0..10_000).map(|_| stream.unit()).all(|u| (0.0..1.0).contains(&u)));
    }
}
