use super::*;

/// Noon in China.
const NOON: Moment = Moment::from_millis(1_796_011_200_000);

fn sum(amount: i64, count: u32) -> DaySum {
    DaySum {
        amount: Fen::new(amount),
        count,
    }
}

fn after(moment: Moment, millis: u64) -> Moment {
    moment.after(Duration::from_millis(millis))
}

#[test]
fn defaults_are_the_documents() {
    let limits = Limits::default();
    assert_eq!(
        (limits.least, limits.most),
        (Fen::new(100), Some(Fen::new(20_000)))
    );
    assert_eq!(
        (limits.payee_day, limits.payee_day_count),
        (Some(Fen::new(20_000)), Some(10))
    );
    assert_eq!(limits.merchant_day, Some(Fen::new(10_000_000)));
    assert_eq!(limits.payee_gap, Duration::from_secs(15));
    assert_eq!(limits.per_second, NonZeroU32::new(50));
    assert_eq!(limits.midnight_guard, Duration::from_secs(30));
}

#[test]
fn amounts_have_a_least_and_a_most() {
    let mut limits = Limits::default();
    for (amount, rule) in [
        (99, Some("must be at least 100 fen")),
        (100, None),
        (20_000, None),
        (20_001, Some("must be at most 20000 fen")),
    ] {
        let error = limits.check_amount(Fen::new(amount)).err();
        assert_eq!(error.as_ref().map(InvalidInput::rule), rule, "{amount}");
    }
    limits.most = None;
    assert!(limits.check_amount(Fen::new(i64::MAX)).is_ok());
}

#[test]
fn days_are_full_beyond_their_last_fen() {
    let limits = Limits::default();
    let full = |payee, merchant, amount| {
        let checked = limits.check_day(NOON.day(), payee, merchant, Fen::new(amount));
        checked.err().map(|full| full.which)
    };
    let nothing = DaySum::default();
    assert_eq!(full(nothing, nothing, 20_000), None);
    assert_eq!(full(sum(19_900, 1), nothing, 100), None);
    assert_eq!(
        full(sum(19_901, 1), nothing, 100),
        Some(DayLimit::PayeeAmount)
    );
    assert_eq!(
        full(sum(i64::MAX, 1), nothing, 100),
        Some(DayLimit::PayeeAmount)
    );
    assert_eq!(full(sum(900, 9), nothing, 100), None);
    assert_eq!(
        full(sum(1000, 10), nothing, 100),
        Some(DayLimit::PayeeCount)
    );
    assert_eq!(full(nothing, sum(9_999_900, 1), 100), None);
    assert_eq!(
        full(nothing, sum(9_999_901, 1), 100),
        Some(DayLimit::MerchantAmount)
    );
}

#[test]
fn full_day_says_when_it_opens() {
    let limits = Limits::default();
    let full = sum(0, 10);
    let error = limits
        .check_day(NOON.day(), full, DaySum::default(), Fen::new(100))
        .unwrap_err();
    assert_eq!(error.opens, after(NOON.day().next().start(), 30_000));
    let said = error.to_string();
    assert!(
        said.starts_with("the payee's number of payments of the day is used up"),
        "{said}"
    );
    assert!(
        said.contains("resets at 2026-") && said.ends_with("T00:00:30+08:00"),
        "{said}"
    );
    assert_eq!(
        DayLimit::PayeeAmount.to_string(),
        "the payee's amount of the day"
    );
    assert_eq!(
        DayLimit::MerchantAmount.to_string(),
        "the merchant's amount of the day"
    );
}

#[test]
fn what_is_not_limited_is_never_full() {
    let mut limits = Limits::default();
    (
        limits.payee_day,
        limits.payee_day_count,
        limits.merchant_day,
    ) = (None, None, None);
    let much = sum(i64::MAX, u32::MAX);
    assert!(
        limits
            .check_day(NOON.day(), much, much, Fen::new(100))
            .is_ok()
    );
}

#[test]
fn sends_wait_for_the_later_of_gap_and_pace() {
    let limits = Limits::default();
    assert_eq!(limits.earliest_send(NOON, None, None), NOON);
    let gap = after(NOON, 15_000);
    assert_eq!(limits.earliest_send(NOON, Some(NOON), None), gap);
    assert_eq!(limits.earliest_send(gap, Some(NOON), None), gap);
    assert_eq!(
        limits.earliest_send(after(gap, 1), Some(NOON), None),
        after(gap, 1)
    );
    let pace = limits.next_pace(NOON);
    assert_eq!(pace, after(NOON, 20));
    assert_eq!(limits.earliest_send(NOON, None, Some(pace)), pace);
    assert_eq!(limits.earliest_send(NOON, Some(NOON), Some(pace)), gap);
    assert_eq!(limits.earliest_send(NOON, None, Some(NOON)), NOON);
    let mut unpaced = limits;
    unpaced.per_second = None;
    assert_eq!(unpaced.next_pace(NOON), NOON);
}

/// Its look at the clock was before that of the process that came first.
#[test]
fn a_send_by_a_clock_that_is_behind_waits_too() {
    let limits = Limits::default();
    let (gap, pace) = (after(NOON, 15_000), limits.next_pace(NOON));
    for behind in [1, 300, 10_000] {
        let now = Moment::from_millis(NOON.millis() - behind);
        assert_eq!(limits.earliest_send(now, Some(NOON), None), gap);
        assert_eq!(limits.earliest_send(now, None, Some(pace)), pace);
        let none = Limits::none();
        assert_eq!(none.earliest_send(now, Some(NOON), Some(pace)), now);
    }
    // What a wrong clock has written holds nobody up.
    let now = Moment::from_millis(NOON.millis() - 10_001);
    assert_eq!(limits.earliest_send(now, Some(NOON), Some(pace)), now);
}

#[test]
fn midnight_is_avoided_on_both_sides() {
    let mut limits = Limits::default();
    let midnight = NOON.day().next().start();
    let opens = after(midnight, 30_000);
    let near = |millis: i64| Moment::from_millis(midnight.millis() + millis);
    for (millis, waits) in [
        (-30_001, false),
        (-30_000, true),
        (-1, true),
        (0, true),
        (29_999, true),
        (30_000, false),
        (30_001, false),
    ] {
        let expected = if waits { opens } else { near(millis) };
        assert_eq!(
            limits.earliest_send(near(millis), None, None),
            expected,
            "{millis}"
        );
    }
    limits.midnight_guard = Duration::ZERO;
    for millis in [-1, 0, 1] {
        assert_eq!(limits.earliest_send(near(millis), None, None), near(millis));
    }
}

#[test]
fn sums_count_up_and_down() {
    let one = DaySum::default().with(Fen::new(150));
    assert_eq!(one, sum(150, 1));
    assert_eq!(one.with(Fen::new(100)), sum(250, 2));
    assert_eq!(one.with(Fen::new(100)).without(Fen::new(150)), sum(100, 1));
    assert_eq!(sum(0, 0).without(Fen::ZERO), sum(0, 0));
}
