//! When all goes well, or nearly.

use runtime::SignIn;
use warehouse::{Loaded, Place, Target};

use super::fake::{End, ROLE, Upset, load, state, warehouse};
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
fn a_cluster_is_signed_in_to_by_user_or_by_secret() {
    let signed_in = |sign_in| {
        let state = state(&[End::Rows(Some(1))]);
        let place = Place::Cluster { name: "c".to_owned(), sign_in };
        let one = load_of(Target::Flats, 16, "v1");
        crate::bench::load(&warehouse(&state, place), &one, &file()).unwrap();
        let batch = state.lock().unwrap().batches[0].clone();
        assert_eq!((batch.cluster_identifier(), batch.workgroup_name()), (Some("c"), None));
        (batch.db_user, batch.secret_arn)
    };
    assert_eq!(signed_in(SignIn::User("loader".to_owned())), (Some("loader".to_owned()), None));
    let named = contract::Handle::<contract::Load<contract::Warehouse>>::named("redshift://c/d?role=r&secret=arn:s");
    let runtime::WarehousePlace::Redshift { sign_in, .. } = runtime::Loadable::place(&named).unwrap() else { panic!() };
    assert_eq!(signed_in(sign_in), (None, Some("arn:s".to_owned())));
}
