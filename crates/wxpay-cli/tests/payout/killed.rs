//! Runs that are killed in the middle of their work.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use crate::office::Office;

/// Starts so many runs at once, as if somebody had started one again by mistake, and kills them as
/// soon as it is time.
pub(crate) async fn killed(
    office: &Office,
    arguments: &str,
    runs: usize,
    is_time: impl Fn() -> bool,
) {
    let start = Instant::now();
    let runs = (0..runs).map(|at| Run::start(office, arguments, at));
    let mut runs: Vec<_> = runs.collect();
    while !is_time() {
        for run in &mut runs {
            run.must_go_on(office, arguments);
        }
        let waited = start.elapsed();
        assert!(waited < Duration::from_secs(300), "it does not go on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for run in &mut runs {
        run.child.kill().unwrap();
        run.child.wait().unwrap();
    }
}

struct Run {
    child: Child,
    says: PathBuf,
}

impl Run {
    fn start(office: &Office, arguments: &str, at: usize) -> Self {
        let says = office.folder.path().join(format!("said-{at}"));
        Self {
            child: spawn(office, arguments, &says),
            says,
        }
    }

    /// It has not ended, or it was another run that kept it from the journal for long: then it ends
    /// as it should, and is started again.
    fn must_go_on(&mut self, office: &Office, arguments: &str) {
        if self.child.try_wait().unwrap().is_some() {
            let said = fs::read_to_string(&self.says).unwrap();
            let is_kept_out = said.contains("another process has held it for");
            assert!(is_kept_out, "done before it was to be killed: {said}");
            self.child = spawn(office, arguments, &self.says);
        }
    }
}

fn spawn(office: &Office, arguments: &str, says: &Path) -> Child {
    let says = File::create(says).unwrap();
    let mut command = office.command(arguments);
    let command = command.stdout(says.try_clone().unwrap()).stderr(says);
    command.spawn().unwrap()
}
