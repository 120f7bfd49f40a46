//! Roles that CloudFormation takes on for a stack: given once, kept with the stack, and taken on only if they are there.

use super::World;
use super::refuse;
use crate::cloud::{Answer, Fault};

impl World {
    /// What a call hands over, if CloudFormation can take it on. A stack that has been given a role keeps it; the engine has to
    /// hand it over all the same, since one that is made anew has none.
    pub(super) fn take_on(&mut self, call: &'static str, stack: &str, role: Option<&str>) -> Answer {
        let held = self.find(stack);
        let Some(role) = role else {
            if let Some(of) = held.map(|at| &self.stacks[at]).filter(|stack| stack.role.is_some()) {
                let violation = format!("{call} handed over no role for {}, which has one", of.state.name);
                self.ledger.violations.push(violation);
            }
            return Ok(());
        };
        if !self.roles.contains(role) {
            return Err(refuse(call, Fault::Other, &format!("Role {role} is invalid or cannot be assumed")));
        }
        if let Some(at) = held {
            self.stacks[at].role = Some(role.to_owned());
        }
        Ok(())
    }
}
