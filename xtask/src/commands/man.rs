use clap::{Args, Command};
use engine::failure::{Context, Outcome};
use std::fs;
use std::path::{Path, PathBuf};

use crate::output;

/// Write a man page for each command
///
/// To read them: `man -M FOLDER cargo-xtask-deploy`.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder that gets them, in man1/
    #[arg(long, value_name = "DIR", default_value = "man")]
    out: PathBuf,
}

impl Man {
    pub(crate) fn run(&self, command: Command) -> Outcome {
        let folder = self.out.join("man1");
        write(command, &folder).failing(|| format!("cannot write to {}", folder.display()))?;
        let out = self.out.display();
        output::line(&format!("wrote the pages; to read one: man -M {out} cargo-xtask-deploy"))
    }
}

/// The page of the whole, and of each command and what is below it.
fn write(command: Command, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command.name("cargo-xtask").display_name("cargo-xtask"), folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn each_command_has_a_page_with_its_options() {
        let folder = tempfile::tempdir().unwrap();
        write(crate::Cli::command(), folder.path()).unwrap();
        let page = |name: &str| fs::read_to_string(folder.path().join(name)).expect(name).replace('\\', "");
        assert!(page("cargo-xtask.1").contains("cargo-xtask-deploy(1)"));
        let deploy = page("cargo-xtask-deploy.1");
        assert!(
            deploy.contains("--allow-replace") && deploy.contains("Bring a stage to what its file says"),
            "{deploy}"
        );
        assert!(page("cargo-xtask-local-erase.1").contains("cargo xtask local erase"));
        for command in crate::Cli::command().get_subcommands() {
            page(&format!("cargo-xtask-{}.1", command.get_name()));
        }
    }
}
