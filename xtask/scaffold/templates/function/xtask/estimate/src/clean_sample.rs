//! `clean-sample` on paper: as much as its pipeline gets comes to it too.

use crate::SECONDS;
use crate::traffic::{Program, Traffic};

/// A month of it.
pub(crate) fn traffic(it: &Program) -> Traffic {
    let owner = it.volumes.owner;
    let (rate, bytes) = (owner.files_per_hour / 3600.0, owner.mb_per_file * 1e6);
    let files = rate * SECONDS;
    Traffic {
        // The file itself was put by somebody.
        puts: files * 2.0,
        gets: files,
        stored: vec![("CleanSampleBucket", files * bytes / 1e9), ("OutputBucket", files * bytes / 1e9)],
        ..it.queue(rate, it.pace.streaming_seconds(it.memory, bytes, bytes))
    }
}
