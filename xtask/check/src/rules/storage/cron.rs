//! When a schedule fires: `cron(…)`, `rate(…)`, `at(…)`.

use std::collections::BTreeSet;

/// A field of a cron expression: its name, its bounds, and names for its values from the first on.
struct Field(&'static str, u32, u32, &'static [&'static str]);

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FIELDS: [Field; 6] = [
    Field("minutes", 0, 59, &[]),
    Field("hours", 0, 23, &[]),
    Field("day of month", 1, 31, &[]),
    Field("month", 1, 12, &MONTHS),
    Field("day of week", 1, 7, &DAYS),
    Field("year", 1970, 2199, &[]),
];

/// What is wrong with a schedule, if anything. Rules of EventBridge know no `at` and are strict about plurals.
pub(super) fn fault(expression: &str, of_rule: bool) -> Option<String> {
    let inside = |name: &str| expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(fields) = inside("cron") {
        cron(fields)
    } else if let Some(rate) = inside("rate") {
        self::rate(rate, of_rule)
    } else {
        match inside("at") {
            Some(_) if of_rule => {
                Some("a rule knows no at(…), which takes a schedule of EventBridge Scheduler".to_owned())
            }
            Some(time) => at(time),
            None => Some(format!(
                "{expression:?} is neither cron(…) nor rate(…){}",
                if of_rule { "" } else { " nor at(…)" }
            )),
        }
    }
}

fn rate(text: &str, of_rule: bool) -> Option<String> {
    let Some((value, unit)) = text.trim().split_once(' ') else {
        return Some(format!("rate({text}) is no number with a unit"));
    };
    let Some(value) = value.parse::<u32>().ok().filter(|value| *value > 0) else {
        return Some(format!("a rate is a whole number above 0, not {value}"));
    };
    let singular = unit.trim_end_matches('s');
    if !matches!(singular, "minute" | "hour" | "day") {
        return Some(format!("a rate is in minutes, hours or days, not in {unit}"));
    }
    let right = if value == 1 { singular.to_owned() } else { format!("{singular}s") };
    (of_rule && unit != right).then(|| format!("rate({value} {unit}) is written rate({value} {right})"))
}

fn at(text: &str) -> Option<String> {
    let numbers: Vec<u32> = text.split(['-', 'T', ':']).filter_map(|part| part.parse().ok()).collect();
    let valid = matches!(numbers.as_slice(), [year, month, day, hour, minute, second]
        if text.len() == 19 && (1..=12).contains(month) && *day >= 1 && *day <= days_of(*year, *month)
            && *hour < 24 && *minute < 60 && *second < 60);
    (!valid).then(|| format!("at({text}) is no time: it is written at(2030-01-31T06:00:00)"))
}

fn cron(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Some(format!("a cron expression has 6 fields, from minutes to year, and this one has {}", parts.len()));
    }
    match (parts[2], parts[4]) {
        ("?", "?") => return Some("day of month and day of week are both ?".to_owned()),
        ("?", _) | (_, "?") => {}
        _ => return Some("day of month and day of week are both given: one of them has to be ?".to_owned()),
    }
    let mut sets = Vec::new();
    for (part, field) in parts.iter().zip(&FIELDS) {
        match values(part, field) {
            Ok(set) => sets.push(set),
            Err(why) => return Some(format!("{why} in the field {} of cron({text})", field.0)),
        }
    }
    let (days, months, years) = (&sets[2], &sets[3], &sets[5]);
    let exists = |year: u32, month: u32| days.iter().any(|day| *day <= days_of(year, month));
    let fires = years.iter().any(|year| months.iter().any(|month| exists(*year, *month)));
    (!fires).then(|| format!("cron({text}) never fires: there is no such day"))
}

fn values(text: &str, field: &Field) -> Result<BTreeSet<u32>, String> {
    let Field(name, least, most, _) = *field;
    let (of_month, of_week) = (name == "day of month", name == "day of week");
    let mut set = BTreeSet::new();
    for part in text.split(',') {
        // The last days, and the working day nearest to one: which days these are depends on the month.
        match part {
            "?" if of_month || of_week => set.extend(least..=most),
            "L" | "LW" if of_month => set.extend(28..=31),
            "L" if of_week => set.extend(least..=most),
            _ if of_month && part.starts_with("L-") => set.extend(1..=31),
            _ if of_month && part.ends_with('W') => {
                set.insert(value(part.trim_end_matches('W'), field)?);
            }
            _ if of_week && part.ends_with('L') => {
                set.insert(value(part.trim_end_matches('L'), field)?);
            }
            _ if of_week && part.contains('#') => {
                let (day, week) = part.split_once('#').unwrap_or((part, ""));
                if !matches!(week, "1" | "2" | "3" | "4" | "5") {
                    return Err(format!("there is no week {week} of a month"));
                }
                set.insert(value(day, field)?);
            }
            _ => range(part, field, &mut set)?,
        }
    }
    Ok(set)
}

/// `*`, `5`, `1-5`, each also with a step.
fn range(part: &str, field: &Field, set: &mut BTreeSet<u32>) -> Result<(), String> {
    let Field(name, least, most, _) = *field;
    let (span, step) = part.split_once('/').map_or((part, None), |(span, step)| (span, Some(step)));
    let every = match step.map(str::parse::<usize>) {
        None => 1,
        Some(Ok(every)) if every > 0 => every,
        _ => return Err(format!("{part} has no whole number above 0 as its step")),
    };
    let (from, to) = match span.split_once('-') {
        _ if span == "*" => (least, most),
        Some((from, to)) => (value(from, field)?, value(to, field)?),
        None => value(span, field).map(|from| (from, if step.is_some() { most } else { from }))?,
    };
    if from > to {
        // A week and a year go round: FRI-MON.
        if !matches!(name, "day of week" | "month") {
            return Err(format!("{span} ends before it begins"));
        }
        set.extend((from..=most).chain(least..=to));
    }
    set.extend((from..=to).step_by(every));
    Ok(())
}

fn value(text: &str, Field(_, least, most, names): &Field) -> Result<u32, String> {
    let index = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let number = index.and_then(|index| u32::try_from(index).ok()).map(|index| index + least);
    let number = number.or_else(|| text.parse().ok()).ok_or_else(|| format!("{text:?} is no value"))?;
    let within = (*least..=*most).contains(&number);
    within.then_some(number).ok_or_else(|| format!("{text} is not within {least} and {most}"))
}

fn days_of(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_that_fire_are_left_alone() {
        for good in [
            "cron(0 6 * * ? *)",
            "cron(0/15 8-18 ? * MON-FRI *)",
            "cron(0 0 L * ? *)",
            "cron(0 0 ? * 6L *)",
            "cron(0 0 ? * 2#1 *)",
            "cron(0 0 3W * ? *)",
            "cron(15 10 ? JAN,7 FRI-MON 2030-2040/2)",
            "cron(0 0 29 2 ? *)",
            "cron(0 0 31 1,2 ? *)",
            "rate(1 hour)",
            "rate(5 minutes)",
        ] {
            assert_eq!(fault(good, true), None, "{good}");
        }
        assert_eq!(fault("at(2030-02-28T00:00:00)", false), None);
        assert_eq!(fault("rate(1 days)", false), None);
    }

    #[test]
    fn what_never_fires_or_is_refused_is_said() {
        for (bad, what) in [
            ("cron(0 0 30 2 ? *)", "never fires"),
            ("cron(0 0 31 4,6,9,11 ? *)", "never fires"),
            ("cron(0 0 29 FEB ? 2031)", "never fires"),
            ("cron(0 0 * * * *)", "both given"),
            ("cron(0 0 ? * ? *)", "both ?"),
            ("cron(0 6 * * ?)", "has 5"),
            ("cron(60 6 * * ? *)", "minutes"),
            ("cron(0 24 * * ? *)", "hours"),
            ("cron(0 0 ? * 0 *)", "day of week"),
            ("cron(0/0 0 ? * 1 *)", "step"),
            ("cron(0 0 ? * 2#6 *)", "week 6"),
            ("rate(0 minutes)", "above 0"),
            ("rate(5 minute)", "rate(5 minutes)"),
            ("rate(5 weeks)", "in weeks"),
            ("at(2030-01-01T00:00:00)", "knows no at"),
            ("every 5 minutes", "neither"),
        ] {
            let found = fault(bad, true).unwrap_or_default();
            assert!(found.contains(what), "{bad}: {found}");
        }
        assert!(fault("at(2030-02-30T00:00:00)", false).is_some());
    }
}
