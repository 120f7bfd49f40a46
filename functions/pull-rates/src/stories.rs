//! What is said of a source, and what a source says.

use contract::{
    HttpSource, Whole,
    pull_rates::{Env, Pull, Pulled},
    rates::{Format, Seen},
};
use flate2::{Compression, write::GzEncoder};
use runtime::testing::{Upset, Upsets};
use std::{
    io::Write,
    time::{Duration, Instant},
};

use crate::{
    bench::{FORMATS, SEEN, World, body, headers, pull},
    limits::Limits,
    site::{Step, answer, head},
};

fn calm(format: Format) -> World {
    World::new(format, Upsets::default())
}

#[test]
fn a_batch_is_pulled_once() {
    for format in FORMATS {
        let world = calm(format);
        let first = world.run().unwrap();
        world.assert_whole(0, "pulled");
        assert_eq!((first.counts.input, first.counts.out), (3, 3));
        let asked = world.site.asked();
        let paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
        assert_eq!(paths, ["/v1/prices?day=2026-11-21&api_key=hunter2", "/v1/prices?page=2", "/v1/prices?page=3"]);
        assert!(asked.iter().all(|asked| asked.headers["accept-encoding"] == "identity"));
        world.course.lock().unwrap().state = 1;
        let again = world.run().unwrap();
        assert_eq!((again.response, again.counts.input), (first.response, 0), "nobody counts it twice");
        assert_eq!(world.site.asked().len(), 3, "the source is left alone");
        world.assert_whole(0, "again");
    }
}

#[test]
fn a_source_without_news_is_not_pulled() {
    for format in FORMATS {
        let world = calm(format);
        let source = world.source().replace("hunter2", "***");
        let seen = |etag: &str| Seen {
            source: source.clone(),
            etag: Some(etag.to_owned()),
            last_modified: None,
            batch: pull().batch,
        };
        let name = format!("{SEEN}{}", Seen::name(&source));
        world.objects.place(&name, &serde_json::to_vec(&seen("\"0-1\"")).unwrap());
        let answer = world.run().unwrap();
        assert_eq!(answer.response, Pulled { pages: 0, bytes: 0, unchanged: true });
        let manifest = world.manifest();
        assert_eq!((manifest.pages.len(), manifest.unchanged, manifest.source.as_str()), (0, true, source.as_str()));
        assert_eq!(world.site.asked()[0].headers["if-none-match"], "\"0-1\"");
        assert!(world.run().unwrap().response.unchanged);
        assert_eq!(world.site.asked().len(), 1);

        let world = calm(format);
        world.objects.place(&format!("{SEEN}{}", Seen::name(&world.source().replace("hunter2", "***"))), b"{}");
        world.run().unwrap();
        world.assert_whole(0, "what was seen cannot be read");
    }
}

#[test]
fn a_run_goes_on_where_the_last_one_was_killed() {
    for format in FORMATS {
        let whole = calm(format);
        whole.run().unwrap();
        // Somewhere behind the note of the second page.
        let world = World::new(format, Upsets::default().at(whole.upsets.calls() - 2, Upset::CrashBefore));
        world.run().unwrap_err();
        world.upsets.take_crash();
        assert!(world.batch().len() >= 3, "{:?}", world.batch().keys());
        let asked = world.site.asked().len();
        world.run().unwrap();
        world.assert_whole(0, "went on");
        let paths: Vec<String> = world.site.asked()[asked..].iter().map(|asked| asked.path.clone()).collect();
        assert_eq!(paths, ["/v1/prices?day=2026-11-21&api_key=hunter2", "/v1/prices?page=3"]);
        assert_eq!(world.site.asked()[asked].headers["if-none-match"], "\"0-1\"");
    }
}

#[test]
fn a_stage_has_its_source_and_nobody_says_otherwise() {
    let world = calm(Format::Json);
    let other = HttpSource::try_from("https://evil.example/".to_owned()).unwrap();
    let told = world.run_with(world.env(), Pull { source: Some(other.clone()), ..pull() }).unwrap_err();
    assert_eq!(told, "the run names another source than the stage, which pulls from its own only");
    let without = || Env { source: None, credentials: None, ..world.env() };
    let told = world.run_with(without(), pull()).unwrap_err();
    assert!(told.starts_with("there is no source to pull from"), "{told}");
    let told = world.run_with(Env { source: None, ..world.env() }, pull()).unwrap_err();
    assert!(told.starts_with("CREDENTIALS are sent to SOURCE and to no other place"), "{told}");
    let told = world.run_with(Env { requests_per_minute: Whole(0), ..world.env() }, pull()).unwrap_err();
    assert!(told.contains("REQUESTS_PER_MINUTE has to be 1 at least"), "{told}");
    assert!(world.site.asked().is_empty());
    let own = world.env().source;
    world.run_with(world.env(), Pull { source: own.clone(), ..pull() }).unwrap();
    world.assert_whole(0, "the same source may be named");
    // Where the run says, no credentials go along.
    let told = calm(Format::Json).run_with(without(), Pull { source: own, ..pull() }).unwrap_err();
    assert!(told.contains("answers 401") && told.contains("the stage has no secret for it: who are you?"), "{told}");
}

