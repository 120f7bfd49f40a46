//! What follows from the project's files, written anew: the layout of code, schemas, reviewed templates and answers, drawings.

use engine::failure::Outcome;

use super::super::test::ANY_RUST;
use super::super::test::lane::Lane;
use crate::project::Project;

/// The stage that `docs/pipelines.svg` is drawn of.
pub(super) const DRAWN: &str = "prod";

/// The tests that write what they compare, if they are told to.
const WRITERS: [&str; 3] = ["every_stage_renders_as_reviewed", "the_shipped_schema", "every_fault_is_answered"];

pub(super) fn all(project: &Project, stages: &[String]) -> Outcome {
    Lane::new(project, Vec::new()).cargo("layout", &["fmt", "--all"], "see what rustfmt says above")?;
    let tests = ["test", "--quiet", ANY_RUST, "--package", "stacks", "--package", "estimate"];
    let targets = ["--test", "golden", "--test", "stage_faults", "--test", "it", "--"];
    let args: Vec<_> = tests.into_iter().chain(targets).chain(WRITERS).collect();
    renewed(project, "schemas and reviewed templates", &args)?;
    if stages.iter().any(|stage| stage == DRAWN) {
        renewed(project, "drawing", &["test", "--quiet", ANY_RUST, "--package", "picture", "--test", "stages"])?;
    }
    Ok(())
}

fn renewed(project: &Project, what: &'static str, args: &[&str]) -> Outcome {
    let hint = "all files are written; mend what is said above, then run the command that is named there again with UPDATE_GOLDEN=1";
    Lane::new(project, vec![("UPDATE_GOLDEN", "1".into())]).cargo(what, args, hint)
}
