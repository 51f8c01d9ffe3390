use std::time::Duration;

use wxpay_core::{Certainty, Class, Error, Fen, PartnerTradeNo, TransportError};

use super::*;
use crate::evidence::{Message, PayEnd, QueryEnd, Refusal};

/// Noon in China.
const NOON: Moment = Moment::from_millis(1_796_011_200_000);
const DAY: u64 = 86_400;

fn at(seconds: u64) -> Moment {
    NOON.after(Duration::from_secs(seconds))
}

/// A millisecond before.
fn just_before(moment: Moment) -> Moment {
    Moment::from_millis(moment.millis() - 1)
}

fn rules() -> Rules {
    Rules::default()
}

fn prepared() -> Entry {
    Entry::prepared(
        "intent".parse().unwrap(),
        PartnerTradeNo::new("A1").unwrap(),
        "fingerprint",
        "payee".to_owned(),
        Fen::new(100),
        Message::new("bytes"),
        NOON,
    )
}

/// Sent at noon, and ended so.
fn sent(end: &PayEnd) -> Entry {
    let mut entry = prepared();
    entry.begin_send("me", NOON, &rules());
    entry.end_send(end, at(1), &rules());
    entry
}

fn unclear() -> PayEnd {
    PayEnd::Unclear("cut".to_owned())
}

fn not_sent() -> PayEnd {
    let error = TransportError::not_sent("no route");
    PayEnd::NotSent(Error::new("pay", wxpay_core::Effect::Write, error))
}

fn refused(code: &str, class: Class) -> PayEnd {
    PayEnd::Refused(Refusal::new(code, class, "words"))
}

fn definite() -> PayEnd {
    refused("NAME_MISMATCH", Class::new(Certainty::Definite))
}

fn ask(entry: &mut Entry, end: &QueryEnd, now: Moment) {
    entry.hold("me", now, &rules());
    entry.end_query(end, now, &rules());
}

fn found(amount: i64, payee: Option<&str>) -> QueryEnd {
    QueryEnd::Paid {
        payment_no: Some("1".to_owned()),
        amount: Some(Fen::new(amount)),
        payee: payee.map(str::to_owned),
        at: None,
    }
}

#[test]
fn prepared_is_to_be_sent_once_by_one() {
    let mut entry = prepared();
    assert_eq!(entry.next(NOON, &rules()), Next::Send);
    assert_eq!(entry.next(just_before(NOON), &rules()), Next::Wait(NOON));
    entry.begin_send("me", NOON, &rules());
    assert_eq!((entry.state, entry.sends), (State::Sending, 1));
    assert_eq!(
        (entry.first_sent_at, entry.last_sent_at),
        (Some(NOON), Some(NOON))
    );
    let until = at(300);
    assert_eq!(entry.next(NOON, &rules()), Next::Held(until));
    assert_eq!(entry.next(just_before(until), &rules()), Next::Held(until));
    assert_ne!(entry.next(until, &rules()), Next::Held(until));
}

#[test]
fn a_try_begins_its_own_count() {
    let mut entry = sent(&unclear());
    (entry.queries, entry.not_found, entry.not_found_at) = (3, 2, Some(NOON));
    entry.begin_send("me", at(400), &rules());
    assert_eq!(
        (entry.queries, entry.not_found, entry.not_found_at),
        (0, 0, None)
    );
    assert_eq!(
        (entry.first_sent_at, entry.last_sent_at),
        (Some(NOON), Some(at(400)))
    );
    assert_eq!(entry.sends, 2);
}

#[test]
fn lost_process_leaves_doubt_and_nothing_else_does() {
    let mut entry = prepared();
    entry.begin_send("me", NOON, &rules());
    entry.end_lease(at(300), &rules());
    assert_eq!(
        (entry.state, entry.doubt, entry.lease.clone()),
        (State::Unknown, true, None)
    );
    assert_eq!(entry.next_at, at(300));
    assert_eq!(entry.next(at(300), &rules()), Next::Query);

    let mut entry = sent(&definite());
    entry.hold("me", at(70), &rules());
    entry.end_lease(at(400), &rules());
    assert_eq!(
        (entry.state, entry.doubt, entry.lease),
        (State::Unknown, false, None)
    );
}

