//! Keys that stay in a directory.

use std::fs;
use std::path::Path;

use wxpay_sandbox::{Sandbox, SandboxBuilder, StartError, Trust};

fn builder(dir: &Path, trust: Trust) -> SandboxBuilder {
    Sandbox::builder().directory(dir).trust(trust)
}

#[tokio::test]
async fn keys_stay_from_one_start_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    let first = builder(&dir, Trust::PublicKey).start().await.unwrap();
    let second = builder(&dir, Trust::Both).start().await.unwrap();
    let (a, b) = (first.merchant(), second.merchant());
    assert_eq!(a.mch_id, b.mch_id);
    assert_eq!(a.serial_no, b.serial_no);
    assert_eq!(a.api_v2_key.expose(), b.api_v2_key.expose());
    assert_eq!(a.client_key_pem.expose(), b.client_key_pem.expose());
    assert_eq!(a.platform_public_key_pem, b.platform_public_key_pem);
    assert_eq!(first.ca_pem(), second.ca_pem());
    let (a, b) = (first.callback_certificate(), second.callback_certificate());
    assert_eq!(a.certificate_pem, b.certificate_pem);
    assert_eq!(a.key_pem.expose(), b.key_pem.expose());
    assert!(first.platform_certificate_pems().is_empty());

    // A certificate that is added stays too.
    let serial = second.rotate_certificate().await.unwrap();
    let third = builder(&dir, Trust::Certificates).start().await.unwrap();
    let (kept, read) = (
        second.platform_certificate_pems(),
        third.platform_certificate_pems(),
    );
    assert_eq!(kept, read);
    let file = dir.join(format!("wechatpay_{serial}.pem"));
    assert_eq!(fs::read_to_string(file).unwrap(), read[1]);
}

#[tokio::test]
async fn a_client_finds_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let sandbox = builder(dir, Trust::PublicKey).start().await.unwrap();
    let read = |name: &str| fs::read(dir.join(name)).unwrap();
    let identity = [read("apiclient_cert.pem"), read("apiclient_key.pem")].concat();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&read("ca.pem")).unwrap()])
        .identity(reqwest::Identity::from_pem(&identity).unwrap())
        .no_proxy()
        .build()
        .unwrap();
    let url = format!("{}/pay/orderquery", sandbox.base_url());
    client.post(url).body("<xml></xml>").send().await.unwrap();
    assert!(sandbox.requests()[0].client_certificate);

    let p12 = read("apiclient_cert.p12");
    let mch_id = sandbox.merchant().mch_id.as_str();
    let store =
        p12_keystore::KeyStore::from_pkcs12(&p12, mch_id, p12_keystore::Pkcs12ImportPolicy::Strict);
    let store = store.unwrap();
    let (_, chain) = store.private_key_chain().unwrap();
    let pem = sandbox.merchant().client_cert_pem.clone();
    let certificate =
        <rustls_pki_types::CertificateDer<'_> as rustls_pki_types::pem::PemObject>::from_pem_slice(
            pem.as_bytes(),
        );
    assert_eq!(chain.certs()[0].as_der(), &*certificate.unwrap());
}

#[cfg(unix)]
#[tokio::test]
async fn secrets_are_for_their_owner() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    builder(dir, Trust::PublicKey).start().await.unwrap();
    let mode = |name: &str| fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o077;
    for name in [
        "apiclient_key.pem",
        "apiclient_cert.p12",
        "callback_key.pem",
        "server",
    ] {
        assert_eq!(mode(name), 0, "{name}");
    }
    for file in fs::read_dir(dir.join("server")).unwrap() {
        let name = file.unwrap().file_name();
        let text = fs::read_to_string(dir.join("server").join(&name)).unwrap();
        assert!(!text.is_empty());
        assert_eq!(mode(&format!("server/{}", name.display())), 0, "{name:?}");
    }
}

