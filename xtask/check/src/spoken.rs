//! Messages in the notation of templates: `{stack.Lake}`, by which references are told apart, is `${Lake}` to a reader.

/// A message as it is shown.
pub(crate) fn spoken(message: &str) -> String {
    let (mut out, mut rest) = (String::new(), message);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let inside = after.split_once('}').filter(|_| !before.ends_with('$'));
        let Some((reference, left)) = inside.and_then(|(inside, left)| Some((reference(inside)?, left))) else {
            out.push('{');
            rest = after;
            continue;
        };
        // The whole of an ARN that is only made of the name is the attribute.
        let begun = out.rfind([' ', '"', '(', '[', '`']).map_or(0, |at| at + 1);
        let is_whole = out[begun..].starts_with("arn:") && !reference.contains([':', '.']);
        if is_whole {
            out.truncate(begun);
        }
        out.push_str("${");
        out.push_str(&reference);
        out.push_str(if is_whole { ".Arn}" } else { "}" });
        rest = left;
    }
    out.push_str(rest);
    out
}

/// What stands between the braces, if it is a reference.
fn reference(inside: &str) -> Option<String> {
    match inside {
        "region" => return Some("AWS::Region".to_owned()),
        "account" => return Some("AWS::AccountId".to_owned()),
        _ => {}
    }
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let parts: Vec<&str> = inside.split('.').collect();
    if !parts.iter().all(|part| plain(part)) {
        return None;
    }
    match parts.as_slice() {
        [_, id] => Some((*id).to_owned()),
        [_, id, attribute @ ..] => Some(format!("{id}.{}", attribute.join("."))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn references_are_shown_as_templates_write_them() {
        for (message, shown) in [
            ("is never asked of arn:aws:s3:::{lake.Raw}", "is never asked of ${Raw.Arn}"),
            ("asked of arn:aws:s3:::{lake.Raw}/in/* or x", "asked of ${Raw.Arn}/in/* or x"),
            ("to arn:aws:sqs:{region}:{account}:jobs", "to arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs"),
            ("to arn:aws:sqs:{region}:{account}:{a.Jobs}", "to ${Jobs.Arn}"),
            ("reads {a.Table.StreamArn}", "reads ${Table.StreamArn}"),
            ("logs to /aws/lambda/{a.Work}", "logs to /aws/lambda/${Work}"),
            ("is [{\"prefix\": \"a.b\"}] and {{resolve:a.b}}", "is [{\"prefix\": \"a.b\"}] and {{resolve:a.b}}"),
            ("ends in !{timestamp:yyyy} and ${A.B}", "ends in !{timestamp:yyyy} and ${A.B}"),
        ] {
            assert_eq!(spoken(message), shown);
        }
    }
}
