//! Keys and certificates as people hand them in: what is one thing only is read, and anything else
//! says what it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_sign::v3::{Certificate, MerchantKey, PlatformKeys, PrivateKey, PublicKeys};

use crate::vectors::{key, pem, providers};

const ID: &str = "PUB_KEY_ID_1";

/// What becomes of a PEM text on its way, with the name of what happened to it.
fn spellings(pem: &str) -> Vec<(&'static str, String)> {
    let pem = pem.trim();
    let base64: String = pem.lines().filter(|line| !line.contains("--")).collect();
    let lines = |end: &str| pem.lines().collect::<Vec<_>>().join(end);
    let indented: String = pem.lines().map(|line| format!("    {line}\n")).collect();
    vec![
        ("as it was", pem.to_owned()),
        ("line ends of Windows", lines("\r\n")),
        ("line ends of old Macs", lines("\r")),
        ("a mark at the beginning", format!("\u{FEFF}{pem}")),
        ("spaces for line ends", lines(" ")),
        ("no line ends", lines("")),
        ("no spaces at all", lines("").replace(' ', "")),
        ("line ends written out", lines("\\n")),
        ("line ends of Windows written out", lines("\\r\\n")),
        ("line ends written out twice", lines("\\\\n")),
        ("line ends escaped", lines("\\\n")),
        ("tabs for line ends", lines("\t")),
        ("indented", indented),
        ("blank lines", lines("\n\n")),
        ("in quotes", format!("\"{}\"", lines("\\n"))),
        (
            "with attributes",
            format!("Bag Attributes\n    friendlyName: x\n{pem}\n"),
        ),
        ("base64 alone", base64.clone()),
        ("base64 alone in quotes", format!("'{base64}'\n")),
        (
            "base64 alone without its end",
            base64.trim_end_matches('=').to_owned(),
        ),
        ("base64 of the file", STANDARD.encode(format!("{pem}\n"))),
    ]
}

fn private(pem: &str) -> Result<PrivateKey, String> {
    let read = |provider| {
        let key = PrivateKey::from_pem_with(provider, pem, "0A");
        key.map_err(|error| error.to_string())
    };
    let mut keys: Vec<_> = providers().into_iter().map(read).collect();
    let last = keys.pop().unwrap();
    for key in keys {
        assert_eq!(key.as_ref().err(), last.as_ref().err());
    }
    last
}

fn public(pem: &str) -> Result<PublicKeys, String> {
    let keys = PublicKeys::new().with_public_key(ID, pem);
    keys.map_err(|error| error.to_string())
}

fn certificate(pem: &str) -> Result<Certificate, String> {
    Certificate::from_pem(pem).map_err(|error| error.to_string())
}

#[tokio::test]
async fn every_spelling_of_one_key_is_that_key() {
    let expected = private(&key("mch"))
        .unwrap()
        .sign(b"message")
        .await
        .unwrap();
    let pkcs1 = private(&pem("pkcs1_key.pem")).unwrap();
    let other = pkcs1.sign(b"message").await.unwrap();
    let mislabelled = |text: &str, from: &str, to: &str| text.replace(from, to);
    let cases = [
        (key("mch"), &expected),
        (
            mislabelled(&key("mch"), "PRIVATE KEY", "RSA PRIVATE KEY"),
            &expected,
        ),
        (pem("pkcs1_key.pem"), &other),
        (
            mislabelled(&pem("pkcs1_key.pem"), "RSA PRIVATE KEY", "PRIVATE KEY"),
            &other,
        ),
    ];
    for (text, expected) in cases {
        for (spelling, text) in spellings(&text) {
            let signed = match private(&text) {
                Ok(key) => key.sign(b"message").await.unwrap(),
                Err(error) => panic!("{spelling}: {error}"),
            };
            assert!(signed == *expected, "{spelling}");
        }
    }
}

#[tokio::test]
async fn every_spelling_of_a_public_key_verifies() {
    let signature = private(&key("mch"))
        .unwrap()
        .sign(b"message")
        .await
        .unwrap();
    let spki = public_half(&key("mch_cert"));
    for (spelling, text) in spellings(&spki) {
        let keys = public(&text).unwrap_or_else(|error| panic!("{spelling}: {error}"));
        keys.verify(ID, b"message", &signature).await.unwrap();
    }
    // PKCS#1, as `BEGIN RSA PUBLIC KEY` has it: what the other form holds behind its 24 bytes of
    // algorithm.
    let der = STANDARD.decode(base64_of(&spki)).unwrap();
    let pkcs1 = labelled("RSA PUBLIC KEY", &der[24..]);
    for text in [
        pkcs1.clone(),
        pkcs1.replace("RSA ", ""),
        spki.replace("PUBLIC", "RSA PUBLIC"),
    ] {
        let keys = public(&text).unwrap();
        keys.verify(ID, b"message", &signature).await.unwrap();
    }
}

