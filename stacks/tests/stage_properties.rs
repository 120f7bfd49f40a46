//! Whatever stands in a stage file, the answer is a stage or a fault that names its place; and every stage renders.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use stacks::stage::{Architecture, Stage, StageFault, StageName};

const SHIPPED: &str = include_str!("../../environments/prod.yaml");

fn parse(text: &str) -> Result<Stage, StageFault> {
    Stage::parse(StageName::new("prod").unwrap(), "environments/prod.yaml", text, Architecture::X86_64)
}

/// A fault is told with its file, and its place lies within the file.
fn check(text: &str) {
    let Err(fault) = parse(text) else { return };
    assert!(fault.to_string().starts_with("environments/prod.yaml:"), "{fault}");
    assert!(!fault.what.is_empty() && !fault.remedy.is_empty(), "{fault:?}");
    if let Some(place) = &fault.place {
        assert!(text.lines().any(|line| line == place.excerpt), "{fault:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_yaml_like_text_is_answered(text in "([a-z_]{1,9}:|[ \\n\\t\\-\\[\\]{}&*!|>'\"#%@,0-9]){0,60}") {
        check(&text);
    }

    #[test]
    fn a_shipped_file_with_a_piece_cut_out_is_answered(from in 0..SHIPPED.len(), length in 0..80_usize) {
        let to = (from + length).min(SHIPPED.len());
        check(&format!("{}{}", &SHIPPED[..from], &SHIPPED[to..]));
    }

    #[test]
    fn a_shipped_file_with_something_put_in_is_answered(at in 0..SHIPPED.len(), piece in "[ \\n:\\-a-z0-9\"{}]{1,12}") {
        check(&format!("{}{piece}{}", &SHIPPED[..at], &SHIPPED[at..]));
    }

    #[test]
    fn every_stage_within_the_ranges_renders(
        shards in 1..=500_u32,
        retention in 24..=8760_u32,
        age in 1..=168_u32,
        batch in 1..=10_000_u32,
        window in 0..=300_u32,
        retries in 0..=10_000_u32,
        memory in 128..=10_240_u32,
        timeout in 30..=900_u32,
        seconds in 0..=900_u32,
        megabytes in 1..=128_u32,
        (keep, gzip, on_demand) in any::<(bool, bool, bool)>(),
    ) {
        let stream = if on_demand { "mode: on-demand".to_owned() } else { format!("shards: {shards}") };
        let text = format!(
            "project: millrace\naccount: '000000000001'\nregion: us-gov-west-1\nkeep_data: {keep}\npipelines:\n  taxi:\n    \
             stream: {{{stream}, retention_hours: {retention}}}\n    \
             consumers: {{batch_size: {batch}, batch_window_seconds: {window}, retries: {retries}, max_record_age_hours: {age}}}\n    \
             write_to_s3: {{memory_mb: {memory}, timeout_seconds: {timeout}}}\n    \
             delivery: {{buffer_seconds: {seconds}, buffer_mb: {megabytes}, compression: {}}}\n",
            if gzip { "gzip" } else { "none" }
        );
        match parse(&text) {
            Err(fault) => prop_assert!(age >= retention, "{fault}"),
            Ok(stage) => {
                prop_assert!(age < retention);
                let rendered = stacks::render::render(stacks::stack::stacks(&stage)).unwrap();
                prop_assert_eq!(rendered.len(), 2);
            }
        }
    }
}
