//! Empties a bucket: every version of every object, also of those that arrive meanwhile.

use crate::cloud::Cloud;
use crate::engine::Engine;
use crate::failure::Outcome;
use crate::host::News;
use crate::refusal::Asked;

/// How many versions were deleted.
pub(super) async fn empty<C: Cloud>(engine: &Engine<'_, C>, bucket: &str) -> Outcome<usize> {
    let mut deleted = 0;
    loop {
        let versions = engine.cloud.object_versions(bucket).await;
        let versions = versions.asked(|| format!("cannot list bucket {bucket}"))?;
        if versions.is_empty() {
            return Ok(deleted);
        }
        let gone = engine.cloud.delete_objects(bucket, &versions).await;
        gone.asked(|| format!("cannot empty bucket {bucket}"))?;
        deleted += versions.len();
        engine.host.tell(News::Emptying { bucket, deleted });
    }
}
