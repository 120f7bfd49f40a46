//! What to know of a resource, in a few words.

use check::asl::{self, Definition, Machine};
use check::world::{Resource, World};

pub(super) fn of(world: &World, resource: &Resource) -> String {
    let text = |path: &str| resource.text(path).unwrap_or_default().to_owned();
    let parts: Vec<String> = match resource.kind.as_str() {
        "AWS::Athena::WorkGroup" => vec![counted(referring(world, resource, "AWS::Athena::NamedQuery"), "saved query")],
        "AWS::DMS::ReplicationTask" => {
            let instance = resource.text("ReplicationInstanceArn").and_then(|arn| world.find(arn));
            vec![instance.and_then(|one| one.text("ReplicationInstanceClass")).unwrap_or_default().to_owned()]
        }
        "AWS::DynamoDB::Table" => match resource.number("ProvisionedThroughput.ReadCapacityUnits") {
            Some(reads) => vec![
                format!("{reads} reads/s"),
                format!("{} writes/s", text("ProvisionedThroughput.WriteCapacityUnits")),
            ],
            None => vec!["paid by request".to_owned()],
        },
        "AWS::ECS::TaskDefinition" => {
            let units = resource.number("Cpu").unwrap_or_default() / 1024.0;
            vec![format!("{units} vCPU"), format!("{} MB", text("Memory"))]
        }
        "AWS::Events::Rule" | "AWS::Scheduler::Schedule" => {
            vec![moment(&text("ScheduleExpression")), text("ScheduleExpressionTimezone")]
        }
        "AWS::Glue::Job" => vec![format!("{} × {}", text("NumberOfWorkers"), text("WorkerType"))],
        "AWS::Glue::Table" => {
            vec![counted(resource.get("TableInput.StorageDescriptor.Columns").items().len(), "column")]
        }
        "AWS::Kinesis::Stream" => {
            let shards =
                resource.number("ShardCount").map_or_else(|| "on demand".to_owned(), |n| counted_f(n, "shard"));
            vec![
                shards,
                resource.number("RetentionPeriodHours").map(|hours| format!("kept {hours} h")).unwrap_or_default(),
            ]
        }
        "AWS::KinesisFirehose::DeliveryStream" => {
            let hint = |key: &str| text(&format!("ExtendedS3DestinationConfiguration.BufferingHints.{key}"));
            vec![format!("every {} s", hint("IntervalInSeconds")), format!("or {} MB", hint("SizeInMBs"))]
        }
        "AWS::Lambda::Function" => vec![format!("{} MB", text("MemorySize")), format!("{} s", text("Timeout"))],
        "AWS::RDS::DBInstance" => {
            let both = resource.get("MultiAZ").bool() == Some(true);
            vec![text("DBInstanceClass"), if both { "two zones".to_owned() } else { String::new() }]
        }
        "AWS::Redshift::Cluster" => vec![format!("{} × {}", text("NumberOfNodes"), text("NodeType"))],
        "AWS::RedshiftServerless::Workgroup" => vec![format!("{} RPUs", text("BaseCapacity"))],
        "AWS::SNS::Topic" => match referring(world, resource, "AWS::SNS::Subscription") {
            0 => vec![],
            1 => vec!["mails 1 address".to_owned()],
            number => vec![format!("mails {number} addresses")],
        },
        "AWS::SQS::Queue" => {
            let days = resource.number("MessageRetentionPeriod").map(|seconds| seconds / 86_400.0);
            let tries = resource.number("RedrivePolicy.maxReceiveCount").map(|tries| format!("{tries} tries"));
            vec![tries.unwrap_or_default(), days.map(|days| format!("kept {days} d")).unwrap_or_default()]
        }
        "AWS::StepFunctions::StateMachine" => match asl::definition(resource) {
            Definition::Known(machine) => vec![counted(states(&machine), "state")],
            Definition::Unknown | Definition::Wrong(_) => vec![],
        },
        _ => vec![],
    };
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(", ")
}

fn states(machine: &Machine) -> usize {
    let mut number = 0;
    machine.visit(&mut Vec::new(), &mut |machine, _| number += machine.states.len());
    number
}

fn referring(world: &World, resource: &Resource, kind: &str) -> usize {
    world.of_kind(kind).filter(|one| one.stack == resource.stack && one.refers_to().any(|id| id == resource.id)).count()
}

fn counted(number: usize, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    let what = if number == 1 {
        what.to_owned()
    } else {
        what.strip_suffix('y').map_or(what.to_owned(), |w| format!("{w}ie"))
    };
    format!("{number} {what}{end}")
}

fn counted_f(number: f64, what: &str) -> String {
    format!("{number} {what}{}", if (number - 1.0).abs() < f64::EPSILON { "" } else { "s" })
}

/// `cron(30 4 * * ? *)` as `daily 04:30`; what is not that plain stays as it is.
fn moment(expression: &str) -> String {
    let inside = |name: &str| expression.strip_prefix(name)?.strip_suffix(')');
    if let Some(rate) = inside("rate(") {
        return format!("every {rate}");
    }
    let Some(fields) = inside("cron(").map(|cron| cron.split(' ').collect::<Vec<_>>()) else {
        return expression.to_owned();
    };
    match fields[..] {
        [minute, hour, "*", "*", "?", "*"] => match (minute.parse::<u8>(), hour.parse::<u8>()) {
            (Ok(minute), Ok(hour)) => format!("daily {hour:02}:{minute:02}"),
            (Ok(minute), _) if hour == "*" => format!("hourly at {minute:02}"),
            _ => expression.to_owned(),
        },
        _ => expression.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_schedule_is_said_plainly() {
        assert_eq!(moment("cron(30 4 * * ? *)"), "daily 04:30");
        assert_eq!(moment("cron(5 * * * ? *)"), "hourly at 05");
        assert_eq!(moment("rate(5 minutes)"), "every 5 minutes");
        assert_eq!(moment("cron(0/5 4 ? * MON *)"), "cron(0/5 4 ? * MON *)");
        assert_eq!(
            (counted(1, "saved query"), counted(2, "saved query")),
            ("1 saved query".to_owned(), "2 saved queries".to_owned())
        );
    }
}
