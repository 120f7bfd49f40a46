//! What `bootstrap` makes fits into what IAM and CloudFormation take, whatever a stage is called; and every role is bound.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use serde_json::Value;
use stacks::render::render;
use stacks::stack::bootstrap::{self, Provider};
use stacks::stage::{Architecture, Ci, Stage, StageName};

/// What IAM counts of a managed policy, without the space between its parts.
const MOST_OF_A_POLICY: usize = 6_144;
/// What CloudFormation takes without a bucket, and there is none before the stage is deployed.
const MOST_OF_A_TEMPLATE: usize = 51_200;
/// How many policies a role can have.
const MOST_POLICIES: usize = 10;

fn stage(name: &str, project: &str, copies: &str, rest: &str) -> Stage {
    let copies = if copies.is_empty() { String::new() } else { format!(", copies: {copies}") };
    let text = format!(
        "project: {project}\naccount: \"111111111111\"\nregion: ap-southeast-1\nci: {{repository: example/millrace{copies}}}\n{rest}"
    );
    let name = StageName::new(name).unwrap();
    Stage::parse(name, "environments/x.yaml", &text, Architecture::X86_64).unwrap_or_else(|fault| panic!("{fault}"))
}

fn template(stage: &Stage) -> (String, Value) {
    let ci: &Ci = stage.ci.as_ref().unwrap();
    let rendered = render(vec![bootstrap::stack(stage, ci, Provider::Made)]).unwrap();
    let body = rendered.into_iter().next().unwrap().body;
    let value = serde_saphyr::from_str(&body).unwrap();
    (body, value)
}

fn of_kind<'a>(template: &'a Value, kind: &'a str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let all = template["Resources"].as_object().unwrap().iter();
    all.filter(move |(_, resource)| resource["Type"] == kind).map(|(id, resource)| (id, &resource["Properties"]))
}

fn check_limits(stage: &Stage) {
    let (body, value) = template(stage);
    // As people read it, or without a space where the names are long.
    let least = body.len().min(value.to_string().len());
    assert!(least <= MOST_OF_A_TEMPLATE, "the template has {least} bytes");
    for (id, policy) in of_kind(&value, "AWS::IAM::ManagedPolicy") {
        let length = policy["PolicyDocument"].to_string().len();
        assert!(length <= MOST_OF_A_POLICY, "{id} has {length} characters");
    }
    for (id, role) in of_kind(&value, "AWS::IAM::Role") {
        assert!(role["ManagedPolicyArns"].as_array().unwrap().len() <= MOST_POLICIES, "{id}");
        assert!(role["RoleName"].as_str().unwrap().len() <= 64, "{id}");
    }
}

#[test]
fn the_longest_names_fit() {
    let secret = "arn:aws:secretsmanager:ap-southeast-1:111111111111:secret:rates-source-k3Xw9Q";
    let rest = format!(
        "hotswap: true\npipelines:\n  rates:\n    source: {{url: \"https://rates.example.com/\", secret: \"{secret}\"}}\n"
    );
    check_limits(&stage("abcdefghijklmnop", "abcdefghijklmnop", "qrst-", &rest));
    // With signed code, those of a stage without copies.
    let signed = format!("{}{rest}", signed_by(&"a".repeat(64)));
    check_limits(&stage("abcdefghijklmnop", "abcdefghijklmnop", "", &signed));
}

fn signed_by(profile: &str) -> String {
    format!("code_signing: arn:aws:signer:ap-southeast-1:111111111111:/signing-profiles/{profile}/k3Xw9Qp2Ma\n")
}

/// Every pipeline in its largest form.
const EVERYTHING: &str = "
pipelines:
  taxi: {stream: {autoscale: {min_shards: 1, max_shards: 4}}}
  accommodation: {}
  flats: {warehouse: redshift}
  orders: {}
  rates: {load: dms, spark: {above_mb: 2000}}
";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_name_fits(project in "[a-z](-?[a-z0-9]){1,7}", name in "[a-z](-?[a-z0-9]){1,7}", copies in "(|x[a-z0-9]{0,3}-)") {
        prop_assume!(copies.is_empty() || !name.starts_with(&copies));
        check_limits(&stage(&name, &project, &copies, EVERYTHING));
        // With signed code and copies, there is room for names of a usual length, as below.
        check_limits(&stage(&name, &project, "", &format!("{}{EVERYTHING}", signed_by("millrace_prod"))));
    }
}

