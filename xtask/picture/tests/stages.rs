//! What is drawn of our own stages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use check::arn::Location;
use check::parse::parse;
use check::world::{Source, World};
use picture::access::access;
use picture::graph::{Graph, Kind, Verb};
use picture::mermaid::mermaid;
use picture::read::Reading;
use picture::svg::{Drawing, Drawn, svg};
use stacks::render::render;
use stacks::stack::stacks;
use stacks::stage::{Architecture, Stage, StageName};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

const STAGES: [&str; 4] = ["dev", "local", "prod", "staging"];

fn world(stage: &str) -> World {
    let file = format!("environments/{stage}.yaml");
    let text = fs::read_to_string(root().join(&file)).unwrap();
    let stage = Stage::parse(StageName::new(stage).unwrap(), &file, &text, Architecture::X86_64).unwrap();
    let sources = render(stacks(&stage)).unwrap().into_iter().map(|rendered| Source {
        file: rendered.stack.kind.name().to_owned(),
        name: rendered.stack.name,
        root: parse(&rendered.body).unwrap(),
        bytes: rendered.body.len(),
        values: BTreeMap::new(),
    });
    let location = Location { region: stage.region.to_string(), account: stage.account.to_string() };
    World::of(sources.collect(), location)
}

fn graph(stage: &str) -> Graph {
    Reading::new(&world(stage), &format!("millrace-{stage}-")).graph()
}

/// The arrows of a pipeline, as `from verb to`.
fn arrows(graph: &Graph) -> Vec<String> {
    let name = |node: usize| graph.nodes[node].label.as_str();
    graph.edges.iter().map(|edge| format!("{} {} {}", name(edge.from), edge.verb.says(), name(edge.to))).collect()
}

#[test]
fn the_taxi_pipeline_is_drawn_from_end_to_end() {
    let taxi = graph("prod").pipeline("taxi");
    let arrows = arrows(&taxi);
    for arrow in [
        "output is read by taxi_trajectories",
        "send-to-firehose gives up to taxi-failures",
        "send-to-firehose sends to taxi-delivery",
        "taxi triggers send-to-firehose",
        "taxi triggers write-to-s3",
        "taxi-delivery delivers to output",
        "write-to-s3 gives up to taxi-failures",
        "write-to-s3 writes to output",
    ] {
        assert_eq!(arrows.iter().filter(|one| *one == arrow).count(), 1, "'{arrow}' in {arrows:#?}");
    }
    // What it reads again before it writes, and what triggers it, is no second arrow.
    assert!(!arrows.iter().any(|one| one == "output is read by write-to-s3" || one == "taxi is read by write-to-s3"));
    let bucket = taxi.nodes.iter().find(|node| node.kind == Kind::Bucket).unwrap();
    assert_eq!(
        bucket.fact,
        "context=firehose_delivery/, context=firehose_errors/, context=rejected/, context=write_to_s3/"
    );
    let function = taxi.nodes.iter().find(|node| node.label == "write-to-s3").unwrap();
    assert_eq!(function.fact, "256 MB, 120 s");
    for helper in ["WriteToS3Role", "WriteToS3Logs", "WriteToS3Source", "WriteToS3ErrorsAlarm"] {
        assert!(function.helpers.iter().any(|one| one == helper), "{helper} is not folded: {:?}", function.helpers);
    }
}

#[test]
fn what_machines_schedules_and_dms_begin_is_drawn() {
    let rates = graph("prod").pipeline("rates");
    let arrows = arrows(&rates);
    for arrow in [
        "rates starts rates",
        "rates starts pull-rates",
        "rates starts curate",
        "rates starts curate-spark",
        "rates publishes to alerts",
        "rates.example.com is read by pull-rates",
        "pull-rates writes to raw",
        "raw is read by curate",
        "curate writes to curated",
        "curated is read by rates",
        "schedule-dms starts rates",
        "rates loads database",
        "load-rates loads database",
        "rates-load starts load-rates",
        "load-rates gives up to rates-load-failures",
    ] {
        assert!(arrows.iter().any(|one| one == arrow), "no '{arrow}' in {arrows:#?}");
    }
    let back: Vec<_> = arrows.iter().filter(|one| *one == "curated is read by pull-rates").collect();
    assert_eq!(back.len(), 1);
    let flats = graph("prod").pipeline("flats");
    assert!(flats.edges.iter().any(|edge| edge.verb == Verb::Loads && flats.nodes[edge.to].kind == Kind::Warehouse));
}

#[test]
fn no_box_of_our_stages_stands_alone_but_the_code() {
    for stage in STAGES {
        let graph = graph(stage);
        for (number, node) in graph.nodes.iter().enumerate() {
            let joined = graph.edges.iter().any(|edge| edge.from == number || edge.to == number);
            assert!(joined, "{stage}: {} {} stands alone", node.kind.name(), node.label);
            assert!(!node.label.starts_with("millrace"), "{stage}: {}", node.label);
        }
        for (name, lane) in graph.lanes() {
            assert!(!name.is_empty(), "{stage}: {:?} are of no pipeline", lane.nodes);
        }
    }
}

#[test]
fn no_box_meets_another_and_no_arrow_a_box() {
    for stage in STAGES {
        let drawn = Drawn::of(&graph(stage).lanes());
        for lane in &drawn.lanes {
            for (number, (card, place)) in lane.cards.iter().zip(&lane.layout.boxes).enumerate() {
                assert!(card.lines.iter().all(|line| line.width() + 20 <= place.width), "{card:?} in {place:?}");
                assert!(lane.layout.boxes[..number].iter().all(|other| !other.meets(place)));
            }
        }
    }
}

#[test]
fn every_role_of_our_stages_is_in_the_matrix() {
    for stage in STAGES {
        let (world, prefix) = (world(stage), format!("millrace-{stage}-"));
        let access = access(&Reading::new(&world, &prefix));
        assert_eq!(access.len(), world.of_kind("AWS::IAM::Role").count());
        for (who, may) in &access {
            assert!(!may.is_empty(), "{who:?} may do nothing");
            for thing in may.keys() {
                assert!(!thing.contains('{'), "{who:?} may do something to {thing}");
            }
        }
        let writes = access.iter().find(|(who, _)| who.label == "write-to-s3").unwrap().1;
        let bucket = &writes["bucket output"];
        assert!(bucket.actions.contains("s3:PutObject") && bucket.only.contains("context=rejected/*"), "{bucket:?}");
    }
}

#[test]
fn mermaid_names_every_box_and_arrow() {
    let lanes = graph("prod").lanes();
    let text = mermaid("prod", &lanes);
    let (nodes, edges) = lanes.iter().fold((0, 0), |(n, e), (_, lane)| (n + lane.nodes.len(), e + lane.edges.len()));
    assert_eq!(text.matches("<b>").count(), nodes);
    assert_eq!(text.matches("-->|").count() + text.matches("-.->|").count(), edges);
    assert_eq!(text.matches("subgraph ").count(), text.lines().filter(|line| line.trim() == "end").count());
}

/// To bring it up to date: `UPDATE_GOLDEN=1 cargo nextest run -p picture --ignore-rust-version`.
#[test]
fn the_picture_of_the_readme_is_up_to_date() {
    let lanes = graph("prod").lanes();
    let drawing = Drawing { title: "The pipelines of stage prod", lanes: &lanes, id: "prod", is_part: false };
    let (drawn, file) = (svg(&drawing), root().join("docs/pipelines.svg"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &drawn).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == drawn, "docs/pipelines.svg is not what is drawn now; UPDATE_GOLDEN=1 writes it");
}
