//! Who deploys the stage without a person: a repository, from one of its branches.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::given::{Branch, CopyPrefix, Repository};
use super::{Source, StageFault, StageName};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCi {
    /// Whose workflows deploy the stage, by roles that `bootstrap` makes: `owner/name`.
    pub repository: Repository,
    /// The branch that they deploy from. Default: main.
    pub branch: Option<Branch>,
    /// What the names of copies begin with that they may make, renew and destroy, such as `pr-`. Default: none may be made.
    #[schemars(with = "Option<CopyPrefix>")]
    pub copies: Option<Spanned<CopyPrefix>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ci {
    pub repository: Repository,
    pub branch: Branch,
    pub copies: Option<CopyPrefix>,
}

impl Ci {
    pub(super) fn check(raw: RawCi, stage: &StageName, source: &Source) -> Result<Self, StageFault> {
        if let Some(copies) = raw.copies.as_ref().filter(|copies| stage.as_str().starts_with(copies.value.as_str())) {
            let what = format!("stage {stage} would itself be among its copies, which may be destroyed");
            let remedy = "write what no stage with a file is called by, such as 'copies: pr-'";
            return Err(source.fault(&copies.referenced, &what, remedy));
        }
        Ok(Self {
            repository: raw.repository,
            branch: raw.branch.unwrap_or_else(Branch::main),
            copies: raw.copies.map(|copies| copies.value),
        })
    }

    /// Whether a copy of this name is among those that it may make.
    pub(super) fn makes(&self, copy: &StageName) -> bool {
        self.copies.as_ref().is_some_and(|prefix| copy.as_str().starts_with(prefix.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::{Architecture, Stage, StageFault, StageName};

    fn parse(name: &str, ci: &str) -> Result<Stage, StageFault> {
        let text = format!(
            "project: millrace\naccount: \"111111111111\"\nregion: eu-west-1\nci: {{repository: a/b{ci}}}\npipelines: {{taxi: {{}}}}\n"
        );
        Stage::parse(StageName::new(name).unwrap(), "environments/x.yaml", &text, Architecture::X86_64)
    }

    #[test]
    fn a_stage_is_none_of_the_copies_that_its_workflows_may_destroy() {
        let fault = parse("pr-1", ", copies: pr-").unwrap_err();
        assert_eq!(fault.place.map(|place| (place.line, place.column)), Some((4, 31)));
        assert!(fault.what.contains("stage pr-1"), "{}", fault.what);
        assert!(parse("prod", ", copies: pr-").is_ok());
    }

    #[test]
    fn the_branch_is_main_where_none_is_named() {
        let branch = |ci| parse("dev", ci).unwrap().ci.unwrap().branch.to_string();
        assert_eq!(branch(""), "main");
        assert_eq!(branch(", branch: release/2"), "release/2");
    }
}
