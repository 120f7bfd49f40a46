//! Who the server runs as.

use rustix::process::geteuid;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::trouble::{Trouble, While};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// Whoever we are.
    Own,
    /// Somebody without rights, since we are root.
    Other { user: u32, group: u32 },
}

impl Account {
    pub(crate) fn choose() -> Result<Self, Trouble> {
        if !geteuid().is_root() {
            return Ok(Self::Own);
        }
        let accounts = fs::read_to_string("/etc/passwd").failing(|| "cannot read /etc/passwd".to_owned())?;
        nobody(&accounts).ok_or_else(|| {
            Trouble::new("PostgreSQL does not run as root, and there is no account `nobody` to run it as")
                .remedy("run the command as an ordinary user")
        })
    }

    /// A program that runs as this account, without anything of our environment that could change what it does.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").env("TZ", "UTC").env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.current_dir("/");
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
        command
    }

    /// A folder that is for this account alone.
    pub(crate) fn give(self, path: &Path) -> io::Result<()> {
        if let Self::Other { user, group } = self {
            chown(path, Some(user), Some(group))?;
        }
        Ok(())
    }

    /// Whether the account may go where the path leads.
    pub(crate) fn reaches(self, path: &Path) -> bool {
        let Self::Other { user, .. } = self else { return true };
        let open = |folder: &Path| {
            let found = fs::metadata(folder);
            found.is_ok_and(|found| found.permissions().mode() & 0o001 != 0 || found.uid() == user)
        };
        path.ancestors().filter(|folder| folder.exists()).all(open)
    }

    /// Where files live for a while: any program's temporary folder may be closed to others.
    pub(crate) fn temporary(self) -> PathBuf {
        match self {
            Self::Own => std::env::temp_dir(),
            Self::Other { .. } => PathBuf::from("/tmp"),
        }
    }
}

fn nobody(accounts: &str) -> Option<Account> {
    let line = accounts.lines().find(|line| line.starts_with("nobody:"))?;
    let mut fields = line.split(':').skip(2);
    // Some systems count it from the end, as -2.
    let mut number = || fields.next()?.parse::<i64>().ok().and_then(|n| u32::try_from(n & i64::from(u32::MAX)).ok());
    Some(Account::Other { user: number()?, group: number()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_found_however_it_is_counted() {
        let found =
            nobody("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n");
        assert_eq!(found, Some(Account::Other { user: 65534, group: 65533 }));
        let found = nobody("nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false");
        assert_eq!(found, Some(Account::Other { user: u32::MAX - 1, group: u32::MAX - 1 }));
        assert_eq!(nobody("root:x:0:0:root:/root:/bin/sh"), None);
    }
}
