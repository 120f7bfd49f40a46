//! A variable that the function reads and the stack does not set.
use contract::write_to_s3::Env;
use contract::{Bucket, Deploy, Ref, taxi};

fn main() {
    let lake = Ref::<Bucket>::declared("OutputBucket");
    let _: Env<Deploy> =
        Env { written: lake.folder(taxi::WRITTEN).grant(), record_schema: taxi::RECORD_SCHEMA_FILE };
}