/// A short lease does not make the first query come too early.
#[test]
fn lost_process_waits_as_long_as_any_send() {
    let mut rules = rules();
    rules.lease = Duration::from_secs(10);
    let mut entry = prepared();
    entry.begin_send("me", NOON, &rules);
    entry.end_lease(at(10), &rules);
    assert_eq!(entry.next_at, at(60));
}

#[test]
fn paid_is_the_end() {
    let mut entry = sent(&PayEnd::Paid {
        payment_no: "10".to_owned(),
    });
    assert_eq!(
        (entry.state, entry.payment_no.as_deref()),
        (State::Paid, Some("10"))
    );
    assert_eq!(
        (entry.closed_at, entry.message.clone()),
        (Some(at(1)), None)
    );
    // It counts on its day.
    assert_eq!(entry.counted, Some(NOON.day()));
    assert_eq!((entry.lease.clone(), entry.reason.clone()), (None, None));
    assert_eq!(entry.next(at(999), &rules()), Next::Settled);
    assert!(!entry.allows_replacement());
    let before = entry.clone();
    entry.end_late_send(
        &PayEnd::Paid {
            payment_no: "11".to_owned(),
        },
        &before,
        at(5),
    );
    assert_eq!(entry, before);
}

#[test]
fn late_reply_pays_and_does_nothing_else() {
    let mut entry = sent(&unclear());
    let before = entry.clone();
    for end in [unclear(), not_sent(), definite()] {
        entry.end_late_send(&end, &before, at(5));
        assert_eq!(entry, before);
    }
    entry.lease = Some(Lease {
        holder: "another".to_owned(),
        until: at(999),
    });
    entry.end_late_send(
        &PayEnd::Paid {
            payment_no: "11".to_owned(),
        },
        &before,
        at(5),
    );
    assert_eq!((entry.state, entry.lease), (State::Paid, None));
}

fn late(entry: &mut Entry, sent: &Entry) {
    let payment_no = "11".to_owned();
    entry.end_late_send(&PayEnd::Paid { payment_no }, sent, at(5));
}

/// Whatever it had been declared to be.
#[test]
fn late_payment_of_what_was_given_up_is_kept_with_an_alarm() {
    for state in [State::Rejected, State::Failed, State::Prepared] {
        for replaced in [false, true] {
            let before = sent(&unclear());
            let mut entry = before.clone();
            if state == State::Prepared {
                entry.state = state;
            } else {
                entry.close(state, at(2));
            }
            entry.replaced_by = replaced.then(|| PartnerTradeNo::new("A2").unwrap());
            late(&mut entry, &before);
            assert_eq!(
                (
                    entry.state,
                    entry.alarm.clone(),
                    entry.payment_no.as_deref()
                ),
                (State::Paid, Some(Alarm::PaidLate), Some("11")),
                "{state:?}"
            );
            // It was spent, so it counts again.
            assert_eq!(
                (entry.closed_at, entry.counted),
                (Some(at(5)), Some(NOON.day()))
            );
            assert!(!entry.allows_replacement() && !entry.may_reopen());
        }
    }
}

#[test]
fn late_payment_of_what_was_corrected_since_is_what_was_paid() {
    let before = sent(&unclear());
    let mut entry = before.clone();
    entry.close(State::Rejected, at(2));
    entry.reopen(at(3));
    (entry.amount, entry.payee) = (Fen::new(900), "another".to_owned());
    entry.fingerprint = "another".to_owned();
    late(&mut entry, &before);
    assert_eq!((entry.amount, &entry.payee), (before.amount, &before.payee));
    assert_eq!(entry.fingerprint, before.fingerprint);
    assert_eq!(entry.alarm, Some(Alarm::PaidLate));
}

#[test]
fn late_query_keeps_what_it_heard() {
    for (end, state, alarm) in [
        (found(100, None), State::Paid, Some(Alarm::PaidLate)),
        (found(99, None), State::Unknown, Some(Alarm::Mismatch)),
        (QueryEnd::NotFound, State::Failed, None),
        (QueryEnd::Processing, State::Unknown, None),
    ] {
        let mut entry = sent(&unclear());
        entry.attest("by Wang".to_owned(), at(2));
        entry.end_late_query(&end, at(5));
        assert_eq!(
            (entry.state, entry.alarm.clone()),
            (state, alarm),
            "{end:?}"
        );
        assert_eq!(entry.attested, state == State::Failed);
    }
}

