use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p12_keystore::error::Error;
use p12_keystore::{CertificateBag, Pkcs12Archive};
use wxpay_core::{InvalidInput, Secret};
use zeroize::Zeroizing;

/// Opening one part of a file may cost a million iterations, so the length bounds how many parts
/// there can be. WeChat Pay's own files have about 3 KiB.
const MAX_BYTES: usize = 16 * 1024;

/// What `apiclient_cert.p12` holds: the merchant's certificate and its private key.
///
/// `Debug` hides the key, and its memory is wiped when it is dropped; the copies that the file's
/// reader makes on the way are not. Convert the file to PEM once where that matters.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct P12 {
    /// The merchant's certificate, then the others of the file, in PEM.
    pub certificate_pem: String,
    /// The private key, PKCS#8 in PEM, not encrypted.
    pub key_pem: Secret,
}

impl P12 {
    /// Opens a PKCS#12 file, with the old ciphers (RC2, 3DES) that WeChat Pay's own files use or
    /// with newer ones.
    ///
    /// The password of the file that WeChat Pay hands out is the merchant ID (商户号).
    ///
    /// # Errors
    /// The bytes are not such a file or more than 16 KiB, the password is wrong, or the file does
    /// not hold one private key with its certificate.
    pub fn open(bytes: &[u8], password: &Secret) -> Result<Self, InvalidInput> {
        if bytes.len() > MAX_BYTES {
            return Err(broken("must have at most 16 KiB", "不能超过 16 KiB"));
        }
        let archive = Pkcs12Archive::from_pkcs12(bytes, password.expose()).map_err(|error| {
            let (rule, rule_zh) = match error {
                Error::MacError(_) => (
                    "must come with its password, which for WeChat Pay's own file is the merchant ID",
                    "密码不对；微信支付签发的文件，密码就是商户号",
                ),
                Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => (
                    "must be encrypted with RC2, 3DES or AES",
                    "加密算法必须是 RC2、3DES 或 AES",
                ),
                Error::InvalidParameters => (
                    "must not ask for more than a million iterations",
                    "迭代次数不能超过一百万次",
                ),
                _ => (
                    "must be a PKCS#12 file that its password opens",
                    "必须是能用该密码打开的 PKCS#12 文件",
                ),
            };
            broken(rule, rule_zh)
        })?;
        let [key] = archive.keys.as_slice() else {
            return Err(broken("must hold one private key", "必须恰好含有一个私钥"));
        };
        let linked = |bag: &CertificateBag| match (&bag.local_key_id, &key.local_key_id) {
            (Some(certificate), Some(key)) => certificate.as_slice() == key.as_ref(),
            _ => false,
        };
        let own = match archive.certs.as_slice() {
            [only] => only,
            several => several.iter().find(|bag| linked(bag)).ok_or_else(|| {
                broken(
                    "must say which certificate belongs to its key",
                    "必须标明哪张证书属于其中的私钥",
                )
            })?,
        };
        let others = archive.certs.iter().filter(|bag| !std::ptr::eq(*bag, own));
        let certificates = std::iter::once(own).chain(others);
        Ok(Self {
            certificate_pem: certificates
                .map(|bag| pem("CERTIFICATE", bag.cert.as_der()).to_string())
                .collect(),
            key_pem: Secret::new(pem("PRIVATE KEY", key.key.as_der()).as_str()),
        })
    }
}

fn broken(rule: &'static str, rule_zh: &'static str) -> InvalidInput {
    InvalidInput::new("p12", rule, rule_zh)
}

/// Lines of 64 characters.
fn pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let mut pieces = vec!["-----BEGIN ", label, "-----\n"];
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at_checked(64).unwrap_or((rest, ""));
        pieces.extend([line, "\n"]);
        rest = more;
    }
    pieces.extend(["-----END ", label, "-----\n"]);
    // The text is as long as its pieces from the start, so that it leaves no copy behind by
    // growing.
    Zeroizing::new(pieces.concat())
}
