//! The suite for implementers, run against our own transport and against ones that are wrong on
//! purpose.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use wxpay_core::TransportError;
use wxpay_transport::conformance::{self, Expected, Fault, Report, Setup, Verdict};
use wxpay_transport::{Deadline, Hints, ReqwestTransport, ReqwestTransportBuilder, Transport};

fn builder(setup: &Setup) -> ReqwestTransportBuilder {
    let builder = ReqwestTransport::builder()
        .connect_timeout(setup.connect_timeout)
        .response_timeout(setup.response_timeout)
        .total_timeout(setup.total_timeout)
        .max_response_bytes(setup.max_response_bytes)
        .only_root_pem(setup.root_pem.as_bytes())
        .allow_plain_http_to_loopback();
    match &setup.identity {
        None => builder,
        Some(identity) => {
            builder.identity_pem(identity.cert_pem.as_bytes(), identity.key_pem.as_bytes())
        }
    }
}

fn right(setup: &Setup) -> ReqwestTransport {
    builder(setup).build().unwrap()
}

/// Memory is that of the whole process, and time that of the whole machine, so these tests run one
/// by one.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn ours_conforms() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let report = conformance::check(right);
    assert!(report.is_conforming(), "{report}");
    assert_eq!(report.cautious().count(), 0, "{report}");
    let not_run = |row: &&conformance::Row| matches!(row.verdict, Verdict::NotRun(_));
    let not_run = report.rows().iter().filter(not_run).count();
    assert_eq!(not_run, if cfg!(target_os = "linux") { 0 } else { 2 });
    assert_eq!(report.rows().len(), 2 * conformance::faults().len());
}

#[test]
fn faults_have_names_of_their_own() {
    let faults = conformance::faults();
    let names: BTreeSet<_> = faults.iter().map(Fault::name).collect();
    assert_eq!(names.len(), faults.len());
    let tls = names.iter().filter(|name| name.starts_with("TLS")).count();
    assert!(tls >= 13 && names.len() - tls >= 27, "{names:?}");
}

#[test]
fn greedy_transport_fails_the_floods() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let greedy = |setup: &Setup| {
        let builder = builder(setup).max_response_bytes(64 * 1024 * 1024);
        builder.build().unwrap()
    };
    let report = conformance::check_some(greedy, Fault::is_flood);
    assert_wrong(&report, |fault| {
        ["endless body", "endless chunks"].contains(&fault.name())
    });
}

#[test]
fn slow_transport_fails_the_stalls() {
    let slow = |setup: &Setup| {
        let builder = builder(setup)
            .response_timeout(Duration::from_secs(5))
            .total_timeout(Duration::from_secs(5));
        builder.build().unwrap()
    };
    let stalls = |fault: &Fault| {
        let name = fault.name();
        let waits = ["stall", "drips", "without end"]
            .iter()
            .any(|word| name.contains(word));
        waits && *fault.expected() == Expected::MaybeSent
    };
    let report = conformance::check_some(slow, stalls);
    assert_wrong(&report, |_| true);
}

/// What a wrong transport does with the answer, or the error, of a right one.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    SaysNotSent,
    SaysMaybe,
    SendsAgain,
    Follows,
    TellsUrl,
    TakesErrorsForAnswers,
    Panics,
    IgnoresDeadlines,
    /// It looks before it connects, and not again before it writes.
    LooksEarly,
    /// It gets no further than connecting, as on a machine that is busy.
    NeverGetsThere,
    /// It sends nothing and can't tell.
    GivesUp,
    /// It is right, and far too late.
    Dawdles,
    /// It sends, takes its time, and says that it has not sent.
    LiesLate,
    SendsTwiceLate,
}

#[derive(Debug)]
struct WrongTransport(ReqwestTransport, Wrong);