/// What the query right before a send says of a number that this journal never sent.
#[test]
fn look_finds_what_others_have_paid() {
    for (end, state, alarm) in [
        (found(100, None), State::Paid, None),
        (found(99, None), State::Unknown, Some(Alarm::Mismatch)),
        (QueryEnd::Processing, State::Unknown, None),
        (QueryEnd::Failed(None), State::Failed, None),
    ] {
        let mut entry = prepared();
        entry.begin_send("me", NOON, &rules());
        entry.end_look(&end, at(1), &rules());
        assert_eq!(
            (entry.state, entry.alarm.clone()),
            (state, alarm),
            "{end:?}"
        );
        assert_eq!((entry.sends, entry.is_found()), (0, true), "{end:?}");
        assert_eq!(entry.lease, None);
    }
    let settings = Class::new(Certainty::QueryFailed).configuration();
    for (end, alarm) in [
        (QueryEnd::Unclear("cut".to_owned()), None),
        (
            QueryEnd::Refused(Refusal::new("NO_AUTH", settings, "words")),
            Some(Alarm::Configuration),
        ),
    ] {
        let mut entry = prepared();
        entry.begin_send("me", NOON, &rules());
        entry.end_look(&end, at(1), &rules());
        assert_eq!((entry.state, entry.alarm.clone()), (State::Prepared, alarm));
        assert_eq!((entry.sends, entry.is_found()), (0, false));
        assert!(entry.may_be_signed_again());
        assert_eq!(entry.next(at(1), &rules()), Next::Wait(at(61)));
        assert_eq!(entry.next(at(61), &rules()), Next::Send);
    }
}

/// A resend that the query before it keeps back stays in doubt.
#[test]
fn look_before_a_resend_leaves_the_doubt() {
    let mut entry = sent(&unclear());
    entry.begin_send("me", at(400), &rules());
    entry.end_look(&QueryEnd::Unclear("cut".to_owned()), at(401), &rules());
    assert_eq!(
        (entry.state, entry.doubt, entry.sends),
        (State::Unknown, true, 1)
    );
    assert_eq!(entry.first_sent_at, Some(NOON));
    assert!(!entry.may_be_signed_again());
}

/// `return_code=FAIL` proves nothing, but a wrong key may have been the cause.
#[test]
fn declined_is_in_doubt_and_may_be_signed_again() {
    let mut entry = sent(&PayEnd::Declined("签名失败".to_owned()));
    assert_eq!((entry.state, entry.doubt), (State::Unknown, true));
    assert_eq!(entry.alarm, Some(Alarm::Configuration));
    assert!(entry.may_be_signed_again());
    entry.hold("me", at(60), &rules());
    assert!(!entry.may_be_signed_again());
    entry.begin_send("me", at(400), &rules());
    assert!(!entry.resign);
}

/// Written by a clock that was hours ahead: it does not hold the payout up, and causes no send.
#[test]
fn moments_of_a_wrong_clock_do_not_hold_it_up() {
    let mut entry = prepared();
    entry.next_at = at(8 * 3600);
    assert_eq!(entry.next(NOON, &rules()), Next::Send);
    let mut entry = sent(&unclear());
    (entry.last_sent_at, entry.next_at) = (Some(at(8 * 3600)), at(8 * 3600 + 60));
    entry.not_found = 1;
    entry.not_found_at = Some(at(8 * 3600));
    assert_eq!(entry.next(at(60), &rules()), Next::Query);
    // The longest wait is one, and is kept.
    entry.next_at = at(3660);
    assert_eq!(entry.next(at(60), &rules()), Next::Wait(at(3660)));
}

/// Its earlier number was paid after all.
#[test]
fn stopped_number_is_for_a_person() {
    let mut entry = prepared();
    entry.stop_for("A0");
    assert_eq!(entry.next(NOON, &rules()), Next::Person);
    assert!(!entry.end_queries());
    assert_eq!(entry.alarm, Some(Alarm::PaidLate));
    let mut entry = sent(&unclear());
    ask(&mut entry, &QueryEnd::NotFound, at(60));
    entry.stop_for("A0");
    assert_eq!(entry.next(at(360), &rules()), Next::Query);
}

