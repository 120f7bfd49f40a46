//! The emulator that local stages run on: started when needed, reused, and stopped by its process id.

mod database;
mod endpoint;
mod folder;
pub(crate) mod gaps;
mod health;
mod process;
mod start;

use serde::Serialize;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::progress::Task;
use crate::project::Project;
use crate::tools;
use endpoint::Endpoint;
use engine::failure::{Context, Failure, Outcome};
use folder::Folder;

/// How long the emulator may take to write its state when it is told to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// The address of the emulator, started if it does not run.
pub(crate) fn ensure_running(project: &Project) -> Outcome<String> {
    let folder = Folder::of(project);
    if database::exists(&folder) {
        database::ensure_running(project, &folder)?;
    }
    if let Some(endpoint) = answering(&folder)? {
        return Ok(endpoint.url());
    }
    let emulator = tools::ministack(project)?;
    // Two deploys at once start it once: the second one finds it running.
    let _starting = folder.exclusive()?;
    if let Some(endpoint) = answering(&folder)? {
        return Ok(endpoint.url());
    }
    // It lives but does not answer: it hangs, and whatever it holds was saved.
    if process::running(&folder)?.is_some() {
        end(&folder)?;
    }
    let endpoint = endpoint::choose(&folder)?;
    start::start(&emulator, &folder, endpoint)?;
    Ok(endpoint.url())
}

/// Sees to it that the emulator can give its database instances a real server: asked before a stack that declares one is
/// deployed. Once there was one, it is started with the emulator.
pub(crate) fn ensure_databases(project: &Project) -> Outcome {
    database::ensure_running(project, &Folder::of(project))
}

/// An emulator at work.
#[derive(Debug, Serialize)]
pub(crate) struct Running {
    pub(crate) endpoint: String,
    pub(crate) pid: i32,
}

/// The emulator, if it runs.
pub(crate) fn running(project: &Project) -> Outcome<Option<Running>> {
    let folder = Folder::of(project);
    let (Some(endpoint), Some(pid)) = (answering(&folder)?, process::running(&folder)?) else { return Ok(None) };
    Ok(Some(Running { endpoint: endpoint.url(), pid: pid.as_raw_pid() }))
}

/// Stops the emulator and the functions that it runs. Whether there was anything to stop.
pub(crate) fn stop(project: &Project) -> Outcome<bool> {
    let folder = Folder::of(project);
    let _task = Task::start("stopping the emulator");
    let ran = process::running(&folder)?.is_some();
    end(&folder)?;
    // After what uses it.
    let served = database::stop(&folder)?;
    Ok(ran || served)
}

/// Stops the emulator and deletes all that it holds.
pub(crate) fn erase(project: &Project) -> Outcome {
    stop(project)?;
    let folder = Folder::of(project);
    database::erase(&folder)?;
    match fs::remove_dir_all(folder.root()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done.failing(|| format!("cannot delete {}", folder.root().display())),
    }
}

fn answering(folder: &Folder) -> Outcome<Option<Endpoint>> {
    if process::running(folder)?.is_none() {
        return Ok(None);
    }
    Ok(endpoint::remembered(folder)?.filter(|endpoint| health::answers(*endpoint)))
}

/// Asks first, so that the state is saved in full, and insists after a while.
fn end(folder: &Folder) -> Outcome {
    let Some(pid) = process::running(folder)? else { return Ok(()) };
    process::ask_to_stop(pid);
    let asked = Instant::now();
    while process::running(folder)?.is_some() {
        if asked.elapsed() > PATIENCE {
            process::kill(pid);
        }
        if asked.elapsed() > PATIENCE * 2 {
            return Err(Failure::new(format!("the emulator, process {pid}, does not stop"))
                .hint(format!("look at it with: ps -p {pid}")));
        }
        sleep(Duration::from_millis(20));
    }
    process::kill_group(pid);
    Ok(())
}