#[async_trait]
impl Transport for WrongTransport {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if let (Wrong::LooksEarly, Some(deadline)) = (self.1, Deadline::of(&request)) {
            deadline.check()?;
        }
        if let Wrong::IgnoresDeadlines | Wrong::LooksEarly = self.1 {
            let hints: &mut Hints = request.extensions_mut().get_mut().unwrap();
            hints.deadline = None;
        }
        if let Wrong::NeverGetsThere = self.1 {
            tokio::time::sleep(Duration::from_millis(750)).await;
            return Err(TransportError::not_sent("connecting took too long"));
        }
        if let Wrong::GivesUp = self.1 {
            tokio::time::sleep(Duration::from_millis(750)).await;
            return Err(TransportError::maybe_sent("something took too long"));
        }
        let again = request.clone();
        let end = self.0.send(request).await;
        match (self.1, end) {
            (Wrong::SaysNotSent, Err(error)) => Err(TransportError::not_sent(error)),
            (Wrong::SaysMaybe, Err(error)) => Err(TransportError::maybe_sent(error)),
            (Wrong::Dawdles, end) => {
                tokio::time::sleep(Duration::from_millis(4100)).await;
                end
            }
            (Wrong::LiesLate, _) => {
                tokio::time::sleep(Duration::from_millis(750)).await;
                Err(TransportError::not_sent("connecting took too long"))
            }
            (Wrong::SendsTwiceLate, _) => {
                tokio::time::sleep(Duration::from_millis(4100)).await;
                self.0.send(again).await
            }
            (Wrong::SendsAgain, Err(_)) => self.0.send(again).await,
            (Wrong::TellsUrl, Err(_)) => Err(TransportError::maybe_sent(again.uri().to_string())),
            (Wrong::TakesErrorsForAnswers, Err(_)) => Ok(Response::new(Bytes::new())),
            (Wrong::Panics, Err(_)) => panic!("a transport that panics"),
            (Wrong::Follows, Ok(answer)) if answer.status().is_redirection() => {
                let (mut parts, body) = again.into_parts();
                match answer.headers().get("location") {
                    Some(location) => {
                        parts.uri = location.to_str().unwrap().parse().unwrap();
                        self.0.send(Request::from_parts(parts, body)).await
                    }
                    None => Ok(answer),
                }
            }
            (_, end) => end,
        }
    }
}

/// Runs all but the floods.
fn check_wrong(wrong: Wrong) -> Report {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let make = move |setup: &Setup| WrongTransport(right(setup), wrong);
    conformance::check_some(make, |fault| !fault.is_flood())
}

/// Exactly the named faults are wrong, each as a read and as a write. Where HTTP leaves a choice,
/// only some calls end in an error, so those may be wrong beside them.
#[track_caller]
fn assert_wrong(report: &Report, named: impl Fn(&Fault) -> bool) {
    let run: BTreeSet<_> = report.rows().iter().map(|row| row.fault).collect();
    let wrong: Vec<_> = report
        .wrong()
        .filter(|row| !matches!(row.expected, Expected::AnswerOrMaybeSent(..)))
        .map(|row| row.fault)
        .collect();
    let expected: Vec<_> = conformance::faults()
        .into_iter()
        .filter(|fault| run.contains(fault.name()) && named(fault))
        .flat_map(|fault| [fault.name(); 2])
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(wrong, expected);
}

fn must_be_maybe(fault: &Fault) -> bool {
    *fault.expected() == Expected::MaybeSent
}

#[test]
fn calling_everything_not_sent_is_wrong() {
    assert_wrong(&check_wrong(Wrong::SaysNotSent), must_be_maybe);
}

#[test]
fn calling_everything_maybe_sent_is_cautious() {
    let report = check_wrong(Wrong::SaysMaybe);
    assert!(report.is_conforming(), "{report}");
    let not_sent = |row: &&conformance::Row| row.expected == Expected::NotSent;
    let not_sent = report.rows().iter().filter(not_sent).count();
    assert_eq!(report.cautious().count(), not_sent);
    assert!(not_sent >= 2 * 13);
}

/// Sending again shows in what the server sees. Where nobody listens, nobody sees it, and after a
/// deadline nothing is sent the second time either.
#[test]
fn sending_again_is_wrong() {
    let report = check_wrong(Wrong::SendsAgain);
    let unseen = [
        "connection refused",
        "name does not resolve",
        "connect times out",
    ];
    let wrong: BTreeSet<_> = report.wrong().map(|row| row.fault).collect();
    for fault in conformance::faults() {
        let fails = matches!(fault.expected(), Expected::NotSent | Expected::MaybeSent);
        let may_leave = fault.deadline_from_now().is_none();
        if fails && may_leave && !fault.is_flood() && !unseen.contains(&fault.name()) {
            assert!(wrong.contains(fault.name()), "{}\n{report}", fault.name());
        }
    }
}

