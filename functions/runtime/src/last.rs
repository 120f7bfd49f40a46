//! The last name of a listing: of what is named by its time, the newest.

use crate::{Objects, Pause, PortError, Readable, patiently};

/// Of the names that begin with `under` and sort after `after`. What ends with a slash is a folder that somebody made in the
/// console, and no object.
pub async fn last_name(
    folder: &impl Readable,
    objects: &impl Objects,
    pause: &impl Pause,
    under: &str,
    after: &str,
) -> Result<Option<String>, PortError> {
    let (mut after, mut last) = (after.to_owned(), None);
    loop {
        let page = patiently(pause, async || folder.list(objects, under, &after).await).await?;
        let Some(name) = page.names.last() else { return Ok(last) };
        after.clone_from(name);
        last = page.names.into_iter().rfind(|name| !name.ends_with('/')).or(last);
        if !page.more {
            return Ok(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MemoryObjects, Watch, run};
    use contract::{Folder, Handle, Read};

    #[test]
    fn it_is_found_over_pages_and_behind_another() {
        let (objects, folder) = (MemoryObjects::default(), Handle::<Read<Folder>>::named("s3://b/f/"));
        let last = |after| run(last_name(&folder, &objects, &Watch::default(), "v/", after)).unwrap();
        assert_eq!(last(""), None);
        for name in ["u/9", "v/1", "v/2", "v/3", "v/4", "v/5", "w/1"] {
            objects.place(&format!("s3://b/f/{name}"), b"");
        }
        assert_eq!(last("").as_deref(), Some("v/5"));
        assert_eq!(last("v/4").as_deref(), Some("v/5"));
        assert_eq!(last("v/5"), None);
    }
}
