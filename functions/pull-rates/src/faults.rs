//! A source that fails in every way, at each of its pages, in every format: what is stored in the end is what it has, to the
//! byte, and nothing less.

use contract::rates::Format;
use flate2::{Compression, write::GzEncoder};
use runtime::testing::Upsets;
use std::{io::Write, time::Duration};

use crate::{
    bench::{FORMATS, World, body, headers},
    site::{Step, answer, head},
};

/// What may happen once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    BreakOff,
    Shorter,
    Longer,
    Trickle,
    Silence,
    Deaf,
    Status(u16),
    Later(&'static str),
    Away,
    Around,
    Garbage,
    Endless,
    EndlessChunks,
    Unanswered,
    ChunkCut,
    ChunkBroken,
    LastKept,
    Again,
    Loop,
    Elsewhere,
    WrongDigest,
    WrongCount,
    GzipCut,
    NoHttp,
}

/// Those that another attempt of the batch is needed for; the others are got over in the same run.
const FATAL: [Fault; 7] = [
    Fault::Status(400),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Away,
    Fault::Endless,
    Fault::EndlessChunks,
    Fault::Elsewhere,
];

const FAULTS: [Fault; 28] = [
    Fault::BreakOff,
    Fault::Shorter,
    Fault::Longer,
    Fault::Trickle,
    Fault::Silence,
    Fault::Deaf,
    Fault::Status(204),
    Fault::Status(304),
    Fault::Status(400),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Status(408),
    Fault::Status(500),
    Fault::Status(502),
    Fault::Later("0"),
    Fault::Later("7"),
    Fault::Later("Sat, 21 Nov 2020 02:00:00 GMT"),
    Fault::Away,
    Fault::Around,
    Fault::Garbage,
    Fault::Endless,
    Fault::EndlessChunks,
    Fault::Unanswered,
    Fault::ChunkCut,
    Fault::ChunkBroken,
    Fault::LastKept,
    Fault::Again,
    Fault::Loop,
];
const MORE: [Fault; 5] = [Fault::Elsewhere, Fault::WrongDigest, Fault::WrongCount, Fault::GzipCut, Fault::NoHttp];

const CHUNKED: &str = "transfer-encoding: chunked\r\n";

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// A page whose next one is another than it should be.
fn leading(format: Format, page: usize, to: &str) -> Vec<Step> {
    let to = &if format == Format::Xml { to.replace('&', "&amp;") } else { to.to_owned() };
    let named = format!("/v1/prices?page={}", page + 1);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (mut headers, mut body) = (headers(format, page, 0), text(body(format, page, 0)));
    if page == 3 {
        match format {
            Format::Json => body = body.replace("]}", &format!("],\"next\":\"{to}\"}}")),
            Format::Csv => headers = format!("{headers}link: <{to}>; rel=next\r\n"),
            Format::Xml => body = body.replace("<prices>", &format!("<prices next='{to}'>")),
        }
    }
    answer(200, &headers.replace(&named, to), body.replace(&named, to).as_bytes())
}

