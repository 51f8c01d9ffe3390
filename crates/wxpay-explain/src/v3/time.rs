use wxpay_core::Timestamp;
use wxpay_sign::v3::WINDOW_SECONDS;

use crate::causes::v3 as causes;
use crate::{Context, Report};

/// What can be said of a timestamp by itself, and whether WeChat Pay's window holds it.
pub(super) fn check(timestamp: &str, context: &Context, report: &mut Report) -> bool {
    let digits = !timestamp.is_empty() && timestamp.bytes().all(|b| b.is_ascii_digit());
    let Some(seconds) = timestamp.parse::<i64>().ok().filter(|_| digits) else {
        report.find(&causes::TIMESTAMP_FORM, []);
        return false;
    };
    if seconds >= MILLISECONDS {
        report.find(&causes::MILLISECONDS, []);
        return false;
    }
    let Some(now) = context.now else {
        return true;
    };
    let away = seconds.abs_diff(Timestamp::unix(now));
    if away > WINDOW_SECONDS {
        report.find(
            &causes::CLOCK,
            [("found", &away.to_string()), ("now", &now.to_string())],
        );
        return false;
    }
    true
}

/// The year 5138 in seconds, 1973 in milliseconds.
const MILLISECONDS: i64 = 100_000_000_000;