#[test]
fn every_spelling_of_a_certificate_is_that_certificate() {
    let expected = certificate(&key("mch_cert")).unwrap();
    for (spelling, text) in spellings(&key("mch_cert")) {
        match certificate(&text) {
            Ok(read) => assert_eq!(read, expected, "{spelling}"),
            Err(error) => panic!("{spelling}: {error}"),
        }
    }
}

#[test]
fn what_is_something_else_says_what_it_is() {
    let (mch, spki) = (key("mch"), public_half(&key("mch_cert")));
    let cut = &mch[..mch.len() - 40];
    let damaged = mch.replacen("MII", "M!I", 1);
    let cases = [
        (
            private("").err(),
            "private key: must be PEM with a BEGIN PRIVATE KEY section",
        ),
        (
            private("apiclient_key.pem").err(),
            "private key: must be PEM with a BEGIN PRIVATE KEY section",
        ),
        (
            private("c2VjcmV0").err(),
            "private key: must be PEM with a BEGIN PRIVATE KEY section",
        ),
        (
            private(cut).err(),
            "private key: must be PEM to its END line: the text is cut short",
        ),
        (
            private(&damaged).err(),
            "private key: must be PEM with nothing but base64 between its BEGIN and END lines",
        ),
        (
            private(&mch.replace("END PRIVATE", "END PUBLIC")).err(),
            "private key: must be PEM whose END line has the name of its BEGIN line",
        ),
        (
            private(&format!("{mch}{mch}")).err(),
            "private key: must be the only one in its file",
        ),
        (
            private(&key("mch_cert")).err(),
            "private key: must be a BEGIN PRIVATE KEY section, and this is a certificate: give apiclient_key.pem",
        ),
        (
            private(&spki).err(),
            "private key: must be a BEGIN PRIVATE KEY section, and this is a public key: give apiclient_key.pem",
        ),
        (
            public(&mch).err(),
            "public key: must be WeChat Pay's BEGIN PUBLIC KEY, and this is a private key: give pub_key.pem of the merchant platform",
        ),
        (
            public(&format!("{spki}{spki}")).err(),
            "public key: must be the only one in its file",
        ),
        (
            certificate(&mch).err(),
            "certificate: must be a BEGIN CERTIFICATE section, and this is a key",
        ),
        (
            certificate("x").err(),
            "certificate: must be PEM with a BEGIN CERTIFICATE section",
        ),
    ];
    for (n, (error, expected)) in cases.into_iter().enumerate() {
        assert_eq!(error.as_deref(), Some(expected), "case {n}");
    }
}

#[test]
fn a_certificate_in_place_of_the_public_key_is_named() {
    let own = PublicKeys::new()
        .with_public_key(ID, &pem("chain.pem"))
        .unwrap_err();
    assert!(own.rule().contains("pub_key.pem"), "{own}");
    assert!(
        own.rule()
            .contains("the merchant's own certificate, of 1900009191"),
        "{own}"
    );
    assert!(
        own.rule_zh().contains("商户 1900009191 自己的证书"),
        "{own}"
    );
    let platform = PublicKeys::new()
        .with_public_key(ID, &pem("year_2076.pem"))
        .unwrap_err();
    assert!(
        platform
            .rule()
            .contains("a platform certificate of WeChat Pay is given as a certificate"),
        "{platform}"
    );
}

#[test]
fn encrypted_short_and_elliptic_keys_stay_refused_in_every_spelling() {
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    assert!(private(old).unwrap_err().contains("must not be encrypted"));
    for (name, reason) in [
        ("encrypted_key.pem", "must not be encrypted"),
        ("small_key.pem", "at least 2048 bits"),
        ("elliptic_key.pem", "must be an RSA key"),
    ] {
        for (spelling, text) in spellings(&pem(name)) {
            let error = private(&text).err().unwrap_or_default();
            assert!(error.contains(reason), "{name}, {spelling}: {error}");
        }
    }
}

/// The public key of a certificate, in PEM.
fn public_half(certificate_pem: &str) -> String {
    let certificate = Certificate::from_pem(certificate_pem).unwrap();
    labelled("PUBLIC KEY", certificate.public_key_der())
}

fn labelled(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        STANDARD.encode(der)
    )
}

fn base64_of(pem: &str) -> String {
    pem.lines().filter(|line| !line.contains("--")).collect()
}
