//! Everything about a stage on one page: HTML that needs no other file and no script.

mod alarms;
mod costs;
mod gantt;
mod permissions;
mod resources;
mod view;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tera::{Context, Tera};

use crate::graph::Graph;
use crate::palette;
use crate::read::Reading;
use crate::svg::STYLE;
use crate::timeline::Timeline;

pub use costs::{Cost, CostView};

/// What the page is made of.
pub struct Page<'a> {
    pub stage: &'a str,
    pub account: &'a str,
    pub region: &'a str,
    /// None where there is no checkout to ask.
    pub commit: Option<&'a str>,
    /// When the account was asked, or why it was not.
    pub asked: &'a str,
    pub reading: &'a Reading<'a>,
    pub costs: &'a [Cost],
    pub checks: &'a Checks,
    /// The last deploy, or why there is none to show.
    pub deploy: Result<&'a Timeline, &'a str>,
}

/// What the rules found.
#[derive(Debug, Default, serde::Serialize)]
pub struct Checks {
    pub families: Vec<RuleFamily>,
    pub findings: Vec<Finding>,
    pub accepted: Vec<Accepted>,
}

#[derive(Debug, serde::Serialize)]
pub struct RuleFamily {
    pub name: String,
    pub rules: usize,
    pub findings: usize,
}

#[derive(Debug, serde::Serialize)]
pub struct Finding {
    pub rule: String,
    pub is_error: bool,
    /// File, line and column.
    pub place: String,
    pub message: String,
    pub fix: String,
}

/// A finding that somebody accepts, and why.
#[derive(Debug, serde::Serialize)]
pub struct Accepted {
    pub rule: String,
    pub resource: String,
    pub reason: String,
}

const TEMPLATE: &str = include_str!("page.html.tera");
const PAGE_STYLE: &str = include_str!("page.css");

/// The page. The same for the same: nothing in it is of the moment but what it is given.
pub fn page(page: &Page<'_>, graph: &Graph) -> Result<String, tera::Error> {
    let style = format!("{}{}{STYLE}{PAGE_STYLE}", palette::variables(":root"), palette::on_paper(":root"));
    // Whatever else should find its way into the page is not applied.
    let policy =
        format!("default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'", digest(&style));
    let mut tera = Tera::new();
    tera.add_raw_templates([("page.html", TEMPLATE)])?;
    let context = Context::from_serialize(&view::View::of(page, graph, style, policy))?;
    tera.render("page.html", &context)
}

fn digest(style: &str) -> String {
    STANDARD.encode(Sha256::digest(style))
}