#[test]
fn not_sent_takes_the_try_back() {
    let mut entry = sent(&not_sent());
    assert_eq!((entry.state, entry.sends), (State::Prepared, 0));
    assert_eq!((entry.first_sent_at, entry.last_sent_at), (None, None));
    assert_eq!(entry.next(at(1), &rules()), Next::Send);
    assert!(entry.reason.is_some());

    entry = sent(&unclear());
    entry.begin_send("me", at(400), &rules());
    entry.end_send(&not_sent(), at(401), &rules());
    assert_eq!(
        (entry.state, entry.doubt, entry.sends),
        (State::Unknown, true, 1)
    );
    assert_eq!(entry.first_sent_at, Some(NOON));
    assert_eq!(entry.next_at, at(461));
}

#[test]
fn unclear_waits_a_minute_from_the_send() {
    let mut entry = sent(&unclear());
    assert_eq!((entry.state, entry.doubt), (State::Unknown, true));
    assert_eq!(entry.reason.as_deref(), Some("cut"));
    assert_eq!(
        entry.next(just_before(at(60)), &rules()),
        Next::Wait(at(60))
    );
    assert_eq!(entry.next(at(60), &rules()), Next::Query);
    // One that took longer is asked about at once.
    entry.begin_send("me", NOON, &rules());
    entry.end_send(&unclear(), at(90), &rules());
    assert_eq!(entry.next_at, at(90));
}

#[test]
fn unclear_after_a_refusal_forgets_it() {
    let mut entry = sent(&definite());
    entry.begin_send("me", at(400), &rules());
    entry.end_send(&unclear(), at(401), &rules());
    assert_eq!((entry.refusal, entry.doubt), (None, true));
}

#[test]
fn refusals_raise_their_alarms() {
    let settings = Class::new(Certainty::Definite).configuration();
    for (end, doubt, alarm) in [
        (definite(), false, None),
        (
            refused("SIGN_ERROR", settings),
            false,
            Some(Alarm::Configuration),
        ),
        (
            refused("CA_ERROR", Class::new(Certainty::Ambiguous).configuration()),
            true,
            Some(Alarm::Configuration),
        ),
        (
            refused(
                "SYSTEMERROR",
                Class::new(Certainty::Ambiguous).same_number(),
            ),
            true,
            None,
        ),
        (
            refused("FATAL_ERROR", Class::UNLISTED),
            true,
            Some(Alarm::ParametersDiffer),
        ),
        (
            refused("NEW_CODE", Class::UNLISTED),
            true,
            Some(Alarm::UnlistedCode),
        ),
    ] {
        let entry = sent(&end);
        assert_eq!((entry.doubt, entry.alarm), (doubt, alarm), "{end:?}");
        assert_eq!(entry.state, State::Unknown, "{end:?}");
        assert_eq!(entry.next_at, at(60));
        assert!(entry.reason.unwrap().ends_with(": words"));
    }
}

#[test]
fn query_pays_what_is_ours() {
    for (end, pays) in [
        (found(100, None), true),
        (found(100, Some("payee")), true),
        (found(100, Some("another")), false),
        (found(99, None), false),
        (found(101, Some("payee")), false),
    ] {
        let mut entry = sent(&unclear());
        entry.alarm = Some(Alarm::Overdue);
        ask(&mut entry, &end, at(60));
        let state = if pays { State::Paid } else { State::Unknown };
        let alarm = if pays { None } else { Some(Alarm::Mismatch) };
        assert_eq!(
            (entry.state, entry.alarm.clone(), entry.lease.clone()),
            (state, alarm, None),
            "{end:?}"
        );
        // A mismatch is never repeated, whatever the queries say.
        if !pays {
            ask(&mut entry, &QueryEnd::NotFound, at(1000));
            assert_eq!(entry.next(at(9000), &rules()), Next::Query);
            assert_eq!(entry.alarm, Some(Alarm::Mismatch));
        }
    }
    let mut entry = sent(&unclear());
    ask(&mut entry, &found(99, None), at(60));
    assert!(
        entry
            .reason
            .unwrap()
            .contains("paid 99 fen under this number, not 100")
    );
    let mut entry = sent(&unclear());
    ask(&mut entry, &found(100, Some("another")), at(60));
    assert!(entry.reason.unwrap().contains("somebody else"));
}

/// WeChat Pay knew of a payment once: that it does not find it later proves nothing, and a person has less to go by.
#[test]
fn what_was_known_once_is_not_rejected_for_not_being_found() {
    for known in [found(99, None), QueryEnd::Processing] {
        let mut entry = sent(&definite());
        ask(&mut entry, &QueryEnd::NotFound, at(60));
        ask(&mut entry, &known, at(400));
        assert!(
            entry.may_attest(at(20 * DAY), &rules()).is_err(),
            "{known:?}"
        );
        for query in 2..9 {
            ask(&mut entry, &QueryEnd::NotFound, at(query * 400));
        }
        assert_eq!(entry.state, State::Unknown, "{known:?}");
    }
}

