use sha2::{Digest, Sha256};

/// A digest of everything that is sent, part by part. Journals hold it: it stays what it is.
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// The next part, which may be missing.
    pub(crate) fn part(&mut self, part: Option<&str>) {
        // The length keeps neighbours apart, and what is missing from what is empty.
        let length = part.map_or(u64::MAX, |part| part.len() as u64);
        self.0.update(length.to_be_bytes());
        self.0.update(part.unwrap_or_default());
    }

    /// How many parts of a list follow.
    #[cfg(any(
        feature = "transfer",
        feature = "refund",
        feature = "red-packet",
        feature = "batch-transfer"
    ))]
    pub(crate) fn count(&mut self, count: usize) {
        self.part(Some(&count.to_string()));
    }

    /// Members that this version does not know.
    #[cfg(any(
        feature = "transfer",
        feature = "refund",
        feature = "red-packet",
        feature = "batch-transfer"
    ))]
    pub(crate) fn members(&mut self, members: &wxpay_client::Extra) {
        self.count(members.iter().count());
        for (name, value) in members.iter() {
            self.part(Some(name));
            self.part(Some(&value.to_text()));
        }
    }

    /// 64 hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// A payee as the journal and a [`Product`](crate::Product) name one: a digest of the openid, 32
/// hexadecimal digits.
pub fn payee_digest(openid: &str) -> String {
    let digest = Sha256::digest(openid);
    hex(digest.get(..16).unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}