fn steps(fault: Fault, format: Format, page: usize, right: Vec<Step>) -> Vec<Step> {
    let (whole, said) = (body(format, page, 0), headers(format, page, 0));
    let half = whole[..whole.len() / 2].to_vec();
    let length = |length: usize| Step::Send(head(200, &format!("{said}content-length: {length}\r\n")));
    let chunked = || Step::Send(head(200, &format!("{said}{CHUNKED}")));
    match fault {
        Fault::BreakOff => vec![length(whole.len()), Step::Send(half), Step::Close],
        Fault::Shorter => vec![length(half.len()), Step::Send(half), Step::Close],
        Fault::Longer => vec![length(whole.len() + 10), Step::Send(whole), Step::Close],
        Fault::Trickle => {
            let bytes = whole.iter().flat_map(|byte| [Step::Send(vec![*byte]), Step::Wait(Duration::from_millis(20))]);
            [length(whole.len())].into_iter().chain(bytes).collect()
        }
        Fault::Silence => vec![length(whole.len()), Step::Send(half), Step::Wait(Duration::from_secs(2))],
        Fault::Deaf => vec![Step::Wait(Duration::from_secs(2))],
        Fault::Status(status @ (204 | 304)) => vec![Step::Send(head(status, &said))],
        Fault::Status(status) => answer(status, "", b"Bearer swordfish is not enough\n"),
        Fault::Later(after) => {
            answer(429 + 74 * u16::from(page == 2), &format!("retry-after: {after}\r\n"), b"slow down")
        }
        Fault::Away => answer(307, "location: http://localhost:1/v1/prices\r\n", b""),
        Fault::Around => answer(302, "location: ?nowhere\r\n", b"").into_iter().chain([Step::Close]).collect(),
        Fault::Garbage => answer(200, &said, b"<!DOCTYPE html><html><body>\xff\xfeWe are back soon</body></html>"),
        Fault::Endless => {
            vec![Step::Send(head(200, &said)), Step::Send(whole), Step::Repeat(vec![b' '; 4_096], 1_000_000)]
        }
        Fault::EndlessChunks => {
            vec![chunked(), Step::Send(chunk(&whole)), Step::Repeat(chunk(&[b' '; 4_096]), 1_000_000)]
        }
        Fault::Unanswered => vec![Step::Close],
        Fault::ChunkCut => vec![chunked(), Step::Send(chunk(&whole)), Step::Close],
        Fault::ChunkBroken => vec![chunked(), Step::Send(chunk(&half)), Step::Send(b"xyz\r\n".to_vec()), Step::Close],
        // The connection is closed when the next request is on its way.
        Fault::LastKept => right.into_iter().chain([Step::Close]).collect(),
        Fault::Again => {
            let before = page.saturating_sub(1).max(1);
            answer(200, &headers(format, before, 0), &body(format, before, 0))
        }
        Fault::Loop if page == 1 => leading(format, page, "?day=2026-11-21&api_key=hunter2"),
        Fault::Loop => leading(format, page, &format!("/v1/prices?page={page}")),
        Fault::Elsewhere => leading(format, page, "https://elsewhere.example/v1/prices?page=2"),
        Fault::WrongDigest => answer(
            200,
            &format!("{said}repr-digest: sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:\r\n"),
            &whole,
        ),
        Fault::WrongCount => answer(200, &format!("x-row-count: 77\r\n{}", said.replace("x-row-count", "x")), &whole),
        Fault::GzipCut => {
            let mut packed = GzEncoder::new(Vec::new(), Compression::default());
            packed.write_all(&whole).unwrap();
            let packed = packed.finish().unwrap();
            answer(200, &format!("{said}content-encoding: gzip\r\n"), &packed[..packed.len() - 9])
        }
        Fault::NoHttp => vec![Step::Send(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), Step::Close],
    }
}

fn try_all(faults: &[Fault]) {
    for format in FORMATS {
        for page in 1..=3 {
            for fault in faults.iter().copied() {
                let what = format!("{format:?}: {fault:?} at page {page}");
                let world = World::new(format, Upsets::default());
                world.at(page, move |_, right| steps(fault, format, page, right));
                let first = world.run();
                let is_fatal = FATAL.contains(&fault);
                assert_eq!(first.is_err(), is_fatal, "{what}: {}", first.err().unwrap_or_default());
                if let Err(told) = first {
                    assert!(told.starts_with("batch run-1: "), "{told}");
                    let stored = format!(". {} pages are stored; the next attempt", page - 1);
                    assert!(told.contains(&stored), "{what}: {told}");
                    assert!(!world.batch().contains_key("manifest.json"), "{what}");
                    let asked = world.site.asked().len();
                    world.run().unwrap();
                    // Whether the first page is as it was, and what is missing.
                    let again = world.site.asked().len() - asked;
                    assert_eq!(again, 4 - page + usize::from(page > 1), "{what}: no page is pulled twice");
                }
                world.assert_whole(0, &what);
                assert_eq!(world.objects.unfinished(), 0, "{what}");
                assert_eq!(world.batch().len(), 5, "{what}");
            }
        }
    }
}

#[test]
fn whatever_happens_once_the_batch_is_what_the_source_has() {
    try_all(&FAULTS[..14]);
}

#[test]
fn whatever_else_happens_once_the_batch_is_what_the_source_has() {
    try_all(&FAULTS[14..]);
}

#[test]
fn whatever_the_source_says_of_a_page_has_to_be_so() {
    try_all(&MORE);
}

/// What lasts is told, and what is stored is kept.
#[test]
fn what_lasts_ends_the_run_with_its_cause() {
    for (fault, cause) in [
        (Fault::Garbage, "is not stored: at byte"),
        (Fault::WrongCount, "prices, and the source says 77"),
        (Fault::WrongDigest, "and the source says LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        (Fault::Loop, "it leads back to http://127.0.0.1:"),
        (Fault::Status(204), "answers 204 No Content, and 200 is expected"),
        (Fault::Elsewhere, "leads to https://elsewhere.example, and is not followed"),
    ] {
        for format in FORMATS {
            let world = World::new(format, Upsets::default());
            (0..9).for_each(|_| world.at(2, move |_, right| steps(fault, format, 2, right)));
            let told = world.run().unwrap_err();
            assert!(told.contains(cause) && told.contains("page=2"), "{format:?}: {told}");
            assert!(told.contains(". 1 pages are stored"), "{told}");
            let names: Vec<String> = world.batch().into_keys().collect();
            assert_eq!(names, [format!("page-000001.{}", format.extension()), "progress.json".to_owned()]);
        }
    }
}