#[test]
fn failed_is_an_end_that_frees_and_may_be_replaced() {
    let mut entry = sent(&unclear());
    ask(
        &mut entry,
        &QueryEnd::Failed(Some("冻结".to_owned())),
        at(60),
    );
    assert_eq!(
        (entry.state, entry.reason.as_deref()),
        (State::Failed, Some("冻结"))
    );
    assert_eq!(
        (entry.counted, entry.message.clone(), entry.closed_at),
        (None, None, Some(at(60)))
    );
    assert!(entry.allows_replacement());
    entry.replaced_by = Some(PartnerTradeNo::new("A2").unwrap());
    assert!(!entry.allows_replacement());
}

#[test]
fn queries_wait_ever_longer() {
    let mut entry = sent(&unclear());
    let mut now = at(60);
    for minutes in [1, 2, 5, 15, 60, 60, 60] {
        ask(&mut entry, &QueryEnd::Processing, now);
        let next = now.after(Duration::from_secs(minutes * 60));
        assert_eq!(entry.next_at, next);
        now = next;
    }
    for end in [
        QueryEnd::Unclear("cut".to_owned()),
        QueryEnd::Refused(Refusal::new(
            "FREQ_LIMIT",
            Class::new(Certainty::QueryFailed).limit(),
            "",
        )),
    ] {
        ask(&mut entry, &end, now);
        assert_eq!((entry.state, entry.alarm.clone()), (State::Unknown, None));
    }
    let settings = Class::new(Certainty::QueryFailed).configuration();
    ask(
        &mut entry,
        &QueryEnd::Refused(Refusal::new("NO_AUTH", settings, "")),
        now,
    );
    assert_eq!(entry.alarm, Some(Alarm::Configuration));
}

/// Two, five minutes apart, with nothing in between that speaks against it.
#[test]
fn not_found_twice_confirms_a_definite_refusal() {
    let mut entry = sent(&definite());
    ask(&mut entry, &QueryEnd::NotFound, at(60));
    assert_eq!((entry.state, entry.not_found), (State::Unknown, 1));
    assert_eq!(entry.next_at, at(360));
    let why = "(NOT_FOUND); it was refused with NAME_MISMATCH: words";
    assert!(entry.reason.as_ref().unwrap().ends_with(why));
    ask(&mut entry, &QueryEnd::NotFound, just_before(at(360)));
    assert_eq!((entry.state, entry.not_found), (State::Unknown, 1));
    ask(&mut entry, &QueryEnd::NotFound, at(360));
    assert_eq!((entry.state, entry.not_found), (State::Rejected, 2));
    assert_eq!((entry.counted, entry.closed_at), (None, Some(at(360))));
    assert_eq!(entry.reason.as_deref(), Some("NAME_MISMATCH: words"));
    // What was refused may go out again, under its number, so its bytes stay.
    assert!(entry.message.is_some());
    assert!(entry.may_reopen() && !entry.allows_replacement());

    let mut entry = sent(&definite());
    ask(&mut entry, &QueryEnd::NotFound, at(60));
    ask(&mut entry, &QueryEnd::Processing, at(360));
    assert_eq!((entry.not_found, entry.not_found_at), (0, None));
    ask(&mut entry, &QueryEnd::NotFound, at(720));
    assert_eq!((entry.state, entry.not_found), (State::Unknown, 1));
}

#[test]
fn not_found_confirms_nothing_else() {
    let ambiguous = refused("SYSTEMERROR", Class::new(Certainty::Ambiguous));
    for end in [unclear(), ambiguous] {
        let mut entry = sent(&end);
        for query in 1..9 {
            ask(&mut entry, &QueryEnd::NotFound, at(query * 400));
        }
        assert_eq!(entry.state, State::Unknown, "{end:?}");
    }
    // Nor with no confirmation asked for: one is needed all the same.
    let mut rules = rules();
    rules.confirmations = 0;
    let mut entry = sent(&definite());
    let cut = QueryEnd::Unclear("cut".to_owned());
    entry.end_query(&cut, at(60), &rules);
    assert_eq!(entry.state, State::Unknown);
    entry.end_query(&QueryEnd::NotFound, at(400), &rules);
    assert_eq!(entry.state, State::Rejected);
}

