#![allow(clippy::indexing_slicing, clippy::unwrap_used)] // a test may end so

use super::*;

fn read(text: &str) -> Result<Settings, String> {
    of(text, Kind::Employee)
}

fn of(text: &str, kind: Kind) -> Result<Settings, String> {
    Settings::of(&text.parse().unwrap(), kind).map_err(|fail| {
        let mut out = Vec::new();
        fail.write(&mut out, crate::lang::Lang::En).unwrap();
        String::from_utf8(out).unwrap()
    })
}

#[test]
fn everything_can_be_set_and_nothing_need_be() {
    let settings = read("").unwrap();
    assert_eq!(
        format!("{:?}", settings.rules(Rules::default())),
        format!("{:?}", Rules::default())
    );
    assert_eq!(
        format!("{:?}", settings.limits(Limits::default())),
        format!("{:?}", Limits::default())
    );
    let settings = read(
        "settle = '1s'\nwaiting_pace = '12s'\nquery_waits = ['2s', '3m']\nnot_found_gap = '4s'\nconfirmations = 5\nresend = false\n\
         resend_for = '6d'\nattest_after = '7d'\nquery_window = '8d'\noverdue_after = '9h'\n\
         closing_after = '7d 12h'\nlease = '10m'",
    )
    .unwrap();
    let rules = settings.rules(Rules::default());
    let seconds = [
        rules.settle,
        rules.query_waits[0],
        rules.query_waits[1],
        rules.not_found_gap,
        rules.resend_for,
        rules.attest_after,
        rules.query_window,
        rules.overdue_after,
        rules.closing_after,
        rules.lease,
    ]
    .map(|time| time.as_secs());
    let day = 86_400;
    assert_eq!(
        seconds,
        [
            1,
            2,
            180,
            4,
            6 * day,
            7 * day,
            8 * day,
            9 * 3600,
            7 * day + day / 2,
            600
        ]
    );
    assert_eq!((rules.confirmations, rules.resend), (5, false));
    let settings = read(
        "least_fen = 1\nmost_fen = 2\npayee_day_fen = 3\npayee_day_count = 4\npayee_gap = '5s'\n\
         merchant_day_fen = 6\nper_second = 7\nmidnight_guard = '8s'\nat_once = 9\npatience = '10s'\nmost_unclear = 11",
    )
    .unwrap();
    let limits = settings.limits(Limits::default());
    let amounts = [
        Some(limits.least),
        limits.most,
        limits.payee_day,
        limits.merchant_day,
    ];
    assert_eq!(amounts, [1, 2, 3, 6].map(|fen| Some(Fen::new(fen))));
    assert_eq!(
        (limits.payee_day_count, limits.per_second),
        (Some(4), NonZeroU32::new(7))
    );
    assert_eq!(
        (limits.payee_gap.as_secs(), limits.midnight_guard.as_secs()),
        (5, 8)
    );
    let options = settings.options();
    assert_eq!((options.at_once.get(), options.most_unclear.get()), (9, 11));
    assert_eq!(options.patience.as_secs(), 10);
}

#[test]
fn mistakes_are_named() {
    for (text, said) in [
        ("setle = '1s'", "`setle`"),
        ("settle = 'soon'", "invalid [payout] settle"),
        ("settle = 'soon'", "expected number"),
        ("per_second = 0", "invalid [payout] per_second"),
        ("per_second = 0", "nonzero"),
        ("least_fen = -1", "invalid [payout] least_fen"),
        ("least_fen = -1", "u32"),
        ("lease = '60s'", "must be shorter than lease"),
        ("timeout = '5m'", "must be shorter than lease"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(said), "{text}: {error}");
    }
}

/// Each product has a section of its own, and nothing of one holds for another.
#[test]
fn sections_stand_alone() {
    let text = "most_fen = 5\nact_name = 'a'\n[transfer]\nmost_fen = 6\nreport = { '活动名称' = '新会员' }\n[refund]\nreason = 'r'";
    let most = |kind| of(text, kind).unwrap().limits(Limits::none()).most;
    assert_eq!(most(Kind::Employee), Some(Fen::new(5)));
    assert_eq!(most(Kind::Transfer), Some(Fen::new(6)));
    assert_eq!(most(Kind::Refund), None);
    let transfer = of(text, Kind::Transfer).unwrap().defaults();
    assert_eq!(transfer.text("act_name"), None);
    assert_eq!(transfer.reports["活动名称"], "新会员");
    let refund = of(text, Kind::Refund).unwrap().defaults();
    assert_eq!(refund.text("reason"), Some("r"));
}

/// Those of another product too.
#[test]
fn mistakes_in_sections_are_named() {
    for (text, said) in [
        (
            "[refund]\nsettle = 'soon'",
            "invalid [payout.refund] settle",
        ),
        ("[refund]\nact_name = 'a'", "`act_name`"),
        (
            "[transfer]\ntransfer_scene_id = 1000",
            "invalid [payout.transfer] transfer_scene_id",
        ),
        (
            "[transfer]\nreport = 'x'",
            "invalid [payout.transfer] report",
        ),
        (
            "spbill_create_ip = 'here'",
            "invalid [payout] spbill_create_ip",
        ),
        ("transfer = 'x'", "invalid [payout.transfer]"),
        ("[transfer]\ntimeout = '5m'", "must be shorter than lease"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(said), "{text}: {error}");
    }
}
