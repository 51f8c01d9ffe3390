//! What is heard after others have changed the entry.

use super::*;

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
            entry.replaced_by = replaced.then(|| Number::new("A2").unwrap());
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

    // The correction was sent too, and what came of it is not known.
    let mut entry = before.clone();
    entry.close(State::Rejected, at(2));
    entry.reopen(at(3));
    entry.fingerprint = "another".to_owned();
    entry.begin_send("me", at(3), &rules());
    entry.end_send(&unclear(), at(4), &rules());
    late(&mut entry, &before);
    assert_eq!(
        (entry.state, entry.alarm, entry.reason.as_deref()),
        (State::Paid, Some(Alarm::PaidLate), Some(BOOKED_UNPAID))
    );
}

/// It was given up and is to go out again, when the query before says that the earlier try was
/// paid.
#[test]
fn payment_that_is_found_before_it_goes_out_again_is_late() {
    for (end, state, alarm, reason) in [
        (
            found(100, None),
            State::Paid,
            Alarm::PaidLate,
            BOOKED_UNPAID,
        ),
        (
            found(99, None),
            State::Unknown,
            Alarm::Mismatch,
            "WeChat Pay paid 99 fen under this number, not 100",
        ),
    ] {
        let mut entry = sent(&definite());
        entry.close(State::Rejected, at(1000));
        entry.reopen(at(2000));
        entry.begin_send("me", at(2000), &rules());
        entry.end_look(&end, at(2001), &rules());
        assert_eq!(
            (entry.state, entry.alarm.clone(), entry.reason.as_deref()),
            (state, Some(alarm), Some(reason)),
            "{end:?}"
        );
        assert!(!entry.is_found() && entry.counted.is_some(), "{end:?}");
        assert_eq!((entry.sends, entry.lease.clone()), (1, None));
        assert_eq!(entry.last_sent_at, Some(at(2001)));
    }
}

/// A try after it was given up that did not leave has not made it older.
#[test]
fn not_sent_again_leaves_no_age() {
    let mut entry = sent(&definite());
    entry.close(State::Rejected, at(1000));
    entry.reopen(at(2000));
    entry.begin_send("me", at(2000), &rules());
    entry.end_send(&not_sent(), at(2001), &rules());
    assert_eq!(
        (entry.state, entry.sends, entry.first_sent_at),
        (State::Prepared, 1, None)
    );
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
    let reason = "WeChat Pay paid 200 fen under this number, not 100";
    assert_eq!(entry.reason.as_deref(), Some(reason));
    assert_eq!(entry.first_sent_at, Some(at(2001)));
    assert_eq!(entry.next(at(2002), &rules()), Next::Query);
}

/// WeChat Pay knows of it, whenever that is heard: two `NOT_FOUND`s of others do not make a refusal
/// certain then.
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

const BOOKED_UNPAID: &str = "paid after it had been booked as not paid";
