use crate::common::{ELSEWHERE, HERE, access, files, parts, repository};
use crate::front::{Front, Manner};
use crate::made_up::{Publisher, Words};
use images::{Base, Error, Platform, TestRegistry, build, pull, push};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_kind_of_base_gives_an_image_on_it() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path());
    let publisher = Publisher::at(&registry.host(), "bases/tested").await;
    let mut digests = BTreeSet::new();
    for words in [Words::Oci, Words::Docker] {
        let bases = [publisher.single(words, HERE).await, publisher.list(words, &[ELSEWHERE, HERE]).await];
        for base in bases {
            let image = build(&Base::Registry(base), &files(), HERE, &access).await.unwrap();
            let manifest: serde_json::Value = serde_json::from_slice(image.manifest()).unwrap();
            assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
            assert_eq!(manifest["layers"].as_array().unwrap().len(), 3);
            assert!(!manifest.to_string().contains("docker"), "{manifest}");
            digests.insert(image.digest().clone());
        }
    }
    assert_eq!(digests.len(), 1, "the same content in other words is the same image");
}

#[tokio::test]
async fn a_base_that_does_not_fit_is_refused() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path());
    let publisher = Publisher::at(&registry.host(), "bases/tested").await;
    let single = publisher.single(Words::Oci, ELSEWHERE).await;
    let list = publisher.list(Words::Docker, &[ELSEWHERE]).await;
    for base in [single, list] {
        let error = build(&Base::Registry(base.clone()), &files(), HERE, &access).await.unwrap_err().to_string();
        assert_eq!(error, format!("{base} has nothing for {HERE}; there is: {ELSEWHERE}"));
        // Nor does the program fit what the base is for.
        let error = build(&Base::Registry(base), &files(), ELSEWHERE, &access).await.unwrap_err();
        assert!(matches!(error, Error::Program { .. }), "{error}");
    }
    let absent = repository(&registry.host(), "bases/tested").at(images::Digest::of(b"nothing"));
    let error = build(&Base::Registry(absent), &files(), HERE, &access).await.unwrap_err();
    assert!(matches!(error, Error::Absent { .. }), "{error:?}");
}

#[tokio::test]
async fn a_base_is_read_through_the_mirror_once() {
    let (registry, mirror) = (TestRegistry::open().unwrap(), TestRegistry::open().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut access = access(folder.path());
    let held = Publisher::at(&mirror.host(), "prefix/bases/tested").await.single(Words::Docker, HERE).await;
    let front = Front::before(mirror.port(), Manner::Pass);
    access.mirror = Some(format!("http://{}/prefix", front.host()).parse().unwrap());
    // A registry that nobody reaches.
    let base = Base::Registry(repository("registry.invalid", "bases/tested").at(held.digest));

    let image = build(&base, &files(), HERE, &access).await.unwrap();
    let layers = |front: &Front| front.requests().iter().filter(|request| request.starts_with("GET")).count();
    let before = layers(&front);
    let to = repository(&registry.host(), "tested");
    assert_eq!(push(&image, &to, &access).await.unwrap().uploaded, parts(&image));
    assert!(layers(&front) > before, "layers are read when they are needed");

    // All of it is in the cache now.
    let asked = front.requests().len();
    let again = build(&base, &files(), HERE, &access).await.unwrap();
    assert_eq!(push(&again, &repository(&registry.host(), "other"), &access).await.unwrap().uploaded, parts(&image));
    assert_eq!(front.requests().len(), asked);
}

#[tokio::test]
async fn a_base_of_the_same_registry_is_mounted() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path());
    let base = Publisher::at(&registry.host(), "bases/tested").await.single(Words::Oci, HERE).await;
    let image = build(&Base::Registry(base), &files(), HERE, &access).await.unwrap();
    let pushed = push(&image, &repository(&registry.host(), "tested"), &access).await.unwrap();
    let parts = parts(&image);
    assert_eq!((pushed.mounted.as_slice(), pushed.uploaded.as_slice()), (&parts[..2], &parts[2..]));
    let whole = folder.path().join("whole");
    pull(&pushed.reference, HERE, &whole, &access).await.unwrap();
}

#[tokio::test]
async fn what_is_not_what_its_digest_says_is_refused() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut access = access(folder.path());
    let base = Publisher::at(&registry.host(), "bases/tested").await.single(Words::Oci, HERE).await;
    let front = Front::before(registry.port(), Manner::Damage);
    access.mirror = Some(front.host().parse().unwrap());
    let error = build(&Base::Registry(base.clone()), &files(), HERE, &access).await.unwrap_err();
    assert!(matches!(error, Error::Unfit { .. }), "{error:?}");
    let gets = front.requests().iter().filter(|request| request.contains("/blobs/")).count();
    assert_eq!(gets, 1, "what is damaged on its way is not asked for again");
    // Nothing of it was kept.
    access.mirror = None;
    build(&Base::Registry(base), &files(), HERE, &access).await.unwrap();
}

#[test]
fn platforms_are_not_mixed_up() {
    assert_ne!(HERE, ELSEWHERE);
    assert_eq!(Platform::Arm64.to_string(), "linux/arm64");
}
