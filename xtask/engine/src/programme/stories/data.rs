//! Data is lost only by name, whatever would lose it (fault 14).

use serde_json::json;
use std::rc::Rc;

use super::super::stage::{STACKS, altered};
use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::cloud::StackStatus;
use crate::failure::Exit;
use crate::schemas::Schemas;
use crate::stateful::holds_data;
use crate::target::{Target, Wishes};
use crate::template::refers_to;

/// In how many deploys a resource goes whose export is imported: one for the import, one for the export.
const ROUNDS: u32 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Removed,
    Renamed,
    /// It would have to be replaced by one of the same name (fault 15).
    SameName,
    OtherType,
}

const LOSSES: [Loss; 4] = [Loss::Removed, Loss::Renamed, Loss::SameName, Loss::OtherType];

/// The resources of data: where each is, its id, and the property with its name.
fn resources(target: &Target) -> Vec<(usize, String, &'static str)> {
    let all = target.stacks.iter().enumerate();
    let all = all.flat_map(|(stack, wanted)| wanted.template.resources().map(move |(id, kind, _)| (stack, id, kind)));
    let name = |kind: &str| match kind {
        "AWS::S3::Bucket" => "BucketName",
        "AWS::SQS::Queue" => "QueueName",
        _ => "Name",
    };
    // A stage without its repository, or with it under another name, would put its images elsewhere too.
    let own = |kind: &str| holds_data(kind) && kind != "AWS::ECR::Repository";
    all.filter(|(.., kind)| own(kind)).map(|(stack, id, kind)| (stack, id.to_owned(), name(kind))).collect()
}

fn exported(target: &Target, stack: usize, id: &str) -> Option<String> {
    let template = &target.stacks[stack].template;
    let export = template.exports().into_iter().find(|(_, output)| refers_to(template.output(output), id));
    export.map(|(export, _)| export.to_owned())
}

/// The stage with that change in it.
fn losing(target: &Target, (stack, id, name): &(usize, String, &str), loss: Loss) -> Target {
    if loss != Loss::Removed {
        return altered(target, *stack, |value| {
            let resource = &mut value["Resources"][id];
            match loss {
                Loss::OtherType => resource["Type"] = "AWS::SNS::Topic".into(),
                Loss::SameName => resource["Properties"]["FifoQueue"] = true.into(),
                Loss::Renamed | Loss::Removed => {
                    resource["Properties"]["FifoQueue"] = true.into();
                    resource["Properties"][*name] = "sim-renamed".into();
                }
            }
        });
    }
    let export = exported(target, *stack, id);
    let without = altered(target, *stack, |value| {
        for section in ["Resources", "Outputs"] {
            if let Some(all) = value[section].as_object_mut() {
                all.retain(|key, part| key != id && !refers_to(part, id));
            }
        }
    });
    let Some(export) = export else { return without };
    // What imported it does so no longer.
    let import = json!({"Fn::ImportValue": export}).to_string();
    (0..STACKS.len()).fold(without, |target, stack| {
        altered(&target, stack, |value| {
            *value = serde_json::from_str(&value.to_string().replace(&import, "\"by name\"")).unwrap_or_default();
        })
    })
}

/// Every resource of data, in every way to lose it, kept by its policies or not.
pub(super) fn is_lost_only_by_name(scene: &mut Scene<'_>) -> Verdict {
    let kept = scene.chance.bool();
    let grounds = scene.grounds;
    let (from, first) = if kept { (&grounds.standing, &grounds.first) } else { (&grounds.unkept, &grounds.careless) };
    scene.from(from);
    let all = resources(first);
    let resource = &all[scene.way / LOSSES.len() % all.len()];
    let loss = LOSSES[scene.way % LOSSES.len()];
    let (stack, id, property) = resource;
    if loss == Loss::SameName && *property != "QueueName" {
        return Ok(());
    }
    let target = losing(first, resource, loss);
    let name =
        first.stacks[*stack].template.resource(id)["Properties"][property].as_str().unwrap_or_default().to_owned();
    let named = Wishes { allow: vec![id.clone()], ..Wishes::default() };

    refused(scene, &target, &Wishes::default(), id)?;
    ensure(scene.thing(&name) == Some(true), || format!("{name} is gone, or is nobody's"))?;
    scene.sound(&[])?;

    let imported = exported(first, *stack, id).is_some();
    if matches!(loss, Loss::SameName | Loss::OtherType) || (loss == Loss::Renamed && imported) {
        refused(scene, &target, &named, id)?;
        return scene.sound(&[]);
    }
    if name == first.bucket {
        // A stage cannot go on without its artifact bucket.
        return Ok(());
    }
    scene.rough(&target, &named)?;
    for _ in 0..ROUNDS {
        let done = scene.deploy(&target, &named).map_err(|failure| failure.to_string())?;
        if !done.plan.changes() {
            break;
        }
    }
    scene.sound(&[id.as_str()])?;
    ensure(scene.thing(&name) == kept.then_some(false), || {
        format!("{name} should be {}", if kept { "left" } else { "gone" })
    })?;
    let plan = scene.bench.plan(&target, &Wishes::default()).map_err(|failure| failure.to_string())?;
    ensure(!plan.changes(), || "there is still something to change".to_owned())
}

