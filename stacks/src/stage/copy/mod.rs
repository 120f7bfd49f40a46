//! Copies: a stage derived from another one, scaled, under a name of its own, and for a limited time.

mod file;
mod ladders;
pub(super) mod laptop;
pub(super) mod rules;
mod scale;
#[cfg(test)]
mod tests;

use chrono::{DateTime, SubsecRound, Utc};
use std::fmt;

use super::{PRODUCTION, Pipelines, Platform, Release, Stage, StageName, nearest};

pub(super) use file::RawCopyFile;
pub use file::{is_copy, read_copy, text};
pub use scale::Scale;

/// What a copy was made of and how: all that has to be known beside the stage that it was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Copied {
    pub of: StageName,
    pub scale: Scale,
    /// The pipelines that it has; without a name, all of them.
    pub only: Vec<String>,
    /// Where it runs: where the other stage does, or on a laptop.
    pub local: bool,
    pub expires: DateTime<Utc>,
}

/// The tags of a copy's stacks. A stage with none of them is no copy.
const COPY_OF: &str = "copy-of";
const SCALE: &str = "copy-scale";
const ONLY: &str = "copy-only";
const EXPIRES: &str = "expires";

/// What a tag's value may not hold is written with this between.
const BETWEEN: char = '+';

impl Copied {
    pub fn tags(&self) -> Vec<(&'static str, String)> {
        let only = (!self.only.is_empty()).then(|| (ONLY, self.only.join(&BETWEEN.to_string())));
        let mut tags =
            vec![(COPY_OF, self.of.to_string()), (SCALE, self.scale.to_string()), (EXPIRES, moment(self.expires))];
        tags.extend(only);
        tags
    }

    /// Reads what [`Copied::tags`] wrote; `None` where a stack is no copy's, an error where it is a broken one's.
    pub fn of_tags<'a>(tag: impl Fn(&str) -> Option<&'a str>, local: bool) -> Option<Result<Self, String>> {
        let of = tag(COPY_OF)?;
        let read = || {
            let of = StageName::new(of)?;
            let number = tag(SCALE).unwrap_or("1");
            let scale = number.parse().map_err(|error: scale::BadScale| error.to_string())?;
            let only = tag(ONLY).map(|only| only.split(BETWEEN).map(str::to_owned).collect());
            let expires = tag(EXPIRES).ok_or_else(|| format!("it lacks the tag {EXPIRES}"))?;
            let expires = parse_moment(expires).ok_or_else(|| format!("its tag {EXPIRES}, '{expires}', is no time"))?;
            Ok(Self { of, scale, only: only.unwrap_or_default(), local, expires })
        };
        Some(read())
    }
}

/// To the second, as a tag and a person read it.
pub fn moment(at: DateTime<Utc>) -> String {
    at.trunc_subsecs(0).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn parse_moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// Why there cannot be such a copy, and what would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFault {
    pub what: String,
    pub remedy: String,
}

impl fmt::Display for CopyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {}", self.what, self.remedy)
    }
}

fn fault<T>(what: String, remedy: impl Into<String>) -> Result<T, CopyFault> {
    Err(CopyFault { what, remedy: remedy.into() })
}

impl Stage {
    /// The stage as a copy of this one. `host` is what a laptop's functions are built for.
    pub fn copied(&self, name: StageName, copied: Copied, host: super::Architecture) -> Result<Self, CopyFault> {
        if let Some(copy) = &self.copy {
            return fault(
                format!("stage {} is itself a copy of {}", self.name, copy.of),
                format!("copy {} instead", copy.of),
            );
        }
        if name == self.name {
            return fault(format!("a copy of {name} cannot be called {name}"), "give it a name of its own");
        }
        if PRODUCTION.contains(&name.as_str()) {
            return fault(
                format!("a copy cannot be called {name}, which is a name of production"),
                "give it another name, such as pr-42",
            );
        }
        let pipelines = self.pipelines.chosen(&copied.only, self)?;
        // What is no business of the workflows is made with whatever its maker may do.
        let ci = self.ci.clone().filter(|ci| ci.makes(&name));
        let stage = Self { name, ci, pipelines, ..self.clone() }.quiet().scaled(copied.scale);
        let stage = if copied.local && stage.platform == Platform::Aws { stage.on_laptop(host) } else { stage };
        // What anybody may make a copy of, nobody signs in the name of the stage.
        Ok(Self { copy: Some(copied), code_signing: None, ..stage })
    }

    /// Nobody is told of what happens to a copy, nobody waits for its new code, and nothing of it outlives it.
    fn quiet(mut self) -> Self {
        self.alert_emails.clear();
        if let Some(orders) = &mut self.pipelines.orders {
            orders.emails.clear();
        }
        Self { keep_data: false, release: Release::AllAtOnce, ..self }
    }

    /// The file in environments/ that it was read from, without its ending.
    pub fn origin(&self) -> &StageName {
        self.copy.as_ref().map_or(&self.name, |copy| &copy.of)
    }
}

impl Pipelines {
    fn chosen(&self, wanted: &[String], stage: &Stage) -> Result<Self, CopyFault> {
        let there: Vec<_> = self.named().into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
        if let Some(missing) = wanted.iter().find(|name| !there.contains(&name.as_str())) {
            let meant = nearest(missing, there.iter().copied()).map(|name| format!("did you mean '{name}'? "));
            return fault(
                format!("stage {} has no pipeline '{missing}'", stage.name),
                format!("{}its pipelines are {}", meant.unwrap_or_default(), there.join(", ")),
            );
        }
        Ok(self.clone().only(|name| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name)))
    }
}
