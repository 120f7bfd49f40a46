//! A plan as Markdown, for a comment below a pull request or the summary of a run: first what somebody has to look at.

use engine::plan::{Action, Plan, PlannedResource, StackPlan, Step};
use engine::template::PropertyChange;
use std::fmt::Write;

use crate::plan_text::{change, sum, verb};

/// A comment may have 65,536 characters. Bytes are counted, since there are never fewer of them.
const LIMIT: usize = 65_000;

/// What is kept free for what ends a section and says that something was left out.
const RESERVE: usize = 400;

/// How much of what is to be looked at first is named: the rest is below, and in the sum.
const FIRST: usize = 20;

/// How many properties of a resource are named.
const PROPERTIES: usize = 8;

/// `cost` is what the plan does to the bill, in lines.
pub(crate) fn text(plan: &Plan, cost: &str) -> String {
    let mut page = Page { text: String::new(), left_out: 0 };
    page.must(&format!("### Plan of stage {}\n\n**{}**\n", code(&plan.stage), sum(plan).trim_end()));
    for line in cost.lines() {
        page.fits(&format!("\n{}\n", code(line)));
    }
    first(&mut page, plan);
    for stack in &plan.stacks {
        section(&mut page, stack);
    }
    for stack in &plan.unneeded {
        page.fits(&format!("\n{} stands, though nothing in the stage file needs it any more\n", code(stack)));
    }
    if page.left_out > 0 {
        let _ = writeln!(
            page.text,
            "\n{} more lines do not fit here. All of it: {}",
            page.left_out,
            code(&format!("cargo xtask plan --stage {}", plan.stage))
        );
    }
    page.text
}

struct Page {
    text: String,
    /// Lines for which there was no room.
    left_out: usize,
}

impl Page {
    /// What is short, and never left out.
    fn must(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    fn fits(&mut self, piece: &str) -> bool {
        let fits = self.text.len() + piece.len() + RESERVE <= LIMIT;
        if fits {
            self.text.push_str(piece);
        } else {
            self.left_out += piece.trim().lines().count();
        }
        fits
    }
}

/// Decisions, lost data, replacements and what is opened: what a reviewer must not miss.
fn first(page: &mut Page, plan: &Plan) {
    let mut lines = Vec::new();
    for stack in &plan.stacks {
        let of = code(&stack.name);
        for decision in &stack.decisions {
            lines.push(format!("**to decide** in {of}: {}", code(&decision.what)));
            lines.extend(decision.options.iter().map(|option| format!("  - {}", code(option))));
        }
        for resource in &stack.resources {
            let id = code(&resource.logical_id);
            let verb = match resource.action {
                Action::Replace => "replaced",
                Action::Delete => "deleted",
                Action::Create | Action::Modify => "",
            };
            if resource.holds_data && !verb.is_empty() {
                lines.push(format!("**{verb}, and holds data**: {id} in {of}"));
            } else if resource.action == Action::Replace {
                lines.push(format!("**replaced**: {id} in {of}"));
            }
            lines.extend(resource.widens.iter().map(|wider| format!("**wider**: {id} in {of}: {}", code(wider))));
        }
        for drifted in &stack.drift {
            lines.push(format!("**drift**: {} in {of} differs from its template", code(&drifted.logical_id)));
        }
    }
    if lines.is_empty() {
        return;
    }
    page.must("\n> [!WARNING]\n");
    for line in lines.iter().take(FIRST) {
        let item = if line.starts_with(' ') { format!("> {line}\n") } else { format!("> - {line}\n") };
        page.fits(&item);
    }
    if lines.len() > FIRST {
        page.must(&format!("> - and {} more, below\n", lines.len() - FIRST));
    }
}

fn section(page: &mut Page, stack: &StackPlan) {
    if stack.action == Step::Nothing && stack.drift.is_empty() && stack.notes.is_empty() {
        return;
    }
    let count = stack.resources.len();
    let resources = if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") };
    let head = format!(
        "\n<details><summary><code>{}</code>: {}, {resources}</summary>\n\n",
        html(&stack.name),
        verb(stack.action)
    );
    if !page.fits(&head) {
        page.left_out += count;
        return;
    }
    for note in &stack.notes {
        page.fits(&format!("- {}\n", code(note)));
    }
    // What a parameter changes is told at the resources that take it.
    let parameters = if stack.resources.is_empty() { &stack.parameters[..] } else { &[] };
    for PropertyChange { path, old, new } in parameters {
        page.fits(&format!("- parameter {}: {}\n", code(path), code(&change(old, new))));
    }
    for kept in &stack.kept_exports {
        let (export, by) = (code(&kept.export), code(&kept.imported_by.join(", ")));
        page.fits(&format!("- export {export} stays for now: {by} imports it; the next deploy removes it\n"));
    }
    for drifted in &stack.drift {
        let how = if drifted.properties.is_empty() { "it is gone".to_owned() } else { drifted.properties.join(", ") };
        page.fits(&format!("- drift: {} {}: {}\n", code(&drifted.logical_id), code(&drifted.kind), code(&how)));
    }
    if count > 0 && page.fits("\n| | Resource | Type | What |\n|---|---|---|---|\n") {
        for resource in &stack.resources {
            page.fits(&row(resource));
        }
    }
    page.must("\n</details>\n");
}

fn row(resource: &PlannedResource) -> String {
    let PlannedResource { logical_id, kind, action, properties, replaced_by, holds_data, widens } = resource;
    let sign = match action {
        Action::Create => "create",
        Action::Modify => "change",
        Action::Replace => "**replace**",
        Action::Delete => "**delete**",
    };
    let mut what = Vec::new();
    if *holds_data && matches!(action, Action::Replace | Action::Delete) {
        what.push("**holds data**".to_owned());
    }
    if *action == Action::Replace {
        what.push(format!("because of {}", cell(&replaced_by.join(", "))));
    }
    what.extend(widens.iter().map(|wider| format!("**wider**: {}", cell(wider))));
    for PropertyChange { path, old, new } in properties.iter().take(PROPERTIES) {
        let path = path.trim_start_matches("Properties.");
        what.push(cell(&format!("{path}: {}", change(old, new))));
    }
    if properties.len() > PROPERTIES {
        what.push(format!("and {} more", properties.len() - PROPERTIES));
    }
    format!("| {sign} | {} | {} | {} |\n", cell(logical_id), cell(kind), what.join("<br>"))
}

/// As code, in one line: nothing in it is markup, or calls anybody.
fn code(text: &str) -> String {
    // A grave accent would end it, and cannot be escaped in it: what looks like one stands there instead.
    let plain = text.replace(char::is_control, " ").replace('`', "ˋ");
    match plain.trim() {
        "" => "–".to_owned(),
        plain => format!("`{plain}`"),
    }
}

/// The same in a table, where a bar ends a cell even in code, unless it is escaped.
fn cell(text: &str) -> String {
    code(text).replace('\\', "∖").replace('|', "\\|")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
#[path = "plan_markdown_tests.rs"]
mod tests;
