//! The `Link` header, by which a page that has no room for it says which one is next.

/// The address of the next page, if there is one. All that is said by several headers counts.
pub(crate) fn next<'a>(headers: impl Iterator<Item = &'a str>) -> Result<Option<String>, String> {
    let mut found: Option<String> = None;
    for header in headers {
        let mut rest = header.trim_matches([' ', '\t', ',']);
        while !rest.is_empty() {
            let (link, after) = one(rest).ok_or_else(|| format!("its Link header cannot be read: {header}"))?;
            rest = after.trim_matches([' ', '\t', ',']);
            let Some(link) = link.filter(|link| !link.is_empty()) else { continue };
            if found.as_ref().is_some_and(|found| *found != link) {
                return Err(format!("its Link header names two next pages: {header}"));
            }
            found = Some(link);
        }
    }
    Ok(found)
}

/// The first link, if it is to the next page, and what stands behind it.
fn one(text: &str) -> Option<(Option<String>, &str)> {
    let (address, mut rest) = text.strip_prefix('<')?.split_once('>')?;
    let (mut is_next, mut related) = (false, false);
    loop {
        rest = rest.trim_start();
        let Some(parameter) = rest.strip_prefix(';') else { break };
        let parameter = parameter.trim_start();
        let end = parameter.find(['=', ';', ',']).unwrap_or(parameter.len());
        let (name, after) = parameter.split_at(end);
        let value;
        (value, rest) = match after.strip_prefix('=') {
            Some(after) => worth(after.trim_start())?,
            None => (String::new(), after),
        };
        // Only the first one counts.
        if name.trim().eq_ignore_ascii_case("rel") && !std::mem::replace(&mut related, true) {
            is_next = value.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"));
        }
    }
    (rest.is_empty() || rest.starts_with(',')).then(|| (is_next.then(|| address.trim().to_owned()), rest))
}

/// A parameter's value, which may be quoted.
fn worth(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at(text.find([';', ',']).unwrap_or(text.len()));
        return Some((value.trim().to_owned(), rest));
    };
    let (mut value, mut letters) = (String::new(), quoted.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(headers: &[&str]) -> Result<Option<String>, String> {
        next(headers.iter().copied())
    }

    #[test]
    fn the_next_page_is_told_from_others() {
        for (headers, found) in [
            (&[] as &[&str], None),
            (&["</2>; rel=\"next\""], Some("/2")),
            (&["</1>; rel=prev, </2>;rel=next;title=\"a, <b>; rel=next\", </9>; rel=last"], Some("/2")),
            (&["</1>; rel=first", "< ?p=2 > ; REL = \"last Next\""], Some("?p=2")),
            (&["</2>; rel=next, </2>; rel=next"], Some("/2")),
            (&["</1,2>; title=\"\\\"\"; rel=\"next\"; rel=prev"], Some("/1,2")),
            (&["</1>; rel=nextish; anchor", ", "], None),
        ] {
            assert_eq!(of(headers), Ok(found.map(str::to_owned)), "{headers:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for bad in ["/2; rel=next", "</2; rel=next", "</2>; rel=\"next", "</2> rel=next"] {
            assert!(of(&[bad]).unwrap_err().contains("cannot be read"), "{bad}");
        }
        assert!(of(&["</2>; rel=next, </3>; rel=next"]).unwrap_err().contains("two next pages"));
    }

    proptest! {
        #[test]
        fn a_link_comes_out_as_it_went_in(to in "[a-z/?=&,;\"]{1,20}", title in "[^\"\\\\\\x00-\\x1f]{0,20}", first: bool) {
            let relation = if first { "rel=next; " } else { "" };
            let header = format!("</before>; rel=prev, <{to}>; {relation}title=\"{title}\"; rel=\"next\"");
            prop_assert_eq!(of(&[&header]), Ok(Some(to)));
        }

        #[test]
        fn nothing_makes_it_fall(header in "[<>;,=\" \\\\a-zé]{0,40}|\\PC*") {
            let _ = of(&[&header]);
        }
    }
}
