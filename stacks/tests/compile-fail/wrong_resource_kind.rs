//! A queue wired where a folder of a bucket is due.
use contract::write_to_s3::Env;
use contract::{Bucket, Deploy, Queue, Ref, taxi};

fn main() {
    let lake = Ref::<Bucket>::declared("OutputBucket");
    let queue = Ref::<Queue>::declared("TaxiFailures");
    let _: Env<Deploy> = Env {
        written: lake.folder(taxi::WRITTEN).grant(),
        rejected: queue.grant(),
        record_schema: taxi::RECORD_SCHEMA_FILE,
    };
}
