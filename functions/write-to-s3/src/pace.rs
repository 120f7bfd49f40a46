//! What a record costs the function: a part of `cargo xtask bench --only capacity`.

use contract::{Handle, taxi::RECORD_SCHEMA_FILE, write_to_s3::Env};
use runtime::testing::{MemoryObjects, Watch, schema, stream_pace};

use crate::handle::Writer;

#[test]
#[ignore = "cargo xtask bench --only capacity runs it, and says what of it"]
fn pace() {
    let make = || {
        let env = Env {
            written: Handle::named("s3://out/context=write_to_s3/"),
            rejected: Handle::named("s3://out/context=rejected/"),
            record_schema: RECORD_SCHEMA_FILE,
        };
        Ok(Writer::with_schema(env, schema(), MemoryObjects::default(), Watch::default()))
    };
    stream_pace(make).unwrap();
}
