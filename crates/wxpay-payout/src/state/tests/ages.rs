//! What time alone does to an entry, by a right clock and by a wrong one.

use super::*;

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
    // What is within a wait is not a wrong clock.
    let mut entry = sent(&unclear());
    let before = entry.clone();
    assert!(!entry.correct_moments(just_before(NOON), &rules()));
    assert_eq!(entry, before);
}
