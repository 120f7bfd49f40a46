//! Events from files: JSON, and what the function reads.

use contract::Function;
use contract::autoscale_shards::AutoscaleShards;
use contract::consolidate::Consolidate;
use contract::curate::Curate;
use contract::load_rates::LoadRates;
use contract::load_warehouse::LoadWarehouse;
use contract::orders_etl::OrdersEtl;
use contract::pull_rates::PullRates;
use contract::schedule_dms::ScheduleDms;
use contract::send_to_firehose::SendToFirehose;
use contract::transform::Transform;
use contract::write_to_s3::WriteToS3;
use engine::failure::{Context, Failure, Outcome};
use serde_json::Value;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// What Lambda takes of a caller that waits.
const MOST_BYTES: usize = 6 * 1024 * 1024;

/// The text of a file, or of standard input for `-`.
pub(super) fn read(path: &Path) -> Outcome<String> {
    let name = name(path);
    let failing = || format!("cannot read {name}");
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).failing(failing)?;
        bytes
    } else {
        fs::read(path).failing(failing)?
    };
    if bytes.len() > MOST_BYTES {
        let hint = "put what it is about into a bucket, and name it in the event";
        return Err(
            Failure::invalid(format!("{name} has {} bytes, and Lambda takes {MOST_BYTES}", bytes.len())).hint(hint)
        );
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let line = 1 + good.matches('\n').count();
        Failure::invalid(format!("{name}:{line}: the event is not UTF-8 text")).hint("save it as UTF-8")
    })?;
    match serde_json::from_str::<Value>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::invalid(format!("{}: the event is no JSON", place(&name, &error)))
            .since(reason(&error))
            .hint("mend it there; nothing was sent")),
    }
}

pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// `file:line:column`, where the error has a place.
fn place(name: &str, error: &serde_json::Error) -> String {
    if error.line() == 0 { name.to_owned() } else { format!("{name}:{}:{}", error.line(), error.column()) }
}

/// Without the place, which is told before.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

/// Whether the function can read the event at all.
pub(super) fn check(function: &str, name: &str, text: &str) -> Outcome {
    let Some(Err(error)) = fits(function, text) else { return Ok(()) };
    Err(Failure::invalid(format!("{}: {function} cannot read this event", place(name, &error)))
        .since(reason(&error))
        .hint("mend it, or send it regardless with --force; nothing was sent"))
}

/// None for a function that the contract does not know.
fn fits(function: &str, text: &str) -> Option<serde_json::Result<()>> {
    fn of<F: Function>(text: &str) -> serde_json::Result<()> {
        serde_json::from_str::<F::Event>(text).map(drop)
    }
    let fits = match function {
        AutoscaleShards::BIN => of::<AutoscaleShards>(text),
        Consolidate::BIN => of::<Consolidate>(text),
        Curate::BIN => of::<Curate>(text),
        LoadRates::BIN => of::<LoadRates>(text),
        LoadWarehouse::BIN => of::<LoadWarehouse>(text),
        OrdersEtl::BIN => of::<OrdersEtl>(text),
        PullRates::BIN => of::<PullRates>(text),
        ScheduleDms::BIN => of::<ScheduleDms>(text),
        SendToFirehose::BIN => of::<SendToFirehose>(text),
        Transform::BIN => of::<Transform>(text),
        WriteToS3::BIN => of::<WriteToS3>(text),
        _ => return None,
    };
    Some(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn said(content: &[u8]) -> String {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        let answer = read(file.path()).map_err(|failure| failure.to_string());
        answer.unwrap_or_else(|why| why.replace(&file.path().display().to_string(), "event.json"))
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        assert_eq!(said(b"{\"a\": 1}\n"), "{\"a\": 1}\n");
        let wrong = said(b"{\n  \"a\": 1,\n  b: 2\n}");
        assert!(wrong.starts_with("event.json:3:3: the event is no JSON\n  because: key must be a string"), "{wrong}");
        assert!(said(b"").contains("event.json:1:0: the event is no JSON"));
        assert!(said(b"{}\n\xff").starts_with("event.json:2: the event is not UTF-8"));
        assert!(said(&vec![b' '; MOST_BYTES + 1]).contains("6291457 bytes"));
    }

    #[test]
    fn an_event_that_a_function_cannot_read_is_not_sent() {
        let wrong = |function: &str, text: &str| check(function, "event.json", text).err().map(|why| why.to_string());
        assert_eq!(wrong(Consolidate::BIN, r#"{"Records": []}"#), None);
        let told = wrong(Consolidate::BIN, "{}").unwrap();
        assert!(
            told.contains("consolidate cannot read this event") && told.contains("missing field `Records`"),
            "{told}"
        );
        let told = wrong(OrdersEtl::BIN, "{\n  \"today\": 5}").unwrap();
        assert!(told.starts_with("event.json:2:"), "{told}");
        assert_eq!(wrong("of somebody else", "5"), None);
    }

    #[test]
    fn every_function_of_a_stage_is_known() {
        let text = "project: millrace\naccount: '111111111111'\nregion: eu-west-1\npipelines:\n  taxi: {}\n  accommodation: {}\n  flats: {}\n  \
                    orders: {}\n  rates: {load: dms}\n";
        let name = stacks::stage::StageName::new("dev").unwrap();
        let stage = stacks::stage::Stage::parse(name, "dev.yaml", text, stacks::stage::Architecture::Arm64).unwrap();
        for (function, _) in stage.pipelines.functions() {
            assert!(fits(function, "{}").is_some(), "{function}");
        }
    }
}
