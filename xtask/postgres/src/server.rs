//! A running server, as its administrator sees it.

use std::io::Write;
use std::process::Stdio;

use crate::account::Account;
use crate::binaries::Binaries;
use crate::trouble::{Trouble, While};

pub(crate) const ADMINISTRATOR: &str = "postgres";
pub(crate) const HOST: &str = "127.0.0.1";

/// Where a server listens, and its administrator's password.
#[derive(Debug, Clone)]
pub struct Server {
    binaries: Binaries,
    port: u16,
    password: String,
}

impl Server {
    pub(crate) fn new(binaries: Binaries, port: u16, password: String) -> Self {
        Self { binaries, port, password }
    }

    pub fn host(&self) -> &'static str {
        HOST
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn administrator(&self) -> &'static str {
        ADMINISTRATOR
    }

    pub fn password(&self) -> &str {
        &self.password
    }

    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Runs statements one after the other, until one fails. The answer is what they select, columns parted by `|`.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String, Trouble> {
        let cannot = || "cannot run psql".to_owned();
        let mut psql = Account::Own.command(&self.binaries.program("psql"));
        psql.args(["-h", HOST, "-p", &self.port.to_string(), "-U", ADMINISTRATOR, "-d", database]);
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"]);
        psql.env("PGPASSWORD", &self.password).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = psql.spawn().failing(cannot)?;
        if let Some(mut stdin) = child.stdin.take() {
            // It ends at the first statement that fails, and does not read the others.
            let _ = stdin.write_all(statements.as_bytes());
        }
        let output = child.wait_with_output().failing(cannot)?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(Trouble::new(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
        }
    }

    /// A database, and a role that owns it and can do nothing else. Names are plain.
    pub fn database(&self, name: &str, role: &str, password: &str) -> Result<(), Trouble> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !(plain(name) && plain(role) && plain(password)) {
            return Err(Trouble::new(format!("'{name}', '{role}' or its password is not plain letters and digits")));
        }
        self.sql(
            ADMINISTRATOR,
            &format!(
                "CREATE ROLE {role} LOGIN PASSWORD '{password}';\nCREATE DATABASE {name} OWNER {role};\n\
                 REVOKE ALL ON DATABASE {name} FROM PUBLIC;\n"
            ),
        )
        .map(drop)
    }
}
