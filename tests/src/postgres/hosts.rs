//! Hosts of a network of their own, each a network namespace of Linux: one for WeChat Pay, which is
//! that of this process, one for the PostgreSQL server, and one for each worker.
//!
//! A worker's host has two lines, one to each of the others. All of it belongs to a process tree
//! that [`enter`] begins, and goes with it: nothing is left behind, whatever ends it.

use std::ffi::OsString;
use std::io;
use std::net::Ipv4Addr;
use std::process::Command;

use fastrand::Rng;

/// The hosts of this process tree.
#[derive(Debug)]
pub struct Hosts(());

/// A way in which a host is cut off.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    from: Lost,
    kind: Kind,
}

/// Whom it does not reach.
#[derive(Clone, Copy, Debug)]
enum Lost {
    Server,
    Bank,
    Both,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The line is dead, which the host sees.
    Down,
    /// What is sent gets lost on its way, in both directions.
    Silent,
    /// What the host sends arrives, and what is answered does not.
    Unanswered,
}

/// Runs this program again as the first one of a new process tree, which has a network of its own,
/// with these words behind its own.
///
/// It comes back only if that can't be done.
pub fn enter(words: &[&str]) -> io::Error {
    use std::os::unix::process::CommandExt;
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let own = std::env::args_os().skip(1);
    let more = words.iter().map(OsString::from);
    // The shell is the parent of what loses its own, and takes note of its end.
    let shell = ["sh", "-c", "\"$@\"; exit $?", "sh"];
    let mut command = Command::new("unshare");
    command.args(TREE).args(shell);
    command.arg(program).args(own).args(more).exec()
}

/// Why there can be no hosts here.
pub fn lack() -> Option<String> {
    let tried = Command::new("unshare")
        .args(TREE)
        .args(["sh", "-ec", TRIAL])
        .output();
    match tried {
        Ok(done) if done.status.success() => None,
        Ok(done) => Some(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
        Err(error) => Some(format!("unshare: {error}")),
    }
}

impl Hosts {
    /// The host of the server.
    pub const SERVER: &str = "server";

    /// Makes the hosts of so many workers, and joins all. [`enter`] comes before.
    pub fn new(workers: usize) -> Self {
        assert!(workers <= 200, "a worker's address ends with its number");
        let hosts = Self(());
        // Names of namespaces are files in this folder, which only this process tree sees.
        run("mount", "-t tmpfs tmpfs /run");
        ip("link set lo up");
        ip("netns add switch");
        for name in [BANK, SERVER] {
            ip(&format!("-n switch link add name to-{name} type bridge"));
            ip(&format!("-n switch link set to-{name} up"));
        }
        line("", BANK, BANK, hosts.bank());
        host(Self::SERVER);
        line("-n server", SERVER, SERVER, hosts.server());
        for worker in 0..workers {
            let name = hosts.worker(worker);
            host(&name);
            for (to, address) in [
                (BANK, of_worker(hosts.bank(), worker)),
                (SERVER, of_worker(hosts.server(), worker)),
            ] {
                line(&format!("-n {name}"), to, &port(to, worker), address);
            }
        }
        hosts
    }

    /// The address of WeChat Pay.
    pub fn bank(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 98, 1, 1)
    }

    /// The address of the server.
    pub fn server(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 98, 2, 1)
    }

    /// The name of a worker's host.
    pub fn worker(&self, number: usize) -> String {
        format!("worker-{number}")
    }

    /// Cuts a worker's host off.
    pub fn cut(&self, worker: usize, cut: Cut) {
        for to in cut.from.names() {
            let port = port(to, worker);
            match cut.kind {
                Kind::Down => ip(&format!("-n switch link set {port} down")),
                Kind::Silent => ip(&format!("-n switch link set {port} nomaster")),
                Kind::Unanswered => self.route(to, worker, "add"),
            }
        }
    }

    /// Joins it again.
    pub fn join(&self, worker: usize, cut: Cut) {
        for to in cut.from.names() {
            let port = port(to, worker);
            match cut.kind {
                Kind::Down => ip(&format!("-n switch link set {port} up")),
                Kind::Silent => ip(&format!("-n switch link set {port} master to-{to}")),
                Kind::Unanswered => self.route(to, worker, "del"),
            }
        }
    }

    fn route(&self, from: &str, worker: usize, change: &str) {
        let (at, own) = match from {
            SERVER => ("-n server", self.server()),
            _ => ("", self.bank()),
        };
        let address = of_worker(own, worker);
        ip(&format!("{at} route {change} blackhole {address}/32"));
    }
}

impl Cut {
    /// Any of them, each as likely.
    pub fn any(random: &mut Rng) -> Self {
        let from = [Lost::Server, Lost::Bank, Lost::Both];
        let kind = [Kind::Down, Kind::Silent, Kind::Unanswered];
        Self {
            from: from[random.usize(..from.len())],
            kind: kind[random.usize(..kind.len())],
        }
    }
}

impl Lost {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Server => &[SERVER],
            Self::Bank => &[BANK],
            Self::Both => &[SERVER, BANK],
        }
    }
}

fn host(name: &str) {
    ip(&format!("netns add {name}"));
    ip(&format!("-n {name} link set lo up"));
}

/// From a host to the switch.
fn line(at: &str, to: &str, port: &str, address: Ipv4Addr) {
    ip(&format!(
        "{at} link add name {to} type veth peer name {port} netns switch"
    ));
    ip(&format!("-n switch link set {port} master to-{to} up"));
    ip(&format!("{at} addr add {address}/24 dev {to}"));
    ip(&format!("{at} link set {to} up"));
}

fn port(to: &str, worker: usize) -> String {
    format!("{to}-{worker}")
}

/// In the network of `of`.
fn of_worker(of: Ipv4Addr, worker: usize) -> Ipv4Addr {
    let [a, b, c, _] = of.octets();
    let last = 10 + u8::try_from(worker).unwrap();
    Ipv4Addr::new(a, b, c, last)
}

fn ip(words: &str) {
    run("ip", words);
}

fn run(program: &str, words: &str) {
    let done = Command::new(program)
        .args(words.split_whitespace())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {words}: {said}");
}

const BANK: &str = "bank";
const SERVER: &str = Hosts::SERVER;

/// All of it ends with the first process, and that with this one.
const TREE: [&str; 7] = [
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--",
];

/// One of each.
const TRIAL: &str = "mount -t tmpfs tmpfs /run
ip netns add trial
ip link add name one type veth peer name other netns trial
ip -n trial link add name switch type bridge
command -v setpriv >/dev/null";
