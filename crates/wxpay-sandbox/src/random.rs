//! Random choices: of keys, from the system; of all else that shows in books and responses, from
//! the sandbox's seed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand;
use fastrand::Rng;
use md5::{Digest, Md5};

pub(crate) const DIGITS: &[u8] = b"0123456789";
pub(crate) const HEX: &[u8] = b"0123456789ABCDEF";
pub(crate) const ALPHANUMERIC: &[u8] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The choices that follow from a seed, in the order in which they are made.
#[derive(Debug)]
pub(crate) struct Random {
    seed: u64,
    next: Mutex<Rng>,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            next: Mutex::new(Rng::with_seed(seed)),
        }
    }

    /// A text of `length` characters from `alphabet`.
    pub(crate) fn text(&self, alphabet: &[u8], length: usize) -> String {
        let mut next = self.next();
        (0..length)
            .filter_map(|_| next.choice(alphabet))
            .map(|byte| char::from(*byte))
            .collect()
    }

    /// A `nonce_str` (随机字符串).
    pub(crate) fn nonce(&self) -> String {
        self.text(ALPHANUMERIC, 32)
    }

    /// Choices about one thing alone: the same whatever else was chosen before.
    pub(crate) fn about(&self, name: &str) -> Rng {
        let mut digest = Md5::new();
        digest.update(self.seed.to_be_bytes());
        digest.update(name);
        let digest = digest.finalize();
        let seed = digest.iter().take(8);
        Rng::with_seed(seed.fold(0, |seed, byte| seed << 8 | u64::from(*byte)))
    }

    /// The seed, and where the choices have come to.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.seed, self.next().get_seed())
    }

    /// Begins again where other choices had come to.
    pub(crate) fn resume(&mut self, (seed, next): (u64, u64)) {
        self.seed = seed;
        *self.next() = Rng::with_seed(next);
    }

    /// Begins again.
    pub(crate) fn restart(&self) {
        *self.next() = Rng::with_seed(self.seed);
    }

    fn next(&self) -> MutexGuard<'_, Rng> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A text of `length` characters from `alphabet`, from the system.
pub(crate) fn text(alphabet: &[u8], length: usize) -> String {
    let mut bytes = vec![0; length];
    fill(&mut bytes);
    bytes
        .iter()
        .filter_map(|byte| alphabet.get(usize::from(*byte) % alphabet.len().max(1)))
        .map(|byte| char::from(*byte))
        .collect()
}

/// A seed from the system.
pub(crate) fn seed() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_be_bytes(bytes)
}

/// Random bytes, from the system.
pub(crate) fn fill(bytes: &mut [u8]) {
    rand::fill(bytes).expect("AWS-LC seeds itself when the process starts, or ends it");
}

/// A text of the same form that differs in its last character.
pub(crate) fn another(text: &str) -> String {
    let mut other = text.to_owned();
    let last = other.pop();
    other.push(if last == Some('1') { '2' } else { '1' });
    other
}
