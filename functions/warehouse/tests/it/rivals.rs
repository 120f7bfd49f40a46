//! Several loaders at once.

use warehouse::{SCHEMA, Target, Warehouse};

use crate::{
    bench::{Bench, load_of, run},
    files::{ADDRESS, FLAT, Pieces, packed, sheet},
};

#[test]
fn of_two_loaders_of_one_file_one_loads_it() {
    let bench = Bench::new();
    let file = packed(&sheet(Target::Flats, &[FLAT]));
    for _round in 0..20 {
        // Also the tables are made by both at once.
        bench.empty();
        let one = load_of(Target::Flats, 14, "v1");
        let (a, b, c) = (bench.warehouse(), bench.warehouse(), bench.warehouse());
        let loads = [&a, &b, &c].map(|warehouse| warehouse.load(&one, Pieces::of(&file, 64)));
        let loads = run(futures_util::future::join_all(loads));
        let before: Vec<bool> = loads.into_iter().map(|loaded| loaded.unwrap().before).collect();
        assert_eq!(before.iter().filter(|before| !**before).count(), 1, "{before:?}");
        assert_eq!(
            bench.sql(&format!("SELECT COUNT(*) FROM {SCHEMA}.flats; SELECT COUNT(*) FROM {SCHEMA}.loads;")),
            "1\n1\n"
        );
    }
}

#[test]
fn loaders_of_different_files_do_not_hurt_each_other() {
    let bench = Bench::new();
    let files: Vec<_> = (0..8)
        .map(|number| {
            let target = if number % 2 == 0 { Target::Flats } else { Target::Address };
            let listing = if number % 2 == 0 { FLAT } else { ADDRESS };
            (load_of(target, number, "v"), packed(&sheet(target, &[listing])))
        })
        .collect();
    let warehouse = bench.warehouse();
    let loads = files.iter().map(|(one, file)| warehouse.load(one, Pieces::of(file, 64)));
    for loaded in run(futures_util::future::join_all(loads)) {
        assert!(!loaded.unwrap().before);
    }
    let counts = ["flats", "address", "city", "loads"].map(|table| format!("SELECT COUNT(*) FROM {SCHEMA}.{table};"));
    assert_eq!(bench.sql(&counts.concat()), "1\n1\n1\n8\n");
}
