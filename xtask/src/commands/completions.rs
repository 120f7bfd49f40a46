use clap::{Args, Command};
use clap_complete::{Generator, Shell, shells};
use engine::failure::{Failure, Outcome};

use crate::output;

/// Print what makes a shell complete `cargo xtask`
///
/// For bash: `cargo xtask completions bash > ~/.local/share/bash-completion/completions/cargo-xtask`, and `source` that file in
/// ~/.bashrc. For zsh: into a file `_cargo-xtask` in a folder of $fpath. For fish: into ~/.config/fish/completions/cargo-xtask.fish,
/// which is to be sourced in config.fish.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// `cargo` stays what it is; only behind `cargo xtask` it is ours.
const BASH: &str = r#"
# Where cargo itself was completed until now.
_cargo_xtask_others="$(complete -p cargo 2>/dev/null | sed -n 's/.*-F \([^ ]*\).*/\1/p')"

_cargo_xtask() {
    if [[ ${COMP_WORDS[1]} != xtask || $COMP_CWORD -lt 2 ]]; then
        [[ -n $_cargo_xtask_others ]] && "$_cargo_xtask_others" "$@"
        return
    fi
    if [[ ${COMP_WORDS[COMP_CWORD-1]} == --stage || ${COMP_WORDS[COMP_CWORD-1]} == --from ]]; then
        local files=(environments/*.yaml)
        files=("${files[@]##*/}")
        COMPREPLY=($(compgen -W "${files[*]%.yaml}" -- "${COMP_WORDS[COMP_CWORD]}"))
        return
    fi
    COMP_WORDS=("${COMP_WORDS[@]:1}")
    COMP_CWORD=$((COMP_CWORD - 1))
    _xtask xtask "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
}

complete -F _cargo_xtask -o nosort -o bashdefault -o default cargo
"#;

impl Completions {
    pub(crate) fn run(&self, command: Command) -> Outcome {
        output::line(&script(self.shell, command)?)
    }
}

fn script(shell: Shell, command: Command) -> Outcome<String> {
    match shell {
        Shell::Bash => {
            let own = generated(&shells::Bash, command, "xtask");
            // What it ends with is about a program of this name, which there is not.
            let own = own.split("\nif [[ \"${BASH_VERSINFO[0]}\"").next().unwrap_or(&own);
            Ok(format!("{own}\n{BASH}"))
        }
        // Cargo's own completion asks for a function of this name.
        Shell::Zsh => Ok(generated(&shells::Zsh, command, "cargo-xtask")),
        Shell::Fish => {
            let cargo = Command::new("cargo").disable_help_subcommand(true).subcommand(command.name("xtask"));
            Ok(generated(&shells::Fish, cargo, "cargo"))
        }
        other => {
            Err(Failure::invalid(format!("there are no completions for {other}"))
                .hint("there are for bash, zsh and fish"))
        }
    }
}

fn generated(shell: &impl Generator, mut command: Command, name: &str) -> String {
    command.set_bin_name(name);
    command.build();
    let mut text = Vec::new();
    shell.generate(&command, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::process::Command as Process;

    /// What a bash offers for a line, whose last word is being typed.
    fn offered(line: &[&str]) -> Vec<String> {
        let script = script(Shell::Bash, crate::Cli::command()).unwrap();
        let words = line.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let asked = format!(
            "_before() {{ COMPREPLY=(from-cargo); }}\ncomplete -F _before cargo\n{script}\nCOMP_WORDS=({words}); \
             COMP_CWORD={}; _cargo_xtask cargo '' ''; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            line.len() - 1
        );
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let output = Process::new("bash").args(["--norc", "-c", &asked]).current_dir(root).output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn bash_completes_commands_options_and_stages_and_leaves_cargo_alone() {
        assert_eq!(offered(&["cargo", "xtask", "depl"]), ["deploy"]);
        assert_eq!(offered(&["cargo", "xtask", "deploy", "--allow"]), ["--allow-replace"]);
        assert_eq!(offered(&["cargo", "xtask", "local", "er"]), ["erase"]);
        assert_eq!(offered(&["cargo", "xtask", "plan", "--stage", "st"]), ["staging"]);
        assert_eq!(offered(&["cargo", "bui"]), ["from-cargo"]);
    }

    #[test]
    fn other_shells_know_every_command() {
        for shell in [Shell::Zsh, Shell::Fish] {
            let script = script(shell, crate::Cli::command()).unwrap();
            for command in crate::Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
        assert!(script(Shell::Elvish, crate::Cli::command()).is_err());
    }
}
