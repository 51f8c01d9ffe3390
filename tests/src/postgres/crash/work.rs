//! Who works, and what happens to them.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::process::Child;

use super::{Cuts, Plan};
use crate::payouts::bank::Bank;
use crate::payouts::worker::{Job, signal};
use crate::postgres::cluster::Cluster;
use crate::postgres::hosts::{Cut, Hosts};

/// What was done to workers and server.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Count {
    /// How many workers were killed while they worked.
    pub killed: usize,
    /// How often the server was killed.
    pub servers: usize,
    /// How many workers stood still past their lease, and went on.
    pub stopped: usize,
    /// How often a host was cut off.
    pub cuts: usize,
    /// How many of these times were longer than a lease.
    pub long_cuts: usize,
    /// How many processes came to their end.
    pub ended: usize,
    /// How many gave up, since the server was away.
    pub gave_up: usize,
}

pub(super) struct Work<'a> {
    pub(super) count: Count,
    program: &'a Path,
    bank: &'a Bank,
    plan: &'a Plan,
    cuts: &'a Cuts,
    random: Rng,
    parts: VecDeque<Range<usize>>,
    hosts: Option<Hosts>,
    places: Vec<Place>,
}

/// Where a process works.
#[derive(Default)]
struct Place {
    worker: Option<Worker>,
    line: Line,
}

/// Whether its host is joined to the others, and until when.
enum Line {
    Joined(Instant),
    Cut(Cut, Instant),
}

impl Default for Line {
    fn default() -> Self {
        Self::Joined(Instant::now())
    }
}

/// A process, its part, and what is to happen to it.
struct Worker {
    child: Child,
    part: Range<usize>,
    fate: Fate,
    at: Instant,
}

