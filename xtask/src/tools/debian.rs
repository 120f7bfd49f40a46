//! A tool that Debian has: its package is downloaded and unpacked into the user's cache, without being installed and without
//! root. Which version it is, the system says; apt checks what it downloads.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use engine::failure::{Context, Failure, Outcome};

use super::install::{MARKER, remove, run, wait_for};
use crate::progress::Task;

/// A program in a package.
pub(super) struct Package {
    name: &'static str,
    /// Where in the package it is.
    program: &'static str,
    /// Names a program that is used instead.
    variable: &'static str,
}

pub(super) const REGISTRY: Package =
    Package { name: "docker-registry", program: "usr/bin/docker-registry", variable: images::TestRegistry::VARIABLE };

/// The program, of the newest version that was unpacked; if none was, of the one that the system has.
pub(super) fn ready(tools: &Path, package: &Package) -> Outcome<PathBuf> {
    if let Some(folder) = complete(tools, package) {
        return Ok(folder.join(package.program));
    }
    let name = package.name;
    let cannot_write = || format!("{name} could not be unpacked in {}", tools.display());
    fs::create_dir_all(tools).failing(cannot_write)?;
    let lock = File::create(tools.join(format!("{name}.lock"))).failing(cannot_write)?;
    wait_for(&lock, name).failing(cannot_write)?;
    // Another process may have made it while this one waited.
    if let Some(folder) = complete(tools, package) {
        return Ok(folder.join(package.program));
    }
    let _task = Task::start(&format!("unpacking {name} into {}: needed once", tools.display()));
    // The same for each run, so that what a killed one left behind does not stay.
    let making = tools.join(format!(".{name}"));
    remove(&making).failing(cannot_write)?;
    fs::create_dir(&making).failing(cannot_write)?;
    let version = unpack(&making, package, &lock)?;
    let folder = tools.join(format!("{name}-{version}"));
    let content = making.join("content");
    fs::write(content.join(MARKER), &version).failing(cannot_write)?;
    remove(&folder)
        .and_then(|()| fs::rename(&content, &folder))
        .and_then(|()| remove(&making))
        .failing(cannot_write)?;
    Ok(folder.join(package.program))
}

fn complete(tools: &Path, package: &Package) -> Option<PathBuf> {
    let key = format!("{}-", package.name);
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&key));
    let folders = fs::read_dir(tools).ok()?.filter_map(|entry| Some(entry.ok()?.path())).filter(named);
    folders.filter(|path| path.join(MARKER).is_file() && path.join(package.program).is_file()).max()
}

/// Downloads the package and unpacks it; answers with its version.
fn unpack(making: &Path, package: &Package, lock: &File) -> Outcome<String> {
    download(making, package, lock)?;
    let files = fs::read_dir(making).failing(|| format!("cannot look into {}", making.display()))?;
    let mut archives = files.flatten().map(|entry| entry.path());
    let archive = archives.find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    let archive = archive.ok_or_else(|| failure(package, "apt-get downloaded no package"))?;
    asked(Command::new("dpkg-deb").arg("--extract").arg(&archive).arg(making.join("content")), package, lock)?;
    let version = asked(Command::new("dpkg-deb").arg("--field").arg(&archive).arg("Version"), package, lock)?;
    // A version may have an epoch, and an upgrade of it a tilde: neither is for the name of a folder.
    Ok(version.trim().replace(|c: char| !(c.is_ascii_alphanumeric() || ".+-".contains(c)), "_"))
}

/// With the lists of packages that the system has; where it has none, or old ones, with lists of its own.
fn download(making: &Path, package: &Package, lock: &File) -> Outcome {
    let apt = |options: &[String], words: &[&str]| {
        asked(Command::new("apt-get").args(options).args(words).current_dir(making), package, lock)
    };
    if apt(&[], &["download", package.name]).is_ok() {
        return Ok(());
    }
    let lists = making.join("lists");
    let cannot_write = || format!("cannot write to {}", lists.display());
    fs::create_dir_all(lists.join("partial")).failing(cannot_write)?;
    let cache = making.join("cache");
    fs::create_dir_all(cache.join("archives").join("partial")).failing(cannot_write)?;
    let own = ["Dir::State::lists", "Dir::Cache"].into_iter().zip([&lists, &cache]);
    let own: Vec<String> = own.map(|(key, folder)| format!("-o{key}={}", folder.display())).collect();
    apt(&own, &["update"])?;
    apt(&own, &["download", package.name]).map(drop)
}

fn asked(command: &mut Command, package: &Package, lock: &File) -> Outcome<String> {
    match run(command, lock, |_| {}) {
        Ok((true, output)) => Ok(output),
        Ok((false, output)) => Err(failure(package, output.trim())),
        Err(error) => {
            let program = command.get_program().to_string_lossy().into_owned();
            Err(failure(package, &format!("`{program}` cannot be run: {error}")))
        }
    }
}

fn failure(package: &Package, why: &str) -> Failure {
    let Package { name, variable, .. } = package;
    Failure::new(format!("{name} could not be fetched")).since(why).hint(format!(
        "on Debian or Ubuntu: apt-get update, and try again; elsewhere install {name} by hand and set {variable} to its program"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_complete_is_taken() {
        let tools = tempfile::tempdir().unwrap();
        let folder = tools.path().join("docker-registry-2.8.2");
        let program = folder.join(REGISTRY.program);
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::write(&program, "").unwrap();
        assert_eq!(complete(tools.path(), &REGISTRY), None);
        fs::write(folder.join(MARKER), "").unwrap();
        assert_eq!(ready(tools.path(), &REGISTRY).unwrap(), program);
    }

    #[test]
    fn a_machine_without_apt_is_told_what_to_do() {
        let lock = tempfile::tempfile().unwrap();
        let failure = asked(&mut Command::new("/nowhere/apt-get"), &REGISTRY, &lock).unwrap_err().to_string();
        assert!(failure.contains("`/nowhere/apt-get` cannot be run"), "{failure}");
        assert!(failure.contains("install docker-registry by hand and set MILLRACE_REGISTRY"), "{failure}");
    }
}
