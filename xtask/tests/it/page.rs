//! The page of a stage, in a real browser: what a reader sees, what a keyboard reaches, what a screen reader is told.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::browser::Browser;
use crate::common::{root, text};

/// The page of a stage with everything in it, written without its account.
fn written() -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{}.html", std::process::id()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["report", "--stage", "prod", "--offline", "--out"]).arg(&file).current_dir(root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    file
}

/// What can be reached by keyboard, in the order of the document: what is folded up is not.
const REACHABLE: &str =
    "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')].filter(e => e.checkVisibility())";

const FOCUSED: &str = "(() => {
    const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
    return {at: REACHABLE.indexOf(e), tag: e.tagName, name: e.getAttribute('aria-label') || e.textContent.trim().slice(0, 60),
            outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
            seen: b.width > 0 && b.height > 0 && b.bottom > 0 && b.top < innerHeight && b.right > 0 && b.left < innerWidth};
})()";

#[test]
fn the_page_is_whole_reachable_and_asks_for_nothing() {
    let file = written();
    let mut browser = Browser::start();
    browser.resize(1280, 900);
    let url = browser.open(&file);
    a_keyboard_reaches_everything(&mut browser);
    a_screen_reader_is_told_everything(&mut browser);
    nothing_overflows(&mut browser);
    it_looks_like_something(&mut browser);

    assert_eq!(said(&browser), Vec::<&Value>::new());
    let requests = requests(&browser);
    assert!(!requests.is_empty() && requests.iter().all(|one| one.split('#').next() == Some(&url)), "{requests:?}");
    fs::remove_file(file).unwrap();
}

/// What the console was told: by the page, or by the browser of the page.
fn said(browser: &Browser) -> Vec<&Value> {
    let tells = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"];
    browser.events.iter().filter(|event| tells.iter().any(|method| event["method"] == *method)).collect()
}

fn requests(browser: &Browser) -> Vec<&str> {
    let sent = browser.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
    sent.map(|event| event["params"]["request"]["url"].as_str().unwrap()).collect()
}

/// What the test above looks for is seen where it is.
#[test]
fn a_page_that_is_not_right_is_noticed() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("wrong.html");
    let page = "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>x</title><img src=beside.png><div style='width:900px'>wide</div>\
                <button style='outline:none'>go</button><script>console.warn('so')</script></html>";
    fs::write(&file, page).unwrap();
    let mut browser = Browser::start();
    browser.resize(360, 600);
    browser.open(&file);
    let widest = browser.ask("document.documentElement.scrollWidth").as_u64().unwrap();
    assert!(widest >= 900, "{widest}");
    browser.press("Tab", 9, "");
    let place = browser.ask(&FOCUSED.replace("REACHABLE", REACHABLE));
    assert_eq!((&place["at"], &place["outline"]), (&json!(-1), &json!(false)), "{place}");
    assert!(said(&browser).iter().any(|event| event["method"] == "Runtime.consoleAPICalled"), "{:?}", said(&browser));
    assert!(requests(&browser).iter().any(|request| request.ends_with("/beside.png")), "{:?}", requests(&browser));
}

fn a_keyboard_reaches_everything(browser: &mut Browser) {
    let focused = FOCUSED.replace("REACHABLE", REACHABLE);
    let number = browser.ask(&format!("{REACHABLE}.length")).as_u64().unwrap();
    let areas = browser.ask("document.querySelectorAll('.scroll').length").as_u64().unwrap();
    assert!(number > 30 && areas > 20, "{number} places to reach, {areas} areas");
    let unlabelled = "[...document.querySelectorAll('.scroll')].filter(e => e.tabIndex !== 0 || !e.ariaLabel).length";
    assert_eq!(browser.ask(unlabelled), json!(0));
    for at in 0..number {
        browser.press("Tab", 9, "");
        let place = browser.ask(&focused);
        assert_eq!(place["at"], json!(at), "after {at} steps the focus is on {place}");
        assert_eq!((&place["outline"], &place["seen"]), (&json!(true), &json!(true)), "{place} shows no focus");
        match at {
            0 => assert_eq!(place["name"], "Skip to the content"),
            1 => assert_eq!(place["name"], "Summary"),
            _ => {}
        }
    }
    // The first place leads past the navigation.
    browser.ask(&format!("{REACHABLE}[0].focus()"));
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.ask("document.activeElement.id"), "main");
    browser.press("Tab", 9, "");
    assert_eq!(browser.ask("document.activeElement.ariaLabel"), "Drawing of all pipelines");
}

