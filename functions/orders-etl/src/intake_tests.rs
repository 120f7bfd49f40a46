use contract::orders::{DIMENSIONS, REVIEWS, SHIPMENTS};
use proptest::prelude::*;

use super::*;

/// The lines for `COPY`, and what came of the file, which comes in pieces of this size.
fn take(sheet: Sheet, bytes: &[u8], size: usize) -> (String, Taken) {
    let mut intake = Intake::new(sheet);
    let read = bytes.chunks(size).try_for_each(|piece| intake.push(piece)).and_then(|()| intake.finish());
    let text = String::from_utf8(std::mem::take(intake.text())).unwrap();
    (text, intake.taken(read.err()))
}

fn lines(sheet: Sheet, text: &str) -> String {
    let (lines, taken) = take(sheet, text.as_bytes(), 7);
    assert_eq!(taken.faults, Faults::default(), "{text}");
    lines
}

/// The line and the reason of what is wrong.
fn fault(sheet: Sheet, text: &str) -> (u64, String) {
    let refusal = take(sheet, text.as_bytes(), 7).1.faults.refuse("f").unwrap_err();
    (refusal.line.unwrap(), refusal.reason)
}

const HEADER: &str = "order_id,customer_id,order_date,product_id,unit_price,quantity,total_price\n";

fn order(text: &str) -> (u64, String) {
    fault(ORDERS, &format!("{HEADER}1,7,2022-09-05,4,1.50,2,3.00\n{text}\n"))
}

#[test]
fn columns_may_have_any_order_and_the_total_another_name() {
    let expected = "2\t1\t7\t2022-09-05\t4\t1.50\t2\t3.00\n";
    assert_eq!(lines(ORDERS, &format!("{HEADER}1,7,2022-09-05,4,1.50,2,3.00\n")), expected);
    let turned = "\u{feff} Amount ,\"QUANTITY\",unit_price,product_id,order_date,customer_id,order_id\r\n\
                  3.00,\"2\", 1.50 ,4,2022-09-05,7,1\r\n";
    assert_eq!(lines(ORDERS, turned), expected);
}

#[test]
fn blanks_are_nothing_and_an_empty_file_with_a_header_is_fine() {
    let text = "shipment_id,order_id,shipment_date,delivery_date\n5,1,2022-09-06,\n6,2, ,\"\"\n";
    assert_eq!(lines(SHIPMENTS, text), "2\t5\t1\t2022-09-06\t\\N\n3\t6\t2\t\\N\t\\N\n");
    assert_eq!(lines(REVIEWS, "review,product_id"), "");
    assert_eq!(lines(REVIEWS, "review,product_id\n\n\r\n"), "");
    assert_eq!(lines(DIMENSIONS[2], "customer_id,customer_name,postal_code\n7,,\n"), "2\t7\t\\N\t\\N\n");
}

#[test]
fn a_wrong_header_is_said_with_the_right_one() {
    let right = ": the header review,product_id is expected";
    let why = |text: &str| fault(REVIEWS, text);
    assert_eq!(why("review\n5\n"), (1, format!("its header lacks product_id{right}")));
    assert_eq!(why("\n5,1\n"), (2, format!("its header lacks review, product_id{right}")));
    assert_eq!(
        why("review,product_id,stars\n"),
        (1, format!("its header has the column 'stars', which nobody knows{right}"))
    );
    assert_eq!(why("review,product_id,review\n"), (1, format!("its header has a column twice{right}")));
    assert_eq!(why(""), (1, "it is empty, without even the header review,product_id".to_owned()));
    let both = HEADER.replace("order_id", "amount,order_id");
    assert!(fault(ORDERS, &both).1.starts_with("its header has a column twice"));
    assert!(fault(REVIEWS, "review,amount\n").1.starts_with("its header lacks product_id"), "it is another's alias");
}

#[test]
fn a_bad_value_is_said_with_its_line_and_column() {
    assert_eq!(
        order("2,7,05.09.2022,4,1,1,1"),
        (3, "order_date '05.09.2022' is no date such as 2022-09-05".to_owned())
    );
    assert_eq!(order("2,7,2022-09-05,4,1,-1,-1"), (3, "quantity '-1' is no whole number above 0".to_owned()));
    assert_eq!(order("2,7,2022-09-05,4,1,0,0"), (3, "quantity '0' is no whole number above 0".to_owned()));
    assert_eq!(
        order("2,7,2022-09-05,4,1.999,2,4.01"),
        (3, "total_price '4.01' is not unit_price '1.999' times quantity '2'".to_owned())
    );
    assert_eq!(order(",7,2022-09-05,4,1,1,1"), (3, "order_id must not be empty".to_owned()));
    assert_eq!(order("2,7,2022-09-05,4,1,1"), (3, "it has 6 fields where the header has 7".to_owned()));
    assert_eq!(fault(REVIEWS, "review,product_id\n6,1\n").1, "review '6' is not one of 1, 2, 3, 4 and 5");
}

#[test]
fn the_first_fault_is_named_its_like_are_counted_and_good_rows_are_kept() {
    let text = "review,product_id\n5,1\n0,1\n,1\n9,\"two\nlines\"\n4,2\nx,1\n3,\"open\n";
    let (lines, taken) = take(REVIEWS, text.as_bytes(), 3);
    assert_eq!((lines.as_str(), taken.records), ("2\t5\t1\n7\t4\t2\n", 6));
    let refusal = taken.faults.refuse("f").unwrap_err();
    assert_eq!(refusal.line, Some(3));
    assert_eq!(refusal.reason, "review '0' is not one of 1, 2, 3, 4 and 5, and so have 3 more lines");
}

proptest! {
    #[test]
    fn any_bytes_are_rows_or_a_fault_with_a_line(
        bytes in prop::collection::vec(
            prop_oneof![6 => prop::sample::select(b"1,5\n\"\r2".to_vec()), 1 => any::<u8>()], 0..120),
        headed: bool,
        size in 1_usize..40,
    ) {
        let header = if headed { &b"review,product_id\n"[..] } else { b"" };
        let bytes = [header, &bytes].concat();
        let (lines, taken) = take(REVIEWS, &bytes, size);
        prop_assert_eq!(&(lines.clone(), &taken), &(take(REVIEWS, &bytes, bytes.len().max(1)).0, &take(REVIEWS, &bytes, 1).1));
        let faultless = taken.faults == Faults::default();
        prop_assert!(!faultless || lines.lines().count() as u64 == taken.records);
        if let Err(refusal) = taken.faults.refuse("f") {
            prop_assert!(refusal.line.is_some_and(|line| line >= 1));
        }
    }
}
