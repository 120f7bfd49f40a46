use crate::common::{HERE, access, files, parts, repository};
use crate::front::{Front, Manner};
use images::{Base, Digest, Progress, TestRegistry, build, exists, pull, push};
use std::fs;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn what_was_pushed_is_pulled_byte_for_byte() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let access = access(&folder.path().join("cache"));
    let image = build(&Base::Scratch, &files(), HERE, &access).await.unwrap();
    let (made, pulled) = (folder.path().join("made"), folder.path().join("pulled"));
    image.save(&made, &access).await.unwrap();

    let pushed = push(&image, &repository(&registry.host(), "functions/tested"), &access).await.unwrap();
    assert_eq!(pushed.uploaded, parts(&image));
    pull(&pushed.reference, HERE, &pulled, &access).await.unwrap();
    for digest in parts(&image).iter().chain([image.digest()]) {
        let name = format!("blobs/sha256/{}", digest.hex());
        let bytes = fs::read(pulled.join(&name)).unwrap();
        assert_eq!(bytes, fs::read(made.join(&name)).unwrap());
        assert_eq!(Digest::of(&bytes), *digest);
    }
    assert_eq!(fs::read(pulled.join("index.json")).unwrap(), fs::read(made.join("index.json")).unwrap());
}

#[tokio::test]
async fn what_is_there_is_not_pushed_again() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut access = access(folder.path());
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    access.report = Arc::new(move |progress: &Progress| tell.lock().unwrap().push(progress.clone()));
    let image = build(&Base::Scratch, &files(), HERE, &access).await.unwrap();
    let front = Front::before(registry.port(), Manner::Pass);
    let to = repository(&front.host(), "tested");
    let reference = to.at(image.digest().clone());
    assert!(!exists(&reference, &access).await.unwrap());

    push(&image, &to, &access).await.unwrap();
    assert!(exists(&reference, &access).await.unwrap());
    let writes = front.writes();
    assert_eq!(writes, 5, "two blobs in two requests each, and the manifest: {:?}", front.requests());
    let whole = |progress: &Progress| matches!(progress, Progress::Uploading { bytes, of, .. } if bytes == of);
    assert_eq!(told.lock().unwrap().iter().filter(|progress| whole(progress)).count(), 2);

    assert_eq!(push(&image, &to, &access).await.unwrap().uploaded, []);
    assert_eq!(front.writes(), writes);
    assert_eq!(told.lock().unwrap().last(), Some(&Progress::There { digest: image.digest().clone() }));

    // Of another function with the same files only what differs goes up.
    let mut other = files();
    other.assets.insert("more".to_owned(), Vec::new());
    let other = build(&Base::Scratch, &other, HERE, &access).await.unwrap();
    let pushed = push(&other, &to, &access).await.unwrap();
    assert_eq!(pushed.uploaded, parts(&other));
}

#[tokio::test]
async fn what_passes_is_sat_out() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut access = access(folder.path());
    let image = build(&Base::Scratch, &files(), HERE, &access).await.unwrap();
    let busy = Front::before(registry.port(), Manner::Busy(usize::MAX));
    let error = push(&image, &repository(&busy.host(), "tested"), &access).await.unwrap_err();
    assert!(error.to_string().contains("cannot be reached") && error.remedy().unwrap().contains("repeat"), "{error}");

    access.retry.attempts = 5;
    // The manifest is asked for twice where the first answer says nothing of it.
    let front = Front::before(registry.port(), Manner::Busy(6));
    push(&image, &repository(&front.host(), "tested"), &access).await.unwrap();
}
