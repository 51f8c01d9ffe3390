//! When a `Deadline` is past.

use std::time::{Duration, SystemTime};

use wxpay_core::Effect;
use wxpay_transport::{Clock, Deadline, Hints, RunningClock};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn past_when_either_clock_says_so() {
    let wall = SystemTime::UNIX_EPOCH + 1000 * SECOND;
    let deadline = Deadline::at(wall, 50 * SECOND);
    let nano = Duration::from_nanos(1);
    for (at_wall, at_running, past) in [
        (wall - nano, 50 * SECOND - nano, false),
        // The moment itself is past.
        (wall, 49 * SECOND, true),
        (wall - SECOND, 50 * SECOND, true),
        (wall + 1000 * SECOND, Duration::ZERO, true),
        // A wall clock that is set back does not bring the time back.
        (SystemTime::UNIX_EPOCH, 51 * SECOND, true),
        (SystemTime::UNIX_EPOCH, 49 * SECOND, false),
    ] {
        let shown = (at_wall, at_running);
        assert_eq!(deadline.is_past_at(at_wall, at_running), past, "{shown:?}");
    }
}

#[test]
fn by_the_systems_clocks() {
    assert!(Deadline::after(Duration::ZERO).is_past());
    let hour = 3600 * SECOND;
    let later = Deadline::after(hour);
    assert!(!later.is_past());
    assert!(later.time_left() <= hour && later.time_left() > hour / 2);
    assert!(later.check().is_ok());

    let (wall, running) = (SystemTime::now(), RunningClock::new().now());
    assert!(Deadline::at(wall, running + hour).is_past());
    assert!(Deadline::at(wall + hour, running).is_past());
    assert_eq!(
        Deadline::at(wall + hour, running).time_left(),
        Duration::ZERO
    );
    assert!(!Deadline::at(wall + hour, running + hour).is_past());
    assert!(!later.is_past_at(wall, running));
    assert!(later.is_past_at(wall + 2 * hour, running));
    assert!(later.is_past_at(wall, running + 2 * hour));
}

/// No time is too long, and no clock too wrong.
#[test]
fn extremes() {
    let never = Deadline::after(Duration::MAX);
    assert!(!never.is_past());
    assert!(never.time_left() > Duration::from_secs(u64::MAX / 2));
    let far = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(i64::MAX as u64));
    for wall in [Some(SystemTime::UNIX_EPOCH), far].into_iter().flatten() {
        assert!(!never.is_past_at(wall, Duration::ZERO));
        assert!(never.is_past_at(wall, Duration::MAX));
        for running in [Duration::ZERO, Duration::MAX] {
            assert!(Deadline::at(wall, running).is_past_at(wall, running));
        }
    }
    let before_1970 = SystemTime::UNIX_EPOCH.checked_sub(SECOND);
    let deadline = Deadline::at(SystemTime::UNIX_EPOCH, SECOND);
    assert!(before_1970.is_none_or(|wall| !deadline.is_past_at(wall, Duration::ZERO)));
}

#[test]
fn clocks_of_one_process_agree() {
    let earlier = RunningClock::new().now();
    std::thread::sleep(Duration::from_millis(2));
    let later = RunningClock::new().now();
    assert!(later >= earlier + Duration::from_millis(2));
}

#[test]
fn it_travels_in_the_hints() {
    let deadline = Deadline::after(SECOND);
    const HINTS: Hints = Hints::new("a", Effect::Write, false).deadline(None);
    let mut request = http::Request::new(());
    assert_eq!(Deadline::of(&request), None);
    request.extensions_mut().insert(HINTS);
    assert_eq!(Deadline::of(&request), None);
    request
        .extensions_mut()
        .insert(HINTS.deadline(Some(deadline)));
    assert_eq!(Deadline::of(&request), Some(deadline));
}
