//! How many shards a minute's traffic asks for.

/// What Kinesis takes into one shard in one second.
pub const BYTES: u64 = 1 << 20;
pub const RECORDS: u64 = 1_000;

/// What came into a stream in one minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Minute {
    pub bytes: u64,
    pub records: u64,
}

/// The fewest shards that are at most so full, in thousandths, with this traffic; one at least.
pub fn need(minute: Minute, permille: u32) -> u32 {
    let shards = |came: u64, taken: u64| {
        let taken = u128::from(taken) * 60 * u128::from(permille.max(1));
        (u128::from(came) * 1_000).div_ceil(taken)
    };
    let shards = shards(minute.bytes, BYTES).max(shards(minute.records, RECORDS));
    u32::try_from(shards).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_or_records_decide_whichever_ask_for_more() {
        let records = |records| Minute { bytes: 0, records };
        assert_eq!(need(Minute::default(), 700), 1);
        assert_eq!(need(records(60_000), 1_000), 1);
        assert_eq!(need(records(60_001), 1_000), 2);
        assert_eq!(need(records(84_000), 700), 2);
        assert_eq!(need(records(84_001), 700), 3);
        assert_eq!(need(Minute { bytes: 60 * BYTES * 3, records: 1 }, 1_000), 3);
        assert_eq!(need(Minute { bytes: u64::MAX, records: u64::MAX }, 0), u32::MAX);
    }
}
