//! Times, as the two protocols write them.

use wxpay_core::{FromWire, TimeFormat, Timestamp, WireTime};

#[test]
fn times_out_of_form_are_not_read() {
    use TimeFormat::{Compact, DateTime, Rfc3339};
    for (text, format) in [
        ("2014103013352", Compact),
        ("201410301335255", Compact),
        ("20141330133525", Compact),
        ("20140230133525", Compact),
        ("+0141030133525", Compact),
        ("2017-07-20T22:05:59", DateTime),
        ("2017-07-20 22:05", DateTime),
        ("2017-07-20 24:05:59", DateTime),
        ("2017-07-20 22：05：5９", DateTime),
        ("2015-05-20T13:29:35", Rfc3339),
        ("2015-05-20 13:29:35+08:00", Rfc3339),
        ("2015-05-20T13:29:35.+08:00", Rfc3339),
        ("2015-05-20T13:29:35+0800", Rfc3339),
        ("2015-05-20T13:29:35+24:00", Rfc3339),
        ("2015-05-20T13:29:35+08:00 ", Rfc3339),
        ("", Rfc3339),
    ] {
        assert_eq!(Timestamp::parse(text, format), None, "{text}");
    }
}

#[test]
fn times_keep_their_fractions_and_offsets() {
    let parse = |text| Timestamp::parse(text, TimeFormat::Rfc3339).unwrap();
    assert_eq!(
        parse("2015-05-20T13:29:35.120+08:00").unix_millis(),
        1_432_099_775_120
    );
    assert_eq!(
        parse("2015-05-20T13:29:35.1234567890123+08:00").unix_millis(),
        1_432_099_775_123
    );
    assert_eq!(
        parse("2015-05-20T05:29:35Z"),
        parse("2015-05-20T13:29:35+08:00")
    );
    assert_eq!(
        parse("2015-05-20T00:29:35-05:00"),
        parse("2015-05-20T13:29:35+08:00")
    );
    assert_eq!(
        parse("2015-05-20T13:29:35+08:00").format(TimeFormat::Compact),
        "20150520132935"
    );
    assert_eq!(
        parse("2015-05-20T05:29:35Z").to_string(),
        "2015-05-20T13:29:35+08:00"
    );
}

#[test]
fn a_time_in_a_new_form_is_kept_as_text() {
    let time = WireTime::from_wire("tomorrow").unwrap();
    assert_eq!((time.as_str(), time.timestamp()), ("tomorrow", None));
    let time = WireTime::from_wire("2017-07-20 22：05：59").unwrap();
    assert_eq!(time.timestamp().map(Timestamp::unix), Some(1_500_559_559));
}

#[test]
fn a_time_to_the_minute_is_read_and_never_written() {
    let unix = |text| {
        let time = WireTime::from_wire(text).unwrap();
        time.timestamp().map(Timestamp::unix)
    };
    assert_eq!(unix("2015-05-20T13:29+08:00"), Some(1_432_099_740));
    assert_eq!(unix("2015-05-20T05:29Z"), Some(1_432_099_740));
    for other in [
        "2015-05-20T13:29",
        "2015-05-20T13:29:+08:00",
        "2015-05-20T13:2+08:00",
        "2015-05-20 13:29+08:00",
        "2015-05-20T13:60+08:00",
        "二〇一五年五月二十日",
    ] {
        assert_eq!(unix(other), None, "{other}");
    }
    let strict = Timestamp::parse("2015-05-20T13:29+08:00", TimeFormat::Rfc3339);
    assert_eq!(strict, None);
}

#[test]
fn each_protocol_has_its_own_form_of_time() {
    let unix = |text, format| Timestamp::parse(text, format).map(Timestamp::unix);
    assert_eq!(
        unix("20141030133525", TimeFormat::Compact),
        Some(1_414_647_325)
    );
    assert_eq!(
        unix("2014-10-30 13:35:25", TimeFormat::DateTime),
        Some(1_414_647_325)
    );
    assert_eq!(
        unix("2014-10-30T13:35:25+08:00", TimeFormat::Rfc3339),
        Some(1_414_647_325)
    );
    let time = Timestamp::from_unix(1_414_647_325).unwrap();
    assert_eq!(time.unix_millis(), 1_414_647_325_000);
    assert_eq!(time.format(TimeFormat::DateTime), "2014-10-30 13:35:25");
    assert_eq!(
        time.format(TimeFormat::Rfc3339),
        "2014-10-30T13:35:25+08:00"
    );
    assert_eq!(Timestamp::from_unix(i64::MAX), None);
    let millis = Timestamp::from_unix_millis(1_414_647_325_120).unwrap();
    assert_eq!(millis.unix_millis(), 1_414_647_325_120);
    assert_eq!(Timestamp::from_unix_millis(i64::MIN), None);
}

#[test]
fn offsets_reach_to_the_last_minute_of_a_day() {
    let unix = |text| Timestamp::parse(text, TimeFormat::Rfc3339).map(Timestamp::unix);
    assert_eq!(unix("2015-05-20T05:29:35+00:00"), Some(1_432_099_775));
    assert_eq!(unix("2015-05-21T05:28:35+23:59"), Some(1_432_099_775));
    assert_eq!(unix("2015-05-19T05:30:35-23:59"), Some(1_432_099_775));
    assert_eq!(unix("2015-05-20T05:29:35+00:60"), None);
    assert_eq!(unix("2015-05-20T05:29:35+24:00"), None);
    assert_eq!(unix("2015-05-20T05:29:35Zulu"), None);
}

#[test]
fn a_time_is_shown_as_it_came() {
    let time = WireTime::from_wire("2018-01-16 14:52:16").unwrap();
    assert_eq!(time.to_string(), "2018-01-16 14:52:16");
    assert_eq!(time.timestamp().map(Timestamp::unix), Some(1_516_085_536));
    let time = WireTime::from_wire("20180116145216").unwrap();
    assert_eq!(time.timestamp().map(Timestamp::unix), Some(1_516_085_536));
}
