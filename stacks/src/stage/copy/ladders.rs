//! What can be had in certain sizes only: the smallest that is large enough.

use super::Scale;
use crate::stage::rates::{DmsClass, FargateCpu, TaskSize};
use crate::stage::value::LogDays;
use crate::stage::{DatabaseClass, NodeType, Warehouse};

/// A rung, and how much it carries. From the smallest to the largest, which is also from the cheapest to the dearest.
pub(super) type Ladder<T, const N: usize> = [(T, u32); N];

pub(super) const DATABASES: Ladder<DatabaseClass, 10> = [
    (DatabaseClass::T4gMicro, 1),
    (DatabaseClass::T4gSmall, 2),
    (DatabaseClass::T4gMedium, 4),
    (DatabaseClass::T4gLarge, 8),
    // As much memory, and a processor that is never short of credits.
    (DatabaseClass::M7gLarge, 10),
    (DatabaseClass::R7gLarge, 14),
    (DatabaseClass::M7gXlarge, 20),
    (DatabaseClass::R7gXlarge, 28),
    (DatabaseClass::M7g2xlarge, 40),
    (DatabaseClass::R7g2xlarge, 56),
];

pub(super) const REPLICATIONS: Ladder<DmsClass, 6> = [
    (DmsClass::T3Small, 2),
    (DmsClass::T3Medium, 4),
    (DmsClass::T3Large, 8),
    (DmsClass::R6iLarge, 16),
    (DmsClass::R6iXlarge, 32),
    (DmsClass::R6i2xlarge, 64),
];

/// A node carries as much as so many of the smallest; each is a multiple of the one before.
const NODES: Ladder<NodeType, 4> =
    [(NodeType::Large, 1), (NodeType::XlPlus, 2), (NodeType::Xl4, 6), (NodeType::Xl16, 24)];

/// Redshift takes the two larger kinds only in pairs.
const fn least_nodes(kind: NodeType) -> u32 {
    match kind {
        NodeType::Large | NodeType::XlPlus => 1,
        NodeType::Xl4 | NodeType::Xl16 => 2,
    }
}

const MOST_NODES: u32 = 32;

/// The smallest rung that carries the scaled weight of this one.
fn climb<T: Copy + PartialEq, const N: usize>(ladder: &Ladder<T, N>, from: T, scale: Scale) -> T {
    let weight = ladder.iter().find(|(rung, _)| *rung == from).map_or(0, |(_, weight)| *weight);
    let wanted = scale.exactly(weight) - 1e-9;
    let enough = ladder.iter().find(|(_, weight)| f64::from(*weight) >= wanted);
    enough.or(ladder.last()).map_or(from, |(rung, _)| *rung)
}

pub(super) fn database(class: DatabaseClass, scale: Scale) -> DatabaseClass {
    climb(&DATABASES, class, scale)
}

pub(super) fn replication(class: DmsClass, scale: Scale) -> DmsClass {
    climb(&REPLICATIONS, class, scale)
}

pub(super) fn warehouse(warehouse: Warehouse, scale: Scale) -> Warehouse {
    match warehouse {
        Warehouse::Postgres => Warehouse::Postgres,
        Warehouse::Serverless { base_capacity } => {
            Warehouse::Serverless { base_capacity: processing_units(base_capacity, scale) }
        }
        Warehouse::Provisioned { node_type, nodes } => {
            let (node_type, nodes) = self::nodes(node_type, nodes, scale);
            Warehouse::Provisioned { node_type, nodes }
        }
    }
}

/// Four, then in steps of eight, and above 512 in steps of 32.
fn processing_units(units: u32, scale: Scale) -> u32 {
    let wanted = scale.of::<4, 1024>(units);
    match wanted {
        _ if wanted == units => units,
        ..=4 => 4,
        5..=512 => wanted.next_multiple_of(8),
        _ => wanted.next_multiple_of(32).min(1024),
    }
}

/// Nodes of the same kind, or of a smaller one where even the fewest of them would be too many.
fn nodes(kind: NodeType, count: u32, scale: Scale) -> (NodeType, u32) {
    let weight = |kind| NODES.iter().find(|(node, _)| *node == kind).map_or(1, |(_, weight)| *weight);
    let wanted = scale.exactly(weight(kind) * count) - 1e-9;
    let fits = |node: &NodeType| {
        weight(*node) <= weight(kind) && f64::from(weight(*node) * least_nodes(*node)) <= wanted + 2e-9
    };
    let chosen = NODES.iter().map(|(node, _)| *node).rev().find(fits).unwrap_or(NodeType::Large);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are positive and small")]
    let enough = (wanted / f64::from(weight(chosen))).ceil() as u32;
    (chosen, enough.clamp(least_nodes(chosen), MOST_NODES.max(count)))
}

/// Processor and memory each follow the scale, as a pair that Fargate has.
pub(super) fn task(size: TaskSize, scale: Scale) -> TaskSize {
    let (units, memory) = (scale.exactly(size.cpu.units()), scale.exactly(size.memory_mb));
    let enough = |cpu: &FargateCpu| f64::from(cpu.units()) >= units - 1e-9 && TaskSize::most(*cpu) >= memory - 1e-9;
    let cpu = FargateCpu::ALL.into_iter().find(enough).unwrap_or(FargateCpu::Four);
    TaskSize { cpu, memory_mb: TaskSize::pair(cpu, memory), ..size }
}

/// As CloudWatch can keep logs.
pub(super) fn logs(days: LogDays, scale: Scale) -> LogDays {
    if scale.is_smaller() { days.at_least(scale.exactly(days.get())) } else { days }
}
