//! Bases as others push them: in OCI's words and in Docker's, for one platform and for two.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use images::{Digest, Platform, Reference, Repository};
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference as Address};
use serde_json::{Value, json};

use crate::common::repository;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    Oci,
    Docker,
}

impl Words {
    const fn of_manifest(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.manifest.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.v2+json",
        }
    }

    const fn of_list(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.index.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    const fn of_config(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.config.v1+json",
            Self::Docker => "application/vnd.docker.container.image.v1+json",
        }
    }

    const fn of_layer(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.layer.v1.tar+gzip",
            Self::Docker => "application/vnd.docker.image.rootfs.diff.tar.gzip",
        }
    }
}

fn tar(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(text.len() as u64);
        builder.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A registry as somebody else fills it.
pub(crate) struct Publisher {
    client: Client,
    repository: Repository,
}

impl Publisher {
    pub(crate) async fn at(host: &str, path: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = ClientConfig { protocol: ClientProtocol::Http, ..ClientConfig::default() };
        let client = Client::new(config);
        client.store_auth_if_needed(host, &RegistryAuth::Anonymous).await;
        Self { client, repository: repository(host, path) }
    }

    fn address(&self, tag: &str) -> Address {
        let Repository { .. } = &self.repository;
        Address::with_tag(self.repository.registry().into(), self.repository.path().into(), tag.into())
    }

    async fn blob(&self, kind: &str, bytes: Vec<u8>) -> Value {
        let digest = Digest::of(&bytes);
        let size = bytes.len();
        self.client.push_blob(&self.address("any"), bytes, digest.as_str()).await.unwrap();
        json!({ "mediaType": kind, "digest": digest.as_str(), "size": size })
    }

    async fn document(&self, kind: &'static str, document: &Value) -> Value {
        let bytes = serde_json::to_vec(document).unwrap();
        let (digest, size) = (Digest::of(&bytes), bytes.len());
        let kind_header = http::HeaderValue::from_static(kind);
        self.client.push_manifest_raw(&self.address(digest.hex()), bytes, kind_header).await.unwrap();
        json!({ "mediaType": kind, "digest": digest.as_str(), "size": size })
    }

    fn reference(&self, document: &Value) -> Reference {
        self.repository.at(document["digest"].as_str().unwrap().parse().unwrap())
    }

    /// Two layers, of which the second takes away a file of the first and changes another.
    async fn image(&self, words: Words, platform: Platform) -> Value {
        let (mut layers, mut ids) = (Vec::new(), Vec::new());
        let text = format!("base of {platform}");
        for entries in [&[("etc/base", "old"), ("etc/gone", "old")][..], &[("etc/base", &text), ("etc/.wh.gone", "")]] {
            let archive = tar(entries);
            ids.push(Digest::of(&archive).to_string());
            let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
            gzip.write_all(&archive).unwrap();
            layers.push(self.blob(words.of_layer(), gzip.finish().unwrap()).await);
        }
        let config = json!({
            "architecture": platform.architecture(), "os": "linux", "created": "2026-01-02T03:04:05Z",
            "config": { "Env": ["PATH=/bin"], "Cmd": ["sh"] },
            "rootfs": { "type": "layers", "diff_ids": ids },
        });
        let config = self.blob(words.of_config(), serde_json::to_vec(&config).unwrap()).await;
        let kind = words.of_manifest();
        let manifest = json!({ "schemaVersion": 2, "mediaType": kind, "config": config, "layers": layers });
        self.document(kind, &manifest).await
    }

    pub(crate) async fn single(&self, words: Words, platform: Platform) -> Reference {
        self.reference(&self.image(words, platform).await)
    }

    pub(crate) async fn list(&self, words: Words, platforms: &[Platform]) -> Reference {
        let mut entries = Vec::new();
        for platform in platforms {
            let mut entry = self.image(words, *platform).await;
            entry["platform"] = json!({ "os": "linux", "architecture": platform.architecture() });
            entries.push(entry);
        }
        let kind = words.of_list();
        let list = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": entries });
        self.reference(&self.document(kind, &list).await)
    }
}
