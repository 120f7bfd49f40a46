//! When all goes well, or nearly.

use warehouse::{Loaded, Place, Target};

use super::fake::{End, ROLE, Upset, load, secret, serverless, state, warehouse};
use crate::{
    bench::load_of,
    files::{FLAT, sheet},
};

fn file() -> String {
    sheet(Target::Flats, &[FLAT])
}

#[test]
fn a_load_is_two_batches_and_its_rows_are_what_is_recorded() {
    let state = state(&[End::Rows(None), End::Rows(Some(7))]);
    assert_eq!(load(&state, &file()).unwrap(), Loaded { rows: 7, before: false });
    let state = state.lock().unwrap();
    let [look, main] = &state.batches[..] else { panic!("{} batches", state.batches.len()) };
    assert!(look.sqls()[0].starts_with("CREATE SCHEMA IF NOT EXISTS"));
    assert!(look.sqls().last().unwrap().starts_with("SELECT row_count"));
    let sqls = main.sqls();
    assert_eq!(sqls[0], "LOCK immobilienscout24_berlin.loads", "before anything fixes what the transaction sees");
    assert!(sqls[2].starts_with("COPY flats_staging (id, publishDate, ") && sqls[2].contains(ROLE), "{}", sqls[2]);
    assert!(sqls[2].contains("FROM 's3://curated/flats/clean/2017-07-14/16/batch/flats.csv.gz'"), "{}", sqls[2]);
    assert!(sqls.last().unwrap().starts_with("SELECT row_count"));
    assert!(sqls.len() <= 40, "a batch takes at most 40 statements");
    assert_eq!((main.workgroup_name(), main.database()), (Some("wg"), Some("warehouse")));
    assert_ne!(look.client_token(), main.client_token());
    assert!(main.client_token().unwrap().len() <= 64);
}

#[test]
fn what_is_recorded_is_not_loaded_again() {
    let state = state(&[End::Rows(Some(7))]);
    assert_eq!(load(&state, &file()).unwrap(), Loaded { rows: 7, before: true });
    assert_eq!(state.lock().unwrap().batches.len(), 1);
}

#[test]
fn a_batch_whose_answer_is_lost_is_not_begun_twice() {
    let state = state(&[End::Rows(None), End::Rows(Some(7))]);
    state.lock().unwrap().begin.extend([Upset::Lost, Upset::Lost, Upset::Throttled]);
    state.lock().unwrap().look.extend([Upset::Throttled, Upset::Lost]);
    assert_eq!(load(&state, &file()).unwrap(), Loaded { rows: 7, before: false });
    let state = state.lock().unwrap();
    assert_eq!((state.batches.len(), state.calls), (2, 5));
}

#[test]
fn either_kind_is_signed_in_to_by_its_secret() {
    let asked = |place| {
        let state = state(&[End::Rows(Some(1))]);
        crate::bench::load(&warehouse(&state, place), &load_of(Target::Flats, 16, "v1"), &file()).unwrap();
        let batch = state.lock().unwrap().batches[0].clone();
        (batch.cluster_identifier, batch.workgroup_name, batch.secret_arn)
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(asked(Place::Cluster { name: "c".to_owned(), secret: secret() }), (text("c"), None, text("arn:s")));
    assert_eq!(asked(serverless()), (None, text("wg"), text("arn:s")));
}
