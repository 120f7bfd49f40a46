use super::*;
use crate::build::Kind;
use crate::project::Project;
use crate::tools;
use stacks::stage::{Architecture, Package};
use std::collections::BTreeMap;
use std::fs;

fn project() -> Project {
    Project::find().unwrap()
}

fn makings(target: Target) -> Makings {
    of(&project(), &super::super::packages(&project()).unwrap(), target).unwrap()
}

fn told(name: &str, sha256_hex: &str, target: Target, makings: &Makings) -> Value {
    let archive = Archive {
        function: name.to_owned(),
        kind: Kind::Zip,
        path: format!("{name}-00.zip").into(),
        sha256_hex: sha256_hex.to_owned(),
        sha256_base64: String::new(),
        bytes: 1,
    };
    let assets = BTreeMap::from([("trip.schema.json".to_owned(), b"{}".to_vec())]);
    let function = Function { name: name.to_owned(), package: Package::Zip, assets };
    document(&archive, &function, &Making { target, profile: Profile::Release, makings }).unwrap()
}

/// The judge that the makers of the format publish.
fn schema() -> jsonschema::Validator {
    let folder = tools::cyclonedx(&project()).unwrap_or_else(|failure| panic!("{failure}"));
    let read = |name: &str| -> Value {
        let file = folder.join(name);
        let text = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        serde_json::from_slice(&text).unwrap()
    };
    let registry = jsonschema::Registry::new()
        .add("http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json", read("spdx.SNAPSHOT.schema.json"))
        .unwrap()
        .add("http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json", read("jsf-0.82.SNAPSHOT.schema.json"))
        .unwrap()
        .prepare()
        .unwrap();
    jsonschema::options().with_registry(&registry).build(&read("bom-1.6.SNAPSHOT.schema.json")).unwrap()
}

const SHA: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn every_function_says_what_it_is_made_of_in_the_official_form() {
    let judge = schema();
    for target in [Target::of(Architecture::Arm64), Target::without_library(Architecture::X86_64)] {
        let makings = makings(target);
        for name in super::super::packages(&project()).unwrap() {
            let said = told(&name, SHA, target, &makings);
            let wrong: Vec<_> =
                judge.iter_errors(&said).map(|error| format!("{} {error}", error.instance_path())).collect();
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
            for part in said["components"].as_array().unwrap().iter().filter(|part| part["type"] == "library") {
                let ours = project().root().join("functions").join(part["name"].as_str().unwrap()).is_dir();
                assert!(part["licenses"][0]["expression"].is_string(), "{name}: {part}");
                assert_eq!(part["purl"].is_null() || part["hashes"].is_null(), ours, "{name}: {part}");
            }
            assert!(!said.to_string().contains(project().root().to_str().unwrap()), "{name} tells of this machine");
        }
    }
    let mut broken =
        told("write-to-s3", SHA, Target::of(Architecture::Arm64), &makings(Target::of(Architecture::Arm64)));
    broken["components"][0]["type"] = "crate".into();
    assert!(!judge.is_valid(&broken), "the judge lets anything pass");
}

#[test]
fn what_is_linked_is_told_from_what_only_builds_it() {
    let target = Target::of(Architecture::X86_64);
    let said = told("write-to-s3", SHA, target, &makings(target));
    let scope = |name: &str| {
        let part = said["components"].as_array().unwrap().iter().find(|part| part["name"] == name)?;
        part["scope"].as_str().map(str::to_owned)
    };
    for (name, expected) in [
        ("object_store", Some("required")),
        ("runtime", Some("required")),
        ("ring", Some("required")),
        ("serde_derive", Some("excluded")),
        ("cc", Some("excluded")),
        // Of another function, and of tests only.
        ("tokio-postgres", None),
        ("proptest", None),
    ] {
        assert_eq!(scope(name).as_deref(), expected, "{name}");
    }
    assert!(said["components"].as_array().unwrap().iter().any(|part| part["bom-ref"] == "file:trip.schema.json"));
}

#[test]
fn the_serial_number_is_of_what_is_said() {
    let target = Target::of(Architecture::X86_64);
    let makings = makings(target);
    let one = told("write-to-s3", SHA, target, &makings);
    assert_eq!(one, told("write-to-s3", SHA, target, &makings));
    let other = told("write-to-s3", &SHA.replace('9', "8"), target, &makings);
    assert_ne!(one["serialNumber"], other["serialNumber"]);
}
