//! Made-up data to send, the same for the same seed. No person, partner or flat in it exists.

use fastrand::Rng;
use flate2::{Compression, GzBuilder};
use std::io::Write;

pub(crate) mod catalogues;
pub(crate) mod listings;
pub(crate) mod orders;
pub(crate) mod rates;
pub(crate) mod trips;

/// An object to put somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Below the folder where the pipeline listens.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// What made-up files are like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) seed: u64,
    /// About how many bytes a file has before it is compressed.
    pub(crate) bytes: usize,
    /// The share of lines that are to be rejected, and of files that cannot be read.
    pub(crate) invalid: f64,
    pub(crate) unreadable: f64,
}

/// Chance for one file by itself, so that it is the same however many there are.
fn of_file(seed: u64, number: u32) -> Rng {
    Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(u64::from(number)))
}

/// As gzip, without a time in it.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_else(|error| unreachable!("memory takes everything: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_files() {
        let wanted = Wanted { seed: 7, bytes: 4000, invalid: 0.1, unreadable: 0.2 };
        for make in [catalogues::file, listings::file] {
            for number in 0..100 {
                assert_eq!(make(wanted, number), make(wanted, number));
                assert_ne!(make(wanted, number), make(Wanted { seed: 8, ..wanted }, number));
            }
        }
    }
}