#[test]
fn following_redirects_is_wrong() {
    assert_wrong(&check_wrong(Wrong::Follows), |fault| {
        fault.name().contains("elsewhere") || fault.name().contains("to itself")
    });
}

#[test]
fn telling_the_url_is_wrong() {
    assert_wrong(&check_wrong(Wrong::TellsUrl), |fault| {
        matches!(fault.expected(), Expected::NotSent | Expected::MaybeSent)
    });
}

#[test]
fn taking_errors_for_answers_is_wrong() {
    assert_wrong(&check_wrong(Wrong::TakesErrorsForAnswers), |fault| {
        matches!(fault.expected(), Expected::NotSent | Expected::MaybeSent)
    });
}

#[test]
fn panicking_is_wrong_and_ends_nothing_else() {
    let report = check_wrong(Wrong::Panics);
    assert!(
        report
            .rows()
            .iter()
            .any(|row| row.verdict == Verdict::Right)
    );
    assert_wrong(&report, |fault| {
        matches!(fault.expected(), Expected::NotSent | Expected::MaybeSent)
    });
}

#[test]
fn ignoring_deadlines_is_wrong() {
    let report = check_wrong(Wrong::IgnoresDeadlines);
    assert_wrong(&report, |fault| {
        fault.deadline_from_now().is_some() && *fault.expected() == Expected::NotSent
    });
}

#[test]
fn looking_at_the_deadline_only_before_connecting_is_wrong() {
    assert_wrong(&check_wrong(Wrong::LooksEarly), |fault| {
        fault.name() == "deadline passes in the TLS handshake"
    });
}

/// The transport is `wrong` in the first calls of each of `faults`, and right when a row is run
/// again.
fn wrong_at_first(wrong: Wrong, faults: &'static [&'static str]) -> Report {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let built = AtomicUsize::new(0);
    let make = move |setup: &Setup| {
        let first = built.fetch_add(1, Ordering::Relaxed) < 2 * faults.len();
        let wrong = if first { wrong } else { Wrong::LooksEarly };
        WrongTransport(right(setup), wrong)
    };
    let report = conformance::check_some(make, |fault| faults.contains(&fault.name()));
    assert_eq!(report.rows().len(), 2 * faults.len());
    report
}

#[test]
fn busy_machine_is_not_taken_for_a_wrong_transport() {
    let faults = &[
        "close after reading",
        "cookie that must not come back",
        "500",
        "TLS 1.3: right",
    ];
    for busy in [Wrong::NeverGetsThere, Wrong::GivesUp, Wrong::Dawdles] {
        let report = wrong_at_first(busy, faults);
        assert_eq!(report.wrong().count(), 0, "{busy:?}\n{report}");
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let make = |setup: &Setup| WrongTransport(right(setup), Wrong::NeverGetsThere);
    let report = conformance::check_some(make, |fault| faults.contains(&fault.name()));
    assert_eq!(report.wrong().count(), 2 * faults.len(), "{report}");
}

/// A row is not run again if its servers refute what was said, or saw too much, however long it
/// took.
#[test]
fn lie_is_not_forgiven_on_a_second_run() {
    let faults = &[
        "close after reading",
        "close before reading",
        "stall before reading",
        "cookie that must not come back",
        "500",
        "TLS: close before reading",
        "TLS 1.3: right",
    ];
    for lie in [Wrong::LiesLate, Wrong::SendsTwiceLate] {
        let report = wrong_at_first(lie, faults);
        assert_eq!(
            report.wrong().count(),
            2 * faults.len(),
            "{lie:?}\n{report}"
        );
    }
}

#[test]
fn what_is_wrong_stands_at_the_end_of_the_report() {
    let make = |setup: &Setup| WrongTransport(right(setup), Wrong::SaysNotSent);
    let report = conformance::check_some(make, |fault| fault.name() == "half a head");
    let text = report.to_string();
    let (_, end) = text
        .split_once("1 faults, 2 rows: 0 right, 0 cautious, 2 wrong, 0 not run\n")
        .unwrap();
    let lie = "WRONG: \"not sent\", but the server may have seen it";
    assert_eq!(
        end,
        format!("{lie}\n  half a head, write\n  half a head, read")
    );
}
