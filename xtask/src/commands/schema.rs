use clap::Args;
use std::fs;

use crate::output;
use crate::project::Project;
use engine::failure::{Context, Outcome};

/// Write the JSON Schema of stage files, by which editors complete and check them
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Print it instead of writing environments/stage.schema.json
    #[arg(long)]
    print: bool,
}

impl Schema {
    pub(crate) fn run(&self) -> Outcome {
        let schema = stacks::stage::schema();
        if self.print {
            return output::line(&schema);
        }
        let file = Project::find()?.environments().join("stage.schema.json");
        fs::write(&file, schema).failing(|| format!("cannot write {}", file.display()))?;
        output::line(&format!("wrote {}", file.display()))
    }
}
