//! Functions as container images, each laid out in a folder from which it is pushed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use images::{Access, Base, Error, Files, Platform};
use stacks::stage::{Architecture, Images};
use std::fmt::Write;
use std::path::Path;

use super::{Archive, Function, Kind};
use engine::failure::{Failure, Outcome};

/// What images are made on top of, as the stage file says it.
pub(crate) struct Ground {
    base: Base,
    access: Access,
}

impl Ground {
    pub(crate) fn of(settings: &Images, root: &Path, cache: &Path) -> Outcome<Self> {
        let wrong = |key: &str, error: Error| {
            let failure = Failure::invalid(format!("images: {key}: {error}"));
            failure.hint("write 'scratch', an image by its digest (registry/name@sha256:…), or a folder (./folder)")
        };
        let mut base: Base = settings.base.parse().map_err(|error| wrong("base", error))?;
        if let Base::Layout { folder, .. } = &mut base {
            *folder = root.join(&*folder);
        }
        let mirror = settings.mirror.as_deref().map(str::parse).transpose().map_err(|error| wrong("mirror", error))?;
        let mut access = Access::with_cache(cache);
        access.mirror = mirror;
        Ok(Self { base, access })
    }

    /// Whether nothing is below the program, so that it has to bring everything.
    pub(super) fn is_nothing(&self) -> bool {
        self.base == Base::Scratch
    }

    /// Makes the image and lays it out, unless it is there already.
    pub(super) async fn lay_out(
        &self,
        folder: &Path,
        function: &Function,
        binary: Vec<u8>,
        architecture: Architecture,
    ) -> Outcome<Archive> {
        let files = Files {
            program: binary,
            assets: function.assets.clone(),
            certificates: self.is_nothing().then(certificates),
        };
        let platform = match architecture {
            Architecture::Arm64 => Platform::Arm64,
            Architecture::X86_64 => Platform::Amd64,
        };
        let cannot = || format!("cannot make the image of {}", function.name);
        let made = images::build(&self.base, &files, platform, &self.access).await;
        let image = made.map_err(|error| in_words(cannot(), &error))?;
        let path = folder.join(format!("{}-{}.image", function.name, &image.digest().hex()[..16]));
        if !path.join("index.json").is_file() {
            image.save(&path, &self.access).await.map_err(|error| in_words(cannot(), &error))?;
        }
        Ok(Archive {
            function: function.name.clone(),
            kind: Kind::Image,
            path,
            sha256_hex: image.digest().hex().to_owned(),
            sha256_base64: String::new(),
            bytes: image.size(),
        })
    }
}

/// An error of the library, as the shell tells it.
pub(crate) fn in_words(what: String, error: &Error) -> Failure {
    let failure = Failure::new(what).because(error);
    match error.remedy() {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    }
}

/// The authorities that browsers trust: where there is nothing, there are none.
fn certificates() -> Vec<u8> {
    let mut text = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in STANDARD.encode(certificate).as_bytes().chunks(64) {
            let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authorities_are_as_every_reader_of_pem_takes_them() {
        let text = String::from_utf8(certificates()).unwrap();
        assert!(text.matches("-----BEGIN CERTIFICATE-----\n").count() > 50);
        assert!(text.lines().all(|line| line.len() <= 64 && !line.is_empty()));
    }

    #[test]
    fn what_is_no_base_is_refused_with_what_would_be_one() {
        let settings = |base: &str| Images { base: base.to_owned(), mirror: None };
        let of = |base| Ground::of(&settings(base), Path::new("/p"), Path::new("/c"));
        let failure = of("public.ecr.aws/lambda/provided:al2023").err().unwrap().to_string();
        assert!(failure.contains("images: base") && failure.contains("sha256"), "{failure}");
        assert!(of("scratch").unwrap().is_nothing());
        assert_eq!(of("./base").unwrap().base.to_string(), "/p/./base");
    }
}
