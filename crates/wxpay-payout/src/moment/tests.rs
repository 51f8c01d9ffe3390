use super::*;

#[test]
fn days_begin_at_midnight_in_china() {
    // 2026-11-26T00:00:00+08:00.
    let midnight = Moment::from_millis(1_795_622_400_000);
    let day = midnight.day();
    assert_eq!((day.start(), day.number()), (midnight, 20_783));
    assert_eq!(Day::from_number(20_783), day);
    assert_eq!(Moment::from_millis(midnight.millis() - 1).day().next(), day);
    let last = Moment::from_millis(midnight.millis() + 86_399_999);
    assert_eq!(
        (last.day(), last.after(Duration::from_millis(1)).day()),
        (day, day.next())
    );
    assert_eq!(midnight.to_string(), "2026-11-26T00:00:00+08:00");
}

#[test]
fn time_passes_and_does_not_run_backwards() {
    let (early, late) = (Moment::from_millis(1_000), Moment::from_millis(3_500));
    assert_eq!(late.since(early), Duration::from_millis(2_500));
    assert_eq!(early.since(late), Duration::ZERO);
    assert_eq!(early.after(Duration::from_millis(2_500)), late);
    assert_eq!(late.after(Duration::MAX), Moment::from_millis(i64::MAX));
    assert_eq!(
        Moment::from_millis(i64::MAX).to_string(),
        format!("{} ms", i64::MAX)
    );
    let timestamp = Timestamp::from_unix(3).unwrap();
    assert_eq!(Moment::from(timestamp), Moment::from_millis(3_000));
}
