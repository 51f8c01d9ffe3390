//! What a send does to an entry, and when there is another one.

use super::*;

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

/// What another journal has sent is in doubt with none of our tries. A try that did not leave keeps
/// its age, without which nobody could settle it.
#[test]
fn not_sent_keeps_the_age_of_what_was_found() {
    let mut entry = prepared();
    entry.begin_send("me", NOON, &rules());
    entry.end_look(&QueryEnd::Processing, at(1), &rules());
    ask(&mut entry, &QueryEnd::NotFound, at(61));
    entry.begin_send("me", at(400), &rules());
    entry.end_send(&not_sent(), at(401), &rules());
    assert_eq!(
        (entry.state, entry.doubt, entry.sends),
        (State::Unknown, true, 0)
    );
    assert!(entry.first_sent_at.is_some() && entry.is_found());
    ask(&mut entry, &QueryEnd::NotFound, at(500));
    assert_eq!(entry.may_attest(at(11 * DAY), &rules()), Ok(()));
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
