//! `weir-load`: what a weir server bears.
//!
//! Each sub-command is a module of the library with its options, a `run` and a report; this
//! file only tells them apart. Results go to standard output, progress to standard error.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use weir_load::{Failure, Outcome, Server, hostile, idle, sessions, soak, stall, watch};

/// Visitors by the hundred, and some with bad manners: what a weir server bears.
#[derive(Parser)]
#[command(name = "weir-load", version, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    server: Server,
    /// Print one JSON object and nothing else
    #[arg(long, global = true)]
    json: bool,
    /// Say nothing on the way
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Watch(watch::Options),
    Idle(idle::Options),
    Sessions(sessions::Options),
    Stall(stall::Options),
    Hostile(hostile::Options),
    Soak(soak::Options),
}

const EXAMPLES: &str = "\
Examples:
  weir serve --addr 127.0.0.1:8080 &
  weir-load watch                          300 who look at one run: punctuality, bytes
  weir-load idle --find                    2,000 who do nothing: memory of each
  weir-load sessions                       private runs until they are slower than real time
  weir-load stall --find                   some who never read, beside others
  weir-load hostile                        bad manners of many kinds, and what comes of them
  weir-load soak --find --minutes 60       visits for an hour: does memory grow?
  weir-load watch --json | jq .water       for a script

Exit codes: 0 done, 1 a given bound was not kept, 2 bad input, 3 the server cannot be reached or
refuses, or something is lacking here (the message names it).";

/// A bound was not kept.
const BROKEN: u8 = 1;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Failure::Lacking(format!("starting threads: {error}"))),
    };
    match runtime.block_on(run(&cli)) {
        Ok(code) => code,
        Err(failure) => fail(&failure),
    }
}

async fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    let Cli { server, json, .. } = cli;
    let say = |text: &str| {
        if !cli.quiet {
            notice(text);
        }
    };
    match &cli.command {
        Command::Watch(options) => told(watch::run(server, options, &say).await?, *json),
        Command::Idle(options) => told(idle::run(server, options, &say).await?, *json),
        Command::Sessions(options) => told(sessions::run(server, options, &say).await?, *json),
        Command::Stall(options) => told(stall::run(server, options, &say).await?, *json),
        Command::Hostile(options) if options.list => {
            let line = |attack: &hostile::Attack| format!("{:17} {}", attack.name, attack.what);
            result(&hostile::attacks().map(line).collect::<Vec<_>>().join("\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Hostile(options) => told(hostile::run(server, options, &say).await?, *json),
        Command::Soak(options) => told(soak::run(server, options, &say).await?, *json),
    }
}

/// Tells what came out, and what of it was not to be.
fn told(outcome: impl Outcome, json: bool) -> Result<ExitCode, Failure> {
    result(&if json { as_json(&outcome)? } else { outcome.to_string() })?;
    for words in outcome.broken() {
        notice(&format!("not kept: {words}"));
    }
    Ok(if outcome.broken().is_empty() { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
}

fn as_json(outcome: &impl Outcome) -> Result<String, Failure> {
    // Reports are made of numbers and strings.
    serde_json::to_string(outcome).map_err(|error| Failure::Lacking(format!("--json: {error}")))
}

fn fail(failure: &Failure) -> ExitCode {
    notice(&format!("error: {failure}"));
    ExitCode::from(failure.exit_code())
}

/// Writes a result to standard output. A reader that closes its end early is no failure.
fn result(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Lacking(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says something on standard error. If even that is closed there is nobody to tell.
fn notice(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_in_order() {
        Cli::command().debug_assert();
    }
}
