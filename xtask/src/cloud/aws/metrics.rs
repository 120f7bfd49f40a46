//! CloudWatch: what metrics were, and which alarms sound.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StateValue, StatusCode};
use engine::cloud::Answer;
use futures_util::future::try_join_all;
use watch::ask::{Answers, Ask};

use super::error::told;

/// What one call takes.
const MOST: usize = 500;

pub(super) async fn series(client: &Client, asks: &[Ask], span: (i64, i64), period: i32) -> Answer<Answers> {
    let parts = asks.chunks(MOST).map(|asks| part(client, asks, span, period));
    Ok(try_join_all(parts).await?.into_iter().flatten().collect())
}

async fn part(client: &Client, asks: &[Ask], (from, to): (i64, i64), period: i32) -> Answer<Answers> {
    let queries: Vec<_> = asks.iter().enumerate().map(|(number, ask)| query(number, ask, period)).collect();
    let mut all = Answers::new();
    let mut page = None;
    loop {
        let call = client.get_metric_data().set_metric_data_queries(Some(queries.clone())).set_next_token(page);
        let call = call.start_time(DateTime::from_secs(from)).end_time(DateTime::from_secs(to));
        let answer = call.send().await.map_err(told("cloudwatch:GetMetricData"))?;
        for result in answer.metric_data_results.unwrap_or_default() {
            let number = result.id.as_deref().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
            let failed = matches!(result.status_code, Some(StatusCode::InternalError | StatusCode::Forbidden));
            let Some(ask) = number.and_then(|number| asks.get(number)).filter(|_| !failed) else { continue };
            let times = result.timestamps.unwrap_or_default().into_iter().map(|time| time.secs());
            all.entry(ask.clone()).or_default().extend(times.zip(result.values.unwrap_or_default()));
        }
        page = answer.next_token.filter(|token| !token.is_empty());
        if page.is_none() {
            return Ok(all);
        }
    }
}

fn query(number: usize, ask: &Ask, period: i32) -> MetricDataQuery {
    let dimension = Dimension::builder().name(ask.dimension).value(&ask.of).build();
    let metric = Metric::builder().namespace(ask.namespace).metric_name(ask.metric).dimensions(dimension).build();
    let stat = MetricStat::builder().metric(metric).period(period).stat(ask.statistic).build();
    MetricDataQuery::builder().id(format!("m{number}")).metric_stat(stat).build()
}

pub(super) async fn sounding(client: &Client, prefix: &str) -> Answer<Vec<String>> {
    let mut all = Vec::new();
    let mut page = None;
    loop {
        let call = client.describe_alarms().alarm_name_prefix(prefix).state_value(StateValue::Alarm);
        let answer = call.set_next_token(page).send().await.map_err(told("cloudwatch:DescribeAlarms"))?;
        all.extend(answer.metric_alarms.unwrap_or_default().into_iter().filter_map(|alarm| alarm.alarm_name));
        page = answer.next_token.filter(|token| !token.is_empty());
        if page.is_none() {
            return Ok(all);
        }
    }
}
