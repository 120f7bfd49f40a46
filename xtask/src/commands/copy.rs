use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use engine::cloud::Cloud;
use engine::failure::{Context, Failure, Outcome};
use engine::refusal::Asked;
use stacks::stage::{Copied, Scale, StageName, copy_text};
use std::fs;

use crate::commands::deploy::Deploy;
use crate::progress::say;
use crate::project::Project;
use crate::session::{Emulator, Session};
use crate::{copies, stages};

/// Make a copy of a stage: complete, apart from it, smaller, and for a limited time
///
/// Every capacity is scaled by its own rule. Nobody is mailed, and no data outlives the copy. It needs no file: all other
/// commands know it by its name from the tags of its stacks. The same command again brings the copy up to date and
/// renews its time; 'cargo xtask destroy' ends it, and 'cargo xtask reap' does once its time is over.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Copy {
    /// The stage to copy: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    from: String,
    /// What the copy is called, such as 'pr-42'
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// By which factor it is smaller, or larger: 0.01 to 10
    #[arg(long, value_name = "FACTOR", default_value = "0.1")]
    scale: Scale,
    /// For how long it is there at least, such as 90m, 8h or 3d
    #[arg(long, value_name = "TIME", default_value = "8h", value_parser = ttl)]
    ttl: TimeDelta,
    /// Only this pipeline; can be given several times, or as a list with commas
    #[arg(long, value_name = "PIPELINE", value_delimiter = ',')]
    only: Vec<String>,
    /// On this machine's emulator, with the choices that a laptop can run
    #[arg(long)]
    local: bool,
    /// Keep it as environments/NAME.yaml
    #[arg(long)]
    save: bool,
    /// Stop after showing the plan
    #[arg(long)]
    plan: bool,
    /// Wait for whoever is at work on the copy, instead of stopping
    #[arg(long)]
    wait: bool,
    /// Do not ask before changing anything
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Copy {
    pub(crate) async fn run(&self) -> Outcome {
        let project = Project::find()?;
        let name = stages::named(&self.stage)?;
        let has_file = stages::has_file(&project, name.as_str());
        if has_file && !stages::is_copy(&project, name.as_str()) {
            return Err(Failure::invalid(format!("environments/{name}.yaml is a stage of its own, and no copy"))
                .hint("give the copy another name"));
        }
        let of = StageName::new(self.from.as_str())
            .map_err(|what| Failure::invalid(what).hint("--from names a file in environments/, without its ending"))?;
        // When it ends is known once AWS has told the time.
        let copied = Copied {
            of,
            scale: self.scale,
            only: self.only.clone(),
            local: self.local,
            expires: DateTime::<Utc>::UNIX_EPOCH,
        };
        let stage = copies::of(&project, &name, copied.clone())?;
        let mut session = Session::of(project, stage, Emulator::Start).await?;
        let now = session.cloud.time().await.asked(|| "cannot ask AWS for the time".to_owned())?;
        let now = i64::try_from(now.as_secs()).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let copied = Copied { expires: now.unwrap_or_default() + self.ttl, ..copied };
        session.stage.copy = Some(copied.clone());
        if (self.save || has_file) && !self.plan {
            let file = session.project.environments().join(format!("{name}.yaml"));
            fs::write(&file, copy_text(&copied)).failing(|| format!("cannot write {}", file.display()))?;
            say(&format!("wrote {}", file.display()));
        }
        let Self { plan, wait, yes, json, .. } = *self;
        let deploy = Deploy { stage: name.to_string(), plan, wait, yes, json, ..Deploy::default() };
        Box::pin(deploy.on(session)).await
    }
}

const LONGEST: TimeDelta = TimeDelta::days(90);

/// `90m`, `8h`, `3d`.
fn ttl(text: &str) -> Result<TimeDelta, String> {
    let wrong = || format!("'{text}' is no length of time: write minutes, hours or days, such as 90m, 8h or 3d");
    let split = text.len() - text.chars().last().map_or(0, char::len_utf8);
    let (number, unit) = text.split_at(split);
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let time = match unit {
        "m" => TimeDelta::minutes(number.into()),
        "h" => TimeDelta::hours(number.into()),
        "d" => TimeDelta::days(number.into()),
        _ => return Err(wrong()),
    };
    if time < TimeDelta::minutes(1) || time > LONGEST {
        return Err(format!("'{text}' is out of range: a copy lives for a minute to {} days", LONGEST.num_days()));
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::ttl;
    use chrono::TimeDelta;

    #[test]
    fn a_life_time_is_a_number_and_a_unit() {
        assert_eq!(ttl("90m"), Ok(TimeDelta::minutes(90)));
        assert_eq!(ttl("8h"), Ok(TimeDelta::hours(8)));
        assert_eq!(ttl("3d"), Ok(TimeDelta::days(3)));
        for bad in ["", "8", "h", "0h", "-1h", "1.5h", "8 h", "91d", "5000000000d", "8ħ", "8hh"] {
            assert!(ttl(bad).is_err(), "{bad}");
        }
    }
}
