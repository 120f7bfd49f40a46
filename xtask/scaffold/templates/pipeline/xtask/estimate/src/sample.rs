//! The sample pipeline on paper: what goes through it, what its function does with that, and what it can take.

use crate::capacity::Model;
use crate::capacity::advice::Plan;
use crate::capacity::queues::{Line, advised, one_line, set};
use crate::money::quantity;
use crate::pace::Pace;
use crate::traffic::{Program, Traffic};
use crate::volumes::{Many, Volume, Volumes, volume};
use crate::{SECONDS, volumes};

volume! {
    Sample from RawSample {
        files_per_hour: Many = 6.0,
        /// Of one file, unpacked.
        mb_per_file: Many = 1.0,
        /// Of a hundred megabytes that come in, how many go out.
        kept_percent: volumes::Amount<100> = 90.0,
    }
}

impl Volume for Sample {
    fn growing(&mut self) -> Vec<&mut f64> {
        vec![&mut self.files_per_hour]
    }

    fn told(&self) -> String {
        let Self { files_per_hour, mb_per_file, kept_percent } = *self;
        format!("{} files/h of {} MB, {kept_percent} % of it kept", quantity(files_per_hour), quantity(mb_per_file))
    }
}

/// A month of its function.
pub(crate) fn traffic(it: &Program) -> Traffic {
    let sample = it.volumes.sample;
    let (rate, bytes) = (sample.files_per_hour / 3600.0, sample.mb_per_file * 1e6);
    let (files, out) = (rate * SECONDS, bytes * sample.kept_percent / 100.0);
    Traffic {
        // The file itself was put by somebody.
        puts: files * 2.0,
        gets: files,
        stored: vec![("SampleBucket", files * bytes / 1e9), ("OutputBucket", files * out / 1e9)],
        ..it.queue(rate, it.pace.streaming_seconds(it.memory, bytes, bytes))
    }
}

fn files<'a>(it: &'a stacks::stage::Sample, volumes: &Volumes) -> Line<'a> {
    let bytes = volumes.sample.mb_per_file * 1e6;
    Line {
        program: "clean-sample",
        pace: Pace::of("clean-sample"),
        queue: &it.queue,
        size: it.clean,
        rate: volumes.sample.files_per_hour / 3600.0,
        packed: bytes,
        unpacked: bytes,
    }
}

pub(crate) fn model(it: &stacks::stage::Sample, volumes: &Volumes) -> Model {
    one_line("sample", "from file to cleaned records in S3", &files(it, volumes), volumes)
}

pub(crate) fn advise(it: &mut stacks::stage::Sample, volumes: &Volumes, plan: &mut Plan) {
    let enough = advised(&files(it, volumes), plan);
    set(plan, ("sample.queue", "sample.clean"), (&mut it.queue, &mut it.clean), enough);
}
