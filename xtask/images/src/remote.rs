//! A registry, in the few words that images need.

use std::io::Read;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use oci_client::errors::OciDistributionError as Fault;
use oci_client::manifest::OciDescriptor;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, RegistryOperation};

use crate::access::{Access, Progress};
use crate::blobs::{Blobs, PIECE};
use crate::digest::Digest;
use crate::error::Error;
use crate::fault::{Halt, explained};
use crate::manifest::{Blob, KINDS, Manifest};
use crate::reference::{Reference, Repository, is_loopback};
use crate::retry::trying;

/// One repository of a registry that let us in.
pub(crate) struct Remote<'a> {
    client: Client,
    auth: RegistryAuth,
    pub(crate) repository: &'a Repository,
    access: &'a Access,
}

impl<'a> Remote<'a> {
    /// Asks to be let in for all that will be done, so that a refusal is known as one.
    pub(crate) async fn enter(repository: &'a Repository, writing: bool, access: &'a Access) -> Result<Self, Error> {
        let registry = repository.registry();
        let credentials = access.credentials.get(registry);
        let auth = credentials.map_or(RegistryAuth::Anonymous, |credentials| {
            RegistryAuth::Basic(credentials.user.clone(), credentials.password.clone())
        });
        let what = format!("it is asked to let us into {repository}");
        let client = access.clients.get(is_loopback(registry), credentials);
        let client = client.map_err(|fault| explained(registry, &what, fault))?;
        let remote = Self { client, auth, repository, access };
        let operations = [RegistryOperation::Pull, RegistryOperation::Push];
        for operation in operations.into_iter().take(if writing { 2 } else { 1 }) {
            let address = repository.address();
            remote.tried(&what, 0, async || remote.client.auth(&address, &remote.auth, operation).await).await?;
        }
        Ok(remote)
    }

    pub(crate) async fn has_image(&self, digest: &Digest) -> Result<bool, Error> {
        let address = self.repository.at(digest.clone()).address();
        let what = format!("it is asked for {digest}");
        let found = self.tried(&what, 0, async || self.client.fetch_manifest_digest(&address, &self.auth).await).await;
        match found {
            Ok(_) => Ok(true),
            Err(Error::Absent { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A manifest or an index, as the bytes that its digest is of.
    pub(crate) async fn manifest(&self, digest: &Digest) -> Result<Bytes, Error> {
        let address = self.repository.at(digest.clone()).address();
        let what = format!("{} is read", Reference { repository: self.repository.clone(), digest: digest.clone() });
        let get = async || self.client.pull_manifest_raw(&address, &self.auth, &KINDS).await;
        self.tried(&what, 0, get).await.map(|(bytes, _)| bytes)
    }

    /// Reads a blob into the folder. Of one that breaks off nothing is kept.
    pub(crate) async fn download(&self, blob: &Blob, into: &Blobs) -> Result<(), Error> {
        let Blob { digest, size, .. } = blob;
        let address = self.repository.at(digest.clone()).address();
        let asked = OciDescriptor { digest: digest.to_string(), ..OciDescriptor::default() };
        let what = format!("{digest} is read");
        let read = async || -> Result<(), Halt> {
            let mut pieces = self.client.pull_blob_stream(&address, &asked).await?.stream;
            let mut incoming = into.incoming()?;
            let mut bytes = 0;
            while let Some(piece) = pieces.next().await {
                let piece = piece?;
                bytes += piece.len() as u64;
                if bytes > *size {
                    return Err(Error::unfit(digest.as_str(), format!("more than its {size} bytes came")).into());
                }
                incoming.take(&piece)?;
                (self.access.report)(&Progress::Downloading { digest: digest.clone(), bytes, of: *size });
            }
            Ok(incoming.keep(digest)?)
        };
        self.tried(&what, *size, read).await
    }

    pub(crate) async fn has_blob(&self, digest: &Digest) -> Result<bool, Error> {
        let address = self.repository.at(digest.clone()).address();
        let what = format!("it is asked for {digest}");
        self.tried(&what, 0, async || self.client.blob_exists(&address, digest.as_str()).await).await
    }

    /// Whether the registry took it from another of its repositories. Many do not, or not for everybody.
    pub(crate) async fn mount(&self, digest: &Digest, from: &Repository) -> bool {
        let (address, source) = (self.repository.address(), from.address());
        self.client.mount_blob(&address, &source, digest.as_str()).await.is_ok()
    }

    /// Writes a blob, opened anew for each attempt.
    pub(crate) async fn upload<R: Read + Send + 'static>(
        &self,
        blob: &Blob,
        open: impl Fn() -> Result<R, Error>,
    ) -> Result<(), Error> {
        let Blob { digest, size, .. } = blob;
        let address = self.repository.address();
        let what = format!("{digest} is written");
        let write = async || -> Result<(), Halt> {
            let pieces = stream::iter(self.pieces(open()?, blob));
            self.client.push_blob_stream(&address, pieces, digest.as_str(), Some(*size)).await?;
            Ok(())
        };
        self.tried(&what, *size, write).await
    }

    fn pieces<R: Read>(&self, mut content: R, blob: &Blob) -> impl Iterator<Item = Result<Bytes, Fault>> + use<R> {
        let (report, digest, of) = (self.access.report.clone(), blob.digest.clone(), blob.size);
        let mut bytes = 0;
        std::iter::from_fn(move || {
            let mut piece = vec![0; PIECE];
            match content.read(&mut piece) {
                Ok(0) => None,
                Ok(length) => {
                    piece.truncate(length);
                    bytes += length as u64;
                    report(&Progress::Uploading { digest: digest.clone(), bytes, of });
                    Some(Ok(piece.into()))
                }
                Err(error) => Some(Err(error.into())),
            }
        })
    }

    /// Under a tag, since the client cannot do it without where a registry does not say what it has done, as ECR does not.
    pub(crate) async fn put_image(&self, manifest: &Bytes, digest: &Digest) -> Result<(), Error> {
        let address = self.repository.tagged(digest.hex());
        let kind = http::HeaderValue::from_static(Manifest::KIND);
        let what = format!("{digest} is written");
        let put = async || self.client.push_manifest_raw(&address, manifest.clone(), kind.clone()).await;
        let put = self.tried(&what, 0, put).await.map(drop);
        // Where tags do not change, as in ECR, the same manifest is refused after a reply that was lost.
        if put.is_err() && self.has_image(digest).await.is_ok_and(|there| there) {
            return Ok(());
        }
        put
    }

    async fn tried<T, E: Into<Halt>>(
        &self,
        what: &str,
        bytes: u64,
        attempt: impl AsyncFnMut() -> Result<T, E>,
    ) -> Result<T, Error> {
        trying(self.access, what, bytes, attempt).await.map_err(|halt| match halt {
            Halt::Theirs(fault) => explained(self.repository.registry(), what, fault),
            Halt::Ours(error) => error,
        })
    }
}
