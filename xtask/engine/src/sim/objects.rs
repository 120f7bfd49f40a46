//! Buckets: they hold objects as long as the resource that they are exists (faults 13, 24).

use super::world::World;
use crate::cloud::{Answer, Fault, Kept, ObjectVersion};

#[derive(Debug, Clone)]
pub struct Object {
    pub sha256: String,
    pub text: String,
    pub mark: u64,
    /// The version of a profile that signed it.
    pub signed_by: Option<String>,
}

impl World {
    fn bucket_exists(&self, call: &'static str, bucket: &str) -> Answer {
        let exists = self.things.get(bucket).is_some_and(|thing| thing.kind == "AWS::S3::Bucket");
        if exists { Ok(()) } else { Err(super::refuse(call, Fault::NotFound, "The specified bucket does not exist")) }
    }

    pub fn checksum(&self, bucket: &str, key: &str) -> Option<String> {
        self.objects.get(&(bucket.to_owned(), key.to_owned())).map(|object| object.sha256.clone())
    }

    /// Writes an object, unless the bucket is not there yet (fault 24), or it gets lost (fault 27).
    pub fn put(&mut self, bucket: &str, key: &str, sha256: &str, text: &str) -> Answer<u64> {
        self.bucket_exists("s3:PutObject", bucket)?;
        self.marks += 1;
        if self.climate.lost_uploads > 0 && text.is_empty() {
            self.climate.lost_uploads -= 1;
            return Ok(self.marks);
        }
        let object = Object { sha256: sha256.to_owned(), text: text.to_owned(), mark: self.marks, signed_by: None };
        self.objects.insert((bucket.to_owned(), key.to_owned()), object);
        Ok(self.marks)
    }

    /// Writes an object once more under another key; what becomes of an upload may become of it too (fault 27).
    pub fn copy(&mut self, bucket: &str, from: &str, to: &str) -> Answer {
        let Some(object) = self.objects.get(&(bucket.to_owned(), from.to_owned())).cloned() else {
            return Err(super::refuse("s3:CopyObject", Fault::NotFound, "The specified key does not exist."));
        };
        if self.climate.lost_copies > 0 {
            self.climate.lost_copies -= 1;
            return Ok(());
        }
        self.marks += 1;
        let copy = Object { mark: self.marks, ..object };
        self.objects.insert((bucket.to_owned(), to.to_owned()), copy);
        Ok(())
    }

    /// Stores an image in a repository that is there, as an object under its digest.
    pub fn push(&mut self, repository: &str, digest: &str) -> Answer {
        if self.things.get(repository).is_none_or(|thing| thing.kind != "AWS::ECR::Repository") {
            let missing = format!("The repository with name '{repository}' does not exist");
            return Err(super::refuse("ecr:PutImage", Fault::NotFound, &missing));
        }
        if self.climate.lost_uploads > 0 {
            self.climate.lost_uploads -= 1;
            return Ok(());
        }
        let object = Object { sha256: digest.to_owned(), text: String::new(), mark: 0, signed_by: None };
        self.objects.insert((repository.to_owned(), digest.to_owned()), object);
        Ok(())
    }

    pub fn read(&self, bucket: &str, key: &str) -> Option<Kept> {
        let object = self.objects.get(&(bucket.to_owned(), key.to_owned()))?;
        Some(Kept { text: object.text.clone(), mark: object.mark.to_string() })
    }

    /// Writes an object that nobody has written since (fault 11), into a bucket that may not be there (fault 25).
    pub fn write_if(&mut self, bucket: &str, key: &str, text: &str, mark: Option<&str>) -> Answer<String> {
        let call = "s3:PutObject";
        self.bucket_exists(call, bucket)?;
        let now = self.read(bucket, key).map(|kept| kept.mark);
        if now.as_deref() != mark {
            return Err(super::refuse(call, Fault::Overtaken, "At least one of the preconditions did not hold"));
        }
        self.put(bucket, key, "", text).map(|mark| mark.to_string())
    }

    /// A page of what a bucket holds.
    pub fn versions(&self, bucket: &str) -> Vec<ObjectVersion> {
        let held = self.objects.keys().filter(|(of, _)| of == bucket).take(3);
        held.map(|(_, key)| ObjectVersion { key: key.clone(), version: None }).collect()
    }

    pub fn remove(&mut self, bucket: &str, versions: &[ObjectVersion]) {
        for version in versions {
            self.objects.remove(&(bucket.to_owned(), version.key.clone()));
        }
    }

    /// Somebody writes into a bucket that goes on filling, just when it is found empty (fault 13).
    pub fn fill(&mut self, bucket: &str) {
        let left = self.climate.filling.get_mut(bucket).filter(|left| **left > 0);
        let Some(left) = left else { return };
        *left -= 1;
        let key = format!("late-{left}");
        let _ = self.put(bucket, &key, "late", "late");
    }
}