#[test]
fn doubt_is_sent_again_after_not_found_and_five_minutes() {
    let mut entry = sent(&unclear());
    ask(&mut entry, &QueryEnd::NotFound, at(60));
    assert_eq!(
        entry.next(just_before(at(360)), &rules()),
        Next::Wait(at(360))
    );
    assert_eq!(entry.next(at(360), &rules()), Next::Send);
    let mut never = rules();
    never.resend = false;
    assert_eq!(entry.next(at(360), &never), Next::Query);
    for (what, change) in [
        (
            "without doubt",
            (|entry| entry.doubt = false) as fn(&mut Entry),
        ),
        ("without bytes", |entry| entry.message = None),
        ("found", |entry| entry.not_found = 0),
        ("just found not", |entry| entry.not_found_at = Some(at(61))),
        ("just sent", |entry| entry.last_sent_at = Some(at(61))),
        ("mismatch", |entry| entry.alarm = Some(Alarm::Mismatch)),
        ("differing", |entry| {
            entry.alarm = Some(Alarm::ParametersDiffer)
        }),
        ("paid late", |entry| entry.alarm = Some(Alarm::PaidLate)),
    ] {
        let mut other = entry.clone();
        change(&mut other);
        assert_eq!(other.next(at(360), &rules()), Next::Query, "{what}");
    }
    // An alarm by age may have been raised by a clock that was wrong: the ages themselves decide.
    for alarm in [
        Alarm::Overdue,
        Alarm::Configuration,
        Alarm::UnlistedCode,
        Alarm::ResendWindowClosed,
        Alarm::QueryWindowClosed,
    ] {
        entry.alarm = Some(alarm);
        assert_eq!(entry.next(at(360), &rules()), Next::Send);
    }
}

/// The third try comes fifteen minutes after the second one, and none waits for more than an hour.
#[test]
fn tries_wait_ever_longer() {
    for (sends, gap) in [(1, 300), (2, 600), (3, 900), (12, 3600), (13, 3600)] {
        let mut entry = sent(&unclear());
        ask(&mut entry, &QueryEnd::NotFound, at(60));
        entry.sends = sends;
        assert_eq!(
            entry.next(at(gap.max(360)), &rules()),
            Next::Send,
            "{sends}"
        );
        if gap > 360 {
            let before = just_before(at(gap));
            assert_eq!(entry.next(before, &rules()), Next::Query, "{sends}");
        }
    }
}

#[test]
fn nothing_is_sent_after_seven_days() {
    let mut entry = sent(&unclear());
    let last = at(7 * DAY);
    ask(&mut entry, &QueryEnd::NotFound, at(DAY));
    assert_eq!(entry.next(last, &rules()), Next::Send);
    let after = at(7 * DAY + 1);
    assert_eq!(entry.next(after, &rules()), Next::Query);
    ask(&mut entry, &QueryEnd::NotFound, last);
    assert_eq!(entry.alarm, Some(Alarm::Overdue));
    ask(&mut entry, &QueryEnd::NotFound, after);
    assert_eq!(entry.alarm, Some(Alarm::ResendWindowClosed));
    // From then on the queries alone set the pace: it was the fourth.
    assert_eq!(
        entry.next_at,
        after.after(Duration::from_secs(15 * 60 - 600))
    );
}

#[test]
fn age_is_told_by_alarms() {
    let mut entry = sent(&unclear());
    for (seconds, alarm) in [
        (DAY - 1, None),
        (DAY, Some(Alarm::Overdue)),
        (25 * DAY - 1, Some(Alarm::Overdue)),
        (25 * DAY, Some(Alarm::QueryWindowCloses)),
    ] {
        ask(&mut entry, &QueryEnd::Processing, at(seconds));
        assert_eq!(entry.alarm, alarm, "{seconds}");
    }
    for kept in [
        Alarm::Mismatch,
        Alarm::ParametersDiffer,
        Alarm::Configuration,
    ] {
        entry.alarm = Some(kept.clone());
        ask(&mut entry, &QueryEnd::Processing, at(26 * DAY));
        assert_eq!(entry.alarm.as_ref(), Some(&kept));
        assert!(!entry.end_queries());
        assert_eq!(entry.alarm, Some(kept));
    }
    entry.alarm = Some(Alarm::ResendWindowClosed);
    ask(&mut entry, &QueryEnd::Processing, at(26 * DAY));
    assert_eq!(entry.alarm, Some(Alarm::QueryWindowCloses));
}

