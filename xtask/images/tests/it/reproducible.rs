use crate::common::{HERE, access, files};
use crate::made_up::{Publisher, Words};
use images::{Base, Files, Image, TestRegistry, build, pull};
use std::path::Path;

async fn built(base: &Base, files: &Files, cache: &Path) -> Image {
    build(base, files, HERE, &access(cache)).await.unwrap()
}

#[tokio::test]
async fn the_same_input_gives_the_same_bytes() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let reference = Publisher::at(&registry.host(), "bases/tested").await.single(Words::Oci, HERE).await;
    let layout = folder.path().join("layout");
    pull(&reference, HERE, &layout, &access(folder.path())).await.unwrap();
    let assets = ["b", "a/c", "a/b", "z"].map(|name| (name.to_owned(), name.as_bytes().to_vec()));
    let one = Files { assets: assets.clone().into_iter().collect(), ..files() };
    let other = Files { assets: assets.into_iter().rev().collect(), ..files() };
    for (base, same) in
        [(Base::Scratch, Base::Scratch), (Base::Registry(reference), Base::Layout { folder: layout, digest: None })]
    {
        let first = built(&base, &one, &folder.path().join("here")).await;
        // Whatever counts in seconds has gone on.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let second = built(&same, &other, &folder.path().join("elsewhere")).await;
        assert_eq!(first.manifest(), second.manifest());
        assert_eq!(first.digest(), second.digest());
    }
}

#[tokio::test]
async fn every_change_gives_another_image() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = files();
    // Past the end of what is run.
    program.program.push(0);
    let mut content = files();
    content.assets.insert("sql/load.sql".to_owned(), b"SELECT 2".to_vec());
    let mut name = files();
    let text = name.assets.remove("sql/load.sql").unwrap();
    name.assets.insert("sql/Load.sql".to_owned(), text);
    let certificates = Files { certificates: Some(b"authority".to_vec()), ..files() };
    let mut digests = Vec::new();
    for files in [files(), program, content, name, certificates] {
        digests.push(built(&Base::Scratch, &files, folder.path()).await.digest().clone());
    }
    let count = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), count);
}
