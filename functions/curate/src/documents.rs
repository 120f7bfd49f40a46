//! Small files of JSON in a folder.

use contract::{Folder, Grant, Handle, Reads};
use runtime::{Fault, Objects, Pause, Readable, patiently};
use serde::{Serialize, de::DeserializeOwned};
use std::error::Error;

type BoxError = Box<dyn Error + Send + Sync>;

/// What the file says. None if it is not there.
pub(crate) async fn read<T: DeserializeOwned, G: Grant<On = Folder> + Reads>(
    folder: &Handle<G>,
    objects: &impl Objects,
    pause: &impl Pause,
    name: &str,
) -> Result<Option<T>, BoxError> {
    match patiently(pause, async || folder.get(objects, name).await).await {
        Ok(text) => {
            let wrong = |error| format!("{}{name} cannot be read: {error}", folder.name());
            Ok(Some(serde_json::from_slice(&text).map_err(wrong)?))
        }
        Err(error) if error.fault() == Fault::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// For people to read as well.
pub(crate) fn text(document: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = serde_json::to_vec_pretty(document)?;
    text.push(b'\n');
    Ok(text)
}
