//! `weir serve`: the website.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use weir_scene::{Draw, Scene};
use weir_server::config::{Config, ConfigError};
use weir_server::{App, AppError, Content, Engines, Maker, Reference, Tls, TlsError};
use weir_sim::{Backend, Solver};
use weir_surrogate::checkpoints;

use crate::configured::Source;
use crate::failure::Failure;
use crate::{followed, model_source, output};

/// Open the website: draw lines, press start, and watch the network make water
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "IP:PORT")]
    addr: Option<String>,
    /// The network: `default`, which comes with weir, or a model's folder [default: default]
    #[arg(long, value_name = "NAME|PATH")]
    model: Option<String>,
    /// What computes it: flex (the processor), and wgpu or cuda where the build has them
    /// [default: flex]
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    #[command(flatten)]
    source: Source,
    /// Check the configuration, print what it comes to as TOML, and end
    #[arg(long)]
    check_config: bool,
    /// What the pages say: a folder with profile.toml, resume.toml, posts, projects and media
    /// [default: placeholders]
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  weir serve                             on http://127.0.0.1:8080, with the network that ships
  weir serve --addr 0.0.0.0:80           for everybody on this network
  weir serve --model runs/small/model    with a network of yours
  weir serve --content mine              with pages about you; start from a copy of server/content
  weir serve --set tls.mode=self-signed  encrypted, with a certificate made here
  weir serve --config weir.toml --check-config

Each key of the configuration can be set in the environment: tls.mode is WEIR_TLS__MODE.";

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = configuration(args).map_err(|error| Failure::BadInput(error.to_string()))?;
    if args.check_config {
        output::result(&config.to_toml()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    weir_server::log::start(&config.log);
    let content = match &args.content {
        Some(folder) => Content::from_folder(folder),
        None => Content::load(),
    };
    let content = content.map_err(|error| Failure::BadInput(format!("content: {error}")))?;
    let reference = |scene: &Scene| match Solver::new(scene, Backend::Cpu) {
        Ok(solver) => Ok(Box::new(solver) as Box<dyn Draw>),
        Err(error) => Err(error.to_string()),
    };
    let reference: Reference = Arc::new(reference);
    let followed = followed::open(&config.registry)?;
    let maker = Maker::new(&config.data_dir, &config.device, Arc::clone(&reference));
    let engines = match followed.is_some().then(|| last_good(&maker)).flatten() {
        Some(engines) => engines,
        None => {
            let model = model_source::load(&config.model, &config.device)?;
            let before = checkpoints::of(&model, &config.model).map_err(model_source::refusal)?;
            Engines::new(model, before, reference)?
        }
    };
    let app = App::new(engines, config, &content).map_err(|error| match error {
        AppError::Assistant(_) | AppError::Drift(_) => {
            anyhow::Error::new(Failure::BadInput(error.to_string()))
        }
        AppError::Thread(_) => error.into(),
    })?;
    if let Some(registry) = followed {
        app.follow(Arc::new(registry), maker).context("starting threads")?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_start(weir_server::after_the_water)
        .build();
    runtime.context("starting threads")?.block_on(serve(app))
}

/// The champion that this server had when it last ended: it needs no registry to begin.
fn last_good(maker: &Maker) -> Option<Engines> {
    maker.last_good().unwrap_or_else(|why| {
        output::notice(&format!("warning: the last good network is not whole: {why}"));
        None
    })
}

fn configuration(args: &Args) -> Result<Config, ConfigError> {
    args.source.config(&[
        ("--addr", "addr", &args.addr),
        ("--model", "model", &args.model),
        ("--device", "device", &args.device),
    ])
}

async fn serve(mut app: App) -> anyhow::Result<ExitCode> {
    let config = Arc::clone(&app.config);
    let listener = listen("addr", config.addr).await?;
    let beside = match config.tls.redirect_addr {
        Some(addr) => Some(listen("tls.redirect_addr", addr).await?),
        None => None,
    };
    app.tls = Tls::start(&config, &app.closing).map_err(refusal)?;
    let closing = app.closing.clone();
    ctrlc::set_handler(move || closing.cancel()).context("listening for Ctrl-C")?;
    let addr = listener.local_addr()?;
    let scheme = if app.tls.is_some() { "https" } else { "http" };
    output::notice(&format!("weir is at {scheme}://{addr}"));
    let redirect = async {
        if let Some(beside) = beside {
            weir_server::redirect(beside, &app, addr.port()).await;
        }
    };
    let calls = weir_server::calls(config.assistant.calls.addr, &app);
    let most = config.limits.connections.get();
    tokio::join!(weir_server::serve(listener, app.clone(), most), redirect, calls);
    Ok(ExitCode::SUCCESS)
}

async fn listen(key: &str, addr: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(addr).await;
    listener.map_err(|error| Failure::Lacking(format!("{key} {addr}: {error}")))
}

/// A file that is not what it should be is the user's.
fn refusal(error: TlsError) -> Failure {
    match error {
        TlsError::File { .. } | TlsError::Wrong { .. } => Failure::BadInput(error.to_string()),
        _ => Failure::Lacking(error.to_string()),
    }
}
