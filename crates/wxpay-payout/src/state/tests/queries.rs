//! What a query does to an entry, that before a send among them.

use super::*;

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
    assert!(entry.reason.unwrap().contains("someone else"));
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

/// WeChat Pay knew of a payment once: that it does not find it later proves nothing, and a person
/// has less to go by.
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
    entry.replaced_by = Some(Number::new("A2").unwrap());
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
