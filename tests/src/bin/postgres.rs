//! The big proof of the journal in PostgreSQL: workers and server are killed again and again; and
//! what the journal costs.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use wxpay_tests::payouts::worker::Job;

/// Kills workers of a journal in PostgreSQL and its server again and again, and measures what the
/// journal costs.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Be one of the processes
    #[command(hide = true)]
    Worker(Job),
    #[cfg(unix)]
    #[command(flatten)]
    Try(Try),
}

#[cfg(unix)]
#[derive(Subcommand)]
enum Try {
    /// Kill workers and the server at random moments, and hold the journal against the books
    Crash(wxpay_tests::postgres::crash::Plan),
    /// Do so on hosts of their own, which are cut off and joined again: network namespaces, for
    /// root on Linux
    Hosts(OnHosts),
    /// Measure what the journal costs beside SQLite, and how long a million open payouts take
    Cost(wxpay_tests::postgres::figures::Sizes),
}

#[cfg(unix)]
#[derive(clap::Args)]
struct OnHosts {
    #[command(flatten)]
    plan: wxpay_tests::postgres::crash::Plan,
    #[command(flatten)]
    cuts: wxpay_tests::postgres::crash::Cuts,
    /// Try as little as the gate does, and where there can be no such hosts, only say so
    #[arg(long)]
    gate: bool,
    /// In the network that this program has made
    #[arg(long, hide = true)]
    inside: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let holds = match Arguments::parse().what {
        What::Worker(job) => job.work().await,
        #[cfg(unix)]
        What::Try(Try::Crash(plan)) => {
            let program = std::env::current_exe().unwrap();
            let crashes = wxpay_tests::postgres::crash::run(&program, &plan).await;
            println!("{crashes}");
            crashes.holds()
        }
        #[cfg(unix)]
        What::Try(Try::Hosts(hosts)) => hosts.run().await,
        #[cfg(unix)]
        What::Try(Try::Cost(sizes)) => {
            wxpay_tests::postgres::figures::run(&sizes).await;
            true
        }
    };
    ExitCode::from(u8::from(!holds))
}

#[cfg(unix)]
impl OnHosts {
    async fn run(self) -> bool {
        use wxpay_tests::postgres::{crash, hosts};
        if !self.inside {
            let Some(lack) = hosts::lack() else {
                let error = hosts::enter(&["--inside"]);
                eprintln!("unshare: {error}");
                return false;
            };
            let skipped = if self.gate { "skipped: " } else { "" };
            eprintln!("{skipped}{NEEDS}; what was said: {lack}");
            return self.gate;
        }
        let (plan, cuts) = if self.gate {
            (crash::Plan::short(), crash::Cuts::short())
        } else {
            (self.plan, self.cuts)
        };
        let program = std::env::current_exe().unwrap();
        let hosts = hosts::Hosts::new(plan.processes);
        let crashes = crash::run_on(hosts, &program, &plan, &cuts).await;
        println!("{crashes}");
        crashes.holds()
    }
}

#[cfg(unix)]
const NEEDS: &str = "hosts that are cut off are network namespaces: they need Linux, root (in a container: --privileged), and \
                     the commands ip (iproute2), unshare and setpriv (util-linux)";
