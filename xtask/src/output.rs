//! Results, on stdout: the same value as text or as JSON.

use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write};

use engine::failure::{Context, Outcome};

/// In which form a command tells its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Json,
}

impl Form {
    pub(crate) fn json_if(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }

    pub(crate) fn tell(self, result: &(impl Serialize + Display)) -> Outcome {
        let text = match self {
            Self::Text => result.to_string(),
            Self::Json => serde_json::to_string_pretty(result).failing(|| "the result is no JSON".to_owned())?,
        };
        line(&text)
    }
}

/// A line to stdout. A reader that has gone, such as `head`, is no fault.
pub(crate) fn line(text: &str) -> Outcome {
    still_read(text).map(drop)
}

/// The same, and whether somebody still reads it.
pub(crate) fn still_read(text: &str) -> Outcome<bool> {
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true).failing(|| "cannot write the result".to_owned()),
    }
}
