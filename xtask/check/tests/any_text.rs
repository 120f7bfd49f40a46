//! Whatever the text is, reading and judging it ends, with findings or with what is wrong.

use check::arn::Location;
use check::parse::parse_bytes;
use check::rule::judge;
use check::rules::all;
use check::world::{Source, World};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn judged(bytes: &[u8]) {
    let Ok(root) = parse_bytes(bytes) else { return };
    let (name, file) = ("any".to_owned(), "any.yaml".to_owned());
    let source = Source { name, file, root, bytes: bytes.len(), values: BTreeMap::new() };
    judge(&World::of(vec![source], Location::default()), &all());
}

/// Templates in which one thing is put in the place of another.
fn mixed() -> impl Strategy<Value = String> {
    let texts: Vec<String> = all().iter().flat_map(|rule| [rule.passing, rule.failing]).map(str::to_owned).collect();
    let words = [
        "!Ref X",
        "!Sub '${X}'",
        "!GetAtt [A, B, C]",
        "[]",
        "{}",
        "null",
        "-1",
        "99999999999999999999",
        "'*'",
        "!If [A, B]",
        "{Fn::If: 1}",
        "[[[]]]",
        "!Join ['', [!Ref A]]",
        "{Ref: {Ref: A}}",
        "!ImportValue x",
        "true",
        "''",
        "{{resolve:x}}",
    ];
    (prop::sample::select(texts), any::<prop::sample::Index>(), prop::sample::select(words.to_vec())).prop_map(
        |(text, place, word)| {
            let lines: Vec<&str> = text.lines().collect();
            if lines.is_empty() {
                return text;
            }
            let at = place.index(lines.len());
            let changed = lines.iter().enumerate().map(|(number, line)| match line.split_once(':') {
                Some((key, _)) if number == at => format!("{key}: {word}"),
                _ => (*line).to_owned(),
            });
            changed.collect::<Vec<_>>().join("\n")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        judged(&bytes);
    }

    #[test]
    fn anything_that_looks_like_a_template(text in "(Resources|Outputs|Conditions|Parameters):\n(  [A-Z]{1,3}: [\\[\\]{}!&*:,a-zA-Z0-9' \n]{0,60}\n){0,6}") {
        judged(text.as_bytes());
    }

    #[test]
    fn a_template_with_something_else_in_it(text in mixed()) {
        judged(text.as_bytes());
    }
}

#[test]
fn what_is_meant_to_do_harm_ends_soon() {
    let deep = format!("Resources: {}{}", "{A: ".repeat(50_000), "}".repeat(50_000));
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n".to_owned();
    let circle = "Conditions: {A: !Condition B, B: !Condition A}\nResources: {X: {Type: T, Condition: A, Properties: {P: !If [A, 1, 2]}}}";
    let names = "Resources:\n  A: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref B}}\n  B: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref A}}";
    let wide: Vec<_> = (0..60_000).map(|number| format!("  R{number}: {{Type: 'AWS::SQS::Queue'}}")).collect();
    let wide = format!("Resources:\n{}", wide.join("\n"));
    let begun = std::time::Instant::now();
    for text in [deep, bomb, circle.to_owned(), names.to_owned(), wide] {
        judged(text.as_bytes());
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
