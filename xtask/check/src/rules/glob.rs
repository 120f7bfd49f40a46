//! Patterns with `*` and `?`, as policies and filters write them.

/// Whether some text fits both patterns.
pub(super) fn meet(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let width = other.len() + 1;
    // meets[i * width + j]: whether what follows i in one can meet what follows j in the other, from the ends backwards.
    let mut meets = vec![false; (one.len() + 1) * width];
    for i in (0..=one.len()).rev() {
        for j in (0..=other.len()).rev() {
            let next = |i: usize, j: usize| i <= one.len() && j <= other.len() && meets[i * width + j];
            let (a, b) = (one.get(i), other.get(j));
            meets[i * width + j] = match (a, b) {
                (None, None) => true,
                (Some('*'), _) | (_, Some('*')) => next(i + 1, j) || next(i, j + 1),
                (Some(a), Some(b)) => (a == b || *a == '?' || *b == '?') && next(i + 1, j + 1),
                _ => false,
            };
        }
    }
    meets[0]
}

/// Whether a pattern of ARNs fits some resource's. A name that AWS makes up, `{stack.LogicalId}`, begins with the two.
pub(super) fn meets_arn(pattern: &str, arn: &str) -> bool {
    meet(pattern, arn) || made_up(arn).is_some_and(|arn| meet(pattern, &arn))
}

fn made_up(arn: &str) -> Option<String> {
    let (before, rest) = arn.split_at(arn.rfind('{')?);
    let (inside, after) = rest[1..].split_once('}')?;
    let (stack, id) = inside.split_once('.').filter(|(_, id)| !id.contains('.'))?;
    let name = format!("{stack}-{id}-*");
    // Names of buckets have no capitals.
    let name = if before == "arn:aws:s3:::" { name.to_lowercase() } else { name };
    Some(format!("{before}{name}{after}"))
}

/// Whether a pattern fits all that another one fits; both are taken for text where they have no star.
pub(super) fn covers(pattern: &str, text: &str) -> bool {
    // A star of the other is a character like any, which only a star fits.
    let literal = text.replace('*', "\u{1}").replace('?', "\u{2}");
    meet(pattern, &literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_aws_makes_up_begins_with_the_stack_and_the_id() {
        let rule = "arn:aws:events:r:1:rule/{lake.Daily}";
        for (pattern, arn, meets) in [
            (rule, rule, true),
            ("arn:aws:events:r:1:rule/lake-*", rule, true),
            ("arn:aws:events:r:1:rule/lake-Daily-*", rule, true),
            ("arn:aws:events:r:1:rule/other-*", rule, false),
            ("arn:aws:events:r:1:rule/Daily", rule, false),
            ("arn:aws:s3:::lake-raw-*/in/*", "arn:aws:s3:::{lake.Raw}/in/x", true),
            ("arn:aws:sqs:{region}:1:lake-*", "arn:aws:sqs:{region}:1:{lake.Jobs}", true),
            ("arn:aws:sqs:{region}:1:lake-*", "arn:aws:sqs:{region}:1:jobs", false),
        ] {
            assert_eq!(meets_arn(pattern, arn), meets, "{pattern} {arn}");
        }
    }

    #[test]
    fn patterns_meet_where_a_text_fits_both() {
        for (one, other, meets) in [
            ("in/*", "in/*.csv", true),
            ("in/*", "out/*", false),
            ("*.csv", "in/*", true),
            ("*.csv", "*.json", false),
            ("in/*", "*", true),
            ("i?/a", "in/*", true),
            ("", "*", true),
            ("in/*.csv", "in/*.csv.gz", false),
            ("in/*/x", "in/a*", true),
        ] {
            assert_eq!(meet(one, other), meets, "{one} {other}");
            assert_eq!(meet(other, one), meets, "{other} {one}");
        }
        assert!(covers("arn:*", "arn:aws:s3:::a/*") && !covers("a/b", "a/*") && covers("s3:Put*", "s3:PutObject"));
    }
}
