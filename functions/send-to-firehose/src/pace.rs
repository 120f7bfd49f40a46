//! What a record costs the function: a part of `cargo xtask bench --only capacity`.

use contract::{Handle, send_to_firehose::Env, taxi::RECORD_SCHEMA_FILE};
use runtime::testing::{MemoryDelivery, Watch, schema, stream_pace};

use crate::handle::Sender;

#[test]
#[ignore = "cargo xtask bench --only capacity runs it, and says what of it"]
fn pace() {
    let make = || {
        let env = Env { delivery: Handle::named("delivery"), record_schema: RECORD_SCHEMA_FILE };
        Ok(Sender::with_schema(env, schema(), MemoryDelivery::default(), Watch::default()))
    };
    stream_pace(make).unwrap();
}
