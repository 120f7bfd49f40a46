//! Special stories: what a stage may go through beside crashes and weather, each told in many ways.

mod cancels;
mod data;
mod destroys;
mod detaches;
mod exports;
mod failures;
mod hotswaps;
mod leases;
mod reaping;
mod roles;
mod scene;
mod signatures;
mod strangers;
mod templates;

use std::cell::RefCell;
use std::rc::Rc;

use super::report::Scenario;
use scene::{Grounds, Scene};

/// `Err` says what went wrong.
type Verdict = Result<(), String>;

/// A story, in how many ways it is told, and how.
struct Story {
    name: &'static str,
    ways: u64,
    tell: fn(&mut Scene<'_>) -> Verdict,
}

const fn story(name: &'static str, ways: u64, tell: fn(&mut Scene<'_>) -> Verdict) -> Story {
    Story { name, ways, tell }
}

const STORIES: [Story; 54] = [
    story("exports leave in two rounds", 150, exports::leave_in_two_rounds),
    story("an imported value does not change", 20, exports::keep_their_value),
    story("data is lost only by name", 210, data::is_lost_only_by_name),
    story("data that follows what is replaced", 60, data::follows),
    story("more than the plan knew", 90, data::more_than_was_known),
    story("what a failed creation left", 40, data::in_a_failed_creation),
    story("a role not yet in force", 120, failures::passing),
    story("a role that never is in force", 60, failures::lasting),
    story("a rollback that failed", 150, failures::rollback),
    story("a creation that cannot be cleared up", 40, failures::stuck),
    story("a failure that was left as it is", 80, failures::halted),
    story("leftovers of an update", 40, failures::leftovers),
    story("data outlives its stage", 150, destroys::keep_data),
    story("data that was named goes with its stage", 150, destroys::lose_what_was_named),
    story("policies alone are no change", 40, destroys::see_no_change_in_policies),
    story("what cannot be deleted", 80, destroys::leave_behind),
    story("retaining what could go", 20, destroys::retain_nothing_that_could_go),
    story("protected against deletion", 20, destroys::respect_protection),
    story("imported from outside", 20, destroys::respect_importers),
    story("destroyed in order, and again", 60, destroys::in_order),
    story("detached", 100, detaches::goes_on),
    story("credentials that expire", 150, detaches::expired),
    story("interrupted", 150, detaches::interrupted),
    story("only code, at once", 150, hotswaps::only_code),
    story("more than code", 40, hotswaps::more_than_code),
    story("a second deployer is refused", 100, leases::refuse_the_second),
    story("a second deployer waits", 100, leases::let_the_second_wait),
    story("a dead deployer", 100, leases::are_taken_from_the_dead),
    story("a deployer that fell asleep", 200, leases::are_lost_asleep),
    story("the lease is given back", 60, leases::are_given_back),
    story("nothing that AWS would change", 40, templates::no_change),
    story("a large template", 40, templates::large),
    story("a template beyond the limit", 20, templates::beyond_the_limit),
    story("an archive of other bytes", 40, templates::other_bytes),
    story("an upload that is lost", 60, templates::lost_upload),
    story("made again by somebody else", 300, strangers::make_it_again),
    story("changed by somebody else", 300, strangers::change_it),
    story("a stack that is there already", 60, strangers::were_first),
    story("throttled, and not answered", 60, strangers::throttle),
    story("cancelled", 150, cancels::takes_back),
    story("strangers are not cancelled", 40, cancels::leaves_strangers_alone),
    story("a name that is taken", 40, strangers::took_the_name),
    story("changed by hand", 10, strangers::change_by_hand),
    story("the wrong account", 10, strangers::own_the_account),
    story("two stages on one cloud", 80, strangers::share_the_cloud),
    story("a copy that is renewed", 60, reaping::renew_by_deploying),
    story("copies whose time is over", 300, reaping::take_only_what_is_over),
    story("in a role of CloudFormation's own", 150, roles::hand_it_over),
    story("a role that is not there yet", 20, roles::are_made_first),
    story("code that is signed", 150, signatures::come_first),
    story("a signature that fails", 60, signatures::fail),
    story("a signature that is lost", 60, signatures::are_lost),
    story("a profile that does not sign", 40, signatures::ask_for_a_good_profile),
    story("code that nobody signed", 20, signatures::keep_other_code_out),
];

/// Their seeds begin here, and each story's a thousand after those of the one before it.
const FIRST_SEED: u64 = 1_000_000_000;
const SEEDS: u64 = 1_000;

/// In how many ways an engine is tried that is known to be wrong.
const SOME: u64 = 100;

/// All of them, a share of the ways of each.
pub(super) fn told(share: usize, of: usize) -> Vec<Scenario> {
    let grounds = Grounds::new();
    let numbered = (FIRST_SEED..).step_by(1_000);
    STORIES
        .iter()
        .zip(numbered)
        .map(|(story, first)| {
            let mut scenario = Scenario::named(story.name);
            for seed in (first..first + story.ways).filter(|seed| seed % of as u64 == share as u64) {
                scenario.note(seed, (story.tell)(&mut Scene::new(&grounds, seed)));
            }
            scenario
        })
        .collect()
}

/// What goes wrong first, if anything does, in some of the ways of each.
pub(super) fn first_fault() -> Option<String> {
    let grounds = Grounds::new();
    let numbered = (FIRST_SEED..).step_by(1_000);
    STORIES.iter().zip(numbered).find_map(|(story, first)| {
        let mut seeds = first..first + story.ways.min(SOME);
        let fault = seeds.find_map(|seed| (story.tell)(&mut Scene::new(&grounds, seed)).err())?;
        Some(format!("{}: {fault}", story.name))
    })
}

/// One of them with every call and answer; `None` where the seed is none of theirs.
pub(super) fn traced(seed: u64) -> Option<(Vec<String>, Verdict)> {
    let number = usize::try_from(seed.checked_sub(FIRST_SEED)? / SEEDS).ok()?;
    let story = STORIES.get(number)?;
    let grounds = Grounds::new();
    let trace = Rc::new(RefCell::default());
    grounds.trace(&trace);
    let judged = (story.tell)(&mut Scene::new(&grounds, seed));
    Some((trace.take(), judged))
}
