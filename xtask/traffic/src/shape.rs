//! How traffic goes over a day.

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Up over the morning, down over the evening.
    Ramp,
    /// Little, and three times within a minute nearly as much as there can be, for ten minutes.
    Spike,
    /// Half of it by night, and nearly nothing by day.
    Quiet,
    /// As people sleep and wake.
    Diurnal,
    /// The same all day, and over noon one key that sends more than a shard takes.
    HotKey,
    /// People, two spikes, and an hour of a key that is too much beside others.
    Mix,
}

/// What is offered in a second: spread over all keys, in shares of the most that there can be, and of one key besides, in
/// what a shard takes.
pub(crate) struct Offer {
    pub(crate) spread: f64,
    pub(crate) hot: f64,
}

const HOUR: f64 = 3_600.0;

impl Shape {
    pub const ALL: [Self; 6] = [Self::Ramp, Self::Spike, Self::Quiet, Self::Diurnal, Self::HotKey, Self::Mix];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Ramp => "ramp",
            Self::Spike => "spike",
            Self::Quiet => "quiet",
            Self::Diurnal => "diurnal",
            Self::HotKey => "hot-key",
            Self::Mix => "mix",
        }
    }

    pub(crate) fn at(self, second: f64) -> Offer {
        let hour = second / HOUR;
        let spread = |spread| Offer { spread, hot: 0.0 };
        match self {
            Self::Ramp => spread(between(hour, 8.0, 12.0, 16.0, 20.0).mul_add(0.95, 0.05)),
            Self::Spike => {
                let spikes = [9.0, 13.5, 20.25].into_iter().map(|at| spike(second, at, 10.0)).sum::<f64>();
                spread(spikes.mul_add(0.8, 0.12))
            }
            Self::Quiet => spread((1.0 - between(hour, 6.0, 6.5, 22.0, 23.5)).mul_add(0.5, 0.002)),
            Self::Diurnal => spread(diurnal(hour)),
            Self::HotKey => Offer { spread: 0.3, hot: if (10.0..14.0).contains(&hour) { 1.5 } else { 0.0 } },
            Self::Mix => {
                let spikes = spike(second, 11.0, 5.0) + spike(second, 19.5, 5.0);
                let hot = if (17.0..18.0).contains(&hour) { 0.7 } else { 0.0 };
                Offer { spread: diurnal(hour).mul_add(0.6, 0.3 * spikes), hot }
            }
        }
    }
}

/// Nothing before the first hour and after the last, everything between the two in the middle, and straight in between.
fn between(hour: f64, begin: f64, top: f64, turn: f64, end: f64) -> f64 {
    let up = (hour - begin) / (top - begin);
    let down = (end - hour) / (end - turn);
    up.min(down).clamp(0.0, 1.0)
}

/// From so many hours on for so many minutes; it takes a minute to rise and to fall.
fn spike(second: f64, hour: f64, minutes: f64) -> f64 {
    let since = second / 60.0 - hour * 60.0;
    between(since, 0.0, 1.0, 1.0 + minutes, 2.0 + minutes)
}

/// Least at three in the night, most at three in the afternoon.
fn diurnal(hour: f64) -> f64 {
    let turn = (hour - 3.0) / 24.0 * std::f64::consts::TAU;
    (1.0 - turn.cos()).mul_add(0.45, 0.1)
}
