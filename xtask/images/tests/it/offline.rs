use crate::common::{HERE, access, files, parts, repository};
use crate::made_up::{Publisher, Words};
use images::{Base, Error, TestRegistry, build, pull, push};

#[tokio::test]
async fn a_pulled_base_serves_without_the_network() {
    let (registry, other) = (TestRegistry::open().unwrap(), TestRegistry::open().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let access = access(&folder.path().join("cache"));
    let publisher = Publisher::at(&registry.host(), "bases/tested").await;
    for list in [publisher.single(Words::Docker, HERE).await, publisher.list(Words::Oci, &[HERE]).await] {
        let by_registry = build(&Base::Registry(list.clone()), &files(), HERE, &access).await.unwrap();
        let layout = folder.path().join(list.digest.hex());
        pull(&list, HERE, &layout, &access).await.unwrap();
        // The digest that is known stays the one that counts.
        for digest in [None, Some(list.digest.clone())] {
            let base = Base::Layout { folder: layout.clone(), digest };
            let by_folder = build(&base, &files(), HERE, &access).await.unwrap();
            assert_eq!(by_folder.digest(), by_registry.digest());
            let to = repository(&other.host(), "tested");
            let pushed = push(&by_folder, &to, &access).await.unwrap();
            assert!(pushed.uploaded.is_empty() || pushed.uploaded == parts(&by_folder));
        }
    }
}

#[tokio::test]
async fn a_base_out_of_reach_says_how_it_can_be_had() {
    let folder = tempfile::tempdir().unwrap();
    let registry = TestRegistry::open().unwrap();
    let host = registry.host();
    drop(registry);
    let reference = repository(&host, "bases/tested").at(images::Digest::of(b"base"));
    let error = build(&Base::Registry(reference.clone()), &files(), HERE, &access(folder.path())).await.unwrap_err();
    assert!(matches!(error, Error::NoBase { .. }), "{error:?}");
    assert!(error.to_string().contains(&reference.to_string()), "{error}");
    let remedy = error.remedy().unwrap();
    for way in ["mirror", "OCI layout", &reference.to_string()] {
        assert!(remedy.contains(way), "{remedy}");
    }
}

#[tokio::test]
async fn a_damaged_layout_is_refused_and_a_damaged_cache_is_mended() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let access = access(&folder.path().join("cache"));
    let reference = Publisher::at(&registry.host(), "bases/tested").await.single(Words::Oci, HERE).await;
    let layout = folder.path().join("layout");
    pull(&reference, HERE, &layout, &access).await.unwrap();
    let base = Base::Layout { folder: layout.clone(), digest: None };
    let image = build(&base, &files(), HERE, &access).await.unwrap();
    let by_registry = build(&Base::Registry(reference), &files(), HERE, &access).await.unwrap();
    by_registry.save(&folder.path().join("whole"), &access).await.unwrap();

    let layer = format!("blobs/sha256/{}", parts(&image)[0].hex());
    for place in [&layout, &access.cache] {
        std::fs::write(place.join(&layer), "damaged").unwrap();
    }
    let to = repository(&registry.host(), "tested");
    let error = push(&image, &to, &access).await.unwrap_err();
    assert!(matches!(error, Error::Unfit { .. }) && error.to_string().contains("layout"), "{error:?}");
    by_registry.save(&folder.path().join("again"), &access).await.unwrap();
    // Of what is missing, the folder and the digest are named.
    std::fs::remove_file(layout.join(&layer)).unwrap();
    let error = push(&image, &to, &access).await.unwrap_err();
    assert!(matches!(error, Error::NotInLayout { .. }), "{error:?}");
}
