//! The function and the Spark job on the same batches: the same rows, the same refusals, the same verdicts. What the job
//! leaves behind is then published.

use contract::{
    curate::Ask,
    rates::{Batch, Engine, Format, PULLED, Verdict},
};
use runtime::testing::Dice;
use serde_json::{Value, json};
use std::{env, fs, path::Path, process::Command};

use crate::{
    bench::{CURATED, RAW, Texts, World, batch, manifest, named, page, rows},
    cases::{Case, case, cases, random},
};

/// The Python that has Spark.
const VARIABLE: &str = "MILLRACE_PYSPARK";

/// Has the job do one batch after the other, since Spark takes longer to start than to do any of them; each as Glue starts
/// it, with arguments of its own between ours.
const DRIVER: &str = "
import json, runpy, sys
script = sys.argv[1]
for root in json.load(sys.stdin):
    uri, batch = 'file://' + root, open(root + '/batch.json').read()
    sys.argv = [script, '--JOB_NAME', 'curate', '--raw', uri + '/raw/', '--curated', uri + '/curated/', '--batch', batch]
    sys.argv += ['--TempDir', 's3://temporary/', '--part', '40']
    try:
        runpy.run_path(script, run_name='__main__')
    except Exception as error:
        open(root + '/failed', 'w').write(str(error))
";

/// What the job leaves behind, for each of the cases.
fn spark(root: &Path, cases: &[(Case, World)]) {
    let python = env::var_os(VARIABLE).unwrap_or_else(|| {
        panic!("{VARIABLE} does not say where the Python with Spark is: run the tests by cargo xtask test")
    });
    let roots: Vec<String> =
        (0..cases.len()).map(|number| root.join(number.to_string()).display().to_string()).collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("glue/curate.py");
    let stdin = root.join("roots.json");
    fs::write(&stdin, json!(roots).to_string()).unwrap();
    let conf = [
        "spark.ui.enabled=false",
        "spark.sql.shuffle.partitions=2",
        "spark.driver.host=127.0.0.1",
        "spark.driver.bindAddress=127.0.0.1",
    ];
    let conf = conf.map(|conf| format!("--conf {conf} ")).concat();
    let output = Command::new(&python)
        .args(["-c", DRIVER])
        .arg(script)
        .env("PYSPARK_PYTHON", &python)
        .env("PYSPARK_SUBMIT_ARGS", format!("--master local[2] {conf} pyspark-shell"))
        .env("SPARK_LOCAL_DIRS", root)
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .stdin(fs::File::open(stdin).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Puts a case where the job finds it, and into a world of its own.
fn lay(root: &Path, case: &Case) -> World {
    let pages = named(case.format, &case.pages.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let mut manifest = manifest(&batch("a"), case.format, &pages);
    manifest.pages.iter_mut().take(1).for_each(|page| page.rows = case.said);
    let world = World::new();
    world.pulled_as(&manifest, &pages);
    for (uri, body) in world.objects.all() {
        let path = root.join("raw").join(uri.strip_prefix(RAW).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, body).unwrap();
    }
    fs::write(root.join("batch.json"), serde_json::to_vec(&batch("a")).unwrap()).unwrap();
    world
}

/// Brings what the job wrote into the world.
fn bring(root: &Path, under: &str, world: &World) {
    for entry in fs::read_dir(root.join("curated").join(under)).unwrap().map(Result::unwrap) {
        let name = format!("{under}{}", entry.file_name().display());
        if entry.file_type().unwrap().is_dir() {
            bring(root, &format!("{name}/"), world);
        } else if entry.path().extension().is_none_or(|extension| extension != "crc") {
            world.objects.place(&format!("{CURATED}{name}"), &fs::read(entry.path()).unwrap());
        }
    }
}

fn comparable(verdict: &Verdict) -> Value {
    json!([
        verdict.batch,
        verdict.outcome,
        verdict.read,
        verdict.duplicates,
        verdict.wrong,
        verdict.rows,
        verdict.quarantine,
        verdict.why
    ])
}

#[test]
fn both_engines_give_the_same() {
    let root = tempfile::tempdir().unwrap();
    let mut cases: Vec<(Case, World)> = cases()
        .into_iter()
        .enumerate()
        .map(|(number, case)| {
            let world = lay(&root.path().join(number.to_string()), &case);
            (case, world)
        })
        .collect();
    // A page that is another one by now.
    let altered = cases.len();

    let other = case(Format::Csv, &[&page(Format::Csv, &random(&mut Dice::new(1), 0))]);
    let world = lay(&root.path().join(altered.to_string()), &other);
    fs::write(root.path().join(format!("{altered}/raw/batch=a/page-00000.csv")), PULLED.join(",")).unwrap();
    cases.push((other, world));
    spark(root.path(), &cases);
    for (number, (case, world)) in cases.iter().enumerate() {
        let (what, root) = (format!("case {number}, {:?}", case.format), root.path().join(number.to_string()));
        let failed = fs::read_to_string(root.join("failed")).ok();
        if number == altered {
            assert!(failed.unwrap().contains("is not the page that was pulled: it has"));
            continue;
        }
        assert_eq!(failed, None, "{what}");
        compare(&what, &root, world);
    }
}

fn compare(what: &str, root: &Path, world: &World) {
    world.curate();
    let (verdict, rejected) = (world.verdict(), world.quarantine());
    let mut all: Vec<Texts> = if verdict.rows > 0 { world.visible() } else { Vec::new() };
    all.sort();
    world.names().iter().for_each(|name| world.objects.remove(&format!("{CURATED}{name}")));
    bring(root, "", world);
    let made: Verdict = serde_json::from_slice(&world.file("spark/a.json").unwrap()).unwrap();
    assert_eq!((made.engine, &made.batch), (Engine::Glue, &Batch { ..batch("a") }), "{what}");
    assert_eq!(comparable(&made), comparable(&verdict), "{what}");
    let uri = format!("file://{}/raw/", root.display());
    let quarantine: Vec<Value> = world.quarantine();
    assert_eq!(quarantine.len(), rejected.len(), "{what}");
    for (mut made, own) in quarantine.into_iter().zip(rejected) {
        made["source"] = made["source"].as_str().unwrap().replace(&uri, RAW).into();
        assert_eq!(made, own, "{what}");
    }
    let told = world.ask(&batch("a"), Ask::Publish).unwrap().response;
    assert_eq!(told.outcome, Some(verdict.outcome), "{what}");
    if verdict.rows > 0 {
        assert_eq!(made.parts.len() > 1, verdict.rows > 40, "{what}");
        for part in &made.parts {
            let rows = rows(&world.file(&format!("{}{}", batch("a").data(), part.name)).unwrap());
            assert!(rows.is_sorted(), "{what}: {}", part.name);
        }
        let mut made = world.visible();
        made.sort();
        assert_eq!(made, all, "{what}");
    }
}
