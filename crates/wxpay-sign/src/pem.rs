//! Reading keys and certificates as people hand them in, with errors that say what is wrong with
//! the file.

mod sections;

use rustls_pki_types::PrivateKeyDer;
use wxpay_core::InvalidInput;
use x509_cert::der::Decode;
use x509_cert::der::{Encode, asn1::BitString, asn1::Null, asn1::ObjectIdentifier};
use x509_cert::spki::SubjectPublicKeyInfoRef;
use x509_cert::spki::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use zeroize::Zeroizing;

use self::sections::{Broken, Section, sections};
use crate::v3::Certificate;

/// The one private key of a text, in DER.
pub(crate) fn private_key(text: &str) -> Result<Zeroizing<Vec<u8>>, InvalidInput> {
    let wanted = Wanted::PRIVATE_KEY;
    let sections = wanted.read(text)?;
    if sections.iter().any(Section::is_encrypted) {
        return Err(wanted.broken(
            "must not be encrypted; WeChat Pay's apiclient_key.pem is not",
            "不能是加密的私钥；微信支付的 apiclient_key.pem 没有加密",
        ));
    }
    match wanted.pick(sections)? {
        Found::Wanted(key) => Ok(key.der),
        Found::Other(Kind::Certificate, _) => Err(wanted.broken(
            "must be a BEGIN PRIVATE KEY section, and this is a certificate: give apiclient_key.pem",
            "必须是 BEGIN PRIVATE KEY 段，而这是一张证书：请使用 apiclient_key.pem",
        )),
        Found::Other(..) => Err(wanted.broken(
            "must be a BEGIN PRIVATE KEY section, and this is a public key: give apiclient_key.pem",
            "必须是 BEGIN PRIVATE KEY 段，而这是一个公钥：请使用 apiclient_key.pem",
        )),
        Found::Nothing => Err(wanted.missing()),
    }
}

/// The one public key of a text, as SubjectPublicKeyInfo.
pub(crate) fn public_key(text: &str) -> Result<Vec<u8>, InvalidInput> {
    let wanted = Wanted::PUBLIC_KEY;
    match wanted.pick(wanted.read(text)?)? {
        Found::Wanted(key) => Ok(subject_public_key_info(&key.der)),
        Found::Other(Kind::Certificate, section) => Err(not_a_public_key(&section.der)),
        Found::Other(..) => Err(wanted.broken(
            "must be WeChat Pay's BEGIN PUBLIC KEY, and this is a private key: give pub_key.pem of the merchant platform",
            "必须是微信支付公钥（BEGIN PUBLIC KEY），而这是一个私钥：请使用商户平台下载的 pub_key.pem",
        )),
        Found::Nothing => Err(wanted.missing()),
    }
}

/// The one certificate of a text, in DER.
pub(crate) fn certificate(text: &str) -> Result<Zeroizing<Vec<u8>>, InvalidInput> {
    let wanted = Wanted::CERTIFICATE;
    Ok(wanted.certificate(wanted.pick(wanted.read(text)?)?)?.der)
}

/// The first certificate of a text, in DER.
pub(crate) fn first_certificate(text: &str) -> Result<Zeroizing<Vec<u8>>, InvalidInput> {
    let wanted = Wanted::CERTIFICATE;
    let mut sections = wanted.read(text)?;
    if let Some(at) = sections.iter().position(|section| wanted.fits(section)) {
        return Ok(sections.swap_remove(at).der);
    }
    Ok(wanted.certificate(wanted.pick(sections)?)?.der)
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    PrivateKey,
    PublicKey,
    Certificate,
}

impl Kind {
    /// What a section holds. The content decides, because labels are often wrong; the label where
    /// the content is damaged.
    fn of(section: &Section) -> Option<Self> {
        let der = section.der.as_slice();
        if x509_cert::Certificate::from_der(der).is_ok() {
            return Some(Self::Certificate);
        }
        if PrivateKeyDer::try_from(der).is_ok() {
            return Some(Self::PrivateKey);
        }
        if SubjectPublicKeyInfoRef::from_der(der).is_ok() || is_pkcs1_public(der) {
            return Some(Self::PublicKey);
        }
        match section.label.as_str() {
            "PRIVATEKEY" | "RSAPRIVATEKEY" | "ECPRIVATEKEY" => Some(Self::PrivateKey),
            "PUBLICKEY" | "RSAPUBLICKEY" => Some(Self::PublicKey),
            "CERTIFICATE" | "X509CERTIFICATE" | "TRUSTEDCERTIFICATE" => Some(Self::Certificate),
            _ => None,
        }
    }
}

/// What is looked for.
struct Wanted {
    field: &'static str,
    label: &'static str,
    kind: Kind,
}

enum Found {
    Wanted(Section),
    Other(Kind, Section),
    Nothing,
}

