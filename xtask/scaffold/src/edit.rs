//! Lines that are put into files which are there: each at a place that is known by a line beside it, not by its number.

use std::collections::BTreeMap;
use std::fmt;

/// Where new lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// Behind the one line that reads so.
    After(&'a str),
    /// Before the one line that begins so.
    Before(&'a str),
    /// At the end of the block that the one line which reads so opens.
    EndOf(&'a str),
    /// Within a line, right behind the one place that reads so.
    Behind(&'a str),
}

impl<'a> Place<'a> {
    /// What it is known by.
    pub(crate) fn line(self) -> &'a str {
        let (Self::After(line) | Self::Before(line) | Self::EndOf(line) | Self::Behind(line)) = self;
        line
    }

    /// A place of the same kind, known by something else.
    pub(crate) fn with(self, line: &str) -> Place<'_> {
        match self {
            Self::After(_) => Place::After(line),
            Self::Before(_) => Place::Before(line),
            Self::EndOf(_) => Place::EndOf(line),
            Self::Behind(_) => Place::Behind(line),
        }
    }
}

/// Some lines for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit<'a> {
    pub(crate) file: String,
    pub(crate) place: Place<'a>,
    pub(crate) text: String,
}

/// Why a file does not take what is new, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}")]
pub struct Fault {
    pub file: String,
    pub what: String,
    pub remedy: String,
}

impl Fault {
    pub(crate) fn new(file: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), what: what.into(), remedy: remedy.into() }
    }
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// From the project's root.
    pub file: String,
    /// All of it, as it is to be.
    pub text: String,
    pub is_new: bool,
}

/// All that is to be written; nothing where everything is there already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub changes: Vec<Change>,
}

