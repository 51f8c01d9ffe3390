//! The merchant's client certificate.

use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::Request;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use tokio::time::sleep;
use tokio_rustls::rustls::pki_types::CertificateDer;
#[cfg(feature = "p12")]
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use wxpay_core::{Effect, Sent};
use wxpay_transport::{BuildError, Hints, Transport};

use crate::server::{Act, Server};
use crate::tls_server::{Ca, End, Leaf, TlsServer};
use crate::{BUSY, assert_sent, builder, chain, post};

fn needing_identity(url: String) -> Request<Bytes> {
    let mut request = post(url, None);
    let hints = Hints::new("v2.secapi.refund", Effect::Write, true);
    request.extensions_mut().insert(hints);
    request
}

#[tokio::test]
async fn certificate_is_shown() {
    let ca = Ca::new("server");
    let clients = Ca::new("clients");
    let rsa = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let rsa = clients.leaf_with("merchant", |_| {}, rsa);
    let pkcs1 = Leaf {
        cert: rsa.cert.clone(),
        key: pkcs1(&rsa.key),
    };
    let with_words = Leaf {
        cert: format!("Bag Attributes\r\n{}\n{}", rsa.cert, clients.pem),
        key: format!(
            "Key Attributes: <none>\r\n{}",
            rsa.key.replace('\n', "\r\n")
        ),
    };
    for (name, leaf) in [
        ("PKCS#8", rsa),
        ("PKCS#1", pkcs1),
        ("EC", clients.leaf("merchant")),
        ("chain and words between", with_words),
    ] {
        for tls13 in [true, false] {
            let server =
                TlsServer::start_with(&ca.leaf("localhost"), Some(&clients), tls13, End::Notified)
                    .await;
            let transport = builder()
                .only_root_pem(ca.pem.as_bytes())
                .identity_pem(leaf.cert.as_bytes(), leaf.key.as_bytes())
                .build()
                .unwrap();
            for request in [
                needing_identity(server.url()),
                post(server.url(), Some(Effect::Read)),
            ] {
                let answer = transport.send(request).await.unwrap();
                assert_eq!(answer.status(), 200, "{name}");
            }
            let shown = CertificateDer::from_pem_slice(leaf.cert.as_bytes()).unwrap();
            let shown = Some(shown.to_vec());
            assert_eq!(server.clients(), [shown.clone(), shown], "{name}");
        }
    }
}

/// Without the files the server would refuse, in TLS 1.3 only after the request left.
#[tokio::test]
async fn missing_identity_is_not_sent() {
    let ca = Ca::new("server");
    let server = TlsServer::start(&ca.leaf("localhost")).await;
    let transport = builder().only_root_pem(ca.pem.as_bytes()).build().unwrap();
    let needing = || needing_identity(server.url());
    let refused = assert_sent(transport.send(needing()).await, Sent::No, "missing");
    let checked = transport.check(&needing()).unwrap_err();
    assert_eq!(checked.sent(), Sent::No);
    for text in [chain(&refused), chain(&checked)] {
        assert!(
            text.contains("apiclient_cert.pem") && text.contains("apiclient_key.pem"),
            "{text}"
        );
    }
    transport.check(&post(server.url(), None)).unwrap();
    assert_eq!(server.connections().await, 0);
}

/// A simulator on loopback has no TLS to show a certificate in.
#[tokio::test]
async fn plain_http_needs_no_identity() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n")).await;
    let (transport, needing) = (crate::plain(), needing_identity(server.url("/")));
    transport.check(&needing).unwrap();
    assert_eq!(transport.send(needing).await.unwrap().status(), 200);
}

/// In TLS 1.3 the client's handshake is over before the server has judged the certificate, so the
/// request is on its way when the refusal comes.
#[tokio::test]
async fn refused_certificate() {
    let ca = Ca::new("server");
    let clients = Ca::new("clients");
    let stranger = Ca::new("others").leaf("merchant");
    for (tls13, sent) in [(true, Sent::Maybe), (false, Sent::No)] {
        for leaf in [Some(&stranger), None] {
            let server =
                TlsServer::start_with(&ca.leaf("localhost"), Some(&clients), tls13, End::Notified)
                    .await;
            let mut builder = builder().only_root_pem(ca.pem.as_bytes());
            if let Some(leaf) = leaf {
                builder = builder.identity_pem(leaf.cert.as_bytes(), leaf.key.as_bytes());
            }
            let answer = builder
                .build()
                .unwrap()
                .send(post(server.url(), None))
                .await;
            assert_sent(
                answer,
                sent,
                &format!("TLS 1.3 {tls13}, shown {}", leaf.is_some()),
            );
            assert_eq!(server.requests().await, 0);
            assert_eq!(server.connections().await, 1);
        }
    }
}

