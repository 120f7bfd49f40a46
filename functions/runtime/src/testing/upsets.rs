//! What goes wrong at which call.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::Dice;
use crate::{Fault, PortError};

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upset {
    /// It fails, and nothing has happened.
    Before(Fault),
    /// It has happened, and the reply is lost.
    After,
    /// The function is killed, and nothing has happened.
    CrashBefore,
    /// It has happened, and the function is killed.
    CrashAfter,
    /// Of a batch, some entries fail: those whose bit is set, the first entry having the lowest bit, again and again.
    Entries(u64),
}

/// Upsets by the number of the call, counted from 1 over all ports that share them; or by chance.
#[derive(Debug, Default)]
pub struct Upsets {
    at: RefCell<BTreeMap<usize, Upset>>,
    chance: RefCell<Option<(Dice, usize)>>,
    calls: Cell<usize>,
    crashed: Cell<bool>,
}

impl Upsets {
    #[must_use]
    pub fn at(self, call: usize, upset: Upset) -> Self {
        self.at.borrow_mut().insert(call, upset);
        self
    }

    /// Each call goes wrong in a random way so many times in a hundred.
    #[must_use]
    pub fn by_chance(self, dice: Dice, percent: usize) -> Self {
        self.chance.replace(Some((dice, percent)));
        self
    }

    /// From now on all goes well.
    pub fn end(&self) {
        self.at.borrow_mut().clear();
        self.chance.replace(None);
    }

    /// Whether the function was killed; it is alive again for the next invocation.
    pub fn take_crash(&self) -> bool {
        self.crashed.replace(false)
    }

    pub fn calls(&self) -> usize {
        self.calls.get()
    }

    /// What happens to the call that is being made. A killed function makes no calls any more: they fail until
    /// [`take_crash`](Self::take_crash), and whatever it then answers nobody hears.
    pub fn strike(&self) -> Option<Upset> {
        if self.crashed.get() {
            return Some(Upset::Before(Fault::AccessDenied));
        }
        self.calls.set(self.calls.get() + 1);
        let upset = self.at.borrow_mut().remove(&self.calls.get()).or_else(|| self.throw());
        if matches!(upset, Some(Upset::CrashBefore | Upset::CrashAfter)) {
            self.crashed.set(true);
        }
        upset
    }

    /// A call of one piece: what happens, unless it is kept from it, and what its caller hears of it. `fails` makes the error.
    pub(super) fn strike_whole<T>(
        &self,
        fails: impl Fn(Fault) -> PortError,
        happens: impl FnOnce() -> T,
    ) -> Result<T, PortError> {
        let lost = |fault| Err(fails(fault).because("so the test wants it"));
        match self.strike() {
            None | Some(Upset::Entries(_)) => Ok(happens()),
            Some(Upset::Before(fault)) => lost(fault),
            Some(Upset::CrashBefore) => lost(Fault::AccessDenied),
            Some(Upset::After) => {
                happens();
                lost(Fault::Passing)
            }
            Some(Upset::CrashAfter) => {
                happens();
                lost(Fault::AccessDenied)
            }
        }
    }

    fn throw(&self) -> Option<Upset> {
        let mut chance = self.chance.borrow_mut();
        let (dice, percent) = chance.as_mut()?;
        dice.percent(*percent).then(|| match dice.below(8) {
            0 | 1 => Upset::Before(Fault::Passing),
            2 => Upset::Before(Fault::AccessDenied),
            3 => Upset::After,
            4 => Upset::CrashBefore,
            5 => Upset::CrashAfter,
            _ => Upset::Entries(dice.throw() & dice.throw()),
        })
    }
}