impl Plan {
    /// Works out every change, new files first. `read` gives the text of a file of the project.
    pub(crate) fn of(
        files: Vec<(String, String)>,
        edits: &[Edit<'_>],
        read: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Fault> {
        let mut changes: Vec<_> = files.into_iter().map(|(file, text)| Change { file, text, is_new: true }).collect();
        let mut edited: BTreeMap<&str, String> = BTreeMap::new();
        for edit in edits {
            let text = match edited.remove(edit.file.as_str()) {
                Some(text) => text,
                None => read(&edit.file).ok_or_else(|| {
                    Fault::new(&edit.file, "this file is missing", "bring it back: git checkout -- FILE")
                })?,
            };
            edited.insert(&edit.file, edit.applied(&text)?);
        }
        changes.extend(edited.into_iter().map(|(file, text)| Change { file: file.to_owned(), text, is_new: false }));
        Ok(Self { changes })
    }
}

impl<'a> Edit<'a> {
    pub(crate) fn new(file: &str, place: Place<'a>, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place, text: text.into() }
    }

    /// The file with the new text in its place.
    pub(crate) fn applied(&self, text: &str) -> Result<String, Fault> {
        if text.contains("\r\n") {
            return Err(Fault::new(&self.file, "its lines end as on Windows", "convert it: sed -i 's/\\r$//' FILE"));
        }
        let at = match self.place {
            Place::After(line) => self.only(text, |it| it == line)?.1,
            Place::Before(line) => self.only(text, |it| it.starts_with(line))?.0,
            Place::EndOf(line) => {
                let (begin, behind) = self.only(text, |it| it == line)?;
                self.end_of(text, begin, behind)?
            }
            Place::Behind(piece) => {
                let mut found = text.match_indices(piece).map(|(at, _)| at + piece.len());
                match (found.next(), found.next()) {
                    (Some(at), None) => at,
                    (found, _) => return Err(self.lost(if found.is_none() { 0 } else { text.matches(piece).count() })),
                }
            }
        };
        Ok(format!("{}{}{}", &text[..at], self.text, &text[at..]))
    }

    /// Where the only such line begins, and where the next one does. Blanks before and behind it do not count.
    fn only(&self, text: &str, is_it: impl Fn(&str) -> bool) -> Result<(usize, usize), Fault> {
        let mut found = Vec::new();
        let mut begin = 0;
        for line in text.split_inclusive('\n') {
            if is_it(line.trim()) {
                found.push((begin, begin + line.len()));
            }
            begin += line.len();
        }
        match found[..] {
            [(_, end)] if end == text.len() && !text.ends_with('\n') => {
                Err(Fault::new(&self.file, "its last line has no end", "add a line break to it"))
            }
            [one] => Ok(one),
            _ => Err(self.lost(found.len())),
        }
    }

    /// The beginning of the line that closes the block: the first that stands no deeper than the one that opens it.
    fn end_of(&self, text: &str, begin: usize, behind: usize) -> Result<usize, Fault> {
        let depth = |line: &str| line.len() - line.trim_start().len();
        let opening = depth(&text[begin..behind]);
        let mut at = behind;
        for line in text[behind..].split_inclusive('\n') {
            if !line.trim().is_empty() && depth(line) <= opening {
                let closes = line.trim_start().starts_with(['}', ']', ')']);
                return if closes { Ok(at) } else { Err(self.lost(1)) };
            }
            at += line.len();
        }
        Err(self.lost(1))
    }

    fn lost(&self, times: usize) -> Fault {
        let what = match times {
            0 => format!("there is no {}, where something new would go", self.place),
            1 => format!("{} opens no block that is closed, where something new would go", self.place),
            _ => format!("{} is there {times} times, and something new goes to one of them", self.place),
        };
        Fault::new(&self.file, what, "bring the line back as it was, see: git diff; nothing was changed")
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn applied(place: Place<'_>, text: &str) -> Result<String, String> {
        Edit::new("a.rs", place, "NEW\n").applied(text).map_err(|fault| fault.to_string())
    }

    #[test]
    fn new_lines_stand_beside_what_they_belong_to() {
        let text = "mod a;\nlist! {\n    one,\n\n    two {\n    },\n}\nend(x);\n";
        assert_eq!(applied(Place::After("mod a;"), text).unwrap(), text.replace("mod a;\n", "mod a;\nNEW\n"));
        assert_eq!(applied(Place::Before("end("), text).unwrap(), text.replace("end(", "NEW\nend("));
        assert_eq!(applied(Place::EndOf("list! {"), text).unwrap(), text.replace("}\nend", "NEW\n}\nend"));
        assert_eq!(applied(Place::Behind("end("), text).unwrap(), text.replace("end(", "end(NEW\n"));
    }

    #[test]
    fn a_place_that_is_not_there_once_is_named() {
        for (text, what) in [
            ("", "a.rs: there is no 'mod a;'"),
            ("mod a;\nmod a;\n", "a.rs: 'mod a;' is there 2 times"),
            ("mod a;", "a.rs: its last line has no end"),
            ("mod a;\r\n", "a.rs: its lines end as on Windows"),
        ] {
            let fault = applied(Place::After("mod a;"), text).unwrap_err();
            assert!(fault.starts_with(what), "{fault}");
        }
        assert!(applied(Place::EndOf("list {"), "list {\nother\n").unwrap_err().contains("opens no block"));
        assert!(applied(Place::EndOf("list {"), "list {\n    a\n").unwrap_err().contains("opens no block"));
        assert!(applied(Place::Behind("x("), "x(x(").unwrap_err().contains("2 times"));
    }

    proptest! {
        /// Nothing of a file is lost, whatever is in it.
        #[test]
        fn a_file_keeps_all_that_it_had(text in "(mod a;|list \\{|\\}|x\\(|[ \\n\\ra-z]){0,30}") {
            for place in [Place::After("mod a;"), Place::Before("mod"), Place::EndOf("list {"), Place::Behind("x(")] {
                if let Ok(new) = applied(place, &text) {
                    prop_assert_eq!(new.replacen("NEW\n", "", 1), text.clone());
                }
            }
        }
    }
}
