//! What an image is built on.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::digest::Digest;
use crate::error::Error;
use crate::reference::Reference;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing at all: `scratch`.
    Scratch,
    /// An image in a registry: `registry/repository@sha256:…`.
    Registry(Reference),
    /// A folder in the form of an OCI layout: `./folder` or `./folder@sha256:…`.
    Layout { folder: PathBuf, digest: Option<Digest> },
}

impl FromStr for Base {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "scratch" {
            return Ok(Self::Scratch);
        }
        // A folder says that it is one, since `a.b/c` could be either.
        let is_folder = matches!(text, "." | "..") || ["/", "./", "../"].iter().any(|begin| text.starts_with(begin));
        if !is_folder {
            return text.parse().map(Self::Registry);
        }
        let (folder, digest) = match text.rsplit_once('@') {
            Some((folder, digest)) if digest.starts_with("sha256:") => (folder, Some(digest.parse()?)),
            _ => (text, None),
        };
        Ok(Self::Layout { folder: folder.into(), digest })
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scratch => f.write_str("scratch"),
            Self::Registry(reference) => write!(f, "{reference}"),
            Self::Layout { folder, digest: None } => write!(f, "{}", folder.display()),
            Self::Layout { folder, digest: Some(digest) } => write!(f, "{}@{digest}", folder.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_three_kinds() {
        assert_eq!("scratch".parse::<Base>().unwrap(), Base::Scratch);
        let digest = Digest::of(b"");
        let text = format!("registry.example.com/base@{digest}");
        assert!(matches!(text.parse::<Base>().unwrap(), Base::Registry(_)));
        let layout = Base::Layout { folder: "./bases/al2023".into(), digest: Some(digest.clone()) };
        assert_eq!(format!("./bases/al2023@{digest}").parse::<Base>().unwrap(), layout);
        assert!("./bases/al2023@sha256:00".parse::<Base>().is_err(), "half a digest is not part of a name");
    }

    proptest! {
        #[test]
        fn a_folder_is_printed_as_it_is_read(folder in "(/|\\./|\\.\\./)[^@]{0,30}(@[a-z]{1,4})?", content: Option<u64>) {
            let digest = content.map(|content| Digest::of(&content.to_be_bytes()));
            let base = Base::Layout { folder: folder.into(), digest };
            prop_assert_eq!(base.to_string().parse::<Base>().unwrap(), base);
        }

        #[test]
        fn nothing_breaks_the_parser(text in ".{0,80}") {
            if let Ok(base) = text.parse::<Base>() {
                prop_assert_eq!(base.to_string().parse::<Base>().unwrap(), base);
            }
        }
    }
}