#[tokio::test]
async fn what_is_no_such_directory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let refused = async |dir: &Path| match builder(dir, Trust::PublicKey).start().await {
        Err(StartError::Directory(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    fs::write(dir.join("notes.txt"), "mine").unwrap();
    assert!(refused(dir).await.contains("notes.txt"));
    assert_eq!(fs::read_dir(dir).unwrap().count(), 1);

    let dir = &dir.join("keys");
    builder(dir, Trust::PublicKey).start().await.unwrap();
    for name in [
        "ca.pem",
        "apiclient_key.pem",
        "apiclient_cert.p12",
        "callback_key.pem",
        "pub_key.pem",
        "server/ca_key.pem",
    ] {
        let (file, away) = (dir.join(name), folder.path().join("away"));
        fs::rename(&file, &away).unwrap();
        let said = refused(dir).await;
        assert!(said.contains(name) && said.contains("missing"), "{said}");
        fs::rename(&away, &file).unwrap();
    }
    for (name, other) in [
        ("apiclient_cert.pem", "ca.pem"),
        ("pub_key.pem", "ca.pem"),
        ("apiclient_key.pem", "server/pub_key_private.pem"),
        ("server/sandbox.json", "ca.pem"),
    ] {
        let right = fs::read(dir.join(name)).unwrap();
        fs::copy(dir.join(other), dir.join(name)).unwrap();
        let said = refused(dir).await;
        assert!(said.contains("put the right file back"), "{said}");
        fs::write(dir.join(name), right).unwrap();
    }
    // Directories of earlier versions have no certificate for callbacks.
    for name in ["callback_cert.pem", "callback_key.pem"] {
        fs::remove_file(dir.join(name)).unwrap();
    }
    let sandbox = builder(dir, Trust::PublicKey).start().await.unwrap();
    let made = fs::read_to_string(dir.join("callback_cert.pem")).unwrap();
    assert_eq!(sandbox.callback_certificate().certificate_pem, made);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let first = Sandbox::start().await.unwrap();
    let port = first.base_url().rsplit(':').next().unwrap();
    let address = format!("127.0.0.1:{port}").parse().unwrap();
    match Sandbox::builder().listen(address).start().await {
        Err(error @ StartError::Listen { .. }) => assert!(error.to_string().contains(port)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_keys_of_the_brand_stay() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    let first = builder(&dir, Trust::PublicKey).start().await.unwrap();
    let second = builder(&dir, Trust::Both).start().await.unwrap();
    let (a, b) = (first.brand().await.unwrap(), second.brand().await.unwrap());
    assert_eq!(a.brand_id, b.brand_id);
    assert_eq!(a.api_key.expose(), b.api_key.expose());
    assert_eq!(a.serial_no, b.serial_no);
    assert_eq!(a.key_pem.expose(), b.key_pem.expose());
    assert_eq!(a.platform_key_id, b.platform_key_id);
    let kept = fs::read_to_string(dir.join("brand/pub_key.pem")).unwrap();
    assert_eq!(kept, b.platform_public_key_pem);
    // Another key in the place of the brand's.
    fs::copy(
        dir.join("apiclient_key.pem"),
        dir.join("brand/apiclient_key.pem"),
    )
    .unwrap();
    let broken = builder(&dir, Trust::PublicKey).start().await;
    assert!(matches!(broken, Err(StartError::Directory(_))));
}

#[cfg(feature = "sm")]
#[tokio::test]
async fn the_keys_of_the_national_algorithms_come_later_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    let first = builder(&dir, Trust::Both).start().await.unwrap();
    let second = builder(&dir, Trust::Both).sm().start().await.unwrap();
    assert_eq!(second.trust(), Trust::Certificates);
    let added = second.rotate_certificate().await.unwrap();
    let third = builder(&dir, Trust::PublicKey).sm().start().await.unwrap();
    let (a, b) = (second.merchant(), third.merchant());
    let (a, b) = (a.sm.as_ref().unwrap(), b.sm.as_ref().unwrap());
    assert_eq!(a.serial_no, b.serial_no);
    assert_eq!(a.key_pem.expose(), b.key_pem.expose());
    assert_eq!(a.certificate_pem, b.certificate_pem);
    assert_eq!(third.merchant().v3_serial_no(), b.serial_no);
    let kept = third.platform_certificate_pems();
    assert_eq!(kept, second.platform_certificate_pems());
    assert_eq!(kept.len(), 2);
    assert!(dir.join(format!("wechatpay_{added}.pem")).exists());
    // Those of RSA are as they were.
    let rsa = builder(&dir, Trust::Both).start().await.unwrap();
    assert!(rsa.merchant().sm.is_none());
    assert_eq!(
        rsa.platform_certificate_pems(),
        first.platform_certificate_pems()
    );
    fs::copy(
        dir.join(format!("server/wechatpay_{added}_key.pem")),
        dir.join("sm_key.pem"),
    )
    .unwrap();
    let broken = builder(&dir, Trust::Both).sm().start().await;
    assert!(matches!(broken, Err(StartError::Directory(_))));
}