#[test]
fn every_role_is_bound_where_workflows_deploy_and_none_elsewhere() {
    let bound = stage("dev", "millrace", "", EVERYTHING);
    let free = Stage { ci: None, ..bound.clone() };
    let mut seen = 0;
    for (stage, expected) in [(&bound, true), (&free, false)] {
        for rendered in render(stacks::stack::stacks(stage)).unwrap() {
            let value: Value = serde_saphyr::from_str(&rendered.body).unwrap();
            for (id, role) in of_kind(&value, "AWS::IAM::Role") {
                seen += 1;
                let boundary = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/ci/millrace-dev-boundary";
                assert_eq!(role["PermissionsBoundary"]["Fn::Sub"] == boundary, expected, "{id}");
                assert_eq!(role["Path"] == "/millrace/dev/", expected, "{id}");
            }
        }
    }
    assert!(seen >= 30, "{seen}");
}

#[test]
fn the_role_that_deploys_has_code_signed_by_one_version_alone_and_frees_no_function_of_it() {
    let signed = stage("dev", "millrace", "pr-", &format!("{}{EVERYTHING}", signed_by("millrace_dev")));
    check_limits(&stage("staging", "millrace", "pr-", &format!("{}{EVERYTHING}", signed_by("millrace_staging"))));
    let plain = Stage { code_signing: None, ..signed.clone() };
    let statements = |stage: &Stage, id: &str| {
        let (_, template) = template(stage);
        template["Resources"][id]["Properties"]["PolicyDocument"]["Statement"].as_array().unwrap().clone()
    };
    let of = |all: &[Value], action: &str| {
        let has = |it: &&Value| it["Action"].as_array().unwrap().iter().any(|one| one == action);
        all.iter().filter(has).cloned().collect::<Vec<_>>()
    };
    let deploy = statements(&signed, "DeployPolicy");
    let [start] = of(&deploy, "signer:StartSigningJob").try_into().unwrap();
    assert_eq!(start["Resource"], "arn:aws:signer:ap-southeast-1:111111111111:/signing-profiles/millrace_dev");
    assert_eq!(start["Condition"]["StringEquals"]["signer:ProfileVersion"], "k3Xw9Qp2Ma");
    let [freeing] = of(&deploy, "lambda:DeleteFunctionCodeSigningConfig").try_into().unwrap();
    assert_eq!((&freeing["Effect"], &freeing["Resource"]), (&"Deny".into(), &"*".into()));
    assert!(of(&statements(&signed, "CopiesPolicy"), "signer:StartSigningJob").is_empty());
    assert!(of(&statements(&plain, "DeployPolicy"), "signer:StartSigningJob").is_empty());
    assert!(template(&plain).1["Resources"]["SigningPolicy"].is_null());
}

#[test]
fn artifacts_are_kept_as_the_stage_says() {
    let kept = |artifacts: &str| {
        let stage = stage("dev", "millrace", "", &format!("{artifacts}pipelines: {{taxi: {{}}}}\n"));
        let rendered = render(stacks::stack::stacks(&stage)).unwrap();
        let value: Value = serde_saphyr::from_str(&rendered[0].body).unwrap();
        value["Resources"]["ArtifactBucket"]["Properties"].clone()
    };
    let plain = kept("");
    assert_eq!(plain["LifecycleConfiguration"]["Rules"].as_array().unwrap().len(), 1);
    assert!(plain["LoggingConfiguration"].is_null());
    let set = kept("artifacts: {expire_days: 180, access_logs: logs-of-everything}\n");
    let rules = set["LifecycleConfiguration"]["Rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["ExpirationInDays"] == 180), "{rules:?}");
    assert!(rules.iter().any(|rule| rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 180), "{rules:?}");
    assert_eq!(set["LoggingConfiguration"]["DestinationBucketName"], "logs-of-everything");
    assert_eq!(set["LoggingConfiguration"]["LogFilePrefix"], "millrace-dev-artifacts-111111111111/");
}
