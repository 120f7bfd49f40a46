//! Batches, good and bad, in every format.

use contract::{
    curate::Ask,
    rates::{Format, Outcome, Seen},
};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::printer::print_schema;
use runtime::testing::MemoryObjects;
use std::rc::Rc;

use crate::bench::{CURATED, RAW, SOURCE, Texts, World, batch, later, manifest, named, page, texts};

const FORMATS: [Format; 3] = [Format::Json, Format::Csv, Format::Xml];

fn good() -> Vec<Texts> {
    vec![
        texts(["DEHAM", "CNSHA", "2026-11-21", "1200"]),
        texts(["CNSHA", "DEHAM", "2024-02-29", "0"]),
        texts(["DEHAM", "CNSHA", "2026-11-20", "2147483647"]),
        texts(["CNSHA", "DEHAM", "2024-02-29", "0"]),
        texts(["AAAAA", "ZZZZZ", "1900-01-01", "7"]),
        texts(["ZZZZZ", "AAAAA", "2199-12-31", "7"]),
    ]
}

fn sorted(mut rows: Vec<Texts>) -> Vec<Texts> {
    rows.sort_by_key(|[orig, dest, day, price]| {
        (orig.clone(), dest.clone(), day.clone(), price.parse::<u32>().unwrap())
    });
    rows.dedup();
    rows
}

#[test]
fn a_good_batch_becomes_visible_sorted_and_each_price_once() {
    for format in FORMATS {
        let many: Vec<Texts> =
            (0..20).map(|n| texts(["DEHAM", "CNSHA", "2026-01-01", &(n * 37 % 23).to_string()])).collect();
        let (one, two) = (page(format, &good()), page(format, &many));
        let world = World::with(format, &[one.as_bytes(), two.as_bytes()]);
        let told = world.curate();
        assert_eq!((told.outcome, told.bytes), (Some(Outcome::Curated), (one.len() + two.len()) as u64));
        assert_eq!(told.told, "25 prices in 4 parts; 1 were there twice and are left out");
        let all = sorted([good(), many].concat());
        assert_eq!(world.visible(), all, "{format:?}");
        let verdict = world.verdict();
        assert_eq!((verdict.read, verdict.duplicates, verdict.wrong, verdict.rows), (26, 1, 0, 25));
        assert_eq!(verdict.parts.iter().map(|part| part.rows).collect::<Vec<_>>(), [7, 7, 7, 4]);
        for part in &verdict.parts {
            assert_eq!(world.file(&format!("{}{}", batch("a").data(), part.name)).unwrap().len() as u64, part.bytes);
        }
        let seen: Seen = serde_json::from_slice(&world.file(&format!("seen/{}", Seen::name(SOURCE))).unwrap()).unwrap();
        assert_eq!((seen.etag.unwrap(), seen.batch), (format!("\"of page-00000.{}\"", format.extension()), batch("a")));
        assert_eq!(world.objects.unfinished(), 0);
    }
}

#[test]
fn each_wrong_value_is_told_in_each_format_and_nothing_is_visible() {
    let wrong = [
        (["dehAM", "CNSHA", "2026-11-21", "1"], "orig_code 'dehAM' is not five letters A-Z"),
        (["DEHAM", "CNSHAX", "2026-11-21", "1"], "dest_code 'CNSHAX' is not five letters A-Z"),
        (["DEHAM", "", "2026-11-21", "1"], "dest_code is missing"),
        (
            ["DEHAM", "CNSHA", "2026-02-29", "1"],
            "day '2026-02-29' is not a day from 1900-01-01 to 2199-12-31 as YYYY-MM-DD",
        ),
        (["DEHAM", "CNSHA", "2026-11-21", "12.0"], "price '12.0' is not a whole number from 0 to 2147483647"),
        (["DEHAM", "CNSHA", "2026-11-21", "-1"], "price '-1' is not a whole number from 0 to 2147483647"),
        (
            ["DEHAM", "CNSHA", "2026-11-21", "2147483648"],
            "price '2147483648' is not a whole number from 0 to 2147483647",
        ),
        (
            [" DEHAM", "CNSHA", "x", "1"],
            "orig_code ' DEHAM' is not five letters A-Z; day 'x' is not a day from 1900-01-01 to 2199-12-31 as YYYY-MM-DD",
        ),
    ];
    for format in FORMATS {
        let rows: Vec<Texts> = good().into_iter().chain(wrong.map(|(row, _)| texts(row))).collect();
        let world = World::with(format, &[page(format, &rows).as_bytes()]);
        let told = world.curate();
        assert_eq!(told.outcome, Some(Outcome::Rejected));
        let first = if format == Format::Csv { 8 } else { 7 };
        let expected: Vec<(u64, String)> = (first..).zip(wrong.map(|(_, reason)| reason.to_owned())).collect();
        assert_eq!(world.rejected(), expected, "{format:?}");
        assert_eq!(world.names(), ["rejected/a.jsonl", "verdicts/a.json"]);
        let (verdict, unit) = (world.verdict(), if format == Format::Csv { "line" } else { "row" });
        assert_eq!((verdict.read, verdict.wrong, verdict.rows, verdict.duplicates), (14, 8, 0, 0));
        assert_eq!(verdict.why.unwrap(), format!("page-00000.{}, {unit} {first}: {}", format.extension(), wrong[0].1));
        assert!(told.told.contains("for 8 wrong rows") && told.told.contains(&format!("{CURATED}rejected/a.jsonl")));
        assert_eq!(world.quarantine()[0]["source"], format!("{RAW}batch=a/page-00000.{}", format.extension()));
    }
}

