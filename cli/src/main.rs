//! The `weir` command.
//!
//! Each subcommand is a module with its arguments and a `run` that returns the
//! exit code; this file only tells them apart. Results go to standard output,
//! everything else to standard error ([`output`]); failures carry their exit
//! code ([`failure`]).

mod backend;
mod beside;
mod check;
mod compare;
mod configured;
mod date;
mod evaluate;
mod evaluate_assistant;
mod export;
mod failure;
mod figure;
mod followed;
mod gate;
mod generate;
mod import;
mod inputs;
mod interrupt;
mod listen;
mod model_source;
mod new_file;
mod output;
mod page;
mod picture;
mod progress;
mod refresh;
mod registry;
mod scene_source;
mod scenes;
mod send;
mod serve;
mod simulate;
mod smoke;
mod train;
mod user;
mod validate;
mod video;
#[cfg(feature = "view")]
mod view;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Water in a rectangle, flowing against drawn lines.
#[derive(Parser)]
#[command(name = "weir", version, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Simulate(simulate::Args),
    Serve(serve::Args),
    User(user::Args),
    Listen(listen::Args),
    Refresh(refresh::Args),
    Smoke(smoke::Args),
    #[cfg(feature = "view")]
    View(view::Args),
    Train(train::Args),
    Send(send::Args),
    Evaluate(evaluate::Args),
    EvaluateAssistant(evaluate_assistant::Args),
    Gate(gate::Args),
    Promote(registry::promote::Args),
    Rollback(registry::rollback::Args),
    Models(registry::models::Args),
    Compare(compare::Args),
    Scenes(scenes::Args),
    Validate(validate::Args),
    Generate(generate::Args),
    Check(check::Args),
    Inputs(inputs::Args),
    Export(export::Args),
    Import(import::Args),
}

const EXAMPLES: &str = "\
Examples:
  weir serve                                     the website: draw, and it flows
  weir view                                      a window: solver, network, its insides
  weir scenes                                    what there is to look at
  weir listen --help                             a call, from files or devices
  weir simulate dam-break --picture dam.png      run one, draw its last frame
  weir simulate funnel --video funnel.gif        watch it
  weir scenes funnel > mine.toml                 start a scene of your own
  weir simulate mine.toml --out mine.h5 --json   keep its numbers
  weir generate tiny --out tiny                  make a small data set
  weir compare funnel                            the network beside the solver
  weir evaluate default --data tiny --quick      how good the network is
  weir gate runs/a/model --champion default --data drawn   may it take the place
  weir models --registry models                  which network is the champion
  weir evaluate-assistant --out report           how good hearing and answering are

Exit codes: 0 done, 1 a gate failed, 2 bad input, 3 something is lacking here
(the message names it), 130 interrupted.";

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Simulate(args) => simulate::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::User(args) => user::run(&args),
        Command::Listen(args) => listen::run(&args),
        Command::Refresh(args) => refresh::run(&args),
        Command::Smoke(args) => smoke::run(&args),
        #[cfg(feature = "view")]
        Command::View(args) => view::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Send(args) => send::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::EvaluateAssistant(args) => evaluate_assistant::run(&args),
        Command::Gate(args) => gate::run(&args),
        Command::Promote(args) => registry::promote::run(&args),
        Command::Rollback(args) => registry::rollback::run(&args),
        Command::Models(args) => registry::models::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Scenes(args) => scenes::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Inputs(args) => inputs::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Import(args) => import::run(&args),
    };
    result.unwrap_or_else(|error| failure::report(&error))
}
