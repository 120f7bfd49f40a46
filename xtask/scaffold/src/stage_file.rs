//! A section of settings at the end of a stage file's pipelines.

use crate::edit::Fault;

/// The stage file with one more pipeline. Comments and everything else stay as they are.
pub(crate) fn with_pipeline(file: &str, text: &str, section: &str) -> Result<String, Fault> {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let heads: Vec<_> = (0..lines.len()).filter(|at| lines[*at].starts_with("pipelines:")).collect();
    let remedy = "write them below each other, as environments/local.yaml has them, and try again; nothing was changed";
    let [head] = heads[..] else {
        return Err(Fault::new(file, format!("'pipelines:' is there {} times", heads.len()), remedy));
    };
    let rest = lines[head].trim_start_matches("pipelines:").trim();
    if !rest.is_empty() && !rest.starts_with('#') {
        return Err(Fault::new(file, "its pipelines stand on one line", remedy));
    }
    let inside = |line: &str| line.starts_with(' ') && !line.trim().is_empty() && !line.trim().starts_with('#');
    let after = lines[head + 1..].iter().take_while(|line| line.starts_with([' ', '#']) || line.trim().is_empty());
    let last = after.enumerate().filter(|(_, line)| inside(line)).last();
    let Some((last, line)) = last.map(|(at, line)| (head + 1 + at, line)) else {
        return Err(Fault::new(file, "it has no pipeline", "name one first, such as 'taxi: {}'; nothing was changed"));
    };
    let depth =
        lines[head + 1..=last].iter().find(|line| inside(line)).map_or(2, |line| line.len() - line.trim_start().len());
    if depth != 2 {
        return Err(Fault::new(file, format!("its pipelines stand {depth} blanks deep, and 2 are usual"), remedy));
    }
    let break_before = if line.ends_with('\n') { "" } else { "\n" };
    let (before, behind) = (lines[..=last].concat(), lines[last + 1..].concat());
    Ok(format!("{before}{break_before}{section}{behind}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(text: &str) -> Result<String, String> {
        with_pipeline("dev.yaml", text, "  weather: {}\n").map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_section_comes_last_wherever_the_pipelines_end() {
        for (text, new) in [
            ("pipelines:\n  taxi: {}\n", "pipelines:\n  taxi: {}\n  weather: {}\n"),
            ("pipelines:\n  taxi:\n    stream: {}", "pipelines:\n  taxi:\n    stream: {}\n  weather: {}\n"),
            (
                "a: 1\npipelines: # all\n  # the first\n  taxi: {}\n\n# what follows\nb: 2\n",
                "a: 1\npipelines: # all\n  # the first\n  taxi: {}\n  weather: {}\n\n# what follows\nb: 2\n",
            ),
        ] {
            assert_eq!(with(text), Ok(new.to_owned()));
        }
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        for (text, what) in [
            ("a: 1\n", "is there 0 times"),
            ("pipelines: {taxi: {}}\n", "stand on one line"),
            ("pipelines:\n", "it has no pipeline"),
            ("pipelines:\n    taxi: {}\n", "4 blanks deep"),
        ] {
            assert!(with(text).unwrap_err().contains(what), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_file_is_lost(text in "(pipelines:|  taxi: \\{\\}|    a: 1|#|[ \\na-z:]){0,30}") {
            if let Ok(new) = with(&text) {
                let kept = new.replacen("  weather: {}\n", "", 1);
                prop_assert_eq!(kept.trim_end(), text.trim_end());
            }
        }
    }
}
