use wxpay_core::Secret;

use crate::Report;
use crate::causes::keys as causes;

/// What can be seen of a symmetric key itself. The secret of a WeCom app has no fixed length.
pub(crate) fn symmetric(
    key: Option<&Secret>,
    name: &'static str,
    of_32: bool,
    report: &mut Report,
) {
    let Some(key) = key.map(Secret::expose) else {
        return;
    };
    if key.trim() != key {
        report.find(&causes::BLANK, [("key", name)]);
    }
    let length = key.trim().chars().count();
    if of_32 && length != 32 {
        report.find(
            &causes::LENGTH,
            [("key", name), ("found", &length.to_string())],
        );
    }
}
