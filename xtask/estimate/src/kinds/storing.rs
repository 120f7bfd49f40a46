//! Buckets, images, queries.

use super::Bill;
use crate::scene::{Resource, Scene};
use crate::{DAYS, traffic};

/// What is stored of each pipeline is a line of its own, so that a bucket which they share is told apart.
pub(super) fn bucket(bucket: &Resource, scene: &Scene, bill: &mut Bill) {
    let mut known = bucket.id == "ArtifactBucket";
    if known {
        /// Archives of functions, a few of each.
        const ARCHIVES_GB: f64 = 0.5;
        bill.monthly(bucket, "S3", "s3.stored", ARCHIVES_GB);
    }
    for program in &scene.resources {
        let Some(traffic) = program.program().and_then(|bin| traffic::of(bin, program, scene)) else { continue };
        for (_, gigabytes) in traffic.stored.iter().filter(|(id, _)| *id == bucket.id) {
            known = true;
            // The first of two containers is the one that runs.
            if scene.program(program.program().unwrap_or_default()).is_some_and(|first| first.id == program.id) {
                let stored = gigabytes * scene.volumes.kept_months;
                bill.volume(&bucket.used_by(program), "S3", "s3.stored", stored);
            }
        }
    }
    for delivery in scene.of_kind("AWS::KinesisFirehose::DeliveryStream").filter(|_| bucket.id == "OutputBucket") {
        /// JSON of trips, packed.
        const PACKED: f64 = 0.25;
        let taxi = scene.volumes.taxi;
        let packed = delivery.text("ExtendedS3DestinationConfiguration.CompressionFormat") == Some("GZIP");
        let stored = taxi.events_per_second * taxi.bytes_per_event * crate::SECONDS / 1e9
            * scene.volumes.kept_months
            * if packed { PACKED } else { 1.0 };
        bill.volume(&bucket.used_by(delivery), "S3", "s3.stored", stored);
        known = true;
    }
    // Our shared buckets are there also where no pipeline writes to them.
    if !known && !["OutputBucket", "RawBucket", "CuratedBucket"].contains(&bucket.id) {
        bill.unknown(bucket, "how much is stored in it is not known");
    }
}

pub(super) fn repository(repository: &Resource, _: &Scene, bill: &mut Bill) {
    /// The newest images, of one small layer each.
    const IMAGES_GB: f64 = 0.1;
    bill.monthly(repository, "ECR", "ecr.stored", IMAGES_GB);
}

pub(super) fn queries(workgroup: &Resource, scene: &Scene, bill: &mut Bill) {
    let rates = scene.volumes.rates;
    bill.volume(workgroup, "Athena", "athena.scanned", rates.queries_per_day * DAYS * rates.gb_per_query / 1_000.0);
}
