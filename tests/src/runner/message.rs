//! The XML of APIv2.

use wxpay_api::core::{Params, XmlError, XmlLimits};

use super::got::object;
use super::{Case, Got, Malformed};

pub(super) fn parse(case: &Case<'_>) -> Result<Got, Malformed> {
    Ok(match read(&case.bytes("xml")?) {
        Ok((root, params)) => Got::default()
            .is("root", root)
            .is("fields", object(params.iter()))
            .holds("fields_subset", object(params.iter())),
        Err(error) => Got::error(error),
    })
}

pub(super) fn roundtrip(case: &Case<'_>) -> Result<Got, Malformed> {
    let written = case.params("fields")?.to_xml();
    Ok(match Params::from_xml(written.as_bytes()) {
        Ok(params) => Got::default().is("fields", object(params.iter())),
        Err(error) => Got::error(error),
    })
}

/// Reads a message under either of the names that roots have: `root` is that of an opened refund
/// notification.
fn read(xml: &[u8]) -> Result<(&'static str, Params), XmlError> {
    let mut limits = XmlLimits::default();
    limits.depth = DEPTH;
    let under = |root| Params::from_xml_root(xml, root, &limits).map(|params| (root, params));
    match under("xml") {
        Err(XmlError::Root) => under("root"),
        read => read,
    }
}

/// More levels than any documented message has, such as `hblist` with its `hbinfo`.
const DEPTH: usize = 4;
