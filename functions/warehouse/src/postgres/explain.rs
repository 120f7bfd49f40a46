//! What an error of PostgreSQL means for the file that was to be loaded.

use tokio_postgres::error::{DbError, SqlState};

use crate::{failure::LoadError, sql::Step, target::Target};

pub(super) fn explain(step: Step, error: tokio_postgres::Error) -> LoadError {
    let Some(said) = error.as_db_error() else {
        return LoadError::Passing { what: format!("it broke off while {}", step.name()), cause: Some(error.into()) };
    };
    let what = format!("{}, while {} ({})", said.message(), step.name(), said.code().code());
    let code = said.code();
    let class = code.code().get(..2).unwrap_or_default();
    let of_the_file = class == "22" || *code == SqlState::NOT_NULL_VIOLATION;
    match (step, class) {
        (Step::Copy, _) if of_the_file => LoadError::File(place(said)),
        (Step::Check, _) if *code == SqlState::DIVISION_BY_ZERO => LoadError::refused(
            "after the merge not every listing of the file is in its table once",
            "another program writes to these tables without locking them: stop it",
        ),
        _ if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            LoadError::refused(what, "let the role create schemas and tables in this database")
        }
        (_, "28") => LoadError::refused(what, "see that the secret holds the role's name and password"),
        (_, "3D") => LoadError::refused(what, "create the database, or name the one that there is"),
        (_, "42") => LoadError::refused(what, "a table is there in another shape: rename or drop it"),
        _ => LoadError::passing(what),
    }
}

/// Where in the file, and what. Of the values only what the message itself quotes: there are names in these files.
fn place(said: &DbError) -> String {
    let place = said.where_().unwrap_or_default();
    let place = place.split_once(", ").map_or(place, |(_copy, place)| place);
    let place = place.split(": \"").next().unwrap_or(place).trim_end_matches(": null input");
    let column = place.split_once("column ").map(|(_, name)| name);
    let mut text = place.to_owned();
    // As the header has it, and not folded to small letters.
    let columns = Target::ALL.iter().flat_map(|target| target.columns());
    if let Some((folded, ours)) =
        column.zip(columns.map(|c| c.name).find(|n| Some(n.to_ascii_lowercase().as_str()) == column))
    {
        text = text.replace(folded, ours);
    }
    format!("{text}: {}", said.message())
}
