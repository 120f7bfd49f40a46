//! What the function brings: its program, and what the program reads beside it.

use std::collections::BTreeMap;

use crate::error::Error;

/// Where Lambda expects a function.
pub(crate) const TASK_ROOT: &str = "/var/task";

const PROGRAM: &str = "bootstrap";

/// Where programs look for the authorities that they trust.
const CERTIFICATES: &str = "etc/ssl/certs/ca-certificates.crt";

#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Becomes `/var/task/bootstrap`.
    pub program: Vec<u8>,
    /// By their paths below `/var/task`.
    pub assets: BTreeMap<String, Vec<u8>>,
    /// Becomes `/etc/ssl/certs/ca-certificates.crt`: scratch has none.
    pub certificates: Option<Vec<u8>>,
}

/// A file as it stands in the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed<'a> {
    pub(crate) mode: u32,
    pub(crate) bytes: &'a [u8],
}

impl Files {
    /// All files by their paths from the root, in the order of the layer.
    pub(crate) fn placed(&self) -> Result<BTreeMap<String, Placed<'_>>, Error> {
        let task = TASK_ROOT.trim_start_matches('/');
        let mut placed = BTreeMap::new();
        placed.insert(format!("{task}/{PROGRAM}"), Placed { mode: 0o755, bytes: &self.program });
        for (name, bytes) in &self.assets {
            let refused = |why| Err(Error::File { name: name.clone(), why });
            if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
                return refused("a name leads from /var/task down, without detours");
            }
            if name.chars().any(char::is_control) || name.split('/').any(|part| part.starts_with(".wh.")) {
                return refused("in a layer such a name means something else");
            }
            if placed.insert(format!("{task}/{name}"), Placed { mode: 0o644, bytes }).is_some() {
                return refused("that is the program itself");
            }
        }
        if let Some(bytes) = &self.certificates {
            placed.insert(CERTIFICATES.to_owned(), Placed { mode: 0o644, bytes });
        }
        let inside = placed.keys().find(|name| folders(name).any(|folder| placed.contains_key(folder)));
        match inside.and_then(|name| name.strip_prefix(task)?.strip_prefix('/')) {
            Some(name) => Err(Error::File { name: name.to_owned(), why: "it lies in what is a file itself" }),
            None => Ok(placed),
        }
    }
}

/// The folders that a path leads through, the outermost first.
pub(crate) fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(names: &[&str]) -> Files {
        let assets = names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
        Files { assets, ..Files::default() }
    }

    #[test]
    fn files_stand_below_the_task_root() {
        let files = Files { certificates: Some(Vec::new()), ..with(&["sql/load.sql"]) };
        let placed: Vec<_> = files.placed().unwrap().into_iter().map(|(name, file)| (name, file.mode)).collect();
        let expected = [(CERTIFICATES, 0o644), ("var/task/bootstrap", 0o755), ("var/task/sql/load.sql", 0o644)];
        assert_eq!(placed, expected.map(|(name, mode)| (name.to_owned(), mode)));
        assert_eq!(folders("var/task/sql/load.sql").collect::<Vec<_>>(), ["var", "var/task", "var/task/sql"]);
    }

    #[test]
    fn a_file_in_a_file_is_refused() {
        let said = with(&["a", "a/b"]).placed().unwrap_err().to_string();
        assert!(said.starts_with("'a/b' cannot be"), "{said}");
        assert!(with(&["bootstrap/a"]).placed().is_err());
        assert!(with(&["bootstrap"]).placed().is_err());
        with(&["a", "a.b", "ab/c"]).placed().unwrap();
    }

    proptest! {
        #[test]
        fn no_name_leads_out(name in "(\\.|\\.\\.|a|/|\\.wh\\.|\n){0,6}") {
            if let Ok(placed) = with(&[&name]).placed() {
                let stays = |path: &String| path.starts_with("var/task/")
                    && path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.starts_with(".wh."));
                prop_assert!(placed.keys().all(stays), "{placed:?}");
            }
        }
    }
}
