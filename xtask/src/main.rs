//! `cargo xtask`: builds, deploys and watches the stages.

mod archives;
mod board;
mod build;
mod calls;
mod cloud;
mod commands;
mod commit;
mod consent;
mod copies;
mod judge;
mod knowledge;
mod local;
mod made_up;
mod money;
mod official;
mod output;
mod plan_markdown;
mod plan_text;
#[cfg(test)]
mod planted;
mod processor;
mod progress;
mod project;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod second_opinion;
mod session;
mod source;
mod stages;
mod steps;
mod target;
mod tools;
mod watched;
mod whole_file;
#[cfg(test)]
mod workflow_lints;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

use commands::{
    audit::Audit, bench::Bench, bootstrap::Bootstrap, build::Build, capacity::Capacity, check::Check,
    completions::Completions, copy::Copy, cost::Cost, deploy::Deploy, destroy::Destroy, doctor::Doctor, graph::Graph,
    invoke::Invoke, local::Local, logs::Logs, man::Man, migrate::Migrate, migrate_config::MigrateConfig, new::New,
    plan::Plan, reap::Reap, redrive::Redrive, render::Render, report::Report, schema::Schema, seed::Seed, send::Send,
    simulate::Simulate, status::Status, test::Test, verify::Verify,
};
use engine::failure::Outcome;

/// Millrace: data pipelines on AWS, from typed stage definitions
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Deploy(Deploy),
    Plan(Plan),
    Copy(Copy),
    Status(Status),
    Destroy(Destroy),
    Reap(Reap),
    Render(Render),
    Graph(Graph),
    Report(Report),
    Build(Build),
    Check(Check),
    Audit(Audit),
    Cost(Cost),
    Capacity(Capacity),
    Send(Send),
    Verify(Verify),
    Seed(Seed),
    Invoke(Invoke),
    Logs(Logs),
    Migrate(Migrate),
    Redrive(Redrive),
    Local(Local),
    Bootstrap(Bootstrap),
    Schema(Schema),
    MigrateConfig(MigrateConfig),
    Doctor(Doctor),
    Completions(Completions),
    Man(Man),
    New(New),
    Simulate(Simulate),
    Test(Test),
    Bench(Bench),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    steps::built();
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            progress::say(&format!("error: {failure}"));
            ExitCode::from(failure.exit as u8)
        }
    }
}

async fn run(command: Command) -> Outcome {
    match command {
        Command::Deploy(deploy) => deploy.run().await,
        Command::Plan(plan) => plan.run().await,
        Command::Copy(copy) => copy.run().await,
        Command::Status(status) => status.run().await,
        Command::Destroy(destroy) => destroy.run().await,
        Command::Reap(reap) => reap.run().await,
        Command::Render(render) => render.run(),
        Command::Graph(graph) => graph.run(),
        Command::Report(report) => report.run().await,
        Command::Build(build) => build.run().await,
        Command::Check(check) => check.run(),
        Command::Audit(audit) => audit.run(),
        Command::Cost(cost) => cost.run(),
        Command::Capacity(capacity) => capacity.run(),
        Command::Send(send) => send.run().await,
        Command::Verify(verify) => Box::pin(verify.run()).await,
        Command::Seed(seed) => seed.run().await,
        Command::Invoke(invoke) => invoke.run().await,
        Command::Logs(logs) => logs.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Redrive(redrive) => redrive.run().await,
        Command::Local(local) => local.run(),
        Command::Bootstrap(bootstrap) => bootstrap.run().await,
        Command::Schema(schema) => schema.run(),
        Command::MigrateConfig(migrate) => migrate.run(),
        Command::Doctor(doctor) => doctor.run().await,
        Command::Completions(completions) => completions.run(Cli::command()),
        Command::Man(man) => man.run(Cli::command()),
        Command::New(new) => new.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Test(test) => test.run(),
        Command::Bench(bench) => bench.run().await,
    }
}
