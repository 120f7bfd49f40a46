//! The engine against the simulated cloud: whatever is interrupted, the same command again ends in the same state.

use stacks::stage::{Architecture, Stage, StageName};
use std::path::PathBuf;

use crate::build::Archive;
use crate::cloud::{Sim, Upset};
use crate::failure::{Exit, Outcome};
use crate::plan::{self, Step};
use crate::project::Project;
use crate::rollout::{RolledOut, roll_out};
use crate::session::Session;
use crate::upload;

const FILE: &str =
    "project: millrace\naccount: '111111111111'\nregion: eu-west-1\npipelines:\n  taxi: {stream: {shards: SHARDS}}\n";

/// A session on a cloud of its own. The stage and the code are what a test changes between two deploys.
struct Bench {
    session: Session<Sim>,
    code: &'static str,
}

impl Bench {
    fn new() -> Self {
        let stage = stage(2);
        let project = Project::find().unwrap();
        Self { session: Session { project, stage, endpoint: None, cloud: Sim::default() }, code: "one" }
    }

    /// What `deploy` does between reading the stage and telling the result.
    async fn deploy(&self) -> Outcome<(Vec<Step>, RolledOut)> {
        let archives = ["write-to-s3", "send-to-firehose"].map(|function| Archive {
            function: function.to_owned(),
            path: PathBuf::new(),
            sha256_hex: crate::hash::hex(&[self.code.as_bytes()]),
            sha256_base64: format!("{function} {}", self.code),
            bytes: 1,
        });
        let rendered = self.session.rendered()?;
        let plans = plan::plan(&self.session, rendered, &upload::keys(&archives)).await?;
        let steps = plans.iter().map(|plan| plan.step).collect();
        Ok((steps, roll_out(&self.session, &plans, &archives, &[]).await?))
    }

    fn cloud(&self) -> &Sim {
        &self.session.cloud
    }
}

fn stage(shards: u32) -> Stage {
    let text = FILE.replace("SHARDS", &shards.to_string());
    Stage::parse(StageName::new("dev").unwrap(), "dev.yaml", &text, Architecture::Arm64).unwrap()
}

/// What is brought about between two deploys, whose interruption is tried at each call.
type Story = fn(&mut Bench);

async fn interrupted(name: &str, before: bool, story: Story) -> usize {
    let mut told = 0;
    let expected = {
        let mut bench = Bench::new();
        if before {
            bench.deploy().await.unwrap();
        }
        story(&mut bench);
        bench.cloud().upset(None);
        bench.deploy().await.unwrap();
        told += bench.cloud().calls();
        bench.cloud().outcome()
    };
    let calls = told;
    for upset in [Upset::KilledBefore, Upset::KilledAfter, Upset::ReplyLost] {
        for call in 1..=calls {
            let mut bench = Bench::new();
            if before {
                bench.deploy().await.unwrap();
            }
            story(&mut bench);
            bench.cloud().upset(Some((call, upset)));
            let _ = bench.deploy().await;
            bench.cloud().upset(None);
            let again = bench.deploy().await;
            assert!(again.is_ok(), "{name}: {upset:?} at call {call}: {}", again.err().unwrap());
            assert_eq!(bench.cloud().outcome(), expected, "{name}: {upset:?} at call {call}");
            let (steps, _) = bench.deploy().await.unwrap();
            assert_eq!(steps, [Step::Nothing, Step::Nothing], "{name}: {upset:?} at call {call}");
        }
    }
    calls * 3
}

#[tokio::test(start_paused = true)]
async fn an_interruption_at_any_call_is_healed_by_the_same_command() {
    let mut schedules = interrupted("create", false, |_| {}).await;
    schedules += interrupted("update", true, |bench| bench.session.stage = stage(4)).await;
    schedules += interrupted("code only", true, |bench| bench.code = "two").await;
    assert!(schedules > 100, "only {schedules} interruptions were tried");
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_says_its_cause_and_is_made_again() {
    let bench = Bench::new();
    bench.cloud().fail_at(Some("TaxiFailures"));
    let failure = bench.deploy().await.err().unwrap();
    assert_eq!(failure.exit, Exit::Failed);
    let said = failure.to_string();
    assert!(said.contains("ROLLBACK_COMPLETE") && said.contains("TaxiFailures (AWS::SQS::Queue)"), "{said}");
    assert!(!said.contains("cancelled"), "{said}");

    bench.cloud().fail_at(None);
    let (steps, _) = bench.deploy().await.unwrap();
    assert_eq!(steps, [Step::Recreate, Step::Create]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_update_is_rolled_back_and_can_be_tried_again() {
    let mut bench = Bench::new();
    bench.deploy().await.unwrap();
    bench.session.stage = stage(4);
    bench.cloud().fail_at(Some("TaxiFailures"));
    for _ in 0..3 {
        let failure = bench.deploy().await.err().unwrap();
        assert!(failure.to_string().contains("UPDATE_ROLLBACK_COMPLETE"), "{failure}");
    }
    assert!(bench.cloud().rolled_back("millrace-dev-stream"));
    bench.cloud().fail_at(None);
    bench.deploy().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_same_change_can_come_again() {
    let mut bench = Bench::new();
    for shards in [2, 4, 2, 4, 2] {
        bench.session.stage = stage(shards);
        bench.deploy().await.unwrap();
        let (steps, _) = bench.deploy().await.unwrap();
        assert_eq!(steps, [Step::Nothing, Step::Nothing]);
    }
}
