use super::*;
use serde_json::json;

const LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

fn digest(of: &str) -> String {
    Digest::of(of.as_bytes()).to_string()
}

fn entry(platform: &Value) -> Value {
    json!({ "mediaType": KINDS[0], "digest": digest(&platform.to_string()), "size": 1, "platform": platform })
}

fn index(entries: &[Value]) -> Vec<Descriptor> {
    let value = json!({ "schemaVersion": 2, "mediaType": LIST, "manifests": entries });
    match read("base", value.to_string().as_bytes()).unwrap() {
        Document::Index(index) => index,
        Document::Manifest(_) => panic!("no index"),
    }
}

#[test]
fn a_platform_is_chosen_by_its_architecture() {
    let arm = json!({ "os": "linux", "architecture": "arm64", "variant": "v8" });
    let windows = json!({ "os": "windows", "architecture": "amd64" });
    let signature = json!({ "os": "unknown", "architecture": "unknown" });
    let found = index(&[windows, signature, arm.clone()].map(|platform| entry(&platform)));
    assert_eq!(choose("base", &found, Platform::Arm64).unwrap().as_str(), digest(&arm.to_string()));
    let said = choose("base", &found, Platform::Amd64).unwrap_err().to_string();
    assert_eq!(said, "base has nothing for linux/amd64; there is: windows/amd64, linux/arm64/v8");
}

#[test]
fn a_list_of_one_need_not_say_what_it_is_for() {
    let lone = json!({ "mediaType": KINDS[0], "digest": digest("lone"), "size": 1 });
    assert!(choose("base", &index(std::slice::from_ref(&lone)), Platform::Amd64).is_ok());
    let said = choose("base", &index(&[lone.clone(), lone]), Platform::Amd64).unwrap_err().to_string();
    assert!(said.contains(&digest("lone")), "{said}");
    assert!(choose("base", &index(&[]), Platform::Amd64).unwrap_err().to_string().contains("there is: nothing"));
}

fn image(layer: &str) -> Value {
    json!({
        "schemaVersion": 2,
        "config": { "mediaType": "application/vnd.docker.container.image.v1+json", "digest": digest("config"), "size": 2 },
        "layers": [{ "mediaType": layer, "digest": digest("layer"), "size": 3 }],
    })
}

#[test]
fn docker_s_words_become_oci_s() {
    let Document::Manifest(manifest) = read("base", image(DOCKER_LAYER_GZIP).to_string().as_bytes()).unwrap() else {
        panic!("no image")
    };
    let written = String::from_utf8(manifest.bytes().unwrap()).unwrap();
    assert!(!written.contains("docker"), "{written}");
    assert_eq!(read("ours", written.as_bytes()).unwrap(), Document::Manifest(manifest));
}

#[test]
fn what_is_not_understood_is_refused() {
    let foreign = image("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    let both = json!({ "schemaVersion": 2, "manifests": [], "layers": [], "config": image("")["config"] });
    let old = json!({ "schemaVersion": 1, "fsLayers": [] });
    let other = json!({ "schemaVersion": 2, "mediaType": "text/plain", "manifests": [] });
    let mut odd = image(DOCKER_LAYER_GZIP);
    odd["layers"][0]["digest"] = format!("sha512:{}", "0".repeat(128)).into();
    for text in [foreign, both, old, other, odd, json!(7)].map(|value| value.to_string()) {
        assert!(read("base", text.as_bytes()).is_err(), "{text}");
    }
    assert!(read("base", b"{").is_err());
}