/// Sooner or later it asks; what comes before that loses nothing.
fn refused(scene: &Scene<'_>, target: &Target, wishes: &Wishes, id: &str) -> Verdict {
    for _ in 0..ROUNDS {
        let before = scene.begun();
        let end = scene.deploy(target, wishes);
        if end.is_err() {
            let text = failed(end, Exit::Decision, &[id])?;
            return ensure(scene.begun() == before, || format!("something was begun, and then: {text}"));
        }
        scene.sound(&[])?;
    }
    Err(format!("it never asks about {id}"))
}

/// A topic, and a queue whose name follows from the topic's.
fn with_echo(target: &Target) -> Target {
    altered(target, 1, |value| {
        value["Resources"]["Bell"] = json!({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "sim-bell"}});
        value["Resources"]["Echo"] = json!({"Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": {"Fn::GetAtt": ["Bell", "TopicName"]}}});
    })
}

fn with_another_bell(target: &Target) -> Target {
    altered(target, 1, |value| value["Resources"]["Bell"]["Properties"]["TopicName"] = "sim-gong".into())
}

/// What refers to something that is replaced is replaced with it.
pub(super) fn follows(scene: &mut Scene<'_>) -> Verdict {
    let before = with_echo(&scene.grounds.first);
    scene.deployed(&before)?;
    let target = with_another_bell(&before);
    let plan = scene.bench.plan(&target, &Wishes::default()).map_err(|failure| failure.to_string())?;
    ensure(plan.decided(&Wishes::default()).is_err(), || "the plan does not know it".to_owned())?;
    scene.asks(&["Echo", "--allow-replace Echo"], || scene.deploy(&target, &Wishes::default()))?;
    let named = Wishes { allow: vec!["Echo".to_owned()], ..Wishes::default() };
    scene.rough(&target, &named)?;
    scene.deploy(&target, &named).map_err(|failure| failure.to_string())?;
    scene.sound(&["Echo"])?;
    ensure(scene.bench.world.borrow().ledger.losses.len() == 1, || "Echo was not replaced".to_owned())
}

/// Nothing of any type.
struct NoSchemas;

impl Schemas for NoSchemas {
    fn create_only(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn names(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// AWS replaces what the plan thought it could change: the change set is looked at before it is executed.
pub(super) fn more_than_was_known(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    let (before, target, id) = match scene.way % 3 {
        0 => {
            let before = with_echo(&grounds.first);
            let target = with_another_bell(&before);
            (before, target, "Echo")
        }
        1 => {
            let failures = (1, "Failures".to_owned(), "QueueName");
            (grounds.first.clone(), losing(&grounds.first, &failures, Loss::Renamed), "Failures")
        }
        _ => {
            let stream = (1, "Stream".to_owned(), "Name");
            (grounds.first.clone(), losing(&grounds.first, &stream, Loss::Renamed), "Stream")
        }
    };
    scene.deployed(&before)?;
    scene.bench.schemas = Rc::new(NoSchemas);
    let plan = scene.bench.plan(&target, &Wishes::default()).map_err(|failure| failure.to_string())?;
    ensure(plan.decided(&Wishes::default()).is_ok(), || "the plan knows already".to_owned())?;
    scene.rough(&target, &Wishes::default())?;
    let operations = scene.begun();
    scene.asks(&[id, "--allow-replace"], || scene.deploy(&target, &Wishes::default()))?;
    scene.sound(&[])?;
    ensure(scene.begun() == operations, || "something was begun".to_owned())?;
    let left = scene.bench.world.borrow().executable(STACKS[1]);
    ensure(left == 0, || "a change set that loses data is left behind".to_owned())?;
    let named = Wishes { allow: vec![id.to_owned()], ..Wishes::default() };
    scene.deploy(&target, &named).map_err(|failure| failure.to_string())?;
    scene.sound(&[id])
}

/// A creation that failed is made again over nothing that somebody may miss.
pub(super) fn in_a_failed_creation(scene: &mut Scene<'_>) -> Verdict {
    let now = scene.bench.clock.now();
    scene.change(|world| {
        world.bring_into(now, STACKS[3], StackStatus::RollbackComplete, "millrace-1-a");
        world.remains(STACKS[3], "Loads", "AWS::SQS::Queue");
    });
    let target = scene.grounds.first.clone();
    scene.asks(&["Loads", "which holds data"], || scene.deploy(&target, &Wishes::default()))?;
    let named = Wishes { allow: vec!["Loads".to_owned()], ..Wishes::default() };
    scene.rough(&target, &named)?;
    scene.deploy(&target, &named).map_err(|failure| failure.to_string())?;
    scene.sound(&["Loads"])?;
    let plan = scene.bench.plan(&target, &Wishes::default()).map_err(|failure| failure.to_string())?;
    ensure(!plan.changes(), || "there is still something to change".to_owned())
}
