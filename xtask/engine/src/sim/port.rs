//! The simulated cloud's side of the port: descriptions that are stale (fault 26), histories in pages that are shown late
//! (faults 7, 29).

use std::path::Path;
use std::time::Duration;

use super::signer::UNTRUSTED;
use super::{Held, Sim, World, refuse};
use crate::cloud::{
    Answer, Caller, ChangeSet, ChangeSetRequest, Cloud, Code, Content, Drifted, Event, Fault, Kept, ObjectVersion,
    Profile, ProfileState, Resource, SigningJob, SigningRequest, StackState, StackStatus, Swap,
};

impl Cloud for Sim {
    fn now(&self) -> Duration {
        self.skew + Duration::from_millis(self.clock.now())
    }

    async fn pause(&self, time: Duration) {
        self.sleeps(time).await;
    }

    async fn caller(&self) -> Answer<Caller> {
        let caller = Caller { account: "1".to_owned(), arn: "arn:aws:sts::1:assumed-role/deployer/x".to_owned() };
        self.call("sts:GetCallerIdentity", |_, _| Ok(caller)).await
    }

    async fn denied(&self, _: &Caller, _: &[String]) -> Answer<Vec<String>> {
        self.call("iam:SimulatePrincipalPolicy", |_, _| Ok(Vec::new())).await
    }

    async fn time(&self) -> Answer<Duration> {
        self.call("sts:GetCallerIdentity", |_, now| Ok(Duration::from_millis(now))).await
    }

    async fn stacks(&self) -> Answer<Vec<StackState>> {
        let exists = |state: &&StackState| state.status != StackStatus::DeleteComplete;
        let all = |world: &mut World, _| Ok(world.stacks.iter().map(|s| &s.state).filter(exists).cloned().collect());
        self.call("cloudformation:DescribeStacks", all).await
    }

    async fn stack(&self, name_or_id: &str) -> Answer<Option<StackState>> {
        self.call("cloudformation:DescribeStacks", |world, _| {
            let Some(at) = world.find(name_or_id) else { return Ok(None) };
            let stack = &mut world.stacks[at];
            match &mut stack.stale {
                Some((left, before)) if *left > 0 => {
                    *left -= 1;
                    Ok(Some(before.clone()))
                }
                _ => Ok(Some(stack.state.clone())),
            }
        })
        .await
    }

    async fn template(&self, stack: &str) -> Answer<String> {
        let call = "cloudformation:GetTemplate";
        self.call(call, |world, _| {
            let at = world.find(stack).ok_or_else(|| refuse(call, Fault::NotFound, "does not exist"))?;
            Ok(world.stacks[at].body.to_string())
        })
        .await
    }

    async fn resources(&self, stack: &str) -> Answer<Vec<Resource>> {
        let call = "cloudformation:ListStackResources";
        self.call(call, |world, _| {
            let at = world.find(stack).ok_or_else(|| refuse(call, Fault::NotFound, "does not exist"))?;
            let stack = &world.stacks[at];
            let resource = |(id, held): (&String, &Held)| {
                let (status, reason) = match stack.unwell.get(id) {
                    Some((status, reason)) => ((*status).to_owned(), Some(reason.clone())),
                    None => ("CREATE_COMPLETE".to_owned(), None),
                };
                let Held { kind, physical_id } = held.clone();
                Resource { logical_id: id.clone(), status, reason, physical_id, kind }
            };
            Ok(stack.resources.iter().map(resource).collect())
        })
        .await
    }

    async fn events(&self, stack_id: &str, page: Option<String>) -> Answer<(Vec<Event>, Option<String>)> {
        let call = "cloudformation:DescribeStackEvents";
        self.call(call, |world, now| {
            let at = world.find(stack_id).ok_or_else(|| refuse(call, Fault::NotFound, "does not exist"))?;
            let stack = &world.stacks[at];
            let shown = stack.events.partition_point(|(at, _)| at + world.climate.late_events <= now);
            let events = &stack.events[..shown];
            let size = if world.climate.page == 0 { 4 } else { world.climate.page };
            // Counted from the oldest, so that what happens between two pages moves neither.
            let end = page.and_then(|page| page.parse().ok()).unwrap_or(events.len()).min(events.len());
            let start = end.saturating_sub(size);
            Ok((
                events[start..end].iter().rev().map(|(_, event)| Event::clone(event)).collect(),
                (start > 0).then(|| start.to_string()),
            ))
        })
        .await
    }

    async fn importers(&self, export: &str) -> Answer<Vec<String>> {
        self.call("cloudformation:ListImports", |world, _| Ok(world.importers(export))).await
    }

