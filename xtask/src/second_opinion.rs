//! cfn-lint's opinion of every template that we render: independent of ours, and its warnings count.

use std::fs;

use crate::project::Project;
use crate::{stages, tools};

#[test]
fn cfn_lint_finds_nothing_in_any_stage() {
    let project = Project::find().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for name in stages::names(&project).unwrap() {
        let stage = stages::load(&project, &name).unwrap_or_else(|failure| panic!("{failure}"));
        for rendered in stacks::render::render(stacks::stack::stacks(&stage)).unwrap() {
            let file = dir.path().join(format!("{}.yaml", rendered.stack.name));
            fs::write(&file, rendered.body).unwrap();
            files.push(file);
        }
    }
    assert!(files.len() >= 8, "{files:?}");
    let tool = tools::cfn_lint(&project).unwrap_or_else(|failure| panic!("{failure}"));
    // Its exit code tells warnings too.
    let output = tool.command("cfn-lint").arg("--").args(&files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
