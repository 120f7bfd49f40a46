//! Everything that is asked of AWS, through one port.

mod aws;
mod data;
mod port;
#[cfg(test)]
mod sim;
mod status;

pub(crate) use aws::Aws;
pub(crate) use data::{
    Caller, Change, ChangeAction, ChangeSet, ChangeSetRequest, ChangeSetState, Event, ObjectVersion, Record, Resource,
    StackState,
};
pub(crate) use port::{Answer, Cloud, CloudError, Fault};
#[cfg(test)]
pub(crate) use sim::{Sim, Upset};
pub(crate) use status::{StackStatus, Standing};
