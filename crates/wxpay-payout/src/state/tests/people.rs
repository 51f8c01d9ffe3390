//! What is left to people: alarms, attesting, sending again, another number.

use super::*;

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

/// Both numbers were paid: that must not read as one clean payment, however it is heard and
/// whatever was heard before.
#[test]
fn stopped_number_that_is_paid_keeps_its_alarm() {
    let stopped = || {
        let mut entry = sent(&unclear());
        entry.stop_for("A0");
        entry
    };
    let is_told = |entry: &Entry| {
        assert_eq!(
            (entry.state, entry.alarm.clone()),
            (State::Paid, Some(Alarm::PaidLate))
        );
        let reason = entry.reason.as_deref().unwrap();
        assert!(
            reason.contains("its earlier number A0 was paid"),
            "{reason}"
        );
    };
    let mut entry = stopped();
    ask(&mut entry, &found(100, None), at(60));
    is_told(&entry);
    for end in [QueryEnd::NotFound, QueryEnd::Processing] {
        let mut entry = stopped();
        ask(&mut entry, &end, at(60));
        ask(&mut entry, &found(100, None), at(120));
        is_told(&entry);
    }
    let mut entry = stopped();
    let payment_no = "1".to_owned();
    entry.end_send(&PayEnd::Paid { payment_no }, at(60), &rules());
    is_told(&entry);
    let mut entry = prepared();
    entry.stop_for("A0");
    entry.end_late_query(&found(100, None), at(60));
    is_told(&entry);
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
        (State::Prepared, 1, at(999))
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

/// An alarm that keeps a payout from being sent is not forgotten for a wrong key, whose own alarm
/// the next send ends.
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