#[test]
fn thirty_days_end_the_queries() {
    let mut entry = sent(&unclear());
    entry.next_at = NOON;
    assert_eq!(entry.next(at(30 * DAY), &rules()), Next::Query);
    assert_eq!(entry.next(at(30 * DAY + 1), &rules()), Next::Person);
    for alarm in [
        None,
        Some(Alarm::Overdue),
        Some(Alarm::ResendWindowClosed),
        Some(Alarm::QueryWindowCloses),
    ] {
        entry.alarm = alarm;
        assert!(entry.end_queries());
        assert_eq!(entry.alarm, Some(Alarm::QueryWindowClosed));
    }
    assert!(!entry.end_queries());
    // What never left has no age.
    let prepared = prepared();
    assert_eq!(prepared.next(at(40 * DAY), &rules()), Next::Send);
}

#[test]
fn person_may_attest_after_ten_days_of_not_found() {
    let mut entry = sent(&unclear());
    entry.not_found = 1;
    let ten = at(10 * DAY);
    assert_eq!(entry.may_attest(ten, &rules()), Ok(()));
    assert_eq!(
        entry.may_attest(just_before(ten), &rules()),
        Err(NotAttestable::TooEarly(ten))
    );
    for (what, change) in [
        (
            "never asked",
            (|entry| entry.not_found = 0) as fn(&mut Entry),
        ),
        ("never sent", |entry| entry.last_sent_at = None),
        ("settled", |entry| entry.state = State::Rejected),
        ("not sent", |entry| entry.state = State::Prepared),
        ("held", |entry| entry.hold("me", at(10 * DAY), &rules())),
    ] {
        let mut other = entry.clone();
        change(&mut other);
        assert!(other.may_attest(ten, &rules()).is_err(), "{what}");
    }
    entry.attest("by Wang".to_owned(), ten);
    assert_eq!(
        (entry.state, entry.reason.as_deref()),
        (State::Failed, Some("by Wang"))
    );
    // WeChat Pay has not said so: the number stays.
    assert!(!entry.allows_replacement());
    assert!(entry.may_reopen());
    entry.reopen(at(20 * DAY));
    assert!(entry.may_be_signed_again());
    assert_eq!((entry.attested, entry.doubt), (false, false));
}

#[test]
fn rejected_can_be_reopened_as_it_was() {
    let mut entry = sent(&refused(
        "NOTENOUGH",
        Class::new(Certainty::Definite).same_number(),
    ));
    ask(&mut entry, &QueryEnd::NotFound, at(60));
    ask(&mut entry, &QueryEnd::NotFound, at(360));
    assert_eq!(entry.state, State::Rejected);
    assert!(!entry.allows_replacement());
    entry.alarm = Some(Alarm::Configuration);
    entry.reopen(at(999));
    assert_eq!(
        (entry.state, entry.sends, entry.next_at),
        (State::Prepared, 0, at(999))
    );
    assert_eq!(
        (entry.closed_at, entry.refusal.clone(), entry.alarm.clone()),
        (None, None, None)
    );
    assert_eq!((entry.first_sent_at, entry.last_sent_at), (None, None));
    assert_eq!(entry.next(at(999), &rules()), Next::Send);
}

/// What a refusal says of the number is no more than that WeChat Pay did not know it then.
#[test]
fn only_wechat_pays_own_failed_allows_another_number() {
    let definite = Class::new(Certainty::Definite);
    for class in [
        definite,
        definite.limit(),
        definite.configuration(),
        definite.same_number(),
    ] {
        let mut entry = sent(&refused("CODE", class));
        for state in State::ALL {
            entry.state = state;
            let failed = state == State::Failed;
            assert_eq!(entry.allows_replacement(), failed, "{class:?} {state:?}");
            let reopens = state == State::Rejected;
            assert_eq!(entry.may_reopen(), reopens, "{class:?} {state:?}");
        }
    }
}

