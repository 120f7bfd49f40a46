//! A port that tries again: a call that was throttled, or that nothing answered, is no failed deploy.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use super::{
    Answer, Caller, ChangeSet, ChangeSetRequest, Cloud, Code, Content, Drifted, Event, Fault, Kept, ObjectVersion,
    Profile, ProfileState, Resource, SigningJob, SigningRequest, StackState, Swap,
};

/// How often a call is made again; with the waits between them, for about half a minute.
const TRIES: u32 = 7;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// Every call can be made twice: what begins something has a name or a token by which AWS knows it again. The one that
/// has none, [`Cloud::write_if`], is left to its caller.
pub struct Patient<'a, C> {
    cloud: &'a C,
    chance: RefCell<fastrand::Rng>,
}

impl<'a, C: Cloud> Patient<'a, C> {
    pub fn new(cloud: &'a C) -> Self {
        let seed = u64::try_from(cloud.now().as_nanos()).unwrap_or_default();
        Self { cloud, chance: RefCell::new(fastrand::Rng::with_seed(seed)) }
    }

    async fn tried<T>(&self, call: impl AsyncFn() -> Answer<T>) -> Answer<T> {
        let mut tries = 0;
        loop {
            let error = match call().await {
                Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unreachable) => error,
                answer => return answer,
            };
            if tries == TRIES {
                return Err(error);
            }
            let wait = LONGEST_WAIT.min(FIRST_WAIT * 2_u32.pow(tries));
            // Clients that were throttled together must not come back together.
            let part = 0.5 + self.chance.borrow_mut().f64() / 2.0;
            self.cloud.pause(wait.mul_f64(part)).await;
            tries += 1;
        }
    }
}

/// Each operation as it is, tried again.
macro_rules! patiently {
    ($($name:ident($($argument:ident: $type:ty),*) -> $reply:ty;)*) => {
        impl<C: Cloud> Cloud for Patient<'_, C> {
            fn now(&self) -> Duration {
                self.cloud.now()
            }

            async fn pause(&self, time: Duration) {
                self.cloud.pause(time).await;
            }

            async fn events(&self, stack_id: &str, page: Option<String>) -> Answer<(Vec<Event>, Option<String>)> {
                self.tried(async || self.cloud.events(stack_id, page.clone()).await).await
            }

            async fn write_if(&self, bucket: &str, key: &str, text: &str, mark: Option<&str>) -> Answer<String> {
                self.cloud.write_if(bucket, key, text, mark).await
            }

            $(async fn $name(&self, $($argument: $type),*) -> Answer<$reply> {
                self.tried(async || self.cloud.$name($($argument),*).await).await
            })*
        }
    };
}

patiently! {
    caller() -> Caller;
    denied(caller: &Caller, actions: &[String]) -> Vec<String>;
    time() -> Duration;
    stacks() -> Vec<StackState>;
    stack(name_or_id: &str) -> Option<StackState>;
    template(stack: &str) -> String;
    resources(stack: &str) -> Vec<Resource>;
    importers(export: &str) -> Vec<String>;
    drift(stack: &str) -> Vec<Drifted>;
    create_change_set(request: &ChangeSetRequest) -> ();
    change_set(stack: &str, name: &str) -> ChangeSet;
    execute_change_set(stack: &str, name: &str, token: &str, keep_failed: bool) -> ();
    delete_change_set(stack: &str, name: &str) -> ();
    delete_stack(stack_id: &str, token: &str, retain: &[String], role: Option<&str>) -> ();
    cancel_update(stack_id: &str, token: &str) -> ();
    continue_rollback(stack_id: &str, token: &str, skip: &[String], role: Option<&str>) -> ();
    object_checksum(bucket: &str, key: &str) -> Option<String>;
    put_object(bucket: &str, key: &str, content: Content<'_>, sha256: &str) -> ();
    read(bucket: &str, key: &str) -> Option<Kept>;
    object_versions(bucket: &str) -> Vec<ObjectVersion>;
    delete_objects(bucket: &str, versions: &[ObjectVersion]) -> ();
    object_version(bucket: &str, key: &str) -> Option<String>;
    copy_object(bucket: &str, from: &str, to: &str) -> ();
    signing_profile(profile: &Profile) -> Option<ProfileState>;
    start_signing(request: &SigningRequest) -> String;
    signing_job(job: &str) -> SigningJob;
    has_image(repository: &str, digest: &str) -> bool;
    push_image(repository: &str, digest: &str, layout: &Path) -> ();
    swap_code(function: &str, code: Code<'_>) -> ();
    swapped(function: &str) -> Swap;
}
