use wxpay_core::{DecodeError, Timestamp, WireTime};
use wxpay_sign::v3::Certificate;

use crate::v3::Object;

/// A certificate of WeChat Pay's list, with the time in which it is used.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) certificate: Certificate,
    /// From when it is used (启用时间).
    pub(super) from: Timestamp,
    /// Until when (弃用时间).
    pub(super) until: Timestamp,
    /// Since when no verified list has it.
    pub(super) missing_since: Option<Timestamp>,
}

/// What the list says of a certificate's time, which the documents call integers and show as
/// strings.
#[derive(Clone, Debug)]
pub(super) struct Times {
    effective: Option<Timestamp>,
    expire: Option<Timestamp>,
}

impl Times {
    pub(super) fn read(fields: &Object<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            effective: moment(fields, "effective_time", "effective_time ")?,
            expire: moment(fields, "expire_time", "expire_time ")?,
        })
    }

    /// The list decides over the certificate's own dates, which may differ while certificates are
    /// changed (更换平台证书). It can end the use of one earlier and not prolong it. Where the list says
    /// nothing, the certificate's own dates count.
    pub(super) fn of(&self, certificate: Certificate) -> Listed {
        let own_end = certificate.not_after();
        Listed {
            from: self.effective.unwrap_or_else(|| certificate.not_before()),
            until: self.expire.map_or(own_end, |end| end.min(own_end)),
            missing_since: None,
            certificate,
        }
    }
}

impl Listed {
    /// Whether it is used at this moment, its first and last second included.
    pub(super) fn is_used_at(&self, moment: Timestamp) -> bool {
        (self.from.unix()..=self.until.unix()).contains(&moment.unix())
    }

    /// Whether its use has ended.
    pub(super) fn is_over_at(&self, moment: Timestamp) -> bool {
        moment.unix() > self.until.unix()
    }

    /// Whether it was missing for this long or longer.
    pub(super) fn is_missing_for(&self, seconds: u64, now: Timestamp) -> bool {
        self.missing_since
            .is_some_and(|since| now.unix().abs_diff(since.unix()) >= seconds)
    }
}

/// A moment under its name, or under the name that ends in a space, as the document's sample has
/// it.
fn moment(
    fields: &Object<'_>,
    name: &str,
    with_space: &str,
) -> Result<Option<Timestamp>, DecodeError> {
    let time: Option<WireTime> = match fields.optional(name)? {
        Some(time) => Some(time),
        None => fields.optional(with_space)?,
    };
    Ok(time.and_then(|time| {
        time.timestamp()
            .or_else(|| Timestamp::from_unix(time.as_str().parse().ok()?))
    }))
}
