//! What an error of Redshift means for the file that was to be loaded.

use crate::{failure::LoadError, load::Load, sql::Step, target::Target};

/// Where Redshift keeps what is wrong with files.
pub(super) const WHERE: &str = "line and column are in sys_load_error_detail (stl_load_errors on older clusters): SELECT it ORDER BY start_time DESC";

/// A `COPY` that failed because of what it read, and not because it could not read it.
pub(super) fn is_of_the_file(step: Option<Step>, said: &str) -> bool {
    step == Some(Step::Copy) && (said.contains("load_error") || said.contains("stl_load_errors"))
}

pub(super) fn ask(load: &Load) -> String {
    format!(
        "SELECT line_number, column_name, error_message FROM sys_load_error_detail\n\
         WHERE file_name = '{}' ORDER BY start_time DESC LIMIT 1",
        load.uri()
    )
}

pub(super) fn explain(step: Option<Step>, said: &str) -> LoadError {
    let said = said.trim();
    let what = format!("{said}, while {}", step.map_or("running the load", Step::name));
    let low = said.to_ascii_lowercase();
    let has = |sign: &str| low.contains(sign);
    match step {
        Some(Step::Check) if has("divide by zero") || has("division by zero") => LoadError::refused(
            "after the merge not every listing of the file is in its table once",
            "another program writes to these tables without locking them, or they held a listing twice: look at them",
        ),
        // It ran beside something else that changed the same tables.
        _ if has("serializable isolation") || has("conflict") || has("deadlock") => LoadError::passing(what),
        Some(Step::Copy) if has("accessdenied") || has("access denied") || has("not authorized") => LoadError::refused(
            what,
            "let the role of COPY read the files, and see that the namespace or cluster has that role",
        ),
        _ if has("permission denied") => {
            LoadError::refused(what, "let the function's database user create schemas and tables in this database")
        }
        _ if has("does not exist") || has("syntax error") => {
            LoadError::refused(what, "a table is there in another shape, or a name is wrong")
        }
        _ => LoadError::passing(what),
    }
}

/// Calls that fail again the same way.
pub(super) fn refused(code: Option<&str>, message: Option<&str>) -> Option<LoadError> {
    let what = || format!("{}: {}", code.unwrap_or_default(), message.unwrap_or_default());
    match code? {
        "AccessDeniedException" | "AccessDenied" | "UnrecognizedClientException" => {
            Some(LoadError::refused(what(), "the function's role does not allow it: deploy its stack again"))
        }
        "ResourceNotFoundException" => {
            Some(LoadError::refused(what(), "the workgroup, cluster or secret is not there"))
        }
        "ValidationException" => Some(LoadError::Refused { what: what(), remedy: None }),
        _ => None,
    }
}

/// A column as the header has it, and not folded to small letters.
pub(super) fn ours(column: &str) -> &str {
    let columns = Target::ALL.iter().flat_map(|target| target.columns());
    columns.map(|known| known.name).find(|name| name.eq_ignore_ascii_case(column)).unwrap_or(column)
}
