//! What cargo prints: how far it is, and why it stopped.

use engine::failure::Failure;

/// What a line begins with that says how far cargo is.
const STEPS: [&str; 12] = [
    "Compiling",
    "Checking",
    "Downloading",
    "Downloaded",
    "Finished",
    "Updating",
    "Locking",
    "Blocking",
    "Building",
    "Fresh",
    "Adding",
    "Packaging",
];

/// Whether a line says only how far cargo is.
pub(super) fn is_progress(line: &str) -> bool {
    let line = plain(line);
    STEPS.iter().any(|step| line.trim_start().strip_prefix(step).is_some_and(|rest| rest.starts_with(' ')))
}

/// A line without colours.
pub(super) fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // An escape sequence ends with its first letter.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Why it stopped, in the compiler's own words, all of them.
pub(super) fn explain(said: &str) -> Failure {
    let words: Vec<&str> = said.lines().filter(|line| !is_progress(line)).collect();
    let text = words.join("\n");
    let failure = Failure::new("the functions could not be built").since(text.trim_matches('\n'));
    let plain = plain(&text);
    if plain.contains("No space left on device") || plain.contains("NoSpaceLeft") {
        return failure.hint("the disk is full: free some space, or set CARGO_TARGET_DIR to a folder on another disk");
    }
    if plain.contains("--locked was passed") {
        return failure.hint("Cargo.lock does not fit the manifests: run `cargo metadata` and commit Cargo.lock");
    }
    if plain.contains("failed to get") && plain.contains("spurious network error")
        || plain.contains("Could not resolve host")
    {
        return failure.hint("the crates could not be fetched: connect to the network and run the command again");
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROKEN: &str = "\u{1b}[1m\u{1b}[32m   Compiling\u{1b}[0m write-to-s3 v0.1.0\n\
        error[E0308]: mismatched types\n --> functions/write-to-s3/src/main.rs:3:5\n\
        error: could not compile `write-to-s3`\n";

    #[test]
    fn progress_is_told_from_messages() {
        let progress: Vec<bool> = BROKEN.lines().map(is_progress).collect();
        assert_eq!(progress, [true, false, false, false]);
        assert_eq!(plain("\u{1b}[1m\u{1b}[32mCompiling\u{1b}[0m a"), "Compiling a");
    }

    #[test]
    fn the_compilers_messages_are_kept_in_full() {
        let failure = explain(BROKEN).to_string();
        assert!(failure.contains("error[E0308]: mismatched types"), "{failure}");
        assert!(failure.contains("main.rs:3:5"), "{failure}");
        assert!(!failure.contains("Compiling"), "{failure}");
    }

    #[test]
    fn a_full_disk_is_said() {
        assert!(explain("error: No space left on device (os error 28)").to_string().contains("CARGO_TARGET_DIR"));
    }
}
