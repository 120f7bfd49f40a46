//! Batches that both engines are tried on: good ones, bad ones, and pages that are cut off or strange.

use contract::rates::Format;
use runtime::testing::Dice;

use crate::bench::{Texts, page, texts};

pub(crate) struct Case {
    pub(crate) format: Format,
    pub(crate) pages: Vec<Vec<u8>>,
    /// What the manifest says of the first page's rows.
    pub(crate) said: Option<u64>,
}

pub(crate) fn case(format: Format, pages: &[&str]) -> Case {
    Case { format, pages: pages.iter().map(|page| page.as_bytes().to_vec()).collect(), said: None }
}

const FORMATS: [Format; 3] = [Format::Json, Format::Csv, Format::Xml];

/// Rows of which few are wrong, or none.
pub(crate) fn random(dice: &mut Dice, wrong: usize) -> Vec<Texts> {
    let code = |dice: &mut Dice| ["DEHAM", "CNSHA", "AAAAA", "ZZZZZ", "NLRTM"][dice.below(5)];
    let mut rows = Vec::new();
    for _ in 0..30 + dice.below(60) {
        let (orig, dest) = (code(dice), code(dice));
        let mut row = texts([orig, dest, &format!("2026-02-{:02}", 1 + dice.below(28)), &dice.below(9).to_string()]);
        if dice.percent(wrong) {
            let values =
                ["", "x", "dehaM", "2026-02-30", "-1", "2147483648", "12.0", " 7", "Z\u{fc}rich\u{1F600}\\t", "ABCDEF"];
            row[dice.below(4)] = values[dice.below(values.len())].to_owned();
        }
        rows.push(row);
    }
    rows
}

pub(crate) fn cases() -> Vec<Case> {
    let (mut cases, mut dice) = (Vec::new(), Dice::new(7));
    for format in FORMATS {
        for wrong in [0, 4] {
            let pages: Vec<_> = (0..3).map(|_| page(format, &random(&mut dice, wrong)).into_bytes()).collect();
            cases.push(Case { format, pages: pages.clone(), said: None });
            cases.push(Case { format, pages, said: Some(7) });
        }
        // Cut off anywhere.
        let pages = (0..25).map(|_| {
            let mut page = page(format, &random(&mut dice, 4)).into_bytes();
            page.truncate(dice.below(page.len()));
            page
        });
        cases.push(Case { format, pages: pages.collect(), said: None });
        cases.push(case(format, &[]));
    }
    cases.extend(json());
    cases.extend(csv());
    cases.extend(xml());
    cases
}

/// Pages that are no JSON, or hardly.
fn json() -> Vec<Case> {
    let mut cases = Vec::new();
    let fine = r#"{"orig_code":"DEHAM","dest_code":"CNSHA","day":"2026-01-01","price":1}"#;
    let with = |price: &str| fine.replace(":1}", &format!(":{price}}}"));
    let json = [
        "",
        " ",
        "[",
        "[,]",
        "[]]",
        "[] 1",
        "{",
        "{\"prices\":[]",
        "{}",
        "7",
        "{\"price\":[]}",
        "{\"prices\":{}}",
        "[]",
        "[F]",
        "{\"prices\":[],\"prices\":[]}",
        "[F,]",
        "[F F]",
        "[F,{]",
        "{\"prices\":[F],}",
        "[F,{\"price\":\"\\ud800\"}]",
        "[7]",
        "[F,{\"a\":\"\n\"}]",
        "[[1,2],F]",
        "[{\"day\":1,\"day\":2}]",
        "\u{feff}[F,{\"a\":NaN}]",
        "{\"next\":\"F\",\"prices\":[F]}",
        "{\"a\":{\"prices\":[[]]},\"prices\":[ F\r\n,\tF ]} ",
        "[{\"price\":\"\\u0031\\n\\\"\"}]",
        "[{\"orig_code\":\"\u{e4}\\/\"}]",
        "[01]",
    ];
    let json: Vec<String> = json.iter().map(|text| text.replace('F', fine)).collect();
    cases.push(case(Format::Json, &json.iter().map(String::as_str).collect::<Vec<_>>()));
    let prices =
        ["12.0", "1e3", "-0", "99999999999999999999999", "true", "[1]", "{}", "null", "\"\"", "\"7\"", "\"007\""];
    let prices: Vec<String> = prices.iter().map(|price| with(price)).collect();
    cases.push(case(Format::Json, &[&format!("[{}]", prices.join(","))]));
    cases.push(Case { format: Format::Json, pages: vec![b"[1,\"\xff\"]".to_vec()], said: None });
    cases
}

