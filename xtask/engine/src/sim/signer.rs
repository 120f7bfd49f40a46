//! A signer of code, and functions that take nothing else than what it signed (fault 35).

use super::refuse;
use super::world::World;
use crate::cloud::{Answer, Fault, ProfileState, SigningJob, SigningRequest};
use crate::template::Template;

/// The words in which functions refuse code that nobody signed whom they trust.
pub(super) const UNTRUSTED: &str = "Lambda cannot deploy the function. The function or layer might be signed using a signature \
                                    that the client is not configured to accept. (Service: Lambda, Status Code: 400)";

/// The version of the profile that every simulated account has.
pub const VERSION: &str = "k3Xw9Qp2Ma";

pub(super) fn profile() -> ProfileState {
    ProfileState { version: VERSION.to_owned(), platform: "AWSLambda-SHA384-ECDSA".to_owned(), ended: None }
}

/// A signature that was asked for.
#[derive(Debug, Clone)]
pub struct Job {
    request: SigningRequest,
    /// What was signed, by its checksum.
    content: String,
    version: String,
    fails: bool,
    due: u64,
    state: SigningJob,
}

impl Job {
    /// By a version of a profile, as the checksum of what it makes.
    fn makes(&self) -> String {
        format!("{} signed by {}", self.content, self.version)
    }
}

impl World {
    /// Begins a job, or answers with the one of the same token. What is signed, and still there, need not be signed again.
    pub fn start_signing(&mut self, now: u64, request: &SigningRequest) -> Answer<String> {
        let call = "signer:StartSigningJob";
        if let Some(known) = self.jobs.iter().position(|job| job.request.token == request.token) {
            let same = self.jobs[known].request == *request;
            let refused = || refuse(call, Fault::Other, "The client request token was used for another request");
            return same.then(|| known.to_string()).ok_or_else(refused);
        }
        let Some(profile) = self.profile.clone().filter(|profile| profile.ended.is_none()) else {
            return Err(refuse(call, Fault::Other, "The signing profile is not active"));
        };
        let source = self.objects.get(&(request.bucket.clone(), request.key.clone()));
        let Some(source) = source.filter(|object| object.mark.to_string() == request.version) else {
            return Err(refuse(call, Fault::Other, "The specified version does not exist."));
        };
        let (content, version) = (source.sha256.clone(), profile.version);
        let fails = self.climate.failing_signatures > 0;
        self.climate.failing_signatures = self.climate.failing_signatures.saturating_sub(1);
        let due = now + self.chance.u64(500..8_000);
        let job = Job { request: request.clone(), content, version, fails, due, state: SigningJob::Pending };
        if self.is_signing(&job) {
            self.ledger.violations.push(format!("{} was signed again without need", request.key));
        }
        self.jobs.push(job);
        Ok((self.jobs.len() - 1).to_string())
    }

    /// Whether this very version is being signed already, or was, and what came of it is still there. Whoever wakes after
    /// others had their turn may put an archive there anew, which is another version.
    fn is_signing(&self, wanted: &Job) -> bool {
        fn what(job: &Job) -> (&str, &str, &str, &str) {
            (&job.request.bucket, &job.request.key, &job.request.version, &job.version)
        }
        self.jobs.iter().filter(|job| what(job) == what(wanted) && !job.fails).any(|job| match &job.state {
            SigningJob::Pending => true,
            SigningJob::Done { key, .. } => self.objects.contains_key(&(job.request.bucket.clone(), key.clone())),
            SigningJob::Failed(_) => false,
        })
    }

    pub fn signing_job(&self, job: &str) -> Answer<SigningJob> {
        let known = job.parse().ok().and_then(|number: usize| self.jobs.get(number));
        let missing =
            || refuse("signer:DescribeSigningJob", Fault::NotFound, "Could not find a signing job with this id");
        known.map(|job| job.state.clone()).ok_or_else(missing)
    }

    /// Jobs go on by themselves, whoever asked for them.
    pub(super) fn finish_signatures(&mut self, now: u64) {
        for number in 0..self.jobs.len() {
            let job = self.jobs[number].clone();
            if job.state != SigningJob::Pending || job.due > now {
                continue;
            }
            let key = format!("{}{number}.zip", job.request.prefix);
            let written = !job.fails && self.put(&job.request.bucket, &key, &job.makes(), "signed").is_ok();
            if let Some(object) = self.objects.get_mut(&(job.request.bucket.clone(), key.clone())).filter(|_| written) {
                object.signed_by = Some(job.version.clone());
            }
            self.jobs[number].state = if written {
                SigningJob::Done { key, version: job.version }
            } else {
                SigningJob::Failed("The signing job could not write the signed object".to_owned())
            };
        }
    }

    /// Whether what is under a key was signed by this version of a profile.
    pub(super) fn signed(&self, key: &str, publisher: &str) -> bool {
        let by = |(_, object): (_, &super::objects::Object)| object.signed_by.as_deref() == Some(publisher);
        self.objects.iter().filter(|((_, known), _)| known == key).any(by)
    }

    /// Whose signature a function asks for, by the template of the stack that it is in.
    pub(super) fn publisher_of(&self, function: &str) -> Option<String> {
        let owner = self.things.get(function)?.owner.as_ref()?;
        let stack = self.stacks.iter().find(|stack| stack.state.id == *owner)?;
        let (id, _) = stack.resources.iter().find(|(_, held)| held.physical_id == function)?;
        publisher(&stack.template, id).map(str::to_owned)
    }

    /// Functions that run what nobody signed whom they trust.
    pub fn with_untrusted_code(&self) -> Vec<&String> {
        let untrusted =
            |name: &String, code: &String| self.publisher_of(name).is_some_and(|by| !self.signed(code, &by));
        let running = self.things.iter().filter_map(|(name, thing)| Some((name, thing.code.as_ref()?)));
        running.filter(|(name, code)| untrusted(name, code)).map(|(name, _)| name).collect()
    }
}

/// Whose signature the code of a function has to have, where its signing config says so.
pub(super) fn publisher<'a>(template: &'a Template, id: &str) -> Option<&'a str> {
    let config = template.resource(id)["Properties"]["CodeSigningConfigArn"]["Fn::GetAtt"][0].as_str()?;
    let properties = &template.resource(config)["Properties"];
    let enforced = properties["CodeSigningPolicies"]["UntrustedArtifactOnDeployment"] == "Enforce";
    let arn = properties["AllowedPublishers"]["SigningProfileVersionArns"][0].as_str().filter(|_| enforced)?;
    arn.rsplit('/').next()
}
