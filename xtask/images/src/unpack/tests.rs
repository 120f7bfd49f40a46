use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use tar::{Builder, EntryType, Header};

/// An entry as nobody should write it: whatever name, whatever target.
#[derive(Debug, Clone)]
struct Raw {
    kind: EntryType,
    name: String,
    target: String,
    content: &'static str,
}

fn raw(kind: EntryType, name: &str, target: &str) -> Raw {
    Raw { kind, name: name.to_owned(), target: target.to_owned(), content: if kind.is_file() { "new" } else { "" } }
}

fn file(name: &str) -> Raw {
    raw(EntryType::Regular, name, "")
}

fn archive(entries: &[Raw]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for entry in entries {
        let mut header = Header::new_ustar();
        // Past the checks of the crate that writes it.
        header.as_old_mut().name[..entry.name.len()].copy_from_slice(entry.name.as_bytes());
        header.as_old_mut().linkname[..entry.target.len()].copy_from_slice(entry.target.as_bytes());
        header.set_entry_type(entry.kind);
        header.set_mode(0o4640);
        header.set_size(entry.content.len() as u64);
        header.set_cksum();
        builder.append(&header, entry.content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Lays the layers into `root`, beside a folder that is none of their business.
fn lay(within: &Path, layers: &[Vec<Raw>]) -> Result<(), Error> {
    let (root, beside) = (within.join("root"), within.join("beside"));
    fs::create_dir(&root).unwrap();
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("kept"), "old").unwrap();
    for entries in layers {
        let mut file = tempfile::tempfile().unwrap();
        let mut gzip = GzEncoder::new(&mut file, Compression::fast());
        gzip.write_all(&archive(entries)).unwrap();
        gzip.finish().unwrap();
        let blob = Blob { kind: MediaType::ImageLayerGzip, digest: Digest::of(b""), size: 0 };
        apply(&root, &blob, &mut file)?;
    }
    Ok(())
}

fn is_untouched(within: &Path) -> bool {
    let names = |folder: &Path| fs::read_dir(folder).unwrap().count();
    let kept = fs::read_to_string(within.join("beside/kept")).is_ok_and(|text| text == "old");
    kept && names(&within.join("beside")) == 1 && names(within) == 2
}

/// What a folder holds: the content of files, the targets of links, nothing for folders.
fn held(root: &Path) -> BTreeMap<String, String> {
    fn look(root: &Path, folder: &Path, into: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap();
            let text = if kind.is_dir() {
                look(root, &path, into);
                String::new()
            } else if kind.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else {
                fs::read_to_string(&path).unwrap()
            };
            into.insert(path.strip_prefix(root).unwrap().display().to_string(), text);
        }
    }
    let mut into = BTreeMap::new();
    look(root, root, &mut into);
    into
}

#[test]
fn a_layer_takes_away_what_is_below_and_nothing_of_its_own() {
    let within = tempfile::tempdir().unwrap();
    let below = ["a/1", "a/2", "b/1", "c", "d/e/1"].map(file).to_vec();
    // An opaque folder says so after what is put into it, and before.
    let above =
        ["a/.wh.1", "b/2", "b/.wh..wh..opq", ".wh.c", "d/.wh.e", "d/e/2", "x/.wh.y", "x/.wh..wh..opq", ".wh..wh.plnk"];
    lay(within.path(), &[below, above.map(file).to_vec()]).unwrap();
    let held: Vec<_> = held(&within.path().join("root")).into_keys().collect();
    assert_eq!(held, ["a", "a/2", "b", "b/2", "d", "d/e", "d/e/2"]);
}

#[test]
fn what_comes_later_replaces_what_was() {
    let within = tempfile::tempdir().unwrap();
    let below = vec![raw(EntryType::Symlink, "link", "/etc/passwd"), file("folder/file"), file("file")];
    let above = vec![
        file("link"),
        raw(EntryType::Symlink, "folder", "../beside"),
        raw(EntryType::Directory, "file/", ""),
        file("file/inside"),
        raw(EntryType::Link, "second", "file/inside"),
        raw(EntryType::Char, "device", ""),
        raw(EntryType::Directory, "./", ""),
    ];
    lay(within.path(), &[below, above]).unwrap();
    let root = within.path().join("root");
    let expected =
        [("file", ""), ("file/inside", "new"), ("folder", "-> ../beside"), ("link", "new"), ("second", "new")];
    assert_eq!(held(&root), expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    assert!(is_untouched(within.path()));
    // Whoever unpacks it lends nobody its rights.
    assert_eq!(fs::metadata(root.join("link")).unwrap().permissions().mode() & 0o7777, 0o640);
}

#[test]
fn whatever_leads_out_is_refused_by_name() {
    let out = raw(EntryType::Symlink, "out", "../beside");
    let evil: [Vec<Raw>; 11] = [
        vec![file("../beside/kept")],
        vec![file("a/../../beside/kept")],
        vec![file("/etc/evil")],
        vec![out.clone(), file("out/kept")],
        vec![out.clone(), raw(EntryType::Directory, "out/new/", "")],
        vec![out.clone(), raw(EntryType::Link, "mine", "out/kept")],
        vec![raw(EntryType::Link, "mine", "../beside/kept")],
        vec![out.clone(), raw(EntryType::Link, "mine", "out")],
        vec![raw(EntryType::Symlink, "one", "."), raw(EntryType::Symlink, "one/two", "..")],
        vec![file("a/.wh...")],
        vec![file("a"), file("a/.wh.b")],
    ];
    for entries in evil {
        let within = tempfile::tempdir().unwrap();
        let names = entries.iter().flat_map(|entry| [entry.name.clone(), entry.target.clone()]).collect::<Vec<_>>();
        // As a second layer, what the first has made is in the way as well.
        let split = entries.len() - 1;
        let layers = [entries[..split].to_vec(), entries[split..].to_vec()];
        let error = lay(within.path(), &layers).unwrap_err();
        assert!(matches!(&error, Error::Unsafe { entry, .. } if names.contains(entry)), "{names:?}: {error}");
        assert!(is_untouched(within.path()), "{names:?}");
    }
    let within = tempfile::tempdir().unwrap();
    let error = lay(within.path(), &[vec![out], vec![file("out/.wh.kept")]]).unwrap_err();
    assert!(matches!(error, Error::Unsafe { .. }) && is_untouched(within.path()), "{error}");
}

#[test]
fn an_archive_that_ends_too_early_is_refused() {
    let within = tempfile::tempdir().unwrap();
    let mut cut = tempfile::tempfile().unwrap();
    cut.write_all(&archive(&[file("a")])[..514]).unwrap();
    let blob = Blob { kind: MediaType::ImageLayer, digest: Digest::of(b""), size: 0 };
    assert!(apply(within.path(), &blob, &mut cut).is_err());
}

fn evil_entries() -> impl Strategy<Value = Raw> {
    let kinds = [EntryType::Regular, EntryType::Directory, EntryType::Symlink, EntryType::Link];
    let names = "(\\.\\./|/|\\./|a/|b/|\\.wh\\.|\\.wh\\.\\.wh\\.\\.opq|beside/|kept|a|b|c|\\.\\.){1,5}";
    (proptest::sample::select(kinds.to_vec()), names, names).prop_map(|(kind, name, target)| raw(kind, &name, &target))
}

proptest! {
    #[test]
    fn no_archive_reaches_outside(layers in prop::collection::vec(prop::collection::vec(evil_entries(), 0..8), 1..3)) {
        let within = tempfile::tempdir().unwrap();
        let _ = lay(within.path(), &layers);
        prop_assert!(is_untouched(within.path()));
    }

    #[test]
    fn rubbish_is_no_archive_and_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let within = tempfile::tempdir().unwrap();
        lay(within.path(), &[]).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let blob = Blob { kind: MediaType::ImageLayer, digest: Digest::of(b""), size: 0 };
        let _ = apply(&within.path().join("root"), &blob, &mut file);
        prop_assert!(is_untouched(within.path()));
    }
}
