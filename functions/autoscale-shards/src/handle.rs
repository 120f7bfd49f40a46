//! What is done with an invocation: the stream and what came into it decide, and at most one operation is begun.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use contract::{
    Run, Whole,
    autoscale_shards::{Env, Start},
};
use runtime::{
    Answer, Counts, Handler, Incoming, Pause, PortError, Resized, Scalable, Scaling, StreamName, StreamSummary,
    patiently,
};
use shards::{Decision, Minute, Past, QUIET, Seen, Settings, decide};
use std::error::Error;

use crate::report::{Peak, Report, Status};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Autoscaler<S, P, C> {
    pub(crate) env: Env<Run>,
    pub(crate) streams: S,
    pub(crate) pause: P,
    pub(crate) clock: C,
}

impl<S: Scaling, P: Pause, C: Fn() -> DateTime<Utc>> Autoscaler<S, P, C> {
    /// Fails if the variables make no sense together, rather than at the first start.
    pub(crate) fn checked(self) -> Result<Self, BoxError> {
        self.settings()?;
        Ok(self)
    }

    fn settings(&self) -> Result<Settings, BoxError> {
        let Env { min_shards, max_shards, target_percent, .. } = &self.env;
        let number = |name, Whole(value): &Whole| {
            u32::try_from(*value).map_err(|_| format!("{name} is {value}, which is more than there can be"))
        };
        let settings = Settings {
            min: number("MIN_SHARDS", min_shards)?,
            max: number("MAX_SHARDS", max_shards)?,
            target_percent: number("TARGET_PERCENT", target_percent)?,
        };
        let Settings { min, max, target_percent } = settings;
        if min == 0 || min > max {
            return Err(format!("from {min} to {max} shards is no range").into());
        }
        if !(1..=100).contains(&target_percent) {
            return Err(format!("TARGET_PERCENT is {target_percent}: a shard is between 1 and 100 percent full").into());
        }
        Ok(settings)
    }

    async fn scale(&self, settings: Settings) -> Result<Report, PortError> {
        let Self { streams, pause, .. } = self;
        let stream = &self.env.stream.stream();
        let found = patiently(pause, async || streams.describe(stream).await).await?;
        let shards = found.open_shards;
        if !found.is_active {
            return Ok(Report { status: Status::Updating, shards, to: None, peak: None, operations_left: None });
        }
        let now = (self.clock)();
        let minute = now.timestamp().div_euclid(60);
        let tag = patiently(pause, async || streams.tag(stream).await).await?;
        let past = Past::read(&tag.unwrap_or_default(), minute);
        let minutes = self.minutes(stream, found, now).await?;
        let decision = decide(settings, &Seen { shards, minutes: &minutes, past: &past });
        let operations_left = Some(past.left());
        let peak = minutes.iter().copied().max_by_key(|minute| shards::need(*minute, 1)).map(Peak::of);
        let report = |status, to| Report { status, shards, to, peak, operations_left };
        let (done, to) = match decision {
            Decision::Stay => return Ok(report(Status::Right, None)),
            Decision::Spare => return Ok(report(Status::Spared, None)),
            Decision::Exhausted => return Ok(report(Status::Exhausted, None)),
            Decision::Out(to) => (Status::ScaledOut, to),
            Decision::In(to) => (Status::ScaledIn, to),
        };
        // Not tried again: where an answer is lost, the next start sees whether it was begun.
        match streams.resize(stream, to).await? {
            Resized::Busy => return Ok(report(Status::Updating, Some(to))),
            Resized::Refused => return Ok(report(Status::Refused, Some(to))),
            Resized::Begun => {}
        }
        let past = past.and(minute);
        patiently(pause, async || streams.set_tag(stream, &past.to_string()).await).await?;
        Ok(Report { operations_left: Some(past.left()), ..report(done, Some(to)) })
    }

    /// The complete minutes of a quiet span, as far back as there was a stream.
    async fn minutes(
        &self,
        stream: &StreamName,
        found: StreamSummary,
        now: DateTime<Utc>,
    ) -> Result<Vec<Minute>, PortError> {
        let whole = |at: DateTime<Utc>| at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at);
        let to = whole(now);
        let longest = TimeDelta::minutes(i64::try_from(QUIET).unwrap_or(i64::MAX));
        let from = whole(found.created).max(to - longest);
        let all = usize::try_from((to - from).num_minutes()).unwrap_or(0);
        if all == 0 {
            return Ok(Vec::new());
        }
        let told = patiently(&self.pause, async || self.streams.incoming(stream, from, to).await).await?;
        let mut minutes = vec![Minute::default(); all];
        for Incoming { since, bytes, records } in told {
            let place = usize::try_from((since - from).num_minutes()).ok().and_then(|place| minutes.get_mut(place));
            if let Some(minute) = place {
                *minute = Minute { bytes, records };
            }
        }
        Ok(minutes)
    }
}

impl Peak {
    fn of(minute: Minute) -> Self {
        Self { bytes_per_second: minute.bytes / 60, records_per_second: minute.records / 60 }
    }
}

impl<S: Scaling, P: Pause, C: Fn() -> DateTime<Utc>> Handler<Start> for Autoscaler<S, P, C> {
    type Response = Report;

    async fn handle(&self, start: Start) -> Result<Answer<Report>, BoxError> {
        if let Some(alarm) = start.alarm {
            tracing::info!("started by the alarm {}", alarm.alarm_name);
        }
        let response = self.scale(self.settings()?).await?;
        match response.status {
            Status::Exhausted | Status::Refused => tracing::warn!("{response:?}"),
            _ => tracing::info!("{response:?}"),
        }
        Ok(Answer { response, counts: Counts::default() })
    }
}