    async fn drift(&self, stack: &str) -> Answer<Vec<Drifted>> {
        self.call("cloudformation:DetectStackDrift", |world, _| Ok(world.drifted(stack))).await
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Answer {
        self.call("cloudformation:CreateChangeSet", |world, _| world.make_change_set(request)).await
    }

    async fn change_set(&self, stack: &str, name: &str) -> Answer<ChangeSet> {
        self.call("cloudformation:DescribeChangeSet", |world, _| world.describe_change_set(stack, name)).await
    }

    async fn execute_change_set(&self, stack: &str, name: &str, token: &str, keep_failed: bool) -> Answer {
        let call = "cloudformation:ExecuteChangeSet";
        self.begin(call, |world, now| world.execute(now, stack, name, token, keep_failed)).await
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Answer {
        self.call("cloudformation:DeleteChangeSet", |world, _| {
            world.change_sets.remove(&(stack.to_owned(), name.to_owned()));
            Ok(())
        })
        .await
    }

    async fn delete_stack(&self, stack_id: &str, token: &str, retain: &[String], role: Option<&str>) -> Answer {
        let call = "cloudformation:DeleteStack";
        self.begin(call, |world, now| {
            world.take_on(call, stack_id, role)?;
            world.begin_delete(now, stack_id, token, retain)
        })
        .await
    }

    async fn cancel_update(&self, stack_id: &str, _: &str) -> Answer {
        self.call("cloudformation:CancelUpdateStack", |world, now| world.begin_cancel(now, stack_id)).await
    }

    async fn continue_rollback(&self, stack_id: &str, token: &str, skip: &[String], role: Option<&str>) -> Answer {
        let call = "cloudformation:ContinueUpdateRollback";
        self.begin(call, |world, now| {
            world.take_on(call, stack_id, role)?;
            world.begin_continue(now, stack_id, token, skip)
        })
        .await
    }

    async fn object_checksum(&self, bucket: &str, key: &str) -> Answer<Option<String>> {
        self.call("s3:HeadObject", |world, _| Ok(world.checksum(bucket, key))).await
    }

    async fn put_object(&self, bucket: &str, key: &str, content: Content<'_>, sha256: &str) -> Answer {
        let text = if let Content::Text(text) = content { text } else { "" };
        self.call("s3:PutObject", |world, _| world.put(bucket, key, sha256, text).map(drop)).await
    }

    async fn read(&self, bucket: &str, key: &str) -> Answer<Option<Kept>> {
        self.call("s3:GetObject", |world, _| Ok(world.read(bucket, key))).await
    }

    async fn write_if(&self, bucket: &str, key: &str, text: &str, mark: Option<&str>) -> Answer<String> {
        let written = self.call("s3:PutObject", |world, _| world.write_if(bucket, key, text, mark)).await;
        if written.is_ok() {
            self.shows_life();
        }
        written
    }

    async fn object_versions(&self, bucket: &str) -> Answer<Vec<ObjectVersion>> {
        self.call("s3:ListObjectVersions", |world, _| {
            let versions = world.versions(bucket);
            if versions.is_empty() {
                world.fill(bucket);
            }
            Ok(versions)
        })
        .await
    }

    async fn delete_objects(&self, bucket: &str, versions: &[ObjectVersion]) -> Answer {
        self.call("s3:DeleteObjects", |world, _| {
            world.remove(bucket, versions);
            Ok(())
        })
        .await
    }

    async fn object_version(&self, bucket: &str, key: &str) -> Answer<Option<String>> {
        self.call("s3:HeadObject", |world, _| Ok(world.read(bucket, key).map(|kept| kept.mark))).await
    }

    async fn copy_object(&self, bucket: &str, from: &str, to: &str) -> Answer {
        self.call("s3:CopyObject", |world, _| world.copy(bucket, from, to)).await
    }

    async fn signing_profile(&self, _: &Profile) -> Answer<Option<ProfileState>> {
        self.call("signer:GetSigningProfile", |world, _| Ok(world.profile.clone())).await
    }

    async fn start_signing(&self, request: &SigningRequest) -> Answer<String> {
        self.call("signer:StartSigningJob", |world, now| world.start_signing(now, request)).await
    }

    async fn signing_job(&self, job: &str) -> Answer<SigningJob> {
        self.call("signer:DescribeSigningJob", |world, _| world.signing_job(job)).await
    }

    async fn has_image(&self, repository: &str, digest: &str) -> Answer<bool> {
        self.call("ecr:BatchGetImage", |world, _| Ok(world.checksum(repository, digest).is_some())).await
    }

    async fn push_image(&self, repository: &str, digest: &str, _: &Path) -> Answer {
        self.call("ecr:PutImage", |world, _| world.push(repository, digest)).await
    }

    async fn swap_code(&self, function: &str, code: Code<'_>) -> Answer {
        let call = "lambda:UpdateFunctionCode";
        self.call(call, |world, _| {
            let (place, key) = match code {
                Code::Archive { bucket, key } => (bucket, key),
                Code::Image { repository, digest } => (repository, digest),
            };
            if world.checksum(place, key).is_none() {
                return Err(refuse(call, Fault::Other, "S3 Error Code: NoSuchKey."));
            }
            if world.publisher_of(function).is_some_and(|publisher| !world.signed(key, &publisher)) {
                return Err(refuse(call, Fault::Other, UNTRUSTED));
            }
            let function =
                world.things.get_mut(function).ok_or_else(|| refuse(call, Fault::NotFound, "no function"))?;
            function.code = Some(key.to_owned());
            Ok(())
        })
        .await
    }

    async fn swapped(&self, _: &str) -> Answer<Swap> {
        self.call("lambda:GetFunctionConfiguration", |world, _| {
            Ok(if world.chance.bool() { Swap::Live } else { Swap::Pending })
        })
        .await
    }
}
