use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "task-size",
    severity: Severity::Error,
    says: "Fargate knows no task of this size, and the stack fails when it is deployed",
    fix: "Take a pair of CPU and memory that Fargate has: 256 with 512 to 2048, 512 with 1024 to 4096, 1024 with 2048 to 8192",
    link: Some("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"),
    check,
    passing: "
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: {Family: pull, RequiresCompatibilities: [FARGATE], Cpu: 256, Memory: 512}
",
    failing: "
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: {Family: pull, RequiresCompatibilities: [FARGATE], Cpu: 256, Memory: 4096}
",
};

/// Whether Fargate has such a pair: units of CPU, mebibytes of memory.
fn is_a_pair(cpu: u32, memory: u32) -> bool {
    let in_steps = |from: u32, to: u32, step: u32| (from..=to).contains(&memory) && memory.is_multiple_of(step);
    match cpu {
        256 => matches!(memory, 512 | 1024 | 2048),
        512 => in_steps(1024, 4096, 1024),
        1024 => in_steps(2048, 8192, 1024),
        2048 => in_steps(4096, 16_384, 1024),
        4096 => in_steps(8192, 30_720, 1024),
        8192 => in_steps(16_384, 61_440, 4096),
        16_384 => in_steps(32_768, 122_880, 8192),
        _ => false,
    }
}

/// `1024`, `1 vCPU`, `.25 vCPU`, `2GB`, in units of CPU or mebibytes.
fn units(text: &str) -> Option<u32> {
    let text = text.to_lowercase().replace(' ', "");
    for unit in ["vcpu", "gb"] {
        if let Some(number) = text.strip_suffix(unit) {
            let number: f64 = number.parse().ok()?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "small numbers of a template"
            )]
            return (0.0..1000.0).contains(&number).then_some((number * 1024.0) as u32);
        }
    }
    text.parse().ok()
}

fn check(world: &World, findings: &mut Findings<'_>) {
    for task in world.of_kind("AWS::ECS::TaskDefinition") {
        let fargate = task.get("RequiresCompatibilities").items().iter().any(|item| item.text() == Some("FARGATE"));
        if !fargate {
            continue;
        }
        let (cpu, memory) = (task.get("Cpu"), task.get("Memory"));
        if cpu.is_unknown() || memory.is_unknown() {
            findings.unknown(task, "its size");
            continue;
        }
        let pair = cpu.text().and_then(units).zip(memory.text().and_then(units));
        if !pair.is_some_and(|(cpu, memory)| is_a_pair(cpu, memory)) {
            findings.at(task, cpu, format!("there is no task with CPU {cpu} and memory {memory}"));
        }
    }
}
