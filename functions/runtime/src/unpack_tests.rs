//! Files that are packed, broken, and meant to do harm.

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn unpack(file: &[u8], steps: usize) -> Result<Vec<u8>, BadPack> {
    let mut unpack = Unpack::new(Packing::of(file))?;
    let mut plain = Vec::new();
    for step in file.chunks(steps) {
        plain.extend_from_slice(unpack.push(step)?);
    }
    plain.extend_from_slice(unpack.finish()?);
    Ok(plain)
}

fn why(file: &[u8]) -> String {
    unpack(file, 100).map(|plain| plain.len()).unwrap_err().to_string()
}

#[test]
fn several_gzip_members_are_one_file() {
    let file = [gzip(b"one\n"), gzip(b""), gzip(b"two\n")].concat();
    for steps in [1, 3, 1_000] {
        assert_eq!(unpack(&file, steps).unwrap(), b"one\ntwo\n");
    }
}

#[test]
fn what_is_broken_or_cut_off_is_an_error() {
    let whole = gzip(&b"a line of text\n".repeat(100));
    for end in 2..whole.len() {
        assert!(matches!(unpack(&whole[..end], 7), Err(BadPack::Gzip(_))), "cut at {end}");
    }
    let mut broken = whole.clone();
    let last = broken.len() - 5;
    broken[last] ^= 1;
    assert_eq!(why(&broken), "its gzip data is broken or cut off");
    assert_eq!(why(&[whole, b"garbage".to_vec()].concat()), "its gzip data is broken or cut off");
}

#[test]
fn what_is_packed_otherwise_is_named() {
    assert_eq!(why(b"PK\x03\x04..."), "it is a zip archive, and gzip or plain UTF-8 text is expected");
    assert_eq!(why(b"\xff\xfe{\0"), "it is UTF-16 text, and gzip or plain UTF-8 text is expected");
    assert_eq!(why(&gzip(&gzip(b"x"))), "a gzip file is packed within it: only one packing is unpacked");
}

#[test]
fn a_bomb_is_refused_before_it_is_in_memory() {
    let bomb = gzip(&vec![b' '; 80 * 1_024 * 1_024]);
    assert!(bomb.len() < 200_000);
    assert!(why(&bomb).starts_with("it is refused as a decompression bomb: more than 671"), "{}", why(&bomb));
    let mut unpack = Unpack::new(Packing::Gzip).unwrap();
    let largest = Unpack::steps(&bomb).map_while(|step| unpack.push(step).ok().map(<[u8]>::len)).max();
    assert!(largest.unwrap() <= 9 * 1_024 * 1_024, "{largest:?}");
}

proptest! {
    #[test]
    fn any_bytes_come_back_however_they_are_cut(plain: Vec<u8>, steps in 1_usize..64) {
        prop_assume!(Packing::of(&plain) == Packing::Plain);
        prop_assert_eq!(&unpack(&gzip(&plain), steps).unwrap(), &plain);
        prop_assert_eq!(&unpack(&plain, steps).unwrap(), &plain);
    }

    #[test]
    fn any_bytes_after_the_magic_are_answered(rest: Vec<u8>) {
        let _ = unpack(&[b"\x1f\x8b\x08\0".to_vec(), rest].concat(), 16);
    }
}
