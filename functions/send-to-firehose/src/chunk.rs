//! Batches cut to what Firehose takes in one call.

use runtime::Accepted;

const RECORDS: usize = 500;
const BYTES: usize = 4 * 1_024 * 1_024;

/// In order, each as large as it may be. A single record always fits: longer ones are not accepted.
pub(crate) fn chunks(records: &[Accepted]) -> impl Iterator<Item = &[Accepted]> {
    let mut rest = records;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fitting = rest.iter().take(RECORDS).take_while(|record| {
            bytes += record.line.len();
            bytes <= BYTES
        });
        let (chunk, later) = rest.split_at(fitting.count());
        rest = later;
        (!chunk.is_empty()).then_some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use runtime::{Batch, LINE_LIMIT, testing};

    /// Accepted records whose lines have these lengths.
    fn records(lengths: &[usize]) -> Vec<Accepted> {
        let trips = (1..).zip(lengths).map(|(number, _)| (number, testing::trip(number)));
        let mut records = Batch::decode(testing::event(trips), &testing::schema()).unwrap().accepted;
        for (record, length) in records.iter_mut().zip(lengths) {
            record.line = "x".repeat(length - 1) + "\n";
        }
        records
    }

    fn cut(lengths: &[usize]) -> Vec<usize> {
        chunks(&records(lengths)).map(<[_]>::len).collect()
    }

    #[test]
    fn a_call_has_at_most_500_records() {
        assert_eq!(cut(&[]), [0; 0]);
        assert_eq!(cut(&[9; 500]), [500]);
        assert_eq!(cut(&[9; 501]), [500, 1]);
        assert_eq!(cut(&[9; 1_001]), [500, 500, 1]);
    }

    #[test]
    fn a_call_has_at_most_4_mib() {
        let four_mib = [LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, 4 * 1_024 * 24];
        assert_eq!(four_mib.iter().sum::<usize>(), 4 * 1_024 * 1_024);
        assert_eq!(cut(&four_mib), [5]);
        let one_more = [LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, 4 * 1_024 * 24 + 1];
        assert_eq!(cut(&one_more), [4, 1]);
        assert_eq!(cut(&[LINE_LIMIT; 9]), [4, 4, 1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn chunks_are_the_batch_and_none_could_take_the_next_record(
            lengths in prop::collection::vec(prop_oneof![2..400_usize, 300_000..=LINE_LIMIT], 0..40),
        ) {
            let records = records(&lengths);
            let chunks: Vec<&[Accepted]> = chunks(&records).collect();
            prop_assert_eq!(chunks.concat(), records.clone());
            let size = |chunk: &[Accepted]| chunk.iter().map(|record| record.line.len()).sum::<usize>();
            for pair in chunks.windows(2) {
                prop_assert!(size(pair[0]) <= BYTES && size(pair[0]) + pair[1][0].line.len() > BYTES);
            }
        }
    }
}
