//! The commands, one file each.

mod bill;
mod call;
mod completions;
mod demo;
mod doctor;
mod explain;
mod init;
mod input;
mod keys;
mod list;
#[cfg(feature = "man")]
mod man;
mod open;
mod payout;
mod probe;
mod sandbox;
mod sandbox_client;
mod show;
mod sign;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

use crate::fail::Fail;
use crate::lang::Lang;

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start a local WeChat Pay, make real calls to it over mutual TLS, and show what each one
    /// proved
    ///
    /// Nothing leaves this machine. The exit code is 0 only when every step holds.
    Demo(demo::Arguments),
    /// Run a local WeChat Pay that clients in any language can talk to
    ///
    /// It speaks APIv2, APIv3 and WeCom's payments over TLS, checks every signature and says why
    /// one fails. The files that a client needs are written into a folder: keys, certificates, a
    /// ready wxpay.toml and shell exports. A page shows the requests as they come. No request
    /// leaves this machine; notifications go to addresses of this machine only.
    Sandbox(Box<sandbox::Arguments>),
    /// Write a `wxpay.toml` to fill in, with a comment on each setting
    ///
    /// It asks nothing and connects to nothing. A file that is there is left as it is. Then it says
    /// which files belong beside it.
    Init(init::Arguments),
    /// Check a configuration before it goes live: one line a check, green, yellow or red, with what
    /// to do
    ///
    /// Nothing is changed and no money moves: the checks read files, and query numbers that do not
    /// exist. The exit code is 0 unless a check is red (1).
    Doctor(Box<doctor::Arguments>),
    /// List the operations of WeChat Pay that can be called, or those that a text finds
    ///
    /// It needs no configuration and no connection. `wxpay show NAME` explains one in full.
    List(list::Arguments),
    /// Show what an operation does, takes, answers and refuses
    ///
    /// It needs no configuration and no connection. `wxpay list` has the names.
    Show(show::Arguments),
    /// Call one operation, with its fields as arguments
    ///
    /// `wxpay list` has the names, and `wxpay call NAME --help` tells the fields of one. A call
    /// that can change anything asks first, or wants --yes. Exit codes: 0 done, 1 not executed, 2
    /// the arguments are wrong and nothing was sent, 3 unknown: query before anything else, 4 a
    /// read failed.
    Call(call::Arguments),
    /// Pay employees (向员工付款), transfer to users (商家转账) and refund orders (退款) from CSV files, each
    /// row once, whatever happens
    #[command(subcommand)]
    Payout(payout::Command),
    /// Download bills (账单), read them, compare their sums, and reconcile them with your own orders
    #[command(subcommand)]
    Bill(bill::Command),
    /// Sign a message of APIv2, a WeCom payment, a request of APIv3, or what a front end needs to
    /// pay
    Sign(Box<sign::Arguments>),
    /// Verify a response or notification of APIv2 or APIv3
    ///
    /// The exit code is 0 if it holds, 1 if it does not, 2 if the question can't be understood.
    Verify(Box<verify::Arguments>),
    /// Open what is encrypted: the resource of a notification, platform certificates, an encrypted
    /// field, a refund notification
    ///
    /// A message with a signature is verified first. The exit code is 0 if it opens, 1 if it does
    /// not.
    Open(Box<open::Arguments>),
    /// Explain why the signature of a captured request, response, notification or front-end payment
    /// is wrong
    ///
    /// It takes whatever keys are configured, and finds the mistake with which the signature holds.
    /// The exit code is 0 if everything was checked and holds, else 1.
    Explain(Box<explain::Arguments>),
    /// Print a script that completes the arguments of `wxpay` in a shell
    Completions(completions::Arguments),
    /// Write the manual pages of `wxpay` and its commands
    #[cfg(feature = "man")]
    #[command(hide = true)]
    Man(man::Arguments),
}

impl Command {
    /// Does it, and says with which code the process ends.
    pub(crate) async fn run(self, lang: Lang) -> Result<ExitCode, Fail> {
        match self {
            Self::Sandbox(arguments) => sandbox::run(*arguments, lang).await,
            Self::Demo(arguments) => demo::run(&arguments, lang).await,
            Self::Init(arguments) => init::run(&arguments, lang),
            Self::Doctor(arguments) => doctor::run(*arguments, lang).await,
            Self::List(arguments) => list::run(&arguments, lang),
            Self::Show(arguments) => show::run(&arguments, lang),
            Self::Call(arguments) => call::run(arguments, lang).await,
            Self::Payout(command) => command.run(lang).await,
            Self::Bill(command) => command.run(lang).await,
            Self::Sign(arguments) => sign::run(*arguments).await,
            Self::Verify(arguments) => verify::run(*arguments, lang).await,
            Self::Open(arguments) => open::run(*arguments, lang).await,
            Self::Explain(arguments) => explain::run(*arguments, lang),
            Self::Completions(arguments) => completions::run(&arguments),
            #[cfg(feature = "man")]
            Self::Man(arguments) => man::run(&arguments, lang),
        }
    }
}
