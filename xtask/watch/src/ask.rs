//! Which metrics are asked for, and the arithmetic on what is answered.

use std::collections::BTreeMap;

use crate::parts::Pipeline;

/// One metric of one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    pub namespace: &'static str,
    pub metric: &'static str,
    pub dimension: &'static str,
    pub of: String,
    pub statistic: &'static str,
}

/// A metric's values by the second that their period begins with.
pub type Series = Vec<(i64, f64)>;

/// What was answered. A metric that is not in it is not known.
pub type Answers = BTreeMap<Ask, Series>;

fn ask(namespace: &'static str, metric: &'static str, of: &str) -> Ask {
    let (dimension, statistic) = match metric {
        "ApproximateAgeOfOldestMessage" => ("QueueName", "Maximum"),
        "IteratorAge" => ("FunctionName", "Maximum"),
        _ => ("FunctionName", "Sum"),
    };
    Ask { namespace, metric, dimension, of: of.to_owned(), statistic }
}

pub fn counted(metric: &'static str, function: &str) -> Ask {
    ask("Millrace", metric, function)
}

pub fn lambda(metric: &'static str, function: &str) -> Ask {
    ask("AWS/Lambda", metric, function)
}

pub fn oldest(queue: &str) -> Ask {
    ask("AWS/SQS", "ApproximateAgeOfOldestMessage", queue)
}

/// What functions count of their records.
pub const COUNTS: [&str; 4] = ["In", "Out", "Dropped", "Rejected"];

/// All that the last hour is asked for.
pub fn of_the_hour(pipelines: &[Pipeline]) -> Vec<Ask> {
    let mut all = Vec::new();
    for pipeline in pipelines {
        for function in &pipeline.functions {
            all.extend(COUNTS.map(|count| counted(count, &function.name)));
            if !function.is_task {
                all.extend(["Invocations", "Errors", "Throttles"].map(|metric| lambda(metric, &function.name)));
            }
            if function.reads_stream {
                all.push(lambda("IteratorAge", &function.name));
            }
        }
        all.extend(pipeline.queues.iter().filter(|queue| queue.is_read).map(|queue| oldest(&queue.at.name)));
    }
    all
}

/// All that a longer time is asked for: when each function succeeded last.
pub fn of_the_day(pipelines: &[Pipeline]) -> Vec<Ask> {
    let functions = pipelines.iter().flat_map(|pipeline| &pipeline.functions).filter(|function| !function.is_task);
    functions.flat_map(|function| ["Invocations", "Errors"].map(|metric| lambda(metric, &function.name))).collect()
}

/// The sum of what was counted from a second on. Nothing counted is 0, if it was answered at all.
pub fn sum(answers: &Answers, ask: &Ask, from: i64) -> Option<u64> {
    let all = answers.get(ask)?.iter().filter(|(at, _)| *at >= from);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are whole and not negative")]
    Some(all.map(|(_, value)| value.max(0.0).round() as u64).fold(0, u64::saturating_add))
}

/// The value of the last period, if that is not too long ago to be true still.
pub fn last(answers: &Answers, ask: &Ask, from: i64) -> Option<f64> {
    let newest = answers.get(ask)?.iter().filter(|(at, _)| *at >= from).max_by_key(|(at, _)| *at);
    newest.map(|(_, value)| *value)
}

/// Of what was tried the share that failed; none where nothing was tried.
pub fn rate(failed: Option<u64>, tried: Option<u64>) -> Option<f64> {
    let (failed, tried) = (failed?, tried.filter(|tried| *tried > 0)?);
    #[expect(clippy::cast_precision_loss, reason = "a share is rounded for people")]
    Some((failed as f64 / tried as f64).min(1.0))
}

/// The begin of the last period in which something succeeded.
pub fn last_success(answers: &Answers, function: &str) -> Option<i64> {
    let errors: BTreeMap<i64, f64> = answers.get(&lambda("Errors", function))?.iter().copied().collect();
    let tried = answers.get(&lambda("Invocations", function))?;
    let well = tried.iter().filter(|(at, tried)| tried - errors.get(at).unwrap_or(&0.0) > 0.5);
    well.map(|(at, _)| *at).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answers(metric: &'static str, series: &[(i64, f64)]) -> Answers {
        Answers::from([(lambda(metric, "f"), series.to_vec())])
    }

    #[test]
    fn what_was_not_answered_is_not_zero() {
        let ask = lambda("Errors", "f");
        assert_eq!(sum(&Answers::new(), &ask, 0), None);
        assert_eq!(sum(&answers("Errors", &[]), &ask, 0), Some(0));
        assert_eq!(sum(&answers("Errors", &[(10, 2.0), (70, 3.0)]), &ask, 60), Some(3));
        assert_eq!(last(&answers("Errors", &[(70, 3.0), (10, 2.0)]), &ask, 60), Some(3.0));
        assert_eq!(last(&answers("Errors", &[(10, 2.0)]), &ask, 60), None);
        assert_eq!((rate(Some(1), Some(0)), rate(None, Some(4)), rate(Some(1), Some(4))), (None, None, Some(0.25)));
    }

    #[test]
    fn a_period_in_which_all_failed_is_no_success() {
        let mut all = answers("Invocations", &[(60, 2.0), (120, 3.0), (180, 1.0)]);
        assert_eq!(last_success(&all, "f"), None);
        all.extend(answers("Errors", &[(120, 1.0), (180, 1.0)]));
        assert_eq!(last_success(&all, "f"), Some(120));
        assert_eq!(last_success(&answers("Errors", &[]), "f"), None);
    }

    proptest! {
        #[test]
        fn a_rate_is_a_share(failed: u64, tried: u64) {
            if let Some(rate) = rate(Some(failed), Some(tried)) {
                prop_assert!((0.0..=1.0).contains(&rate));
            }
        }

        #[test]
        fn sums_of_parts_are_the_sum(series in prop::collection::vec((0..1000_i64, 0..1_000_000_u32), 0..40), cut in 0..1000_i64) {
            let series: Vec<_> = series.into_iter().map(|(at, value)| (at, f64::from(value))).collect();
            let of = |series: Vec<(i64, f64)>, from| sum(&answers("Errors", &series), &lambda("Errors", "f"), from).unwrap();
            let before: Vec<_> = series.iter().copied().filter(|(at, _)| *at < cut).collect();
            prop_assert_eq!(of(series.clone(), 0), of(series, cut) + of(before, 0));
        }
    }
}
