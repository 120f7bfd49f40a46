use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::shared::parameters_in;
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "task-image-digest",
    severity: Severity::Error,
    says: "What a tag stands for changes without a deploy, and tomorrow's run is not what was tested today",
    fix: "Name the image by its digest: repository@sha256:…",
    link: Some("https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html"),
    check,
    passing: "
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {Name: pull, Image: 'pull@sha256:4bc453b53cb3d914b45f4b250294236adba2c0e09ff6f03793949e7e39fd4cc1'}
",
    failing: "
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{Name: pull, Image: 'pull:latest'}]
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for task in world.of_kind("AWS::ECS::TaskDefinition") {
        let written = task.written.at("Properties.ContainerDefinitions");
        for (container, written) in task.get("ContainerDefinitions").items().iter().zip(written.items()) {
            let image = container.get("Image");
            if image.is_unknown() {
                if !takes_a_digest(world, task, written.get("Image")) {
                    findings.unknown(task, "an image");
                }
            } else if image.text().is_some_and(|image| !image.contains("@sha256:")) {
                findings.at(task, image, format!("the image {image} is named by a tag"));
            }
        }
    }
    for function in world.of_kind("AWS::Lambda::Function") {
        let image = function.get("Code.ImageUri");
        if image.text().is_some_and(|image| !image.contains("@sha256:")) {
            findings.at(function, image, format!("the image {image} is named by a tag"));
        }
    }
}

/// Whether what is not known of an image is a parameter that only a digest fits.
fn takes_a_digest(world: &World, task: &Resource, image: &Node) -> bool {
    let stack = world.stacks.iter().find(|stack| stack.name == task.stack);
    let pattern = |name: &str| stack?.root.get("Parameters").get(name).get("AllowedPattern").text();
    parameters_in(image).into_iter().any(|name| pattern(name).is_some_and(|pattern| pattern.starts_with("sha256:")))
}
