//! Lines as people read them, or as JSON.

use chrono::{DateTime, Utc};
use engine::failure::{Context, Outcome};
use serde_json::{Map, Value, json};
use std::io::{self, IsTerminal};
use watch::line::Said;
use watch::thread::Line;

use crate::output::still_read;

pub(super) struct Printer {
    json: bool,
    /// Whether lines that are no words are shown too.
    everything: bool,
    grep: Option<String>,
    coloured: bool,
}

impl Printer {
    pub(super) fn new(json: bool, everything: bool, grep: Option<&str>) -> Self {
        let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        Self { json, everything, grep: grep.map(str::to_lowercase), coloured }
    }

    /// False when nobody reads any more.
    pub(super) fn print(&self, line: &Line) -> Outcome<bool> {
        if !self.is_wanted(line) {
            return Ok(true);
        }
        still_read(&if self.json { as_json(line)? } else { self.as_text(line) })
    }

    fn is_wanted(&self, line: &Line) -> bool {
        let is_shown = self.everything || matches!(line.said, Said::Words { .. } | Said::Report { .. });
        let is_meant = |text: &String| line.event.message.to_lowercase().contains(text);
        is_shown && self.grep.as_ref().is_none_or(is_meant)
    }

    fn as_text(&self, line: &Line) -> String {
        let at = time(line).format("%m-%d %H:%M:%S%.3f");
        let request: String = line.request.as_deref().unwrap_or("-").chars().take(8).collect();
        let (level, text) = match &line.said {
            Said::Words { level, text, fields } => (level.as_deref().unwrap_or(""), with(text, fields)),
            Said::Report { took } => ("", format!("ended: {took}")),
            Said::Start => ("", "begins".to_owned()),
            Said::End => ("", "answered".to_owned()),
            Said::Platform { what } => ("", format!("Lambda: {what}")),
            Said::Metrics { counts } => ("", with("counted:", counts)),
        };
        // What goes on on further lines stands below its text.
        let text = text.trim_end().replace('\n', "\n                                    ");
        let line = format!("{at} {request:<8} {level:<5} {text}");
        match level {
            "ERROR" if self.coloured => format!("\x1b[31m{line}\x1b[0m"),
            "WARN" if self.coloured => format!("\x1b[33m{line}\x1b[0m"),
            _ => line,
        }
    }
}

fn time(line: &Line) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(line.event.at).unwrap_or_default()
}

fn with(text: &str, fields: &Map<String, Value>) -> String {
    let field = |(key, value): (&String, &Value)| match value {
        Value::String(text) => format!(" {key}={text}"),
        other => format!(" {key}={other}"),
    };
    text.to_owned() + &fields.iter().map(field).collect::<String>()
}

fn as_json(line: &Line) -> Outcome<String> {
    let mut all = json!({
        "at": time(line).to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "request": line.request,
        "stream": line.event.stream,
    });
    let said = serde_json::to_value(&line.said).failing(|| "the line is no JSON".to_owned())?;
    if let (Some(all), Value::Object(said)) = (all.as_object_mut(), said) {
        all.extend(said);
    }
    Ok(all.to_string())
}