#[test]
fn bad_files_are_refused_by_name() {
    let ca = Ca::new("clients");
    let good = ca.leaf("merchant");
    let other = ca.leaf("merchant");
    let twice = format!("{}{}", good.key, good.key);
    let both = format!("{}{}", good.cert, good.key);
    let cut = &good.key[..good.key.len() / 2];
    let relabelled = |label: &str| good.key.replace("PRIVATE KEY", label);
    let legacy = pem_lines(
        "RSA PRIVATE KEY",
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n",
    );
    let nonsense = pem_lines("PRIVATE KEY", "AAAA\n");
    let bad_cert = pem_lines("CERTIFICATE", "AAAA\n");

    let cases: [(&str, &str, &str, &str); 14] = [
        (&good.cert, "", KEY, "no private key"),
        (&good.cert, "\x30\u{82}", KEY, "no private key"),
        (&good.cert, &twice, KEY, "more than one"),
        (&good.cert, &both, KEY, "swapped"),
        (&good.cert, cut, KEY, "not in PEM form"),
        (
            &good.cert,
            &relabelled("ENCRYPTED PRIVATE KEY"),
            KEY,
            "encrypted",
        ),
        (&good.cert, &legacy, KEY, "encrypted"),
        (
            &good.cert,
            &relabelled("EC PRIVATE KEY"),
            KEY,
            "neither PKCS#8 nor PKCS#1",
        ),
        (&good.cert, &nonsense, KEY, "can't be read"),
        (
            &good.cert,
            &other.key,
            KEY,
            "not the key of the first certificate",
        ),
        ("", &good.key, CERT, "no certificate"),
        (&both, &good.key, CERT, "private key"),
        (&good.key, &good.cert, CERT, "swapped"),
        (&bad_cert, &good.key, CERT, "can't be read"),
    ];
    for (cert, key, file, problem) in cases {
        let error = build_error(cert, key);
        assert_eq!(error.setting(), file, "{error}");
        let text = chain(&error);
        assert!(text.contains(problem), "{problem}: {text}");
        for line in good.key.lines().chain(other.key.lines()) {
            assert!(line.starts_with('-') || !text.contains(line), "{text}");
        }
    }
}

