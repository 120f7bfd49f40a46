use clap::{Args, Subcommand};
use engine::cloud::Fault;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use serde::Serialize;
use serde_json::Value;
use stacks::stack::ingestion::priority_table;
use stacks::stage::Platform;
use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::commands::verify::preferred;
use crate::made_up::catalogues::PREFERRED;
use crate::output::Form;
use crate::session::{Emulator, Session};

/// Write what a pipeline has to know before it can work
#[derive(Debug, Args)]
pub(crate) struct Seed {
    #[command(subcommand)]
    pipeline: Pipeline,
}

#[derive(Debug, Subcommand)]
enum Pipeline {
    /// The list of preferred partners, the first of them most
    Accommodation(SeedAccommodation),
}

#[derive(Debug, Args)]
struct SeedAccommodation {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// The partners: one a line, or a JSON array of names
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Seeded {
    table: String,
    partners: Vec<String>,
}

impl Seed {
    pub(crate) async fn run(&self) -> Outcome {
        let Pipeline::Accommodation(SeedAccommodation { stage, file, json }) = &self.pipeline;
        let partners = read(file)?;
        let session = Session::open(stage, Emulator::MustRun).await?;
        if session.stage.pipelines.accommodation.is_none() {
            return Err(session.lacks("accommodation"));
        }
        let table = priority_table(&session.stage);
        write(&session, &table, &partners).await?;
        Form::json_if(*json).tell(&Seeded { table, partners })
    }
}

/// On a laptop nobody should have to know of seeds: made-up data goes with a made-up list, unless there is one.
pub(crate) async fn by_default(session: &Session) -> Outcome {
    if session.stage.platform != Platform::Emulator || session.stage.pipelines.accommodation.is_none() {
        return Ok(());
    }
    let table = priority_table(&session.stage);
    match session.cloud.list(preferred(&table)).await {
        Ok(Some(_)) => Ok(()),
        // Its stack was not among those that were asked for.
        Err(error) if error.fault == Fault::NotFound => Ok(()),
        known => {
            known.asked(|| format!("cannot read table {table}"))?;
            write(session, &table, &PREFERRED.map(str::to_owned)).await
        }
    }
}

async fn write(session: &Session, table: &str, partners: &[String]) -> Outcome {
    match session.cloud.put_list(preferred(table), partners).await {
        Err(error) if error.fault == Fault::NotFound => Err(Failure::new(format!("there is no table {table}"))
            .hint(format!("deploy the stage first: cargo xtask deploy --stage {}", session.stage.name))),
        written => written.asked(|| format!("cannot write to table {table}")),
    }
}

fn read(file: &Path) -> Outcome<Vec<String>> {
    let shown = file.display();
    let text =
        fs::read_to_string(file).map_err(|error| Failure::invalid(format!("cannot read {shown}")).because(&error))?;
    partners(&text).map_err(|(line, what, remedy)| Failure::invalid(format!("{shown}:{line}: {what}")).hint(remedy))
}

/// What is wrong in which line, and what would be right.
type Wrong = (usize, String, &'static str);

/// How long a partner's name may be; a list has to fit into one item of 400 KB.
const LONGEST: usize = 200;
const MOST: usize = 1000;

fn partners(text: &str) -> Result<Vec<String>, Wrong> {
    let named: Vec<(usize, String)> = if text.trim_start().starts_with('[') {
        let list: Vec<Value> = serde_json::from_str(text)
            .map_err(|error| (error.line(), error.to_string(), "write a JSON array of names, or one name a line"))?;
        let name = |value: &Value| value.as_str().map(str::to_owned);
        let names = list.iter().map(name).collect::<Option<Vec<_>>>();
        let names = names.ok_or((1, "a partner is no text".to_owned(), "write each name in quotes"))?;
        names.into_iter().map(|name| (1, name)).collect()
    } else {
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        lines.map(|(line, number)| (number, line.trim().to_owned())).collect()
    };
    if named.is_empty() {
        return Err((1, "no partner is named".to_owned(), "write one name a line, the preferred one first"));
    }
    if named.len() > MOST {
        return Err((MOST, format!("{} partners are more than {MOST}", named.len()), "keep those that matter"));
    }
    let mut seen = HashMap::new();
    for (line, name) in &named {
        if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
            return Err((*line, format!("{name:?} is no partner's name"), "write 1 to 200 letters, as in its offers"));
        }
        if let Some(first) = seen.insert(name, *line) {
            return Err((*line, format!("{name} is named in line {first} already"), "name each partner once"));
        }
    }
    Ok(named.into_iter().map(|(_, name)| name).collect())
}

impl fmt::Display for Seeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} partners in {}", self.partners.len(), self.table)?;
        self.partners.iter().zip(1..).try_for_each(|(partner, place)| writeln!(f, "{place:>4}  {partner}"))
    }
}

#[cfg(test)]
mod tests {
    use super::partners;

    #[test]
    fn lists_are_read_in_either_form_and_what_is_wrong_has_a_line() {
        let both = Ok(vec!["A & B".to_owned(), "C".to_owned()]);
        assert_eq!(partners("A & B\n\n  C \n"), both);
        assert_eq!(partners(r#"["A & B", "C"]"#), both);
        for (text, line) in [("", 1), ("A\nB\nA\n", 3), ("[1]", 1), ("[\n\"A\",\n", 3), ("A\nb\u{7}\n", 2)] {
            assert_eq!(partners(text).unwrap_err().0, line, "{text:?}");
        }
    }
}
