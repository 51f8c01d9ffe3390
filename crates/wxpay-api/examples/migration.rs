//! From platform certificates (平台证书) to the WeChat Pay public key (微信支付公钥), in the order in which a
//! merchant does it.
//!
//! `cargo run -p wxpay-api --features certificates,v3-certificates,v3-security --example migration`

use std::error::Error;
use std::sync::Arc;

use wxpay_api::sign::Proof;
use wxpay_api::sign::v3::{ApiKey, PlatformKeys, PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::security::{Echo, echo::EchoOptions};
use wxpay_api::v3::{Certificates, Client, Credentials, Notices, RefreshError};
use wxpay_sandbox::{Sandbox, Trust};

/// Step 1, before the move: certificates alone, fetched and kept up to date.
fn before(sandbox: &Sandbox) -> Result<Arc<Certificates>, Box<dyn Error>> {
    let account = sandbox.merchant();
    let certificates = Certificates::builder(
        account.sp_mchid.clone(),
        merchant_key(sandbox)?,
        ApiKey::new(account.api_v3_key.clone())?,
        transport(sandbox)?,
    );
    Ok(Arc::new(certificates.base_url(sandbox.base_url()).build()?))
}

/// Step 2, before the switch on the merchant platform: the public key is known and only verifies.
fn ready(sandbox: &Sandbox) -> Result<Arc<Certificates>, Box<dyn Error>> {
    let account = sandbox.merchant();
    let certificates = Certificates::builder(
        account.sp_mchid.clone(),
        merchant_key(sandbox)?,
        ApiKey::new(account.api_v3_key.clone())?,
        transport(sandbox)?,
    )
    .public_key_to_verify(&account.platform_key_id, &account.platform_public_key_pem)?;
    Ok(Arc::new(certificates.base_url(sandbox.base_url()).build()?))
}

/// Step 3, after the switch has begun: both. The public key is asked for, and what is signed with a
/// certificate verifies.
fn during(sandbox: &Sandbox) -> Result<Arc<Certificates>, Box<dyn Error>> {
    let account = sandbox.merchant();
    let certificates = Certificates::builder(
        account.sp_mchid.clone(),
        merchant_key(sandbox)?,
        ApiKey::new(account.api_v3_key.clone())?,
        transport(sandbox)?,
    )
    .public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    Ok(Arc::new(certificates.base_url(sandbox.base_url()).build()?))
}

/// Step 4, after the move: the public key alone. Nothing is fetched any more.
fn after(sandbox: &Sandbox) -> Result<PublicKeys, Box<dyn Error>> {
    let account = sandbox.merchant();
    let (id, pem) = (&account.platform_key_id, &account.platform_public_key_pem);
    Ok(PublicKeys::new().with_public_key(id, pem)?)
}

/// What signed the reply to a call with these keys: the id of the public key, or a certificate's
/// serial number.
async fn signer(sandbox: &Sandbox, keys: impl PlatformKeys) -> Result<String, Box<dyn Error>> {
    let credentials = Credentials::new(merchant_key(sandbox)?, keys);
    let client = Client::builder(
        sandbox.merchant().sp_mchid.clone(),
        credentials,
        transport(sandbox)?,
    );
    let client = client.base_url(sandbox.base_url()).build()?;
    let request = Echo {
        echo_message: "hello".to_owned(),
        options: EchoOptions::default().encrypted_echo_message("张三"), // sealed with the same key
    };
    match client.send(&request).await?.reply.proof() {
        Proof::Rsa { serial_no } => Ok(serial_no.clone()),
        other => Err(format!("{other:?}").into()),
    }
}

fn merchant_key(sandbox: &Sandbox) -> Result<PrivateKey, Box<dyn Error>> {
    let account = sandbox.merchant();
    let (key, certificate) = (account.client_key_pem.expose(), &account.client_cert_pem);
    Ok(PrivateKey::from_pem_for_certificate(key, certificate)?)
}

fn transport(sandbox: &Sandbox) -> Result<ReqwestTransport, Box<dyn Error>> {
    let root = sandbox.ca_pem().as_bytes();
    Ok(ReqwestTransport::builder().only_root_pem(root).build()?)
}

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder()
        .trust(Trust::Certificates)
        .start()
        .await?;
    let certificates = before(&sandbox)?;
    certificates.refresh().await?; // once at the start, to prove the keys
    let serial_no = signer(&sandbox, Arc::clone(&certificates)).await?;
    assert_eq!(certificates.serial_numbers(), [serial_no.as_str()]);
    // WeChat Pay does not use the public key yet, so that nothing is sealed with it.
    assert_eq!(signer(&sandbox, ready(&sandbox)?).await?, serial_no);

    let sandbox = Sandbox::builder().trust(Trust::Both).start().await?;
    let id = &sandbox.merchant().platform_key_id;
    let both = during(&sandbox)?;
    assert_eq!(&signer(&sandbox, Arc::clone(&both)).await?, id);
    // Notifications move over in steps of the platform, so they too need both.
    let api_key = ApiKey::new(sandbox.merchant().api_v3_key.clone())?;
    let _notices = Notices::new(both, api_key);
    // A program that has not been changed goes on with certificates, and one that is ready does
    // too.
    assert_ne!(&signer(&sandbox, before(&sandbox)?).await?, id);
    assert_ne!(&signer(&sandbox, ready(&sandbox)?).await?, id);

    let sandbox = Sandbox::start().await?;
    let id = &sandbox.merchant().platform_key_id;
    assert_eq!(&signer(&sandbox, after(&sandbox)?).await?, id);
    // Anyone who still asks for certificates then is told so.
    let error = before(&sandbox)?.refresh().await;
    assert!(matches!(error, Err(RefreshError::NoCertificates)));
    println!("certificates, ready, both, public key: every reply was verified");
    Ok(())
}
