//! Statements of merchants overseas: the signature covers the digest in a header, and the digest
//! covers the file.

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue};
use wxpay_core::{Timestamp, VerificationError, VerificationFailure};
use wxpay_sign::Proof;
use wxpay_sign::v3::{self, PlatformKeys};

const DIGEST: &str = "Wechatpay-Statement-Sha1";
const FILE: &[u8] = b"a statement\n";
/// By sha1sum.
const SHA1: &str = "e1541a0a98d11ead800266e2d182369997502cdc";

/// Takes the signature `sig` over this text and no other.
#[derive(Debug)]
struct Signed(String);

#[async_trait]
impl PlatformKeys for Signed {
    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError> {
        if (serial_no, message, signature) == ("0A", self.0.as_bytes(), b"sig") {
            return Ok(());
        }
        Err(VerificationFailure::Mismatch.into())
    }
}

fn over(digest: &str) -> Signed {
    Signed(format!("1796000000\nabc\n{{\"sha1\":\"{digest}\"}}\n"))
}

fn headers(digests: &[&str]) -> HeaderMap {
    let signed = [
        ("Wechatpay-Timestamp", "1796000000"),
        ("Wechatpay-Nonce", "abc"),
        ("Wechatpay-Serial", "0A"),
        ("Wechatpay-Signature", "c2ln"),
    ];
    let digests = digests.iter().map(|digest| (DIGEST, *digest));
    signed
        .into_iter()
        .chain(digests)
        .map(|(name, value)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        })
        .fold(HeaderMap::new(), |mut headers, (name, value)| {
            headers.append(name, value);
            headers
        })
}

async fn failure(headers: &HeaderMap, file: &'static [u8], keys: &Signed) -> VerificationFailure {
    let now = Timestamp::from_unix(1_796_000_000).unwrap();
    let refused = v3::verify_file(headers, DIGEST, file.into(), keys, now).await;
    refused.unwrap_err().failure().clone()
}

#[tokio::test]
async fn a_statement_is_taken_by_its_signed_digest() {
    let now = Timestamp::from_unix(1_796_000_000).unwrap();
    for digest in [SHA1, &SHA1.to_uppercase()] {
        let (headers, keys) = (headers(&[digest]), over(digest));
        let file = v3::verify_file(&headers, DIGEST, FILE.into(), &keys, now).await;
        let file = file.unwrap();
        assert_eq!(file.get(), FILE);
        let serial_no = "0A".to_owned();
        assert_eq!(file.proof(), &Proof::Rsa { serial_no });
    }
}

#[tokio::test]
async fn another_file_or_digest_is_refused() {
    let good = headers(&[SHA1]);
    for file in [b"".as_slice(), b"a statement", b"A statement\n"] {
        let refused = failure(&good, file, &over(SHA1)).await;
        assert_eq!(refused, VerificationFailure::OtherDigest);
    }
    // The file fits the header, and what was signed is another digest.
    let other = over("da39a3ee5e6b4b0d3255bfef95601890afd80709");
    let refused = failure(&good, FILE, &other).await;
    assert_eq!(refused, VerificationFailure::Mismatch);
    // A signed text that begins with the digest, and says more.
    let longer = format!("{SHA1}\",\"a\":\"");
    let refused = failure(&headers(&[&longer]), FILE, &over(&longer)).await;
    assert_eq!(refused, VerificationFailure::OtherDigest);
    // Nothing but the file itself was signed.
    let keys = Signed("1796000000\nabc\na statement\n\n".to_owned());
    let refused = failure(&good, FILE, &keys).await;
    assert_eq!(refused, VerificationFailure::Mismatch);
}

#[tokio::test]
async fn the_digest_is_there_once_and_is_text() {
    let keys = over(SHA1);
    let missing = VerificationFailure::Missing(DIGEST);
    assert_eq!(failure(&headers(&[]), FILE, &keys).await, missing);
    let repeated = VerificationFailure::Repeated(DIGEST);
    let twice = headers(&[SHA1, SHA1]);
    assert_eq!(failure(&twice, FILE, &keys).await, repeated);
    let malformed = VerificationFailure::Malformed(DIGEST);
    assert_eq!(failure(&headers(&["é"]), FILE, &keys).await, malformed);
    let mut unsigned = headers(&[SHA1]);
    unsigned.remove("Wechatpay-Signature");
    let missing = VerificationFailure::Missing("Wechatpay-Signature");
    assert_eq!(failure(&unsigned, FILE, &keys).await, missing);
}
