use clap::Args;
use std::fs;

use crate::output;
use crate::project::Project;
use engine::failure::{Context, Outcome};
use estimate::Volumes;

/// Write the JSON Schemas of stage files and of volumes, by which editors complete and check them
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Print the one of stage files instead of writing environments/stage.schema.json and volumes.schema.json
    #[arg(long)]
    print: bool,
}

impl Schema {
    pub(crate) fn run(&self) -> Outcome {
        let schema = stacks::stage::schema();
        if self.print {
            return output::line(&schema);
        }
        let folder = Project::find()?.environments();
        for (name, schema) in [("stage.schema.json", schema), ("volumes.schema.json", Volumes::schema())] {
            let file = folder.join(name);
            fs::write(&file, schema).failing(|| format!("cannot write {}", file.display()))?;
            output::line(&format!("wrote {}", file.display()))?;
        }
        Ok(())
    }
}
