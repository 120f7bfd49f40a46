use stacks::stage::Package;

use super::*;
use std::os::unix::fs::PermissionsExt;

fn function(assets: &[(&str, &str)]) -> Function {
    let assets = assets.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    Function { name: "write-to-s3".to_owned(), package: Package::Zip, assets }
}

#[test]
fn the_order_of_assets_does_not_matter() {
    let one = zipped(&function(&[("a.json", "1"), ("b.json", "2")]), b"binary").unwrap();
    let other = zipped(&function(&[("b.json", "2"), ("a.json", "1")]), b"binary").unwrap();
    assert_eq!(one, other);
}

#[test]
fn neither_the_clock_nor_the_folder_matters() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = write(here.path(), &function(&[("a.json", "1")]), b"binary").unwrap();
    // Zip keeps times in steps of two seconds.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let other = write(there.path(), &function(&[("a.json", "1")]), b"binary").unwrap();
    assert_eq!(one.sha256_hex, other.sha256_hex);
    assert_eq!(fs::read(one.path).unwrap(), fs::read(other.path).unwrap());
}

#[test]
fn an_archive_that_is_there_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = write(folder.path(), &function(&[]), b"binary").unwrap();
    let written = fs::metadata(&first.path).unwrap().modified().unwrap();
    let second = write(folder.path(), &function(&[]), b"binary").unwrap();
    assert_eq!(fs::metadata(&second.path).unwrap().modified().unwrap(), written);
    assert_eq!((first.path, first.sha256_base64), (second.path, second.sha256_base64));
}

#[test]
fn other_content_is_another_archive() {
    let folder = tempfile::tempdir().unwrap();
    let plain = write(folder.path(), &function(&[("a.json", "1")]), b"binary").unwrap();
    for (assets, binary) in [(("a.json", "2"), "binary"), (("b.json", "1"), "binary"), (("a.json", "1"), "other")] {
        let other = write(folder.path(), &function(&[assets]), binary.as_bytes()).unwrap();
        assert_ne!(plain.path, other.path);
    }
}

#[test]
fn only_the_binary_may_be_executed() {
    let folder = tempfile::tempdir().unwrap();
    let archive = write(folder.path(), &function(&[("a.json", "1")]), b"binary").unwrap();
    let mut zip = zip::ZipArchive::new(fs::File::open(archive.path).unwrap()).unwrap();
    zip.extract(folder.path().join("out")).unwrap();
    let mode = |name| fs::metadata(folder.path().join("out").join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("bootstrap"), mode("a.json")), (0o755, 0o644));
}

#[test]
fn the_checksums_are_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let archive = write(folder.path(), &function(&[]), b"binary").unwrap();
    let bytes = fs::read(&archive.path).unwrap();
    assert_eq!(archive.bytes, bytes.len() as u64);
    assert_eq!(STANDARD.decode(&archive.sha256_base64).unwrap(), Sha256::digest(&bytes).to_vec());
    assert_eq!(archive.sha256_hex.len(), 64);
}

#[test]
fn what_a_killed_run_left_is_never_taken() {
    let folder = tempfile::tempdir().unwrap();
    // A run that was killed while writing leaves only its temporary file.
    fs::write(folder.path().join(".tmpX1"), b"PK half an arch").unwrap();
    let archive = write(folder.path(), &function(&[]), b"binary").unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    assert!(zip::ZipArchive::new(fs::File::open(archive.path).unwrap()).is_ok());
}
