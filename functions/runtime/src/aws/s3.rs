//! S3, through `object_store`: half the build time and two thirds of the binary that the SDK's client costs.

use object_store::{
    ClientOptions, Error, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    list::{PaginatedListOptions, PaginatedListStore},
    path::Path,
};
use std::{cell::RefCell, collections::HashMap, env, rc::Rc, time::Duration};

use crate::{
    Fault, Objects, Page, PortError,
    location::{Listing, Object},
};

const CONNECT: Duration = Duration::from_secs(2);

/// A batch is at most 6 MB, which even the smallest function sends within a second or two.
const REQUEST: Duration = Duration::from_secs(10);

/// Between two arrivals of bytes of an object that may take minutes as a whole.
const SILENCE: Duration = Duration::from_secs(10);

/// One store for each bucket and pace, made at its first use and kept, with its connections.
pub struct S3 {
    stores: RefCell<HashMap<(String, Pace), Rc<AmazonS3>>>,
}

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Pace {
    /// As a whole.
    Short,
    /// As long as bytes come.
    Steady,
}

impl Default for S3 {
    fn default() -> Self {
        // Taken by whichever TLS client comes first; the same one if there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { stores: RefCell::default() }
    }
}

impl S3 {
    pub(super) fn store(&self, bucket: &str, pace: Pace) -> Result<Rc<AmazonS3>, Error> {
        let key = (bucket.to_owned(), pace);
        if let Some(store) = self.stores.borrow().get(&key) {
            return Ok(Rc::clone(store));
        }
        let store = Rc::new(connect(bucket, pace)?);
        self.stores.borrow_mut().insert(key, Rc::clone(&store));
        Ok(store)
    }
}

/// Region, credentials and endpoint are what the environment says. Buckets are addressed by path, which AWS and
/// emulators both understand.
fn connect(bucket: &str, pace: Pace) -> Result<AmazonS3, Error> {
    let endpoint = env::var("AWS_ENDPOINT_URL_S3").or_else(|_| env::var("AWS_ENDPOINT_URL"));
    let plain = endpoint.is_ok_and(|url| url.starts_with("http://"));
    let client = ClientOptions::new()
        .with_allow_http(plain)
        .with_connect_timeout(CONNECT)
        .with_content_type_for_suffix("csv", "text/csv; charset=utf-8")
        .with_content_type_for_suffix("json", "application/json")
        .with_content_type_for_suffix("jsonl", "application/x-ndjson")
        .with_content_type_for_suffix("xml", "application/xml")
        .with_content_type_for_suffix("gz", "application/gzip");
    let client = match pace {
        Pace::Short => client.with_timeout(REQUEST),
        Pace::Steady => client.with_timeout_disabled().with_read_timeout(SILENCE),
    };
    // Trying again is the function's business, which knows how much time it has.
    let once = RetryConfig { max_retries: 0, ..RetryConfig::default() };
    AmazonS3Builder::from_env().with_bucket_name(bucket).with_client_options(client).with_retry(once).build()
}

impl Objects for S3 {
    async fn put(&self, object: &Object, body: &[u8]) -> Result<(), PortError> {
        let put =
            async { self.store(object.bucket(), Pace::Short)?.put(&path(object.key())?, body.to_vec().into()).await };
        put.await.map(drop).map_err(|error| object.failed("put", fault(&error)).because(error))
    }

    async fn get(&self, object: &Object) -> Result<Vec<u8>, PortError> {
        let get = async { self.store(object.bucket(), Pace::Short)?.get(&path(object.key())?).await?.bytes().await };
        get.await.map(Vec::from).map_err(|error| object.failed("get", fault(&error)).because(error))
    }

    async fn list(&self, listing: &Listing) -> Result<Page, PortError> {
        let after = PaginatedListOptions { offset: Some(listing.after().to_owned()), ..Default::default() };
        let list =
            async { self.store(listing.bucket(), Pace::Short)?.list_paginated(Some(listing.prefix()), after).await };
        let page = list.await.map_err(|error| listing.failed(fault(&error)).because(error))?;
        Ok(Page {
            names: page.result.objects.iter().map(|object| listing.name(object.location.as_ref())).collect(),
            more: page.page_token.is_some(),
        })
    }
}

/// A path leaves out slashes at the ends, and would then be of another object.
pub(super) fn path(key: &str) -> Result<Path, Error> {
    let path = Path::parse(key)?;
    if path.as_ref() == key {
        return Ok(path);
    }
    Err(Error::Generic {
        store: "S3",
        source: format!("a key that begins or ends with / is not supported: '{key}'").into(),
    })
}

pub(super) fn fault(error: &Error) -> Fault {
    match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Fault::AccessDenied,
        Error::NotFound { .. } => Fault::NotFound,
        Error::InvalidPath { .. } | Error::Precondition { .. } => Fault::Invalid,
        _ => Fault::Passing,
    }
}
