//! What the Spark job says is not believed before it was seen.

use contract::{
    curate::Ask,
    rates::{Engine, Format, Outcome, Verdict},
};

use crate::bench::{CURATED, Texts, World, batch, later, page, texts};

/// What the Spark job would have left behind, and what it says of it.
fn made() -> (World, Verdict) {
    let rows: Vec<Texts> = (0..20).map(|n| texts(["DEHAM", "CNSHA", "2026-01-01", &(n % 15).to_string()])).collect();
    let world = World::with(Format::Csv, &[page(Format::Csv, &rows).as_bytes()]);
    world.curate();
    let verdict = Verdict { engine: Engine::Glue, ..world.verdict() };
    for name in world.names().iter().filter(|name| !name.starts_with("data/")) {
        world.objects.remove(&format!("{CURATED}{name}"));
    }
    (world, verdict)
}

fn publish(change: impl FnOnce(&World, &mut Verdict)) -> Result<World, String> {
    let (world, mut verdict) = made();
    change(&world, &mut verdict);
    world.objects.place(&format!("{CURATED}spark/a.json"), &serde_json::to_vec(&verdict).unwrap());
    match world.ask(&batch("a"), Ask::Publish) {
        Ok(_) => Ok(world),
        Err(error) => {
            assert!(world.names().iter().all(|name| name.starts_with("data/") || name.starts_with("spark/")));
            Err(runtime::chain(&*error))
        }
    }
}

#[test]
fn what_is_as_it_says_becomes_visible() {
    let world = publish(|_, _| ()).unwrap();
    assert_eq!((world.visible().len(), world.verdict().engine), (15, Engine::Glue));
    assert!(world.names().iter().any(|name| name.starts_with("seen/")));
}

#[test]
fn what_is_not_as_it_says_is_an_error() {
    let failing = |change: fn(&World, &mut Verdict), why: &str| {
        let failure = publish(change).err().unwrap_or_default();
        assert!(failure.contains(why), "{why}: {failure}");
    };
    let path = |part: &str| format!("{CURATED}{}{part}", batch("a").data());
    assert!(made().0.failure(Ask::Publish).contains("spark/a.json is not there: the Spark job has not ended well"));
    failing(|_, verdict| verdict.batch = later("a"), "is not of this batch");
    failing(|_, verdict| verdict.engine = Engine::Function, "is not of this batch, or not of the Spark job");
    failing(|_, verdict| verdict.rows += 1, "does not add up");
    failing(|_, verdict| verdict.read += 1, "does not add up");
    failing(|_, verdict| verdict.wrong += 1, "does not add up");
    failing(|_, verdict| verdict.parts.swap(0, 1), "does not add up");
    failing(|_, verdict| verdict.parts[0].bytes += 1, "bytes where");
    failing(
        |_, verdict| {
            verdict.parts[0].rows += 1;
            verdict.parts[1].rows -= 1;
        },
        "part-00000.parquet has 7 rows where 8 were written",
    );
    failing(|_, verdict| verdict.rows -= verdict.parts.pop().unwrap().rows, "does not add up");
    failing(
        |_, verdict| {
            let last = verdict.parts.pop().unwrap();
            (verdict.rows, verdict.read) = (verdict.rows - last.rows, verdict.read - last.rows);
        },
        "part-00002.parquet is no part of this batch",
    );
    failing(|_, verdict| verdict.outcome = Outcome::Rejected, "refuses the batch without saying what for");
    let failure = publish(|world, _| world.objects.remove(&path("part-00001.parquet"))).err().unwrap();
    assert!(failure.contains("part-00001.parquet: not found"), "{failure}");
    for garbage in [&b""[..], b"PAR1", b"0123456789012345\xff\xff\xff\x7fPAR1", b"0123456789012345\x08\0\0\0PAR1"] {
        let failure = publish(|world, verdict| {
            verdict.parts[1].bytes = garbage.len() as u64;
            world.objects.place(&path("part-00001.parquet"), garbage);
        });
        let failure = failure.err().unwrap();
        assert!(failure.contains("part-00001.parquet is no Parquet file"), "{failure}");
    }
}

#[test]
fn a_refusal_needs_its_rows() {
    let refuse = |verdict: &mut Verdict| {
        (verdict.outcome, verdict.wrong, verdict.rows) = (Outcome::Rejected, 1, 0);
        verdict.parts.clear();
        verdict.quarantine = Some(batch("a").rejected());
    };
    let clear = |world: &World| {
        world.names().iter().for_each(|name| world.objects.remove(&format!("{CURATED}{name}")));
    };
    let failure = publish(|world, verdict| {
        refuse(verdict);
        clear(world);
    });
    assert!(failure.err().unwrap().contains("rejected/a.jsonl: not found"));
    let world = publish(|world, verdict| {
        refuse(verdict);
        clear(world);
        world.objects.place(&format!("{CURATED}rejected/a.jsonl"), b"{}\n");
    });
    let world = world.ok().unwrap();
    assert_eq!(world.verdict().outcome, Outcome::Rejected);
    assert_eq!(world.names(), ["rejected/a.jsonl", "spark/a.json", "verdicts/a.json"]);
}
