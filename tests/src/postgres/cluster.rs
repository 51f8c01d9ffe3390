//! A PostgreSQL server in a folder of its own, started as a user who is not root.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::certificate::Certificate;

/// A server that lives as long as this value.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    data: PathBuf,
    port: u16,
    host: Option<String>,
}

impl Cluster {
    /// A new server. It writes as durably as a real one does.
    pub fn start() -> Self {
        let cluster = Self::new(None);
        cluster.up();
        cluster
    }

    /// A new server on a host of its own, which others reach at `address`, over TLS only.
    pub fn start_on(host: &str, address: Ipv4Addr) -> Self {
        let cluster = Self::new(Some(host.to_owned()));
        let certificate = Certificate::of(NAME);
        for (name, text) in [
            ("server.crt", &certificate.pem),
            ("server.key", &certificate.key),
        ] {
            cluster.write(&cluster.data.join(name), text);
        }
        fs::write(cluster.root(), certificate.root).unwrap();
        cluster.set(&format!("ssl = on\nlisten_addresses = '{address}'"));
        let others = cluster.data.join("pg_hba.conf");
        let rule = "local all all trust\nhostssl all all samenet trust\n";
        cluster.write(&others, rule);
        cluster.up();
        cluster
    }

    fn new(host: Option<String>) -> Self {
        let programs = programs().expect("PostgreSQL's server is not installed");
        let folder = tempfile::Builder::new()
            .prefix("wxpay-pg-")
            .tempdir()
            .unwrap();
        give(folder.path());
        let data = folder.path().join("data");
        let cluster = Self {
            programs,
            port: free_port(),
            data,
            folder,
            host,
        };
        let data = cluster.data.to_str().unwrap();
        let init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"];
        cluster.must(
            "initdb",
            &[&init[..], &["--locale=C", "--no-sync"]].concat(),
        );
        let settings =
            "\nshared_buffers = 32MB\nmax_connections = 120\nlisten_addresses = '127.0.0.1'\n";
        cluster.set(settings);
        cluster
    }

    /// The address of a schema, over a Unix socket.
    pub fn url(&self, schema: &str) -> String {
        self.url_of("postgres", schema)
    }

    /// The same for another user.
    pub fn url_of(&self, user: &str, schema: &str) -> String {
        let socket = self.folder.path().to_str().unwrap().replace('/', "%2F");
        let port = self.port;
        format!("postgres://{user}@{socket}:{port}/postgres?schema={schema}")
    }

    /// The address of a schema for another host, over TLS.
    pub fn url_from_afar(&self, address: Ipv4Addr, schema: &str) -> String {
        let (port, root) = (self.port, self.root());
        format!(
            "postgres://postgres@{NAME}:{port}/postgres?hostaddr={address}&schema={schema}&sslrootcert={}",
            root.display()
        )
    }

    /// The root certificate that other hosts trust.
    fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// The port of the loopback address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its data.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Adds lines to its settings, for the next start.
    pub fn set(&self, lines: &str) {
        let path = self.data.join("postgresql.conf");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{text}{lines}\n")).unwrap();
    }

    /// Writes a file that only the server's user may read.
    pub fn write(&self, path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        give(path);
    }

    /// Runs statements as the owner of all, and gives what they print.
    pub fn sql(&self, statements: &str) -> String {
        self.psql(&["-c", statements])
    }

    /// Runs a statement as a user, and gives what is said to it.
    pub fn try_sql(&self, user: &str, statement: &str) -> String {
        let (socket, port) = (self.folder.path().to_str().unwrap(), self.port.to_string());
        let fixed = [
            "-h", socket, "-p", &port, "-U", user, "-d", "postgres", "-XAtq",
        ];
        let done = self.run("psql", &[&fixed[..], &["-c", statement]].concat());
        String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned()
    }

    /// Runs `psql` with these arguments.
    fn psql(&self, arguments: &[&str]) -> String {
        let (socket, port) = (self.folder.path().to_str().unwrap(), self.port.to_string());
        let fixed = ["-h", socket, "-p", &port, "-U", "postgres", "-XAtq"];
        let strict = ["-v", "ON_ERROR_STOP=1"];
        self.must("psql", &[&fixed[..], &strict, arguments].concat())
    }

