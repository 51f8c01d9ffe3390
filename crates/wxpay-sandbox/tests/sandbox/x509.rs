//! As much of X.509 as a platform certificate needs.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use wxpay_core::{TimeFormat, Timestamp};

use crate::v3::TrustedKey;

pub(crate) struct Certificate {
    pub(crate) serial: String,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) spki: Vec<u8>,
}

impl Certificate {
    pub(crate) fn read(pem: &str) -> Self {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        let certificate = element(der.as_ref());
        let mut fields = elements(element(certificate.content).content);
        // The version comes first; the algorithm and the issuer are passed over, and so is the
        // subject.
        let serial = fields.nth(1).unwrap();
        let validity = fields.nth(2).unwrap();
        let spki = fields.nth(1).unwrap();
        let mut times = elements(validity.content).map(|time| read_time(time.content));
        Self {
            serial: serial
                .content
                .iter()
                .map(|byte| format!("{byte:02X}"))
                .collect(),
            not_before: times.next().unwrap(),
            not_after: times.next().unwrap(),
            spki: spki.whole.to_vec(),
        }
    }

    pub(crate) fn into_key(self) -> TrustedKey {
        TrustedKey {
            serial: self.serial,
            spki: self.spki,
        }
    }
}

struct Element<'a> {
    whole: &'a [u8],
    content: &'a [u8],
}

fn element(der: &[u8]) -> Element<'_> {
    let (start, length) = match der[1] {
        short @ ..0x80 => (2, usize::from(short)),
        long => {
            let digits = usize::from(long & 0x7F);
            let length = der[2..2 + digits]
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            (2 + digits, length)
        }
    };
    Element {
        whole: &der[..start + length],
        content: &der[start..start + length],
    }
}

fn elements(mut der: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let first = (!der.is_empty()).then(|| element(der))?;
        der = &der[first.whole.len()..];
        Some(first)
    })
}

/// A UTCTime of this century.
fn read_time(text: &[u8]) -> Timestamp {
    let text = std::str::from_utf8(text).unwrap();
    let part = |n: usize| &text[2 * n..2 * n + 2];
    let text = format!(
        "20{}-{}-{}T{}:{}:{}+00:00",
        part(0),
        part(1),
        part(2),
        part(3),
        part(4),
        part(5)
    );
    Timestamp::parse(&text, TimeFormat::Rfc3339).unwrap()
}
