//! The emulator's port: any free one the first time, from then on the same, since queue URLs contain it.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::folder::Folder;
use engine::failure::{Context, Failure, Outcome};

const PORT_VARIABLE: &str = "MILLRACE_LOCAL_PORT";

/// Where the emulator answers, on this machine only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Endpoint {
    port: u16,
}

impl Endpoint {
    pub(super) fn url(self) -> String {
        format!("http://{}", self.address())
    }

    pub(super) fn address(self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    pub(super) fn port(self) -> u16 {
        self.port
    }
}

/// Where the emulator of this checkout was last started.
pub(super) fn remembered(folder: &Folder) -> Outcome<Option<Endpoint>> {
    let path = folder.port();
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        // Half a number would be another port: whatever does not read is as good as nothing.
        read => Ok(read.failing(|| format!("cannot read {}", path.display()))?.trim().parse().ok().map(endpoint)),
    }
}

/// Where to start it: where the user says, else where it was before, else anywhere.
pub(super) fn choose(folder: &Folder) -> Outcome<Endpoint> {
    let asked = asked(env::var(PORT_VARIABLE).ok().as_deref())?;
    let wanted = asked.or(remembered(folder)?);
    let free = TcpListener::bind(wanted.unwrap_or(endpoint(0)).address()).map_err(|error| match wanted {
        Some(endpoint) => taken(endpoint, folder).because(&error),
        None => Failure::new("there is no free port for the emulator").because(&error),
    })?;
    let port = free.local_addr().failing(|| "cannot tell which port is free".to_owned())?.port();
    let path = folder.port();
    let whole = path.with_extension("new");
    fs::write(&whole, format!("{port}\n"))
        .and_then(|()| fs::rename(&whole, &path))
        .failing(|| format!("cannot write {}", path.display()))?;
    Ok(endpoint(port))
}

fn endpoint(port: u16) -> Endpoint {
    Endpoint { port }
}

fn asked(value: Option<&str>) -> Outcome<Option<Endpoint>> {
    let Some(value) = value else { return Ok(None) };
    match value.parse() {
        Ok(port @ 1024..) => Ok(Some(endpoint(port))),
        _ => Err(Failure::invalid(format!("{PORT_VARIABLE} is '{value}'"))
            .since("it must be a port number from 1024 to 65535")),
    }
}

fn taken(endpoint: Endpoint, folder: &Folder) -> Failure {
    let port = endpoint.port;
    Failure::new(format!("the emulator cannot start: port {port} is taken by another process"))
        .hint(format!("stop that process; `ss -ltnp 'sport = :{port}'` or `lsof -i :{port}` names it"))
        .hint("if it is the emulator of another checkout: `cargo xtask local stop` there")
        .hint(format!(
            "or set {PORT_VARIABLE} to another port. Queue addresses contain the port: what is deployed in {} \
             must then be deployed again",
            folder.root().display()
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_stays_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::at(dir.path());
        assert_eq!(remembered(&folder).unwrap(), None);
        let first = choose(&folder).unwrap();
        assert_eq!(remembered(&folder).unwrap(), Some(first));
        assert_eq!(choose(&folder).unwrap(), first);
    }

    #[test]
    fn a_taken_port_is_named_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::at(dir.path());
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = other.local_addr().unwrap().port();
        fs::write(folder.port(), port.to_string()).unwrap();
        let failure = choose(&folder).unwrap_err().to_string();
        for part in [&format!("port {port} is taken"), "cargo xtask local stop", "MILLRACE_LOCAL_PORT"] {
            assert!(failure.contains(part), "{failure}");
        }
    }

    #[test]
    fn a_port_that_is_none_is_refused() {
        assert_eq!(asked(Some("18000")).unwrap(), Some(endpoint(18000)));
        assert_eq!(asked(None).unwrap(), None);
        for wrong in ["", "80", "65536", "local"] {
            assert!(asked(Some(wrong)).unwrap_err().to_string().contains("1024 to 65535"), "{wrong}");
        }
    }
}
