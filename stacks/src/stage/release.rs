//! How new code of a function comes to be what is called: all at once, or a part of the calls first.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::fmt;

use super::value::Within;
use super::{Platform, Source, StageFault, or};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRelease {
    /// `all-at-once`; `canary` gives a part of the calls to the new version, and later all of them; `linear` gives it one
    /// part more at a time. The old version takes over again where the new one fails. Default: all-at-once.
    #[schemars(with = "RawShift")]
    pub shift: Option<Spanned<RawShift>>,
    /// Of canary and linear: how many of a hundred calls a part is. Default: 10.
    #[schemars(with = "Option<Within<1, 50>>")]
    pub percent: Option<Spanned<Within<1, 50>>>,
    /// Of canary: for how long the new version has only its part. Of linear: how much later it is given the next one.
    /// Default: 10.
    #[schemars(with = "Option<Within<1, 1440>>")]
    pub every_minutes: Option<Spanned<Within<1, 1440>>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawShift {
    #[default]
    AllAtOnce,
    Canary,
    Linear,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    AllAtOnce,
    Shifted(Shift),
}

/// How calls are shifted to a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    pub course: Course,
    pub percent: u32,
    pub every_minutes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// One part, and then all.
    Canary,
    /// One part more at a time.
    Linear,
}

/// How long it takes until the alarm on a new version has sounded: a minute that is over, and for CloudWatch to look at it.
const UNTIL_ALARM: u32 = 5;
/// `CodeDeploy`'s most: two days from the first part to the last.
const LONGEST: u32 = 48 * 60;

impl Release {
    pub(super) fn check(
        raw: &RawRelease,
        platform: Platform,
        hotswap: bool,
        source: &Source,
    ) -> Result<Self, StageFault> {
        let course = match or(raw.shift.as_ref(), RawShift::AllAtOnce) {
            RawShift::AllAtOnce => {
                let parts = raw.percent.as_ref().map(|part| (part.referenced, "percent"));
                let pauses = raw.every_minutes.as_ref().map(|pause| (pause.referenced, "every_minutes"));
                return match parts.or(pauses) {
                    None => Ok(Self::AllAtOnce),
                    Some((at, key)) => Err(source.fault(
                        &at,
                        "all at once, there are no parts to be shifted",
                        &format!("remove '{key}', or write 'shift: canary' or 'shift: linear'"),
                    )),
                };
            }
            RawShift::Canary => Course::Canary,
            RawShift::Linear => Course::Linear,
        };
        let shift = raw.shift.as_ref().map_or(serde_saphyr::Location::UNKNOWN, |shift| shift.referenced);
        if platform == Platform::Emulator {
            let what = "the emulator lacks CodeDeploy, which shifts calls from one version to another";
            return Err(source.fault(&shift, what, "remove 'release', or write 'shift: all-at-once'"));
        }
        if hotswap {
            let what = "a stage that takes code past its stacks calls whatever is the latest, and has no version to shift from";
            return Err(source.fault(&shift, what, "write 'hotswap: false', or 'shift: all-at-once'"));
        }
        let checked = Shift {
            course,
            percent: or(raw.percent.as_ref(), Within::of(10)).get(),
            every_minutes: or(raw.every_minutes.as_ref(), Within::of(10)).get(),
        };
        let minutes = checked.minutes();
        if (UNTIL_ALARM..=LONGEST).contains(&minutes) {
            return Ok(Self::Shifted(checked));
        }
        let at = raw.every_minutes.as_ref().map(|pause| pause.referenced);
        let at = at.or(raw.percent.as_ref().map(|part| part.referenced)).unwrap_or(shift);
        let (what, remedy) = if minutes < UNTIL_ALARM {
            (
                format!("the new version has all calls after {minutes} min, before an alarm has told that it fails"),
                format!("shift for {UNTIL_ALARM} minutes or more: raise every_minutes"),
            )
        } else {
            (
                format!(
                    "the new version has all calls only after {minutes} min, and CodeDeploy gives up after two days"
                ),
                format!("shift for {LONGEST} minutes or less: lower every_minutes, or raise percent"),
            )
        };
        Err(source.fault(&at, &what, &remedy))
    }

    pub fn shift(self) -> Option<Shift> {
        match self {
            Self::AllAtOnce => None,
            Self::Shifted(shift) => Some(shift),
        }
    }
}

/// What new versions have of all calls.
impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { course, percent, every_minutes } = self;
        match course {
            Course::Canary => write!(f, "{percent} % of the calls at first, and all after {every_minutes} min"),
            Course::Linear => {
                write!(
                    f,
                    "{percent} % more of the calls every {every_minutes} min, and all after {} min",
                    self.minutes()
                )
            }
        }
    }
}

impl Shift {
    /// From the first part to the last.
    pub fn minutes(self) -> u32 {
        let pauses = match self.course {
            Course::Canary => 1,
            Course::Linear => 100_u32.div_ceil(self.percent) - 1,
        };
        pauses * self.every_minutes
    }
}