fn a_screen_reader_is_told_everything(browser: &mut Browser) {
    let tree = browser.call("Accessibility.getFullAXTree", &json!({}));
    let nodes = tree["nodes"].as_array().unwrap();
    let shown = nodes.iter().filter(|node| node["ignored"] == json!(false));
    let all: Vec<(&str, &str, &Value)> = shown
        .map(|node| {
            let text = |key: &str| node[key]["value"].as_str().unwrap_or_default();
            (text("role"), text("name"), node)
        })
        .collect();
    let of = |roles: &[&str]| all.iter().filter(|(role, ..)| roles.contains(role)).collect::<Vec<_>>();
    assert_eq!(of(&["main"]).len(), 1);
    for landmark in ["banner", "navigation", "contentinfo"] {
        assert_eq!(of(&[landmark]).len(), 1, "{landmark}");
    }
    let level = |node: &Value| {
        let properties = node["properties"].as_array().unwrap();
        let level = properties.iter().find(|property| property["name"] == "level").unwrap();
        level["value"]["value"].as_u64().unwrap()
    };
    let levels: Vec<u64> = of(&["heading"]).iter().map(|(_, _, node)| level(node)).collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{levels:?}");
    assert!(levels[0] == 1 && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    let (images, tables) = (of(&["image", "img", "graphics-document"]), of(&["table"]));
    assert!(images.len() >= 6 && tables.len() >= 10, "{} images, {} tables", images.len(), tables.len());
    for (role, name, node) in images.into_iter().chain(tables).chain(of(&["region"])) {
        assert!(!name.is_empty(), "a {role} has no name: {node}");
    }
    let headless = "[...document.querySelectorAll('table')].filter(t => !t.caption || \
                    [...t.querySelectorAll('th')].some(h => !h.scope)).length";
    assert_eq!(browser.ask(headless), json!(0), "a table lacks a caption or a scope");
}

fn nothing_overflows(browser: &mut Browser) {
    for width in [360, 768, 1280] {
        browser.resize(width, 900);
        let widest = browser.ask("document.documentElement.scrollWidth");
        assert_eq!(widest, json!(width), "the page is wider than its window");
    }
    // Whatever typeface this machine has, text stays in its box.
    let cut = "[...document.querySelectorAll('svg .card')].flatMap(card => {
        const box = card.querySelector('rect').getBBox();
        if (box.width < 20) return [];
        return [...card.querySelectorAll('text')].filter(text => {
            const one = text.getBBox();
            return one.x < box.x || one.x + one.width > box.x + box.width
                || one.y < box.y || one.y + one.height > box.y + box.height;
        }).map(text => text.textContent);
    })";
    assert_eq!(browser.ask(cut), json!([]), "text leaves its box");
    assert!(browser.ask("document.querySelectorAll('svg .card text').length").as_u64().unwrap() > 200);
}

/// The pictures stay in the target folder, to be looked at.
fn it_looks_like_something(browser: &mut Browser) {
    let grounds = |browser: &mut Browser| browser.ask("getComputedStyle(document.body).backgroundColor");
    let mut seen = Vec::new();
    for (width, scheme) in [(1280, "light"), (1280, "dark"), (360, "light")] {
        browser.resize(width, 1600);
        browser.colours(scheme);
        browser.ask("scrollTo(0, 0)");
        let (picture, ground) = (browser.picture(), grounds(browser));
        let name = format!("report-{width}-{scheme}.png");
        fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), &picture).unwrap();
        browser.ask("document.body.hidden = true");
        let blank = browser.picture();
        browser.ask("document.body.hidden = false");
        assert!(picture.len() > 5 * blank.len(), "{scheme}: {} bytes, blank {}", picture.len(), blank.len());
        seen.push((picture, ground));
    }
    assert!(seen[0].0 != seen[1].0 && seen[0].1 != seen[1].1, "light and dark look the same");
}
