//! The emulator as a process: whether it lives, and its end.
//!
//! It holds a lock on its process file as long as it lives. A process id alone would prove nothing: after a crash the
//! same number may belong to any other process.

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};
use std::fs::{File, TryLockError};
use std::io::Read;

use super::folder::Folder;
use engine::failure::{Context, Failure, Outcome};

/// The emulator's process id, if it lives.
pub(super) fn running(folder: &Folder) -> Outcome<Option<Pid>> {
    let Some((mut file, held)) = look(folder)? else { return Ok(None) };
    if !held {
        return Ok(None);
    }
    read_pid(&mut file).map(Some).ok_or_else(|| {
        Failure::new(format!("{} does not say which process the emulator is", folder.process().display()))
            .hint("it may just be starting: run the command again")
    })
}

/// The process id of an emulator that has ended without being stopped.
pub(super) fn fallen(folder: &Folder) -> Outcome<Option<Pid>> {
    Ok(look(folder)?.filter(|(_, held)| !held).and_then(|(mut file, _)| read_pid(&mut file)))
}

fn look(folder: &Folder) -> Outcome<Option<(File, bool)>> {
    let path = folder.process();
    let unreadable = || format!("cannot read {}", path.display());
    let file = match File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.failing(unreadable)?,
    };
    match file.try_lock_shared() {
        Ok(()) => {
            // Given back before the file is closed: an emulator that starts now must not find it held.
            file.unlock().failing(unreadable)?;
            Ok(Some((file, false)))
        }
        Err(TryLockError::WouldBlock) => Ok(Some((file, true))),
        Err(TryLockError::Error(error)) => Err(Failure::new(unreadable()).because(&error)),
    }
}

fn read_pid(file: &mut File) -> Option<Pid> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    // Without its line end the number may not be whole yet.
    text.strip_suffix('\n')?.parse().ok().and_then(Pid::from_raw)
}

// A process that ended meanwhile cannot be sent anything, and need not be: whether it is gone is asked of its lock.

pub(super) fn ask_to_stop(pid: Pid) {
    let _ = kill_process(pid, Signal::TERM);
}

pub(super) fn kill(pid: Pid) {
    let _ = kill_process(pid, Signal::KILL);
}

/// Ends what the emulator has left running: it leads the process group that all functions run in.
pub(super) fn kill_group(emulator: Pid) {
    // Where a process has that number again, the group may be that one's. Until the last of ours has ended, it cannot be.
    if test_kill_process(emulator).is_err() {
        let _ = kill_process_group(emulator, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_a_held_file_means_that_it_lives() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::at(dir.path());
        assert_eq!(running(&folder).unwrap(), None);

        // Left behind by an emulator that was killed; the number may be anybody's by now.
        let own = rustix::process::getpid();
        fs::write(folder.process(), format!("{}\n", own.as_raw_nonzero())).unwrap();
        assert_eq!(running(&folder).unwrap(), None);
        assert_eq!(fallen(&folder).unwrap(), Some(own));

        let held = File::open(folder.process()).unwrap();
        held.lock().unwrap();
        assert_eq!(running(&folder).unwrap(), Some(own));
        assert_eq!(fallen(&folder).unwrap(), None);
    }

    #[test]
    fn half_a_number_is_no_process() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::at(dir.path());
        fs::write(folder.process(), "12").unwrap();
        assert_eq!(fallen(&folder).unwrap(), None);
        let held = File::open(folder.process()).unwrap();
        held.lock().unwrap();
        assert!(running(&folder).unwrap_err().to_string().contains("run the command again"));
    }
}
