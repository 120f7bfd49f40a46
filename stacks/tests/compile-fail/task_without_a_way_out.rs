//! A task of which nobody says where it goes when it fails.
use stacks::blocks::{Limits, Retries, States};

fn task(states: &mut States<'_>) {
    let _ = Limits { seconds: 60, retries: Retries::patient(3, 30) };
}

fn main() {}
