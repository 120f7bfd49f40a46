//! Everything that is asked of AWS, through one port.

mod aws;
mod data;
mod port;
mod status;

pub(crate) use aws::Aws;
pub(crate) use data::{
    Caller, Change, ChangeAction, ChangeSet, ChangeSetRequest, ChangeSetState, Event, ObjectVersion, Record, Resource,
    StackState,
};
pub(crate) use port::{Answer, Cloud, CloudError, Fault};
pub(crate) use status::{StackStatus, Standing};