/// An expired certificate would be refused by the server only after the request is on its way.
#[test]
fn certificate_out_of_its_time_is_refused() {
    let ca = Ca::new("clients");
    let fresh = |change: fn(&mut CertificateParams)| {
        ca.leaf_with("merchant", change, KeyPair::generate().unwrap())
    };
    let expired = ca.expired_leaf("merchant");
    let future = fresh(|params| params.not_before = date_time_ymd(3000, 1, 1));
    for (leaf, problem) in [
        (expired, "expired at 2021-01-01"),
        (future, "is valid from 3000-01-01"),
    ] {
        let error = build_error(&leaf.cert, &leaf.key);
        assert_eq!(error.setting(), CERT);
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[tokio::test]
async fn certificate_that_expires_later_is_not_sent() {
    // On a slow machine the first one has expired before it is shown.
    for seconds in [2, 8, 32] {
        if expires_after_it_was_shown(seconds).await {
            return;
        }
    }
    panic!("no certificate lasts long enough to be shown");
}

/// Shows a certificate that is valid for so many seconds, and tries to show it again. `false` if it
/// expires before the first time.
async fn expires_after_it_was_shown(seconds: u64) -> bool {
    let ca = Ca::new("server");
    let clients = Ca::new("clients");
    let server = TlsServer::start(&ca.leaf("localhost")).await;
    let key = KeyPair::generate().unwrap();
    let soon = SystemTime::now() + Duration::from_secs(seconds);
    let leaf = clients.leaf_with("merchant", |params| params.not_after = soon.into(), key);
    let expired = || SystemTime::now() >= soon - Duration::from_secs(1);
    let built = builder()
        .only_root_pem(ca.pem.as_bytes())
        .identity_pem(leaf.cert.as_bytes(), leaf.key.as_bytes())
        .build();
    let transport = match built {
        Err(error) if expired() => {
            assert!(error.to_string().contains("expired at"), "{error}");
            return false;
        }
        built => built.unwrap(),
    };
    let needing = || needing_identity(server.url());
    let checked = transport.check(&needing());
    let shown = transport.send(needing()).await;
    if expired() {
        return false;
    }
    checked.unwrap();
    shown.unwrap();
    let start = Instant::now();
    let checked = loop {
        match transport.check(&needing()) {
            Err(checked) => break checked,
            Ok(()) => assert!(start.elapsed() < Duration::from_secs(seconds) + BUSY),
        }
        sleep(Duration::from_millis(50)).await;
    };
    assert!(chain(&checked).contains("expired at"), "{checked}");
    let error = assert_sent(transport.send(needing()).await, Sent::No, "expired");
    assert!(chain(&error).contains("expired at"), "{}", chain(&error));
    // Who does not need it does not care.
    let read = post(server.url(), Some(Effect::Read));
    transport.send(read).await.unwrap();
    assert_eq!(server.requests().await, 2);
    true
}

#[cfg(feature = "p12")]
#[tokio::test]
async fn certificate_of_a_p12_file_is_shown() {
    let ca = Ca::new("server");
    let clients = Ca::new("clients");
    let leaf = clients.leaf("merchant");
    let p12 = p12(&leaf, "1900009191");
    for tls13 in [true, false] {
        let own = ca.leaf("localhost");
        let server = TlsServer::start_with(&own, Some(&clients), tls13, End::Notified).await;
        let transport = builder()
            .only_root_pem(ca.pem.as_bytes())
            .identity_p12(&p12, "1900009191")
            .build()
            .unwrap();
        let answer = transport.send(needing_identity(server.url())).await;
        assert_eq!(answer.unwrap().status(), 200);
        let shown = CertificateDer::from_pem_slice(leaf.cert.as_bytes()).unwrap();
        assert_eq!(server.clients(), [Some(shown.to_vec())]);
    }

    for (file, password, problem) in [
        (p12.as_slice(), "1900000109", "password"),
        (b"not a file", "1900009191", "PKCS#12"),
    ] {
        let built = builder().identity_p12(file, password).build();
        let error = built.unwrap_err();
        assert_eq!(error.setting(), "apiclient_cert.p12");
        assert!(error.to_string().contains(problem), "{error}");
        assert!(!chain(&error).contains(password), "{}", chain(&error));
    }
    let debug = format!("{:?}", builder().identity_p12(&p12, "hunter2"));
    assert!(!debug.contains("hunter2"), "{debug}");
}

#[cfg(feature = "p12")]
fn p12(leaf: &Leaf, password: &str) -> Vec<u8> {
    use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
    let cert = CertificateDer::from_pem_slice(leaf.cert.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
    let key = PrivateKey::from_der(key.secret_der()).unwrap();
    let cert = Certificate::from_der(&cert).unwrap();
    let mut store = KeyStore::new();
    let entry = PrivateKeyChain::new(b"1".as_slice(), key, [cert]);
    store.add_entry("merchant", KeyStoreEntry::PrivateKeyChain(entry));
    store.writer(password).write().unwrap()
}

#[test]
fn debug_hides_the_key() {
    let good = Ca::new("clients").leaf("merchant");
    let builder = builder().identity_pem(good.cert.as_bytes(), good.key.as_bytes());
    let debug = format!("{builder:?}");
    let bytes = format!("{:?}", &good.key.as_bytes()[..40]);
    let bytes = bytes.trim_matches(['[', ']']);
    assert!(
        !debug.contains(bytes) && !debug.contains("PRIVATE"),
        "{debug}"
    );
    let debug = format!("{:?}", builder.build().unwrap());
    assert!(debug.contains("has_identity: true"), "{debug}");
    assert!(
        !debug.contains(bytes) && !debug.contains("PRIVATE"),
        "{debug}"
    );
}

#[track_caller]
fn build_error(cert: &str, key: &str) -> BuildError {
    builder()
        .identity_pem(cert.as_bytes(), key.as_bytes())
        .build()
        .unwrap_err()
}

/// An RSA key in PKCS#8 holds its PKCS#1 form at the end, after 26 bytes for 2048 bits.
fn pkcs1(pkcs8: &str) -> String {
    let lines: String = pkcs8
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let der = BASE64_STANDARD.decode(lines).unwrap();
    let encoded = BASE64_STANDARD.encode(&der[26..]);
    pem_lines("RSA PRIVATE KEY", &format!("{encoded}\n"))
}

fn pem_lines(label: &str, lines: &str) -> String {
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

const CERT: &str = "apiclient_cert.pem";
const KEY: &str = "apiclient_key.pem";
