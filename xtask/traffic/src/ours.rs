//! A day under the function's own decisions.

use shards::{Decision, Minute, Past, QUIET, RECORDS, Seen, decide};

use crate::{
    Course, RECORD_BYTES, Scaling,
    day::{Day, SECONDS},
};

/// After how long CloudWatch tells of a minute.
const LATE: usize = 60;
/// At which second of a minute the schedule fires.
const FIRES: usize = 7;

/// Kinesis splits and merges shard by shard, and the old ones take what comes until then.
fn takes(from: u32, to: u32) -> usize {
    30 + 5 * from.abs_diff(to) as usize
}

struct Stream<'a> {
    scaling: &'a Scaling,
    shards: u32,
    /// When a change is done, and what to.
    changing: Option<(usize, u32)>,
    /// The tag.
    noted: String,
    minutes: Vec<Minute>,
    sounds: bool,
}

/// The day before was the same, so that it neither begins rested nor knows anything.
pub(crate) fn course(day: &Day, scaling: &Scaling) -> Course {
    let mut stream = Stream {
        scaling,
        shards: scaling.first,
        changing: None,
        noted: String::new(),
        minutes: Vec::new(),
        sounds: false,
    };
    let mut course =
        Course { throttled: 0, shard_seconds: 0, operations: 0, fewest: u32::MAX, most: 0, last: scaling.first };
    let mut taken = 0;
    for now in 0..2 * SECONDS {
        stream.go_on(now);
        let refused = day.refused(now % SECONDS, stream.shards);
        taken += day.offered_in(now % SECONDS) - refused;
        let is_measured = now >= SECONDS;
        if is_measured {
            course.throttled += refused;
            course.shard_seconds += u64::from(stream.shards);
            course.fewest = course.fewest.min(stream.shards);
            course.most = course.most.max(stream.shards);
        }
        if now % 60 == 59 {
            stream.minutes.push(Minute { bytes: taken * RECORD_BYTES, records: taken });
            taken = 0;
        }
        if stream.is_started(now) && stream.scale(now) && is_measured {
            course.operations += 1;
        }
    }
    course.last = stream.shards;
    course
}

impl Stream<'_> {
    fn go_on(&mut self, now: usize) {
        if let Some((_, shards)) = self.changing.filter(|(done, _)| *done <= now) {
            self.shards = shards;
            self.changing = None;
        }
    }

    /// By the schedule, or by an alarm that begins to sound or ceases to.
    fn is_started(&mut self, now: usize) -> bool {
        if now % 60 != FIRES {
            return false;
        }
        let Scaling { settings, first, every_minutes } = *self.scaling;
        let threshold = RECORDS * 60 * u64::from(first) * u64::from(settings.target_percent) / 100;
        let sounds = self.told(now).last().is_some_and(|minute| minute.records > threshold);
        let crossed = std::mem::replace(&mut self.sounds, sounds) != sounds;
        crossed || (now / 60).is_multiple_of(every_minutes as usize)
    }

    /// The minutes that CloudWatch tells of by now.
    fn told(&self, now: usize) -> &[Minute] {
        let told = (now.saturating_sub(LATE) / 60).min(self.minutes.len());
        &self.minutes[..told]
    }

    /// Whether it begins an operation.
    fn scale(&mut self, now: usize) -> bool {
        if self.changing.is_some() {
            return false;
        }
        let minute = i64::try_from(now / 60).unwrap_or(i64::MAX);
        let past = Past::read(&self.noted, minute);
        // What is not told of yet looks like nothing, as it does to the function.
        let mut minutes = self.told(now).to_vec();
        minutes.resize(now / 60, Minute::default());
        let minutes = &minutes[minutes.len().saturating_sub(QUIET)..];
        let decision = decide(self.scaling.settings, &Seen { shards: self.shards, minutes, past: &past });
        let (Decision::Out(to) | Decision::In(to)) = decision else { return false };
        self.changing = Some((now + takes(self.shards, to), to));
        self.noted = past.and(minute).to_string();
        true
    }
}