/// An alarm that keeps a payout from being sent is not forgotten for a wrong key, whose own alarm the next send ends.
#[test]
fn alarms_about_money_stay() {
    let configuration = Class::new(Certainty::QueryFailed).configuration();
    let wrong_key = QueryEnd::Refused(Refusal::new("SIGN_ERROR", configuration, "words"));
    let fatal = refused("FATAL_ERROR", Class::new(Certainty::Ambiguous));
    for (mut entry, alarm) in [
        (sent(&fatal), Alarm::ParametersDiffer),
        (sent(&unclear()), Alarm::Mismatch),
    ] {
        ask(&mut entry, &found(200, None), at(60));
        ask(&mut entry, &QueryEnd::NotFound, at(120));
        entry.alarm = Some(alarm.clone());
        ask(&mut entry, &wrong_key, at(1000));
        ask(&mut entry, &QueryEnd::NotFound, at(2000));
        assert_eq!(entry.alarm, Some(alarm));
        assert_ne!(entry.next(at(100_000), &rules()), Next::Send);
    }
}

/// Another amount was paid under a number that waits to be sent again with a corrected payment.
#[test]
fn late_query_of_another_payment_keeps_it_from_being_sent() {
    let mut entry = sent(&definite());
    entry.close(State::Rejected, at(1000));
    entry.reopen(at(2000));
    entry.end_late_query(&found(200, None), at(2001));
    assert_eq!(
        (entry.state, entry.alarm.clone(), entry.doubt),
        (State::Unknown, Some(Alarm::Mismatch), true)
    );
    assert_eq!(entry.next(at(2002), &rules()), Next::Query);
}

#[test]
fn moments_of_a_wrong_clock_are_put_right_to_the_safe_side() {
    for hours in [2, 8, 73 * 365 * 24] {
        let wrong = NOON.after(Duration::from_secs(hours * 3600));
        let mut entry = prepared();
        entry.begin_send("me", wrong, &rules());
        entry.end_send(&unclear(), wrong, &rules());
        entry.not_found_at = Some(wrong);
        assert!(entry.correct_moments(at(60), &rules()));
        assert_eq!(entry.first_sent_at, Some(NOON), "prepared by a right clock");
        assert_eq!(entry.last_sent_at, Some(at(60)));
        assert_eq!(entry.not_found_at, Some(at(60)));
        entry.prepared_at = wrong;
        entry.first_sent_at = Some(wrong);
        assert!(entry.correct_moments(at(90), &rules()));
        assert_eq!(
            (entry.prepared_at, entry.first_sent_at),
            (at(90), Some(at(90)))
        );
    }
    // What is within a wait is no wrong clock.
    let mut entry = sent(&unclear());
    let before = entry.clone();
    assert!(!entry.correct_moments(just_before(NOON), &rules()));
    assert_eq!(entry, before);
}

/// WeChat Pay knows of it, whenever that is heard: two `NOT_FOUND`s of others do not make a refusal certain then.
#[test]
fn late_query_that_knows_of_it_keeps_it_from_being_rejected() {
    for end in [QueryEnd::Processing, found(99, None)] {
        let mut entry = sent(&definite());
        ask(&mut entry, &QueryEnd::NotFound, at(60));
        entry.end_late_query(&end, at(100));
        ask(&mut entry, &QueryEnd::NotFound, at(400));
        ask(&mut entry, &QueryEnd::NotFound, at(800));
        assert_eq!(entry.state, State::Unknown, "{end:?}");

        let mut entry = sent(&definite());
        ask(&mut entry, &QueryEnd::NotFound, at(60));
        ask(&mut entry, &QueryEnd::NotFound, at(400));
        assert_eq!(entry.state, State::Rejected);
        entry.end_late_query(&end, at(500));
        assert_eq!(
            (entry.state, entry.doubt),
            (State::Unknown, true),
            "{end:?}"
        );
        assert_eq!((entry.closed_at, entry.counted), (None, Some(NOON.day())));
    }
    // WeChat Pay's own FAILED is an end.
    let mut entry = sent(&unclear());
    ask(&mut entry, &QueryEnd::Failed(None), at(60));
    entry.end_late_query(&QueryEnd::Processing, at(100));
    assert_eq!(entry.state, State::Failed);
}

/// Something else was paid under this number or an earlier one: there is no next one.
#[test]
fn alarm_about_money_gives_no_permit() {
    for alarm in [Alarm::Mismatch, Alarm::PaidLate, Alarm::ParametersDiffer] {
        let mut entry = sent(&unclear());
        entry.alarm = Some(alarm);
        ask(&mut entry, &QueryEnd::Failed(None), at(60));
        assert_eq!(entry.state, State::Failed);
        assert!(!entry.allows_replacement());
    }
}
