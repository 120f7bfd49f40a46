//! All statements as they are sent, in both dialects.

use warehouse::{
    Target,
    sql::{self, Copy, Statement},
};

use crate::bench::load_of;

const ROLE: &str = "arn:aws:iam::123456789012:role/millrace-dev-copy";

fn written(title: &str, statements: impl IntoIterator<Item = Statement>) -> String {
    let statements = statements.into_iter().map(|one| format!("-- {}\n{};\n", one.step.name(), one.sql));
    format!("---- {title}\n{}\n", statements.collect::<String>())
}

fn all(copy: Copy<'_>) -> String {
    let mut text = written("create", sql::create()) + &written("lock", [copy.lock()]);
    for target in Target::ALL {
        let load = load_of(target, 16, "v1");
        text += &written(target.table(), sql::load(&load, &copy, "2017-07-14T15:00:00Z"));
        text += &written("rows", [sql::rows(&load)]);
    }
    text
}

/// `MILLRACE_GOLDEN=write` writes them anew.
fn compare(name: &str, text: &str) {
    let path = format!("{}/tests/golden/{name}.sql", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("MILLRACE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{path}");
}

#[test]
fn statements_are_as_they_were() {
    compare("postgres", &all(Copy::Stream));
    compare("redshift", &all(Copy::Fetch { role: ROLE }));
}

/// What differs: how loads wait for each other, and how a file is copied.
#[test]
fn the_dialects_differ_in_nothing_but_locks_and_copies() {
    let other = |statement: &Statement| !matches!(statement.step, sql::Step::Copy);
    for target in Target::ALL {
        let load = load_of(target, 16, "v1");
        let of = |copy: Copy<'_>| sql::load(&load, &copy, "now").into_iter().filter(other).collect::<Vec<_>>();
        assert_eq!(of(Copy::Stream), of(Copy::Fetch { role: ROLE }));
    }
}