/// Pages that are no CSV, or hardly.
fn csv() -> Vec<Case> {
    let head = "orig_code,dest_code,day,price\n";
    let csv = [
        "",
        "\n\n",
        "day,price\n",
        "day,price,day,orig_code,dest_code\n",
        "\"x\"y",
        "\"x",
        "H",
        "H\nF,2\n\nF\n",
        "HDEHAM,CNSHA,2026-01-01",
        "HDE\"HA\"M,CNSHA,2026-01-01,1",
        "H\"DEHAM\"x,CNSHA,2026-01-01,1",
        "HF\n\"DEHAM,CNSHA,2026-01-01,1",
        "HF\r\n\"DEHAM\",CNSHA,2026-01-01,\"1\"",
        "\u{feff}note,HF\n",
        "note,H\"a \"\"b\"\",\n\n\",F\r\n\r\n,F\n\"\n\",x,F\n,,,,",
        "H\r\nF\r\r\n",
        "HF,\nF\n \n",
    ];
    let csv: Vec<String> =
        csv.iter().map(|text| text.replace('H', head).replace('F', "DEHAM,CNSHA,2026-01-01,1")).collect();
    let mut csv: Vec<Vec<u8>> = csv.into_iter().map(String::into_bytes).collect();
    csv.push([head.as_bytes(), b"\xff,CNSHA,2026-01-01,1\n\"\xff\"x,\n"].concat());
    csv.push(format!("{head}{},CNSHA,2026-01-01,1\n", "\u{e4}".repeat(50_000)).into_bytes());
    csv.push(format!("{head}DEHAM,CNSHA,2026-01-01,1\n{}\n", "x".repeat(1_100_000)).into_bytes());
    vec![Case { format: Format::Csv, pages: csv, said: None }]
}

/// Pages that are no XML, or hardly.
fn xml() -> Vec<Case> {
    let row =
        "<price><orig_code>DEHAM</orig_code><dest_code>CNSHA</dest_code><day>2026-01-01</day><price>1</price></price>";
    let xml = [
        "",
        "text",
        "<prices>",
        "<prices></price>",
        "<rates/>",
        "<prices/>",
        "<prices>F",
        "<prices>F</prices><prices/>",
        "<prices>F</prices>x",
        "<prices>F<price><day>&nbsp;</day></price></prices>",
        "<prices>F<price a='1' a='2'/></prices>",
        "<prices>F<price><day>1</price></prices>",
        "<!DOCTYPE prices><prices>F</prices>",
        "<prices><price/>F<price>x<day/></price></prices>",
        "<prices><x>F</x>F</prices>",
        "<prices><price><orig_code>DE<b>H</b>AM</orig_code><day>1</day><day>2</day></price></prices>",
        "<prices><price><orig_code>DE<b>H</b>AM</orig_code><day>&lt;&#65;\u{e4}\"</day></price></prices>",
        "<?xml version='1.0'?><!-- a --><prices next='u'>\n<price><orig_code><![CDATA[DE]]>H&#65;<!-- b -->M</orig_code>\n</price></prices>",
    ];
    let xml: Vec<String> = xml.iter().map(|text| text.replace('F', row)).collect();
    vec![case(Format::Xml, &xml.iter().map(String::as_str).collect::<Vec<_>>())]
}
