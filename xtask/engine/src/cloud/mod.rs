//! Everything that the engine asks of AWS, through one port.

mod data;
mod patient;
mod port;
mod signing;
mod status;

pub use data::{
    Body, Caller, Change, ChangeAction, ChangeSet, ChangeSetRequest, ChangeSetState, Code, Content, Drifted, Event,
    Kept, ObjectVersion, Resource, StackState, Swap,
};
pub use patient::Patient;
pub use port::{Answer, Cloud, CloudError, Fault};
pub use signing::{Profile, ProfileState, SigningJob, SigningRequest};
pub use status::{StackStatus, Standing};
