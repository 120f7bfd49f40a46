//! What the two consumers of the taxi stream agree on besides their environments.

use crate::AssetFile;

/// The JSON Schema that every record must satisfy, unless a stage brings its own.
pub const RECORD_SCHEMA: &str = include_str!("../schemas/taxi-trip.json");

/// The name of the schema's file in the function archives.
pub const RECORD_SCHEMA_FILE: AssetFile = AssetFile::shipped("taxi-trip.json");

/// The fields of a trip, in the order of the producers' files.
pub const FIELDS: [&str; 9] = [
    "TRIP_ID",
    "CALL_TYPE",
    "ORIGIN_CALL",
    "ORIGIN_STAND",
    "TAXI_ID",
    "TIMESTAMP",
    "DAY_TYPE",
    "MISSING_DATA",
    "POLYLINE",
];

/// The field that carries a record's sequence number in the stream.
pub const EVENT_ID: &str = "event_id";

pub const WRITTEN: &str = "context=write_to_s3/";
pub const DELIVERED: &str = "context=firehose_delivery/";
pub const DELIVERY_ERRORS: &str = "context=firehose_errors/";
pub const REJECTED: &str = "context=rejected/";
