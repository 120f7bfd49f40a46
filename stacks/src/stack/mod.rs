//! The stacks of a stage, one file each, and what a stack is.

pub mod bootstrap;
pub mod data_sources;
pub mod ingestion;
pub mod load;
pub mod stream;

mod inboxes;
mod outputs;
mod parts;

use serde::Serialize;
use serde_json::Value;

use crate::blocks::CodeParameter;
use crate::stage::Stage;

pub use inboxes::{InboxPlace, inboxes};
pub use outputs::{Export, ExportedValue, Output, Outputs};

/// The stacks that a stage can have, in the order in which they can be deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StackKind {
    /// Who may deploy the others: made and changed by a person, and so not among [`StackKind::ALL`].
    Bootstrap,
    DataSources,
    Stream,
    Ingestion,
    Load,
}

impl StackKind {
    pub const ALL: [Self; 4] = [Self::DataSources, Self::Stream, Self::Ingestion, Self::Load];

    /// As the beginning of a logical id.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Bootstrap => "Bootstrap",
            Self::DataSources => "DataSources",
            Self::Stream => "Stream",
            Self::Ingestion => "Ingestion",
            Self::Load => "Load",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap",
            Self::DataSources => "data-sources",
            Self::Stream => "stream",
            Self::Ingestion => "ingestion",
            Self::Load => "load",
        }
    }
}

/// One stack, decided but not yet written out.
#[derive(Debug)]
pub struct Stack {
    pub kind: StackKind,
    pub name: String,
    /// The functions whose code it takes, each through a parameter.
    pub functions: Vec<CodeParameter>,
    /// All that its template may see.
    pub(crate) view: Value,
}

impl Stack {
    /// A stack with this view.
    fn of(stage: &Stage, kind: StackKind, functions: Vec<CodeParameter>, view: &impl Serialize) -> Self {
        let view = serde_json::to_value(view).unwrap_or_else(|error| unreachable!("a view is plain data: {error}"));
        Self { kind, name: crate::names::stack(stage, kind), functions, view }
    }
}

/// The stacks that this stage has, in deployment order. A stack with no resource is not among them.
pub fn stacks(stage: &Stage) -> Vec<Stack> {
    let (data_sources, shared) = data_sources::stack(stage);
    let stream = stage.pipelines.taxi.as_ref().map(|taxi| stream::stack(stage, taxi, &shared));
    let (ingestion, boards) = ingestion::stack(stage, &shared);
    let load = load::stack(stage, &shared, boards);
    [Some(data_sources), stream, ingestion, load].into_iter().flatten().collect()
}
