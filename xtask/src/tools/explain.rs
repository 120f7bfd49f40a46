//! What went wrong while installing, and what to do about it, from what Python and pip printed.

use engine::failure::Failure;

/// How much of pip's own words is kept.
const LAST_LINES: usize = 8;

/// Why a virtual environment could not be made.
pub(super) fn environment(tool: &str, python: &str, output: &str) -> Failure {
    let failure = Failure::new(format!("{tool} could not be installed")).since(last_lines(output));
    if is_disk_full(output) {
        return failure.hint(disk_full_hint());
    }
    if output.contains("ensurepip") || output.contains("No module named venv") {
        return failure
            .since(format!("`{python}` comes without its venv module"))
            .hint("on Debian or Ubuntu: apt-get install python3-venv");
    }
    failure.hint(format!("see whether `{python} -m venv /tmp/try` works on this machine"))
}

/// Why pip did not install.
pub(super) fn packages(tool: &str, tools: &std::path::Path, output: &str) -> Failure {
    let failure = Failure::new(format!("{tool} could not be installed")).since(last_lines(output));
    if is_disk_full(output) {
        return failure.hint(disk_full_hint());
    }
    if output.contains("DO NOT MATCH THE HASHES") {
        return failure
            .since("a downloaded package is not the one that this project was tested with")
            .hint("a proxy or mirror may have altered it: try another network, and do not use what was downloaded");
    }
    if is_unreachable(output) {
        return failure.since("could not reach the package index").hint(format!(
            "connect to the network once; or copy {} from another machine and set MILLRACE_TOOLS to the copy",
            tools.display()
        ));
    }
    if output.contains("No matching distribution found") {
        return failure
            .since("the package index has no ready-made package for this machine and this Python")
            .hint("use Python 3.10 to 3.13 on Linux or macOS, on x86-64 or ARM64");
    }
    failure.hint("run the command again; if it fails the same way, the lines above are pip's reason")
}

/// Whether the words mean that the disk is full.
fn is_disk_full(output: &str) -> bool {
    output.contains("No space left on device") || output.contains("Errno 28") || output.contains("Disk quota exceeded")
}

fn disk_full_hint() -> &'static str {
    "free some space, or set MILLRACE_TOOLS to a folder on another disk"
}

/// pip says it in many ways, and after failed attempts claims that no version exists.
fn is_unreachable(output: &str) -> bool {
    const SIGNS: [&str; 8] = [
        "Failed to establish a new connection",
        "NewConnectionError",
        "Temporary failure in name resolution",
        "Name or service not known",
        "nodename nor servname provided",
        "Connection refused",
        "Network is unreachable",
        "timed out",
    ];
    SIGNS.iter().chain(&["ProxyError", "ConnectionError"]).any(|sign| output.contains(sign))
}

fn last_lines(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn packages_said(output: &str) -> String {
        packages("ministack 1.5.33", Path::new("/cache/tools"), output).to_string()
    }

    #[test]
    fn no_network() {
        let said = packages_said(
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/h11/\n\
             ERROR: Could not find a version that satisfies the requirement h11==0.16.0 (from versions: none)\n\
             ERROR: No matching distribution found for h11==0.16.0",
        );
        assert!(said.contains("could not reach the package index"), "{said}");
        assert!(said.contains("copy /cache/tools from another machine and set MILLRACE_TOOLS"), "{said}");
    }

    #[test]
    fn hash_mismatch() {
        let said = packages_said("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    h11…");
        assert!(said.contains("not the one that this project was tested with"), "{said}");
    }

    #[test]
    fn disk_full() {
        let said =
            packages_said("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device");
        assert!(said.contains("free some space"), "{said}");
    }

    #[test]
    fn no_package_for_this_machine() {
        let said = packages_said("ERROR: No matching distribution found for ziglang==0.17.1");
        assert!(said.contains("no ready-made package for this machine"), "{said}");
    }

    #[test]
    fn venv_missing() {
        let said = environment("cargo-lambda 1.9.2", "python3", "… because ensurepip is not\navailable. On Debian …");
        assert!(said.to_string().contains("apt-get install python3-venv"), "{said}");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let output = (0..100).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
        assert_eq!(last_lines(&output).lines().count(), LAST_LINES);
        assert!(last_lines(&output).ends_with("line 99"));
    }
}
