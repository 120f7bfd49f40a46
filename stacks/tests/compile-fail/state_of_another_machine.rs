//! A state that leads to one of another machine.
use stacks::blocks::{To, machine};

fn main() {
    let mut done: Option<To> = None;
    machine("one", 60, |states| {
        let end = states.succeed("Done");
        done = Some(end);
        end
    });
    machine("other", 60, |states| states.put("Begin", &[], "$.nothing", done.unwrap()));
}
