//! Kinds that are one call each.

use wxpay_api::core::{TimeFormat, Timestamp};
use wxpay_api::sign::v3::{check_charset, same_serial};

use super::{Case, Got, Malformed};

pub(super) fn serial_match(case: &Case<'_>) -> Result<Got, Malformed> {
    let equal = same_serial(case.text("a")?, case.text("b")?);
    Ok(Got::default().is("equal", equal))
}

pub(super) fn charset(case: &Case<'_>) -> Result<Got, Malformed> {
    Ok(match check_charset(case.text("text")?) {
        Ok(()) => Got::default().is("allowed", true),
        Err(error) => Got::default().is("allowed", false).refused(error),
    })
}

pub(super) fn time(case: &Case<'_>) -> Result<Got, Malformed> {
    let format = match case.text("format")? {
        "v3" => TimeFormat::Rfc3339,
        "v2_compact" => TimeFormat::Compact,
        "v2_datetime" => TimeFormat::DateTime,
        other => return Err(Malformed::new(format!("no such format: {other}"))),
    };
    Ok(match Timestamp::parse(case.text("text")?, format) {
        Some(time) => Got::default().is("unix", time.unix()),
        None => Got::error("it is not such a time"),
    })
}
