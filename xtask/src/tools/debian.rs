//! A tool that Debian has: its package is downloaded and unpacked into the user's cache, without being installed and without
//! root. Which version it is, the system says; apt checks what it downloads.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine::failure::{Context, Failure, Outcome};

use super::install::{MARKER, remove, run, wait_for};
use crate::progress::Task;

/// A program in a package.
pub(super) struct Package {
    pub(super) name: &'static str,
    /// Where in the package it is.
    program: &'static str,
    /// Names a program that is used instead.
    pub(super) variable: &'static str,
    /// Whether it comes with what it needs, as far as the system lacks that.
    with_needs: bool,
}

pub(super) const REGISTRY: Package = Package {
    name: "docker-registry",
    program: "usr/bin/docker-registry",
    variable: images::TestRegistry::VARIABLE,
    with_needs: false,
};

/// A browser without windows. Its program is a script of ours, which tells it where its libraries are.
pub(super) const CHROMIUM: Package =
    Package { name: "chromium-headless-shell", program: STARTER, variable: super::CHROMIUM, with_needs: true };

const STARTER: &str = "start";

/// Every folder of libraries, since some need others of a folder that only their own package knows. Fonts are there if the
/// system has none.
const SCRIPT: &str = r#"#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
for library in $(find "$here/usr/lib" -name '*.so*' -printf '%h\n' | sort -u); do
    LD_LIBRARY_PATH="$library:$LD_LIBRARY_PATH"
done
export LD_LIBRARY_PATH
if [ -d "$here/usr/share/fonts" ]; then
    export FONTCONFIG_FILE="$here/fonts.conf"
fi
exec "$here/usr/lib/chromium/chromium-headless-shell" "$@"
"#;

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

/// The program, where there is one already.
pub(super) fn present(tools: &Path, package: &Package) -> Option<PathBuf> {
    let named = std::env::var_os(package.variable).map(PathBuf::from);
    named.or_else(|| Some(complete(tools, package)?.join(package.program)))
}

fn complete(tools: &Path, package: &Package) -> Option<PathBuf> {
    let key = format!("{}-", package.name);
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&key));
    let folders = fs::read_dir(tools).ok()?.filter_map(|entry| Some(entry.ok()?.path())).filter(named);
    folders.filter(|path| path.join(MARKER).is_file() && path.join(package.program).is_file()).max()
}

/// Downloads the package and unpacks it; answers with its version.
fn unpack(making: &Path, package: &Package, lock: &File) -> Outcome<String> {
    let downloaded = download(making, package, lock)?;
    let files = fs::read_dir(&downloaded).failing(|| format!("cannot look into {}", downloaded.display()))?;
    let mut archives: Vec<_> = files.flatten().map(|entry| entry.path()).filter(|path| is_archive(path)).collect();
    archives.sort();
    let named = format!("{}_", package.name);
    let is_named = |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&named));
    let main = archives.iter().find(is_named).ok_or_else(|| failure(package, "apt-get downloaded no package"))?;
    let content = making.join("content");
    for archive in &archives {
        asked(Command::new("dpkg-deb").arg("--extract").arg(archive).arg(&content), package, lock)?;
    }
    if package.with_needs {
        start_with_libraries(&content).failing(|| format!("cannot write to {}", content.display()))?;
    }
    let version = asked(Command::new("dpkg-deb").arg("--field").arg(main).arg("Version"), package, lock)?;
    // A version may have an epoch, and an upgrade of it a tilde: neither is for the name of a folder.
    Ok(version.trim().replace(|c: char| !(c.is_ascii_alphanumeric() || ".+-".contains(c)), "_"))
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "deb")
}

fn start_with_libraries(content: &Path) -> std::io::Result<()> {
    let starter = content.join(STARTER);
    fs::write(&starter, SCRIPT)?;
    fs::set_permissions(&starter, fs::Permissions::from_mode(0o755))?;
    let fonts = "<fontconfig><dir prefix=\"relative\">usr/share/fonts</dir></fontconfig>\n";
    fs::write(content.join("fonts.conf"), fonts)
}

/// With the lists of packages that the system has; where it has none, or old ones, with lists of its own. Answers with the
/// folder of what was downloaded.
fn download(making: &Path, package: &Package, lock: &File) -> Outcome<PathBuf> {
    let cache = making.join("cache");
    let archives = cache.join("archives");
    let cannot_write = || format!("cannot write to {}", cache.display());
    fs::create_dir_all(archives.join("partial")).failing(cannot_write)?;
    let into = |key: &str, folder: &Path| format!("-o{key}={}", folder.display());
    // Nothing is installed, so that nobody has to be kept from installing at the same time.
    let own = [into("Dir::Cache", &cache), "-oDebug::NoLocking=true".to_owned()];
    let words: &[&str] = if package.with_needs {
        &["install", "--download-only", "--no-install-recommends", "--yes"]
    } else {
        &["download"]
    };
    let apt = |options: &[String], words: &[&str]| {
        asked(Command::new("apt-get").args(&own).args(options).args(words).current_dir(&archives), package, lock)
    };
    let words = [words, &[package.name]].concat();
    if apt(&[], &words).is_ok() {
        return Ok(archives);
    }
    let lists = making.join("lists");
    fs::create_dir_all(lists.join("partial")).failing(cannot_write)?;
    let lists = [into("Dir::State::lists", &lists)];
    apt(&lists, &["update"])?;
    apt(&lists, &words).map(|_| archives)
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

    #[test]
    fn a_program_is_started_with_the_libraries_that_were_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("usr/lib/chromium");
        let libraries = folder.path().join("usr/lib/some/where");
        fs::create_dir_all(&program).unwrap();
        fs::create_dir_all(&libraries).unwrap();
        fs::write(libraries.join("libone.so.1"), "").unwrap();
        start_with_libraries(folder.path()).unwrap();
        fs::copy(folder.path().join(STARTER), program.join("chromium-headless-shell")).unwrap();
        fs::write(program.join("chromium-headless-shell"), "#!/bin/sh\necho \"$LD_LIBRARY_PATH $1\"\n").unwrap();
        let output = Command::new(folder.path().join(STARTER)).arg("--version").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("usr/lib/some/where:") && said.ends_with(" --version\n"), "{said}");
    }
}