enum Fate {
    Dies,
    Stops,
    GoesOn,
    Lives,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        program: &'a Path,
        bank: &'a Bank,
        plan: &'a Plan,
        cuts: &'a Cuts,
        hosts: Option<Hosts>,
    ) -> Self {
        // Neighbours overlap, so that they meet.
        let starts = (0..plan.intents).step_by(plan.part);
        let ends = |start: usize| (start + plan.part + plan.part / 4).min(plan.intents);
        Self {
            count: Count::default(),
            program,
            bank,
            plan,
            cuts,
            random: Rng::with_seed(plan.seed),
            parts: starts.map(|start| start..ends(start)).collect(),
            hosts,
            places: (0..plan.processes).map(|_| Place::default()).collect(),
        }
    }

    /// Until all of it has happened and all parts were worked on.
    pub(super) async fn go_on(&mut self, cluster: &Cluster) {
        while !self.is_done() {
            for at in 0..self.places.len() {
                let mut place = std::mem::take(&mut self.places[at]);
                place.worker = match place.worker.take() {
                    Some(worker) => self.look_at(worker).await,
                    None => Some(self.start(at)),
                };
                place.line = self.line(at, place.line, place.worker.as_ref());
                self.places[at] = place;
            }
            // As often as the workers, in proportion.
            let Count {
                killed, servers, ..
            } = self.count;
            let due = (killed + 1) * self.plan.servers / self.plan.workers.max(1);
            if servers < self.plan.servers && (servers < due || killed >= self.plan.workers) {
                cluster.kill();
                cluster.up();
                self.count.servers += 1;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        for (at, place) in std::mem::take(&mut self.places).into_iter().enumerate() {
            if let (Line::Cut(cut, _), Some(hosts)) = (place.line, &self.hosts) {
                hosts.join(at, cut);
            }
            if let Some(mut worker) = place.worker {
                worker.go_on();
                worker.child.wait().await.unwrap();
            }
        }
    }

    fn is_done(&self) -> bool {
        let Count {
            killed,
            servers,
            stopped,
            cuts,
            ..
        } = self.count;
        let wanted = (self.plan.workers, self.plan.servers);
        let of_hosts = (self.cuts.stops, self.cuts.cuts);
        killed >= wanted.0
            && servers >= wanted.1
            && stopped >= of_hosts.0
            && cuts >= of_hosts.1
            && self.parts.is_empty()
    }

    async fn look_at(&mut self, mut worker: Worker) -> Option<Worker> {
        if let Some(end) = worker.child.try_wait().unwrap() {
            if end.success() {
                self.count.ended += 1;
            } else {
                self.count.gave_up += 1;
                self.parts.push_back(worker.part);
            }
            return None;
        }
        if worker.at > Instant::now() {
            return Some(worker);
        }
        match worker.fate {
            Fate::Dies if self.count.killed < self.plan.workers => {
                worker.child.kill().await.unwrap();
                self.count.killed += 1;
                self.parts.push_back(worker.part);
                return None;
            }
            Fate::Stops => {
                // Another one comes to its payouts when its leases have ended.
                worker.signal("STOP");
                self.parts.push_front(worker.part.clone());
                (worker.fate, worker.at) = (Fate::GoesOn, self.after(LEASE));
                self.count.stopped += 1;
            }
            Fate::GoesOn => worker.go_on(),
            Fate::Dies | Fate::Lives => {}
        }
        Some(worker)
    }

    /// Cuts the host of a place off, or joins it again.
    fn line(&mut self, at: usize, line: Line, worker: Option<&Worker>) -> Line {
        let Some(hosts) = &self.hosts else {
            return line;
        };
        let now = Instant::now();
        match line {
            Line::Cut(cut, until) if until <= now => {
                hosts.join(at, cut);
                let joined = self.random.u64(..self.plan.longest);
                Line::Joined(now + Duration::from_millis(joined))
            }
            Line::Joined(until) if until <= now && self.count.cuts < self.cuts.cuts => {
                let cut = Cut::any(&mut self.random);
                hosts.cut(at, cut);
                let until = self.after(SHORTEST);
                self.count.cuts += 1;
                if until > now + Duration::from_millis(LEASE) {
                    self.count.long_cuts += 1;
                    self.parts.extend(worker.map(|worker| worker.part.clone()));
                }
                Line::Cut(cut, until)
            }
            line => line,
        }
    }

    /// A moment that is so many milliseconds away or more. Each order of magnitude up to the
    /// longest is as likely.
    fn after(&mut self, shortest: u64) -> Instant {
        let factor = self.cuts.longest_cut.max(2 * shortest) as f64 / shortest as f64;
        let millis = shortest as f64 * factor.powf(self.random.f64());
        Instant::now() + Duration::from_millis(millis as u64)
    }

    fn start(&mut self, at: usize) -> Worker {
        // When all were worked on, some are worked on again.
        let count = self.plan.intents;
        let again = self.random.usize(..count);
        let part = self.parts.pop_front();
        let part = part.unwrap_or(again..(again + self.plan.part).min(count));
        let mut job = Job::new(self.bank.folder(), part.clone());
        job.host = self.hosts.as_ref().map(|hosts| hosts.worker(at));
        let mut command = job.command(self.program);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let life = self.random.u64(..self.plan.longest);
        let stops = self.count.stopped < self.cuts.stops && self.random.u8(..4) == 0;
        Worker {
            child: child.unwrap(),
            part,
            fate: if stops { Fate::Stops } else { Fate::Dies },
            at: Instant::now() + Duration::from_millis(life),
        }
    }
}

impl Worker {
    fn signal(&self, name: &str) {
        // It has not been waited for, so the number is still its own.
        signal(name, self.child.id().unwrap());
    }

    fn go_on(&mut self) {
        if matches!(self.fate, Fate::GoesOn) {
            self.signal("CONT");
            self.fate = Fate::Lives;
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            killed,
            servers,
            stopped,
            cuts,
            long_cuts,
            ended,
            gave_up,
        } = self;
        write!(
            f,
            "{killed} workers and {servers} servers killed, {stopped} workers stopped past their lease, hosts cut off {cuts} \
             times ({long_cuts} of them past a lease); {ended} processes came to their end, {gave_up} gave up;"
        )
    }
}

const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// As the workers have it, in milliseconds.
const LEASE: u64 = 3000;
/// Of a cut, in milliseconds.
const SHORTEST: u64 = 100;