impl Wanted {
    const CERTIFICATE: Self = Self {
        field: "certificate",
        label: "BEGIN CERTIFICATE",
        kind: Kind::Certificate,
    };
    const PRIVATE_KEY: Self = Self {
        field: "private key",
        label: "BEGIN PRIVATE KEY",
        kind: Kind::PrivateKey,
    };
    const PUBLIC_KEY: Self = Self {
        field: "public key",
        label: "BEGIN PUBLIC KEY",
        kind: Kind::PublicKey,
    };

    fn read(&self, text: &str) -> Result<Vec<Section>, InvalidInput> {
        sections(text).map_err(|broken| match broken {
            Broken::Cut => self.broken(
                "must be PEM to its END line: the text is cut short",
                "PEM 不完整：缺少 END 行",
            ),
            Broken::Ends => self.broken(
                "must be PEM whose END line has the name of its BEGIN line",
                "PEM 的 END 行必须与 BEGIN 行的名称一致",
            ),
            Broken::Base64 => self.broken(
                "must be PEM with nothing but base64 between its BEGIN and END lines",
                "PEM 的 BEGIN 行与 END 行之间只能是 base64",
            ),
        })
    }

    fn fits(&self, section: &Section) -> bool {
        Kind::of(section) == Some(self.kind)
    }

    /// The only one of its kind, or else what there is instead.
    fn pick(&self, sections: Vec<Section>) -> Result<Found, InvalidInput> {
        let (mut wanted, others): (Vec<_>, Vec<_>) =
            sections.into_iter().partition(|section| self.fits(section));
        match (wanted.pop(), wanted.is_empty()) {
            (Some(only), true) => Ok(Found::Wanted(only)),
            (Some(_), false) => {
                Err(self.broken("must be the only one in its file", "文件中只能有一个"))
            }
            (None, _) => {
                let mut known = others
                    .into_iter()
                    .filter_map(|section| Some((Kind::of(&section)?, section)));
                let other = known.next();
                Ok(other.map_or(Found::Nothing, |(kind, section)| {
                    Found::Other(kind, section)
                }))
            }
        }
    }

    fn certificate(&self, found: Found) -> Result<Section, InvalidInput> {
        match found {
            Found::Wanted(section) => Ok(section),
            Found::Other(..) => Err(self.broken(
                "must be a BEGIN CERTIFICATE section, and this is a key",
                "必须是 BEGIN CERTIFICATE 段，而这是一个密钥",
            )),
            Found::Nothing => Err(self.missing()),
        }
    }

    fn missing(&self) -> InvalidInput {
        let label = self.label;
        InvalidInput::new(
            self.field,
            format!("must be PEM with a {label} section"),
            format!("必须是含有 {label} 段的 PEM"),
        )
    }

    fn broken(&self, rule: &'static str, rule_zh: &'static str) -> InvalidInput {
        InvalidInput::new(self.field, rule, rule_zh)
    }
}

/// Whose certificate was given in place of WeChat Pay's public key, and what belongs there.
fn not_a_public_key(certificate: &[u8]) -> InvalidInput {
    let certificate = Certificate::from_der(certificate).ok();
    let owner = certificate
        .as_ref()
        .and_then(Certificate::common_name)
        .unwrap_or_default();
    let merchant = !owner.is_empty() && owner.bytes().all(|b| b.is_ascii_digit());
    let (what, what_zh) = if merchant {
        (
            format!(
                "the merchant's own certificate, of {owner}, which proves nothing about WeChat Pay"
            ),
            format!("商户 {owner} 自己的证书，不能证明消息来自微信支付"),
        )
    } else {
        (
            "a certificate; a platform certificate of WeChat Pay is given as a certificate"
                .to_owned(),
            "一张证书；微信支付平台证书请按平台证书提供".to_owned(),
        )
    };
    InvalidInput::new(
        "public key",
        format!(
            "must be WeChat Pay's BEGIN PUBLIC KEY (pub_key.pem of the merchant platform), and this is {what}"
        ),
        format!(
            "必须是微信支付公钥（BEGIN PUBLIC KEY，商户平台下载的 pub_key.pem），而这是{what_zh}"
        ),
    )
}

/// Whether it is an RSAPublicKey of PKCS#1: a sequence that begins with a long number.
fn is_pkcs1_public(der: &[u8]) -> bool {
    matches!(
        der,
        [0x30, 0x82, _, _, 0x02, 0x82, ..] | [0x30, 0x81, _, 0x02, 0x81, ..]
    )
}

/// The key with its algorithm named, as `BEGIN PUBLIC KEY` has it and `BEGIN RSA PUBLIC KEY`
/// (PKCS#1) has not.
fn subject_public_key_info(der: &[u8]) -> Vec<u8> {
    const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
    let named = || {
        let info = SubjectPublicKeyInfo {
            algorithm: AlgorithmIdentifier {
                oid: RSA,
                parameters: Some(Null),
            },
            subject_public_key: BitString::from_bytes(der).ok()?,
        };
        info.to_der().ok()
    };
    let pkcs1 = is_pkcs1_public(der).then(named).flatten();
    pkcs1.unwrap_or_else(|| der.to_vec())
}
