//! What goes wrong in a simulated cloud, and when.

use std::collections::BTreeMap;

/// Of one process that calls the cloud.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    /// The call, counted from 1, at which something happens.
    pub upset: Option<(usize, Upset)>,
    /// Of a thousand calls, how many are throttled (fault 3).
    pub throttled: u32,
    /// Of a thousand calls, how many are not answered, half of them done all the same (faults 10, 23).
    pub unanswered: u32,
    /// The call from which on the credentials are expired (fault 4).
    pub expires_at: Option<usize>,
    /// The call before which the whole process sleeps, and for how many milliseconds: a closed laptop (fault 11).
    pub sleeps: Option<(usize, u64)>,
}

/// What can happen at one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upset {
    /// The process is killed before the call is made.
    KilledBefore,
    /// The process is killed after the call is done.
    KilledAfter,
    /// The call is done, but its answer does not arrive.
    ReplyLost,
}

impl Upset {
    pub const ALL: [Self; 3] = [Self::KilledBefore, Self::KilledAfter, Self::ReplyLost];
}

/// Of the cloud itself.
#[derive(Debug, Clone, Default)]
pub struct Climate {
    /// How many descriptions after an execution may still be those of before (fault 26).
    pub stale_reads: u32,
    /// Resources whose creation or change fails: how often still, and in which words (faults 17, 23, 34).
    pub failing: Vec<Failing>,
    /// Resources whose rollback fails, until they are skipped or this is taken away.
    pub rollback_fails: Vec<String>,
    /// Resources whose deletion fails, until they are retained or this is taken away (faults 22, 23).
    pub deletion_fails: Vec<String>,
    /// Buckets into which somebody goes on writing: how many objects still come (fault 13).
    pub filling: BTreeMap<String, u32>,
    /// How many uploads are answered well and yet are not there (fault 27).
    pub lost_uploads: u32,
    /// How many copies within a bucket are answered well and yet are not there (fault 27).
    pub lost_copies: u32,
    /// How many signatures come to nothing (fault 35).
    pub failing_signatures: u32,
    /// Whether a template that differs in its policies only counts as no change (fault 28).
    pub blind_to_policies: bool,
    /// How many times longer than usual a change of a resource takes; 0 stands for 1.
    pub slowness: u64,
    /// How many milliseconds it takes until an event is shown (fault 29).
    pub late_events: u64,
    /// Resources that somebody changed by hand (fault 18).
    pub drifted: Vec<String>,
    /// How many events a page holds; 0 stands for 4 (fault 7).
    pub page: usize,
}

#[derive(Debug, Clone)]
pub struct Failing {
    pub logical_id: String,
    pub times: u32,
    pub reason: &'static str,
}
