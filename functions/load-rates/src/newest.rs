//! The newest batch: what makes it visible, what was decided about it, and whether the two agree.

use contract::{
    Folder, Handle, Read,
    rates::{Outcome, RunName, VISIBLE, Verdict},
};
use runtime::{Fault, Objects, Pause, PortError, Readable, last_name, patiently};

use crate::refusal::{Refusal, Trouble};

const AGAIN: &str = "curate the batch again, or take its file below visible/ away";

/// A batch that is to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Newest {
    pub(crate) verdict: Verdict,
    /// Names below the folder of curated data, with the rows that are said to be in each.
    pub(crate) parts: Vec<(String, u64)>,
}

/// Where curated batches are.
pub(crate) struct Curated<'a, O, P> {
    pub(crate) folder: &'a Handle<Read<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
}

impl<O: Objects, P: Pause> Curated<'_, O, P> {
    /// The name below `visible/` of the last batch behind another one, if there is any.
    pub(crate) async fn last_behind(&self, place: &str) -> Result<Option<String>, Trouble> {
        let after = format!("{VISIBLE}{place}");
        Ok(last_name(self.folder, self.objects, self.pause, VISIBLE, &after).await?)
    }

    pub(crate) async fn read(&self, visible: &str) -> Result<Newest, Trouble> {
        let refuse = |reason: String| Trouble::from(Refusal::new(reason, AGAIN).of(self.uri(visible)));
        let Some(run) = run(visible) else {
            return Err(refuse("its name is not that of a batch: pulled=YYYY-MM-DD/HHMMSS-RUN is expected".to_owned()));
        };
        let uris = self.text(visible).await?;
        let said = format!("{}{}.json", contract::rates::VERDICTS, run.as_str());
        let verdict: Verdict = serde_json::from_str(&self.text(&said).await?)
            .map_err(|error| Refusal::new(format!("it is no verdict: {error}"), AGAIN).of(self.uri(&said)))?;
        if verdict.batch.visible() != visible || verdict.outcome != Outcome::Curated {
            let other =
                format!("the verdict in {} is not that of this batch, or is another than curated", self.uri(&said));
            return Err(refuse(other));
        }
        let data = verdict.batch.data();
        let parts: Vec<_> = verdict.parts.iter().map(|part| (format!("{data}{}", part.name), part.rows)).collect();
        let expected: Vec<String> = parts.iter().map(|(name, _)| self.uri(name)).collect();
        let found: Vec<&str> = uris.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if found != expected {
            return Err(refuse(format!("it names {} parts, and its verdict others ({})", found.len(), expected.len())));
        }
        let rows: u64 = parts.iter().map(|(_, rows)| rows).sum();
        if rows != verdict.rows {
            return Err(refuse(format!("by its verdict it has {} rows, and its parts have {rows}", verdict.rows)));
        }
        Ok(Newest { verdict, parts })
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        format!("{}{name}", self.folder.name())
    }

    async fn text(&self, name: &str) -> Result<String, Trouble> {
        let bytes = patiently(self.pause, async || self.folder.get(self.objects, name).await).await;
        let bytes = bytes.map_err(|error| missing(error, &self.uri(name), AGAIN))?;
        String::from_utf8(bytes).map_err(|_| Refusal::new("it is not UTF-8", AGAIN).of(self.uri(name)).into())
    }
}

/// A file that is not there stays away until somebody puts it there.
pub(crate) fn missing(error: PortError, uri: &str, remedy: &str) -> Trouble {
    match error.fault() {
        Fault::NotFound => Refusal::new("it is not there", remedy).of(uri).into(),
        _ => error.into(),
    }
}

fn run(visible: &str) -> Option<RunName> {
    let (_, run) = visible.rsplit_once('/')?.1.split_once('-')?;
    RunName::try_from(run.to_owned()).ok()
}