#[test]
fn what_a_source_refuses_is_told_without_secrets_and_at_once() {
    let world = calm(Format::Json);
    world.at(1, |_, _| answer(403, "", b"Bearer swordfish may not\nread this"));
    let told = world.run().unwrap_err();
    assert!(
        told.contains(
            "api_key=*** answers 403 Forbidden; look at what the source's secret says: *** may not read this"
        ),
        "{told}"
    );
    assert_eq!(world.site.asked().len(), 1);
}

#[test]
fn requests_are_as_far_apart_as_is_wanted_and_as_the_source_wants() {
    let world = calm(Format::Xml);
    let env = Env { requests_per_minute: Whole(10), ..world.env() };
    world.at(2, |_, _| answer(429, "retry-after: 40\r\n", b""));
    world.run_with(env, pull()).unwrap();
    let pauses: Vec<f64> = world.pause.pauses().iter().map(|pause| pause.as_secs_f64().round()).collect();
    // Time does not pass by this watch, so that turns add up.
    assert_eq!(pauses, [6.0, 40.0, 12.0, 18.0]);
    let world = calm(Format::Xml);
    world.at(2, |_, _| answer(503, "retry-after: 7200\r\n", b""));
    let told = world.run().unwrap_err();
    assert!(
        told.contains("answers 503 Service Unavailable, and wants to be asked again in 7200 s, when it is too late"),
        "{told}"
    );
    world.run().unwrap();
    world.assert_whole(0, "later");
}

#[test]
fn when_the_time_is_up_it_is_told_what_failed_last() {
    let world =
        World { limits: Limits { room: Duration::from_millis(800), ..calm(Format::Csv).limits }, ..calm(Format::Csv) };
    (0..100_000).for_each(|_| world.at(3, |_, _| answer(500, "", b"")));
    let begun = Instant::now();
    let told = world.run_with(Env { seconds: Whole(1), ..world.env() }, pull()).unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(1), "before it is killed");
    assert!(told.contains("what failed last: http://127.0.0.1:") && told.contains("page=3 answers 500"), "{told}");
    assert!(told.ends_with(". 2 pages are stored; the next attempt of the batch goes on behind them"), "{told}");
    world.course.lock().unwrap().instead.clear();
    world.run().unwrap();
    world.assert_whole(0, "went on");
}

#[test]
fn what_is_packed_is_stored_unpacked() {
    for format in FORMATS {
        let world = calm(format);
        world.at(2, move |_, _| {
            let mut packed = GzEncoder::new(Vec::new(), Compression::default());
            packed.write_all(&body(format, 2, 0)).unwrap();
            answer(200, &format!("{}content-encoding: gzip\r\n", headers(format, 2, 0)), &packed.finish().unwrap())
        });
        world.run().unwrap();
        world.assert_whole(0, "gzip");
        let world = calm(format);
        world.at(2, |_, _| answer(200, "content-encoding: br\r\n", b"?"));
        let told = world.run().unwrap_err();
        assert!(told.contains("is sent as 'br', though it is asked for as it is"), "{told}");
    }
}

#[test]
fn a_page_may_be_elsewhere_at_the_same_source() {
    let world = calm(Format::Json);
    world.at(2, |_, _| answer(308, "location: /v1/prices?moved&page=2\r\n", b""));
    world.run().unwrap();
    world.assert_whole(0, "redirected");
    assert_eq!(world.site.asked()[2].headers["authorization"], "Bearer swordfish");
}

#[test]
fn csv_has_to_say_where_it_ends() {
    let world = calm(Format::Csv);
    world.at(1, |_, _| vec![Step::Send(head(200, "")), Step::Send(body(Format::Csv, 1, 0)), Step::Close]);
    let told = world.run().unwrap_err();
    assert!(told.contains("does not say where its page ends") && told.contains("Content-Length"), "{told}");
    for format in [Format::Json, Format::Xml] {
        let world = calm(format);
        world.at(1, move |_, _| {
            vec![Step::Send(head(200, &headers(format, 1, 0))), Step::Send(body(format, 1, 0)), Step::Close]
        });
        world.run().unwrap();
        world.assert_whole(0, "it ends by itself");
    }
}

#[test]
fn a_source_that_leaves_some_out_is_found_out() {
    for format in FORMATS {
        let world = calm(format);
        world.course.lock().unwrap().headers = "x-total-count: 7\r\n".to_owned();
        let told = world.run().unwrap_err();
        assert!(told.contains("the pages have 6 prices, and the source says 7 in X-Total-Count"), "{told}");
        assert!(!world.batch().contains_key("manifest.json"));
        world.course.lock().unwrap().headers = "x-total-count: 6\r\n".to_owned();
        world.run().unwrap();
        world.assert_whole(0, "all of them");
        assert_eq!(world.site.asked().len(), 6, "the next attempt began anew");
    }
}

#[test]
fn a_source_without_end_is_left() {
    let world = World { limits: Limits { pages: 2, ..calm(Format::Json).limits }, ..calm(Format::Json) };
    let told = world.run().unwrap_err();
    assert!(told.contains("the source has more than 2 pages, or no last one"), "{told}");

    let world = World { limits: Limits { repeated: 1, ..calm(Format::Csv).limits }, ..calm(Format::Csv) };
    for page in [2, 3] {
        let link = format!("link: </v1/prices?page={}>; rel=next\r\n", page + 1);
        world.at(page, move |_, _| answer(200, &link, &body(Format::Csv, 1, 0)));
    }
    let told = world.run().unwrap_err();
    assert!(told.contains("the source repeats itself: the last 2 pages are the same as some before"), "{told}");
}
