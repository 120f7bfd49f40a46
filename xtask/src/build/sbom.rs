//! What is in an artifact, as CycloneDX: every crate with its version, licence and checksum. The same artifact has the same
//! bytes of it, so it has no time, and its serial number follows from what it says.

mod resolved;

use serde_json::{Value, json};
use std::path::PathBuf;

use super::target::Target;
use super::{Archive, Function, Profile};
use engine::failure::{Context, Failure, Outcome};
use engine::hash;
pub(super) use resolved::{Makings, of};

/// How the artifact came to be.
pub(super) struct Making<'a> {
    pub(super) target: Target,
    pub(super) profile: Profile,
    pub(super) makings: &'a Makings,
}

/// Beside the archive, under its name.
pub(crate) fn place(archive: &Archive) -> PathBuf {
    archive.path.with_extension("cdx.json")
}

pub(super) fn write(archive: &Archive, function: &Function, making: &Making<'_>) -> Outcome {
    let path = place(archive);
    let text = serde_json::to_string_pretty(&document(archive, function, making)?)
        .failing(|| format!("cannot tell what {} is made of", function.name))?;
    super::archive::put(&path, || Ok(text.into_bytes()))
}

fn document(archive: &Archive, function: &Function, making: &Making<'_>) -> Outcome<Value> {
    let Makings { linked, all } = making.makings;
    let name = &function.name;
    let root = all.root(name).ok_or_else(|| {
        Failure::new(format!("cargo does not know {name}")).hint("run: cargo metadata, and commit Cargo.lock")
    })?;
    let (within, around) = (linked.below(root), all.below(root));
    let mut components: Vec<Value> = around
        .iter()
        .map(|part| {
            let scope = if within.contains(part) { "required" } else { "excluded" };
            component(part, scope, all.licences.get(part), all.checksums.get(part))
        })
        .collect();
    components.extend(function.assets.iter().map(|(name, bytes)| {
        json!({"type": "file", "bom-ref": format!("file:{name}"), "name": name, "hashes": [sha256(&hash::hex(&[bytes]))]})
    }));
    let mut main = component(root, "required", all.licences.get(root), None);
    main["type"] = "application".into();
    main["hashes"] = json!([sha256(&archive.sha256_hex)]);
    main["properties"] = json!([
        {"name": "millrace:target", "value": making.target.triple},
        {"name": "millrace:profile", "value": making.profile.name()},
    ]);
    let dependencies = around.iter().chain([root]).map(|part| {
        let needs: Vec<_> = all.needs.get(part).into_iter().flatten().map(|needed| reference(needed)).collect();
        json!({"ref": reference(part), "dependsOn": needs})
    });
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "millrace", "version": env!("CARGO_PKG_VERSION")}]},
            "component": main,
        },
        "components": components,
        "dependencies": dependencies.collect::<Vec<_>>(),
    });
    document["serialNumber"] = serial(&document.to_string()).into();
    Ok(document)
}

fn component(part: &str, scope: &str, licence: Option<&String>, checksum: Option<&String>) -> Value {
    let (name, version) = part.split_once(" v").unwrap_or((part, ""));
    let mut component =
        json!({"type": "library", "bom-ref": reference(part), "name": name, "version": version, "scope": scope});
    if let Some(licence) = licence {
        component["licenses"] = json!([{"expression": licence}]);
    }
    // What is not from the registry is ours, and has no address there.
    if let Some(checksum) = checksum {
        component["hashes"] = json!([sha256(checksum)]);
        component["purl"] = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B")).into();
    }
    component
}

fn reference(part: &str) -> String {
    part.replacen(" v", "@", 1)
}

fn sha256(hex: &str) -> Value {
    json!({"alg": "SHA-256", "content": hex})
}

/// A UUID of the kind that is made in a way of one's own: here of what it is the number of.
fn serial(text: &str) -> String {
    let hex = hash::hex(&[text.as_bytes()]);
    format!("urn:uuid:{}-{}-8{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

#[cfg(test)]
#[path = "sbom_tests.rs"]
mod tests;