    /// Starts it, and waits until it takes connections.
    pub fn up(&self) {
        let socket = self.folder.path().display();
        let options = format!("-p {} -k {socket}", self.port);
        let log = self.folder.path().join("log");
        let data = self.data.to_str().unwrap();
        let start = Instant::now();
        loop {
            let fixed = ["start", "-w", "-t", "120", "-D", data, "-o", &options, "-l"];
            let done = self.run("pg_ctl", &[&fixed[..], &[log.to_str().unwrap()]].concat());
            if done.status.success() {
                return;
            }
            // Processes of the killed server may still be going away.
            let log = fs::read_to_string(&log).unwrap_or_default();
            assert!(start.elapsed() < START_TIMEOUT, "it does not start: {log}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Kills all its processes at once, as a power cut does.
    pub fn kill(&self) {
        let pid = fs::read_to_string(self.data.join("postmaster.pid"))
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .to_owned();
        let children =
            fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let all = std::iter::once(pid.as_str()).chain(children.split_whitespace());
        let mut kill = Command::new("kill");
        // Some may have ended by themselves.
        let _: Output = kill.arg("-9").args(all).output().unwrap();
    }

    /// Stops it without a checkpoint.
    pub fn stop(&self) {
        let data = self.data.to_str().unwrap();
        self.must("pg_ctl", &["stop", "-w", "-m", "immediate", "-D", data]);
    }

    /// A backup of everything as it is now.
    pub fn base_backup(&self) -> PathBuf {
        let to = self
            .folder
            .path()
            .join(format!("backup-{}", fastrand::u64(..)));
        let (socket, port) = (self.folder.path().to_str().unwrap(), self.port.to_string());
        let fixed = ["-h", socket, "-p", &port, "-U", "postgres", "-D"];
        let to_text = to.to_str().unwrap();
        let how = [to_text, "-X", "stream", "-c", "fast", "--no-sync"];
        self.must("pg_basebackup", &[&fixed[..], &how].concat());
        to
    }

    /// Becomes what it was at a backup: as after the loss of a disk, or, if it is promoted, after a
    /// failover to a standby that had not received the last changes.
    pub fn restore(&mut self, backup: PathBuf, promoted: bool) {
        self.stop();
        self.data = backup;
        if promoted {
            self.write(&self.data.join("standby.signal"), "");
        }
        self.up();
        if promoted {
            let data = self.data.to_str().unwrap();
            self.must("pg_ctl", &["promote", "-w", "-t", "120", "-D", data]);
        }
    }

    fn must(&self, program: &str, arguments: &[&str]) -> String {
        let done = self.run(program, arguments);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{program} {arguments:?}: {said}");
        String::from_utf8(done.stdout).unwrap()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut words: Vec<OsString> = Vec::new();
        if let Some(host) = &self.host {
            words.extend(["ip", "netns", "exec", host].map(OsString::from));
        }
        if is_root() {
            let user = ["setpriv", "--reuid=postgres", "--regid=postgres"];
            words.extend(user.map(OsString::from));
            words.extend(["--clear-groups", "--"].map(OsString::from));
        }
        words.push(self.programs.join(program).into());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        // A server that is started must not keep the pipes of this process.
        command.stdin(std::process::Stdio::null());
        command.current_dir("/").args(arguments);
        if program == "pg_ctl" {
            let null = || std::process::Stdio::null();
            let status = command.stdout(null()).stderr(null()).status().unwrap();
            return Output {
                status,
                stdout: Vec::new(),
                stderr: Vec::new(),
            };
        }
        command.output().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data.to_str().unwrap();
        self.run("pg_ctl", &["stop", "-w", "-m", "immediate", "-D", data]);
    }
}

/// Where PostgreSQL's programs are, if they are on this machine. Debian has those of the server
/// outside the path.
pub fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = debian.collect();
    folders.sort();
    folders.extend(std::env::split_paths(&path));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// To the user who runs the server. Root must not.
fn give(path: &Path) {
    if is_root() {
        let owner = "postgres:postgres";
        let done = Command::new("chown").arg(owner).arg(path).status().unwrap();
        assert!(done.success(), "the user postgres is missing");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What other hosts call the server.
const NAME: &str = "db.example";
const START_TIMEOUT: Duration = Duration::from_secs(120);
