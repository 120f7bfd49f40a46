use proptest::prelude::*;
use std::{collections::BTreeSet, fmt::Write};

use super::*;
use crate::bench::{PORTS_FILE, REGIONS_FILE};

/// The file, the line and the reason.
fn why(regions: &str, ports: &str) -> (&'static str, u64, String) {
    let refusal = Reference::parse(regions.as_bytes(), ports.as_bytes()).map(drop).unwrap_err();
    let file = [PORTS.file, REGIONS.file].into_iter().find(|file| refusal.file.as_deref() == Some(file)).unwrap();
    (file, refusal.line.unwrap(), refusal.reason)
}

#[test]
fn columns_may_be_in_any_order_and_fields_quoted() {
    let regions = "\u{feff}parent_slug,slug,name\r\n,world,\"The \"\"world\"\", all of it\"\r\nworld,china,\r\n";
    let found = Reference::parse(regions.as_bytes(), b"code,name,parent_slug\nCNSGH,Shanghai,china").unwrap();
    assert_eq!(found.regions[0].name, "The \"world\", all of it");
    let pairs: Vec<_> = found.closure.pairs(&found.ports).collect();
    assert_eq!(pairs, [("CNSGH", "CNSGH"), ("china", "CNSGH"), ("world", "CNSGH")]);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let ports = |line: &str| why(REGIONS_FILE, &format!("{PORTS_FILE}{line}\n"));
    let regions = |line: &str| why(&format!("{REGIONS_FILE}{line}\n"), PORTS_FILE);
    for (line, reason) in [
        ("DEHAM,Hamburg", "it has 2 fields where the header has 3"),
        ("DEHAM,Hamburg,", "the port DEHAM has no parent_slug"),
        ("DEHAM,Hamburg,asia", "the parent of DEHAM is asia, which no region is"),
        ("DEHAM,Hamburg,CNSGH", "the parent of DEHAM is CNSGH, which no region is"),
        ("deham,Hamburg,europe", "code \"deham\" is not five letters A-Z"),
        ("CNSGH,Again,europe", "code CNSGH is in line 2 already"),
        ("DEHAM,\"Ham\nburg\",europe", "name has a line break in it, as when a quote is not closed"),
        ("DEHAM, Hamburg,europe", "name \" Hamburg\" has space around it, or more than 200 characters"),
    ] {
        assert_eq!(ports(line), ("ports.csv", 5, reason.to_owned()));
    }
    for (line, reason) in [
        (",Nowhere,world", "slug is empty"),
        ("ASIAN,Asia,world", "slug \"ASIAN\" could be taken for a port's code: write it in small letters"),
        ("asia,Asia,nowhere", "the parent of asia is nowhere, which no region is"),
        ("china,Again,world", "slug china is in line 3 already"),
        ("asia,Asia,asia", "the region asia is below itself: asia < asia"),
    ] {
        assert_eq!(regions(line), ("regions.csv", 6, reason.to_owned()));
    }
    let (file, line, reason) = regions("a,,b\nb,,c\nc,,b");
    assert_eq!((file, line, reason.as_str()), ("regions.csv", 7, "the region b is below itself: b < c < b"));
    assert_eq!(why("slug,name\n", PORTS_FILE).1, 1);
    assert!(why("", PORTS_FILE).2.starts_with("it is empty"));
    assert!(why(REGIONS_FILE, "code,code,name,parent_slug\n").2.contains("where code,name,parent_slug is expected"));
    let refusal = Reference::parse(REGIONS_FILE.as_bytes(), b"code,name,parent_slug\nX\xff,,\n").unwrap_err();
    assert_eq!(
        (refusal.file.as_deref().unwrap(), refusal.line, refusal.reason.as_str()),
        ("ports.csv", Some(2), "it has what is not UTF-8")
    );
}

#[test]
fn depth_is_bounded() {
    let chain = |depth: usize| {
        let first = "slug,name,parent_slug\nr0,,\n".to_owned();
        (1..depth).fold(first, |text, n| text + &format!("r{n},,r{}\n", n - 1))
    };
    let ports = |depth: usize| format!("code,name,parent_slug\nCNSGH,,r{}\n", depth - 1);
    let deepest = Reference::parse(chain(32).as_bytes(), ports(32).as_bytes()).unwrap();
    assert_eq!(deepest.closure.pairs(&deepest.ports).count(), 33);
    assert!(why(&chain(40), &ports(40)).2.contains("more than 32 regions"));
}

proptest! {
    /// Whatever is read is a forest, in which each port is below itself and what its parent is below.
    #[test]
    fn what_is_taken_holds_together(parents in prop::collection::vec(prop::option::of(0..9_usize), 1..9), ports in prop::collection::vec(0..9_usize, 0..9)) {
        let slug = |n: &usize| format!("r{n}");
        let mut regions = "slug,name,parent_slug\n".to_owned();
        for (n, parent) in parents.iter().enumerate() {
            writeln!(regions, "r{n},,{}", parent.as_ref().map(slug).unwrap_or_default()).unwrap();
        }
        let mut text = "code,name,parent_slug\n".to_owned();
        for (n, parent) in ports.iter().enumerate() {
            writeln!(text, "ABCD{},,r{parent}", char::from(b'A' + u8::try_from(n).unwrap())).unwrap();
        }
        let ends = |mut at: usize| {
            for _ in 0..20 {
                match parents.get(at) {
                    None => return false,
                    Some(None) => return true,
                    Some(Some(parent)) => at = *parent,
                }
            }
            false
        };
        let is_good = (0..parents.len()).all(ends) && ports.iter().all(|port| *port < parents.len());
        let found = Reference::parse(regions.as_bytes(), text.as_bytes());
        prop_assert_eq!(found.is_ok(), is_good);
        if let Ok(found) = found {
            let pairs: Vec<_> = found.closure.pairs(&found.ports).collect();
            let unique: BTreeSet<_> = pairs.iter().collect();
            prop_assert_eq!(unique.len(), pairs.len());
            for port in &found.ports {
                prop_assert!(unique.contains(&(port.key.as_str(), port.key.as_str())));
                prop_assert!(unique.contains(&(port.parent.as_deref().unwrap(), port.key.as_str())));
            }
        }
    }

    #[test]
    fn any_bytes_are_taken_or_refused(regions: Vec<u8>, ports in "(code,name,parent_slug\n)?[A-C,\"\n\r ]{0,60}") {
        if let Err(refusal) = Reference::parse(&regions, ports.as_bytes()) {
            prop_assert!(refusal.line.is_some() && !refusal.reason.is_empty());
        }
        let _ = Reference::parse(REGIONS_FILE.as_bytes(), ports.as_bytes());
    }
}
