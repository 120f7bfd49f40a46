//! CloudWatch Logs: what stands in a group, in the order of its times.

use aws_sdk_cloudwatchlogs::Client;
use engine::cloud::Answer;
use watch::line::Event;

use super::error::told;

/// Which part of a group's events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Excerpt<'a> {
    pub(crate) group: &'a str,
    /// Milliseconds since 1970.
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
    /// Only events in which this stands.
    pub(crate) with: Option<&'a str>,
    /// Only these streams, or those that begin so.
    pub(crate) streams: Vec<String>,
    pub(crate) stream_prefix: Option<&'a str>,
}

/// What one answer holds.
const MOST: usize = 10_000;

pub(super) async fn events(client: &Client, excerpt: &Excerpt<'_>) -> Answer<Vec<Event>> {
    let mut all: Vec<Event> = Vec::new();
    let (mut from, mut page) = (excerpt.from, None);
    // In quotes a pattern is a text, in which only these have to be written otherwise.
    let pattern = excerpt.with.map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    loop {
        let call = client.filter_log_events().log_group_name(excerpt.group).start_time(from).set_end_time(excerpt.to);
        let call = call.set_filter_pattern(pattern.clone()).set_next_token(page);
        let call = match excerpt.streams.as_slice() {
            [] => call.set_log_stream_name_prefix(excerpt.stream_prefix.map(str::to_owned)),
            streams => call.set_log_stream_names(Some(streams.to_vec())),
        };
        let answer = call.send().await.map_err(told("logs:FilterLogEvents"))?;
        let found: Vec<_> = answer.events.unwrap_or_default().into_iter().filter_map(event).collect();
        let (number, last) = (found.len(), found.last().map(|event| event.at));
        all.extend(found);
        page = answer.next_token.filter(|token| !token.is_empty());
        match last {
            _ if page.is_some() => {}
            // The emulator has no second page: what comes next begins where this one ends.
            Some(last) if number >= MOST && last > from => {
                all.retain(|event| event.at < last);
                from = last;
            }
            _ => return Ok(all),
        }
    }
}

fn event(event: aws_sdk_cloudwatchlogs::types::FilteredLogEvent) -> Option<Event> {
    Some(Event {
        at: event.timestamp?,
        stream: event.log_stream_name.unwrap_or_default(),
        message: event.message.unwrap_or_default(),
        id: event.event_id.filter(|id| !id.is_empty()),
    })
}