/// What a page is refused for, by line.
fn refused(format: Format, page: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let world = World::with(format, &[page.as_ref()]);
    assert_eq!(world.curate().outcome, Some(Outcome::Rejected));
    assert_eq!(world.names(), ["rejected/a.jsonl", "verdicts/a.json"]);
    world.rejected()
}

fn only(line: u64, reason: &str) -> Vec<(u64, String)> {
    vec![(line, reason.to_owned())]
}

#[test]
fn json_is_judged_as_it_is_written() {
    let row = |text: &str| refused(Format::Json, format!("[{text}]"));
    let with =
        |price: &str| format!(r#"{{"orig_code":"DEHAM","dest_code":"CNSHA","day":"2026-01-01","price":{price}}}"#);
    for price in ["12.0", "1e3", "-0", "99999999999999999999999"] {
        assert_eq!(row(&with(price)), only(1, &format!("price '{price}' is not a whole number from 0 to 2147483647")));
    }
    for price in ["true", "[1]", "{}"] {
        assert_eq!(row(&with(price)), only(1, "price is neither text nor a number"));
    }
    assert_eq!(row(&with("null")), only(1, "price is missing"));
    assert_eq!(row(r#"{"day":1,"day":2}"#), only(1, "a column is there twice"));
    assert_eq!(row("[1,2]"), only(1, "it is not an object"));
    assert_eq!(row("7"), only(1, "it is not an object"));
    let no = |text: &str, line| {
        assert_eq!(refused(Format::Json, text), only(line, "the page is no JSON from here on"), "{text}");
    };
    let fine = with("1");
    for text in [
        "",
        " ",
        "[",
        "[,]",
        "[]]",
        "[] 1",
        "{",
        "{\"prices\"",
        "{\"prices\":[]",
        "{prices:[]}",
        "{\"a\":nul,\"prices\":[]}",
    ] {
        no(text, 1);
    }
    for text in
        ["[F,]", "[F", "[F F]", "[F,{]", "{\"prices\":[F],}", "[F,{\"price\":\"\\ud800\"}]", "[F,{\"a\":\"\n\"}]"]
    {
        no(&text.replace('F', &fine), 2);
    }
    assert_eq!(refused(Format::Json, b"[\"\xff\"]"), only(1, "the page is no JSON from here on"));
    for text in ["{}", "7", "{\"price\":[]}", "{\"prices\":{}}", "{\"prices\":[],\"prices\":[]}"] {
        assert_eq!(refused(Format::Json, text), only(1, "the page has no list of prices"), "{text}");
    }
    // In any order, over lines, with what nobody asked for, with escapes and after a byte order mark.
    let page = "\u{feff} {\"meta\":{\"prices\":[\"]\\\"\"]},\n \"prices\":[ {\"price\":\"5\", \"x\":[{}],\r\n\
                \"day\":\"2026-01-01\",\"dest_code\":\"\\u0041BCDE\", \"orig_code\":\"DEHAM\" } ] , \"next\":\"u\"} ";
    let world = World::with(Format::Json, &[page.as_bytes()]);
    world.curate();
    assert_eq!(world.visible(), [texts(["DEHAM", "ABCDE", "2026-01-01", "5"])]);
}

#[test]
fn csv_is_strict() {
    let head = "orig_code,dest_code,day,price";
    let row = |text: &str| refused(Format::Csv, format!("{head}\n{text}\n"));
    assert_eq!(row("DEHAM,CNSHA,2026-01-01"), only(2, "it has 3 fields where the header has 4"));
    assert_eq!(row("\n\nDEHAM,CNSHA,2026-01-01,1,2"), only(4, "it has 5 fields where the header has 4"));
    let quotes = "quotes stand neither around a field nor doubled within one";
    for text in ["DE\"HA\"M,CNSHA,2026-01-01,1", "\"DEHAM\"x,CNSHA,2026-01-01,1", "\"DE\"HA\"M\",CNSHA,2026-01-01,1"] {
        assert_eq!(row(text), only(2, quotes), "{text}");
    }
    assert_eq!(row("DEHAM,CNSHA,2026-01-01,1\n\"DEHAM,CNSHA,2026-01-01,1"), only(3, "a quote is never closed"));
    let bytes = [head.as_bytes(), b"\n\xff,CNSHA,2026-01-01,1"].concat();
    let world = World::with(Format::Csv, &[&bytes]);
    world.curate();
    assert_eq!(world.rejected(), only(2, "it is not UTF-8"));
    assert_eq!(world.quarantine()[0]["record_encoding"], "base64");
    assert_eq!(refused(Format::Csv, ""), only(1, "the page has no header"));
    assert_eq!(refused(Format::Csv, "\n\nday,price"), only(3, "its header lacks orig_code, dest_code"));
    assert_eq!(refused(Format::Csv, format!("{head},day\n")), only(1, "its header has day twice"));
    assert_eq!(
        refused(Format::Csv, format!("{head},\"x\"y\n")),
        only(1, &format!("its header cannot be read: {quotes}"))
    );
    let long = format!("{head},x\nDEHAM,CNSHA,2026-01-01,1,{}\n", "x".repeat(1_100_000));
    assert_eq!(refused(Format::Csv, long), only(2, "a record of more than a megabyte"));
    assert_eq!(
        refused(Format::Csv, format!("{head}\n\"{}", "x\n".repeat(600_000))),
        only(2, "a record of more than a megabyte")
    );
    let page = "\u{feff}note,price,\"day\",dest_code,orig_code\r\n\"a \"\"b\"\",\n\n\",1,2026-01-01,CNSHA,\"DEHAM\"\r\n\r\n,2,2026-01-01,CNSHA,DEHAM";
    let world = World::with(Format::Csv, &[page.as_bytes()]);
    world.curate();
    let row = |price| texts(["DEHAM", "CNSHA", "2026-01-01", price]);
    assert_eq!(world.visible(), [row("1"), row("2")]);
    // A record that takes several lines is known by its first, and those behind it by theirs.
    let wrong = page.replace(",1,", ",x,").replace(",2,", ",y,");
    assert_eq!(refused(Format::Csv, wrong).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 6]);
}

#[test]
fn xml_is_read_by_its_elements() {
    let price = |inner: &str| format!("<prices><price>{inner}</price></prices>");
    let rest = "<dest_code>CNSHA</dest_code><day>2026-01-01</day><price>1</price>";
    let row = |inner: &str| refused(Format::Xml, price(&format!("{inner}{rest}")));
    assert_eq!(row(""), only(1, "orig_code is missing"));
    assert_eq!(row("<orig_code/>"), only(1, "orig_code is missing"));
    assert_eq!(row("<orig_code>DE<b>HA</b>M</orig_code>"), only(1, "orig_code is neither text nor a number"));
    assert_eq!(row("<orig_code>DEHAM</orig_code><day>1</day>"), only(1, "a column is there twice"));
    assert_eq!(row("<orig_code>&lt;&#65;</orig_code>"), only(1, "orig_code '<A' is not five letters A-Z"));
    let world = World::with(Format::Xml, &[price(&format!("<orig_code>\u{e4}\"</orig_code>{rest}")).as_bytes()]);
    world.curate();
    let record = r#"{"orig_code":"ä\"","dest_code":"CNSHA","day":"2026-01-01","price":"1"}"#;
    assert_eq!(world.quarantine()[0]["record"], record);
    let fine = price(&format!("<orig_code>DEHAM</orig_code>{rest}"));
    for (text, line) in [
        (String::new(), 1),
        ("<prices>".to_owned(), 1),
        ("<prices></price>".to_owned(), 1),
        ("text".to_owned(), 1),
        (format!("{fine}<prices/>"), 2),
        (format!("{fine}x"), 2),
        (fine.replace("</prices>", ""), 2),
        (fine.replace("</prices>", "<price><day>&nbsp;</day></price></prices>"), 2),
        (fine.replace("</prices>", "<price a='1' a='2'/></prices>"), 2),
        (fine.replace("</prices>", "<price><day>1</price></prices>"), 2),
    ] {
        assert_eq!(refused(Format::Xml, &text), only(line, "the page is no XML from here on"), "{text}");
    }
    assert_eq!(refused(Format::Xml, "<rates/>"), only(1, "the page has no list of prices"));
    let typed = format!("<!DOCTYPE prices [<!ENTITY a \"b\">]>{fine}");
    assert_eq!(refused(Format::Xml, typed), only(1, "the page has a document type, which is not read"));
    let long = format!("<orig_code>{}</orig_code>{rest}", "x".repeat(1_100_000));
    assert_eq!(refused(Format::Xml, price(&long)), only(1, "a record of more than a megabyte"));
    let page = fine
        .replace("<prices>", "\u{feff}<?xml version='1.0'?><!-- a --><prices next='u'><meta><price>x</price></meta>")
        .replace("DEHAM", "<![CDATA[DE]]>H&#65;<!-- b -->M<?c d?>")
        .replace("<day>", "<x><day>n</day></x>\n<day>");
    let world = World::with(Format::Xml, &[page.as_bytes()]);
    world.curate();
    assert_eq!(world.visible(), [texts(["DEHAM", "CNSHA", "2026-01-01", "1"])]);
}

#[test]
fn all_pages_are_read_and_their_faults_told_by_page() {
    let bad = |price| page(Format::Json, &[texts(["DEHAM", "CNSHA", "2026-01-01", price])]);
    let world = World::with(Format::Json, &[b"[1", bad("1").as_bytes(), bad("x").as_bytes()]);
    world.curate();
    let all: Vec<_> = world.quarantine().iter().map(|line| line["source"].as_str().unwrap().to_owned()).collect();
    assert_eq!(all, [0, 0, 2].map(|page| format!("{RAW}batch=a/page-{page:05}.json")));
    assert_eq!((world.verdict().read, world.verdict().wrong), (3, 3));
}

#[test]
fn a_page_that_lacks_rows_of_which_its_source_told_is_refused() {
    let pages = named(Format::Csv, &[page(Format::Csv, &good()).as_bytes()]);
    let mut manifest = manifest(&batch("a"), Format::Csv, &pages);
    manifest.pages[0].rows = Some(7);
    let world = World::new();
    world.pulled_as(&manifest, &pages);
    world.curate();
    assert_eq!(world.rejected(), only(0, "the page has 6 rows where its source says 7"));
    manifest.pages[0].rows = Some(6);
    let world = World::new();
    world.pulled_as(&manifest, &pages);
    assert_eq!(world.curate().outcome, Some(Outcome::Curated));
}

#[test]
fn prices_are_never_replaced_by_none() {
    assert_eq!(refused(Format::Json, "[]"), only(0, "the batch has no price"));
    let world = World::with(Format::Json, &[]);
    assert_eq!(world.curate().outcome, Some(Outcome::Rejected));
}

#[test]
fn a_page_that_is_not_the_one_that_was_pulled_is_an_error() {
    let one = page(Format::Csv, &good());
    for other in [one.replace("1200", "1300"), one[..one.len() - 9].to_owned(), "garbage".to_owned(), String::new()] {
        let world = World::with(Format::Csv, &[one.as_bytes()]);
        world.objects.place(&format!("{RAW}batch=a/page-00000.csv"), other.as_bytes());
        let failure = world.failure(Ask::Curate);
        assert!(failure.contains("page-00000.csv is not the page that was pulled: it has"), "{failure}");
        assert!(failure.ends_with("have the batch pulled again") && world.names().is_empty(), "{failure}");
    }
    let world = World::with(Format::Csv, &[one.as_bytes()]);
    world.objects.remove(&format!("{RAW}batch=a/page-00000.csv"));
    assert!(world.failure(Ask::Curate).contains("page-00000.csv: not found"));
}

#[test]
fn a_batch_is_weighed_without_being_touched() {
    let world = World::with(Format::Csv, &[b"abc", b"de"]);
    let told = world.ask(&batch("a"), Ask::Weigh).unwrap().response;
    assert_eq!((told.outcome, told.bytes, told.told.as_str()), (None, 5, "5 bytes in 2 pages were pulled"));
    let mut nothing = manifest(&batch("a"), Format::Csv, &[]);
    nothing.unchanged = true;
    world.pulled_as(&nothing, &[]);
    assert_eq!(world.ask(&batch("a"), Ask::Weigh).unwrap().response.outcome, Some(Outcome::Unchanged));
    assert!(world.names().is_empty());
    assert_eq!(world.curate().outcome, Some(Outcome::Unchanged));
    assert_eq!(world.names(), ["verdicts/a.json"]);
}

#[test]
fn what_was_not_pulled_or_is_of_another_batch_is_an_error() {
    let world = World::new();
    let failure = world.failure(Ask::Weigh);
    assert_eq!(failure, format!("{RAW}batch=a/manifest.json is not there: the batch was not pulled to its end"));
    let world = World::with(Format::Csv, &[page(Format::Csv, &good()).as_bytes()]);
    world.curate();
    let failure = world.ask(&later("a"), Ask::Curate).unwrap_err().to_string();
    assert_eq!(failure, format!("{RAW}batch=a/manifest.json is of another batch"));
    world.pulled(&later("a"), Format::Csv, &[]);
    let failure = world.ask(&later("a"), Ask::Curate).unwrap_err().to_string();
    assert!(failure.contains("verdicts/a.json is of another batch"), "{failure}");
    world.objects.place(&format!("{RAW}batch=a/manifest.json"), b"{}");
    assert!(world.failure(Ask::Curate).contains("manifest.json cannot be read: missing field"));
}

#[test]
fn a_batch_that_comes_again_is_answered_from_its_verdict() {
    let world = World::with(Format::Csv, &[page(Format::Csv, &good()).as_bytes()]);
    let first = world.curate();
    let before = world.objects.all();
    world.objects.remove(&format!("{CURATED}{}", batch("a").visible()));
    assert_eq!(world.curate(), first);
    assert_eq!(world.objects.all(), before);
    // A later batch has been seen by then.
    world.pulled(&later("b"), Format::Csv, &[page(Format::Csv, &good()).as_bytes()]);
    world.ask(&later("b"), Ask::Curate).unwrap();
    let name = format!("seen/{}", Seen::name(SOURCE));
    let seen = world.file(&name);
    world.curate();
    assert_eq!(world.file(&name), seen);
    assert_eq!(world.ask(&batch("a"), Ask::Publish).unwrap().response, first);
}

#[test]
fn what_is_no_part_of_the_batch_is_not_published_with_it() {
    let world = World::with(Format::Csv, &[page(Format::Csv, &good()).as_bytes()]);
    world.objects.place(&format!("{CURATED}{}part-00077.parquet", batch("a").data()), b"of an earlier attempt");
    let failure = world.failure(Ask::Curate);
    assert!(failure.contains("part-00077.parquet is no part of this batch: remove it"), "{failure}");
    assert!(world.names().iter().all(|name| name.starts_with("data/")));
}

/// However memory is cut up, the bytes are the same; and rows that are spilled are no others.
#[test]
fn the_same_batch_gives_the_same_bytes() {
    let many: Vec<Texts> =
        (0..100).map(|n| texts(["DEHAM", "CNSHA", "2026-01-01", &(n * 37 % 71).to_string()])).collect();
    let one = page(Format::Json, &many);
    let written = |limit: usize, piece: usize| {
        let world = World { limit, ..World::new() };
        let objects = Rc::new(MemoryObjects::default().with_chunks_of(piece));
        let world = World { objects, ..world };
        world.pulled(&batch("a"), Format::Json, &[one.as_bytes()]);
        world.curate();
        assert_eq!(world.verdict().duplicates, 29);
        world.objects.all()
    };
    let in_memory = written(1_000, 1_000_000);
    for (limit, piece) in [(1, 7), (3, 100), (40, 4_096), (100, 1)] {
        assert_eq!(written(limit, piece), in_memory, "{limit} rows in memory, pieces of {piece} bytes");
    }
}

#[test]
fn the_schema_is_what_the_catalog_says() {
    let world = World::with(Format::Csv, &[page(Format::Csv, &good()).as_bytes()]);
    world.curate();
    let file = world.file(&format!("{}part-00000.parquet", batch("a").data())).unwrap();
    let reader = SerializedFileReader::new(bytes::Bytes::from(file)).unwrap();
    let (mut schema, metadata) = (Vec::new(), reader.metadata());
    print_schema(&mut schema, metadata.file_metadata().schema());
    assert_eq!(
        String::from_utf8(schema).unwrap(),
        "message prices {\n  REQUIRED BYTE_ARRAY orig_code (STRING);\n  REQUIRED BYTE_ARRAY dest_code (STRING);\n  \
         REQUIRED INT32 day (DATE);\n  REQUIRED INT32 price;\n  REQUIRED BYTE_ARRAY batch (STRING);\n}\n"
    );
    assert_eq!(metadata.file_metadata().created_by(), Some("millrace"));
    assert_eq!(metadata.num_row_groups(), 2);
    for column in metadata.row_group(0).columns() {
        assert!(column.statistics().is_some() && column.dictionary_page_offset().is_some());
        assert!(matches!(column.compression(), parquet::basic::Compression::ZSTD(_)));
    }
}
