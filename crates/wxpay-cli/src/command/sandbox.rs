//! The sandbox as a server.

mod client_files;
mod ctl;
mod log;

use std::io::{Write, stderr};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use wxpay_sandbox::{Control, Sandbox, SandboxBuilder, StartError, StateFileError, Trust};

use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// How to run it, or what to tell a running one.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    run: Run,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Tell a running sandbox what to do, or ask it what happened
    Ctl(ctl::Arguments),
}

#[derive(Args)]
struct Run {
    /// The address to answer on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7443")]
    listen: SocketAddr,
    /// The address of the page and of the control port: keep it on loopback, since everybody who
    /// can reach it can control the sandbox
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7080")]
    control: SocketAddr,
    /// The folder for the keys and for what a client needs; made at the first start, read again at
    /// the next
    #[arg(long, value_name = "DIR", default_value = "wxpay-sandbox")]
    dir: PathBuf,
    /// A file to keep the state in: orders, payouts, batches and the clock; read at the start, and
    /// written with each change before it is answered, so that it survives if the sandbox is killed
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Make every choice of the sandbox follow from this number: its own numbers and nonces, and
    /// faults by chance
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// What responses are signed with: public-key, certificates or both
    #[arg(
        long,
        value_enum,
        value_name = "MODE",
        default_value = "public-key",
        hide_possible_values = true
    )]
    trust: TrustName,
    /// Make the merchant one of the national algorithms (国密): SM2, SM3 and SM4 in APIv3; for a
    /// `wxpay` that was built with them
    #[arg(long, conflicts_with = "trust")]
    sm: bool,
    /// A further host name or IP address that clients know it by, such as that of a container; can
    /// be given again
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// How many requests to keep
    #[arg(long, value_name = "N", default_value_t = 1000)]
    keep: usize,
    /// Print no line per request
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum TrustName {
    PublicKey,
    Certificates,
    Both,
}

pub(crate) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    match arguments.command {
        Some(Command::Ctl(arguments)) => ctl::run(arguments, lang).await,
        None => serve(arguments.run, lang).await,
    }
}

async fn serve(run: Run, lang: Lang) -> Result<ExitCode, Fail> {
    let mut builder = Sandbox::builder()
        .listen(run.listen)
        .trust(run.trust.into())
        .directory(&run.dir)
        .keep_requests(run.keep);
    for name in &run.name {
        builder = builder.name(name);
    }
    if run.sm {
        builder = national(builder)?;
    }
    if let Some(seed) = run.seed {
        builder = builder.seed(seed);
    }
    if let Some(file) = &run.state {
        builder = builder.state_file(file);
    }
    let sandbox = Arc::new(builder.start().await.map_err(not_started)?);
    let control = Control::start(Arc::clone(&sandbox), run.control, &run.name)
        .await
        .map_err(not_started)?;
    let dir = std::path::absolute(&run.dir).unwrap_or_else(|_| run.dir.clone());
    client_files::write(&sandbox, &control, &dir).await?;

    log::greet(&sandbox, &control, &dir, lang)?;
    tokio::select! {
        ended = stopped() => ended?,
        () = print_requests(&sandbox, run.quiet, lang) => {}
    }
    sandbox.save().await.map_err(not_saved)?;
    let said = lang.pick("\nThe sandbox ended.", "\n沙箱已结束。");
    writeln!(stdout(), "{said}")?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "sm")]
fn national(builder: SandboxBuilder) -> Result<SandboxBuilder, Fail> {
    Ok(builder.sm())
}

#[cfg(not(feature = "sm"))]
fn national(_: SandboxBuilder) -> Result<SandboxBuilder, Fail> {
    Err(Fail::usage(
        "this `wxpay` was built without the national algorithms: install it with `--features sm`",
        "此 `wxpay` 未包含国密算法：请用 `--features sm` 重新安装",
    ))
}

/// Never ends: when nobody reads what is printed any more, the sandbox goes on without.
async fn print_requests(sandbox: &Sandbox, quiet: bool, lang: Lang) {
    if !quiet && let Err(fail) = log::follow(sandbox, lang).await {
        let _ = fail.write(&mut stderr().lock(), lang);
    }
    std::future::pending().await
}

/// Waits for Ctrl-C, or for the signal that service managers send.
async fn stopped() -> Result<(), Fail> {
    let failed = |error: std::io::Error| {
        Fail::new("can't wait for the end", "无法等待结束信号").because(error)
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(failed)?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(failed)?;
    Ok(())
}

fn not_started(error: StartError) -> Fail {
    match &error {
        StartError::Listen { address, .. } => Fail::new(
            format!(
                "can't listen on {address}: if another program has the port, end it or choose one by --listen and --control"
            ),
            format!("无法监听 {address}：如果端口已被占用，请结束那个程序，或用 --listen、--control 换一个"),
        ),
        StartError::Snapshot(_) => Fail::new(
            "the file of --state holds no state of a sandbox: move it away to start without it",
            "--state 的文件不是沙箱的状态：如需重新开始，请移走它",
        ),
        StartError::StateFile(error) => {
            let shown = error.file.display();
            Fail::new(
                format!("can't use {shown} as the file of --state"),
                format!("{shown} 不能用作 --state 的文件"),
            )
        }
        _ => Fail::new("the sandbox did not start", "沙箱未能启动"),
    }
    .because(error)
}

fn not_saved(error: StateFileError) -> Fail {
    let shown = error.file.display();
    let fail = Fail::new(
        format!("the latest state could not be written to {shown}"),
        format!("最新状态未能写入 {shown}"),
    );
    fail.because(error.source)
}

impl From<TrustName> for Trust {
    fn from(name: TrustName) -> Self {
        match name {
            TrustName::PublicKey => Self::PublicKey,
            TrustName::Certificates => Self::Certificates,
            TrustName::Both => Self::Both,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  wxpay sandbox                         start it; files for clients go to ./wxpay-sandbox, the page is at http://localhost:7080
  . wxpay-sandbox/env.sh                put address, merchant ID, keys and certificate paths into the environment
  wxpay sandbox ctl pay ORDER1          pay the order ORDER1 as its user would
  wxpay sandbox ctl clock advance 24h   let a day pass, with all notifications that are sent again in it
  wxpay sandbox ctl fault add v2.pay.query_order error_code --code SYSTEMERROR --times 3

A client needs the address of --listen in place of https://api.mch.weixin.qq.com and trust in ca.pem; all else is as with the
real one. A client that can't be given an address is led here by a proxy or a hosts file: the certificate is good for
api.mch.weixin.qq.com too.

Notifications go to this machine only, over plain HTTP, or over HTTPS if the shop serves its callback with callback_cert.pem and
callback_key.pem of that folder.";
