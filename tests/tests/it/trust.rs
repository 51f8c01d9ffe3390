//! The three ways of trusting WeChat Pay, and the batch endpoints, against the sandbox over real
//! TLS.

use std::sync::Arc;

use wxpay_api::core::{ErrorKind, Fen, OutBatchNo, Outcome, Progress, Secret, VerificationFailure};
use wxpay_api::sign::Proof;
use wxpay_api::sign::v3::{ApiKey, Certificate, PlatformKeys, PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::partner_transfer::{
    CreateBatch, QueryBatchById, QueryBatchByOutBatchNo, QueryDetailById, QueryDetailByOutDetailNo,
    create_batch::CreateBatchOptions, create_batch::Transfer, create_batch::TransferOptions,
    query_batch_by_out_batch_no::QueryBatchByOutBatchNoOptions, query_batch_by_out_batch_no::Which,
    types::AuthorizationType, types::BatchStatus,
};
use wxpay_api::v3::{Certificates, Client, Credentials, RefreshError, security};
use wxpay_sandbox::{Api, Fault, Sandbox, Trust};

fn transport(sandbox: &Sandbox) -> ReqwestTransport {
    ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .build()
        .unwrap()
}

fn merchant_key(sandbox: &Sandbox) -> PrivateKey {
    let account = sandbox.merchant();
    PrivateKey::from_pem_for_certificate(account.client_key_pem.expose(), &account.client_cert_pem)
        .unwrap()
}

fn client(sandbox: &Sandbox, keys: impl PlatformKeys) -> Client {
    let credentials = Credentials::new(merchant_key(sandbox), keys);
    let client = Client::builder(
        sandbox.merchant().sp_mchid.clone(),
        credentials,
        transport(sandbox),
    );
    client.base_url(sandbox.base_url()).build().unwrap()
}

fn certificates(sandbox: &Sandbox, public_key: bool) -> Arc<Certificates> {
    let account = sandbox.merchant();
    let api_key = ApiKey::new(account.api_v3_key.clone()).unwrap();
    let mut builder = Certificates::builder(
        account.sp_mchid.clone(),
        merchant_key(sandbox),
        api_key,
        transport(sandbox),
    )
    .base_url(sandbox.base_url())
    .cool_down(std::time::Duration::ZERO);
    if public_key {
        builder = builder
            .public_key(&account.platform_key_id, &account.platform_public_key_pem)
            .unwrap();
    }
    Arc::new(builder.build().unwrap())
}

fn public_keys(sandbox: &Sandbox) -> PublicKeys {
    let account = sandbox.merchant();
    PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
        .unwrap()
}

/// Sends a sealed message and opens what comes back; the serial number that signed the reply.
async fn echo(client: &Client) -> String {
    let request = security::Echo {
        echo_message: "hello".to_owned(),
        options: security::echo::EchoOptions::default().encrypted_echo_message("司马相如"),
    };
    let reply = client.send(&request).await.unwrap();
    let opened = client
        .open(&reply.encrypted_echo_message.unwrap())
        .await
        .unwrap();
    assert_eq!(opened.expose(), "司马相如");
    match reply.reply.proof() {
        Proof::Rsa { serial_no } => serial_no.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn with_the_public_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let serial_no = echo(&client(&sandbox, public_keys(&sandbox))).await;
    assert_eq!(serial_no, sandbox.merchant().platform_key_id);
    let error = certificates(&sandbox, false).refresh().await.unwrap_err();
    assert!(matches!(error, RefreshError::NoCertificates), "{error:?}");
}

#[tokio::test]
async fn with_certificates_through_a_rotation() {
    let sandbox = Sandbox::builder()
        .trust(Trust::Certificates)
        .start()
        .await
        .unwrap();
    let keys = certificates(&sandbox, false);
    let client = client(&sandbox, Arc::clone(&keys));
    let first = echo(&client).await;
    assert_eq!(keys.serial_numbers(), [first.as_str()]);
    let second = sandbox.rotate_certificate().await.unwrap();
    // The reply is signed with a certificate that was not known when the request left.
    assert_eq!(echo(&client).await, second);
    assert_eq!(keys.serial_numbers().len(), 2);
    sandbox
        .inject(LIST_CERTIFICATES, Fault::TamperedBody)
        .unwrap();
    assert!(keys.refresh().await.is_err());
    assert_eq!(
        keys.serial_numbers().len(),
        2,
        "a list that is not believed drops nothing"
    );
    assert_eq!(echo(&client).await, second);
}

#[tokio::test]
async fn with_both_during_the_migration() {
    let sandbox = Sandbox::builder().trust(Trust::Both).start().await.unwrap();
    let both = echo(&client(&sandbox, certificates(&sandbox, true))).await;
    assert_eq!(
        both,
        sandbox.merchant().platform_key_id,
        "the public key is asked for"
    );
    let old = echo(&client(&sandbox, certificates(&sandbox, false))).await;
    assert_ne!(old, sandbox.merchant().platform_key_id);
    let new = echo(&client(&sandbox, public_keys(&sandbox))).await;
    assert_eq!(new, sandbox.merchant().platform_key_id);
}

#[tokio::test]
async fn a_key_that_is_not_wechat_pays_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let account = sandbox.merchant();
    let wrong = PublicKeys::new()
        .with_public_key(
            &account.platform_key_id,
            &wxpay_tests::replies::platform_public_key(),
        )
        .unwrap();
    let request = security::Echo {
        echo_message: "hello".to_owned(),
        options: security::echo::EchoOptions::default(),
    };
    let error = client(&sandbox, wrong).send(&request).await.unwrap_err();
    let ErrorKind::Verification(verification) = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(verification.failure(), &VerificationFailure::Mismatch);
}

fn batch(sandbox: &Sandbox) -> CreateBatch {
    let transfer = |number: &str, name: &str| Transfer {
        out_detail_no: number.parse().unwrap(),
        transfer_amount: Fen::new(200_000),
        transfer_remark: "2020年4月报销".to_owned(),
        openid: "o-MYE42l80oelYMDE34nYD456Xoy".parse().unwrap(),
        user_name: Secret::new(name),
        options: TransferOptions::default(),
    };
    CreateBatch {
        sub_mchid: "1900000109".parse().unwrap(),
        authorization_type: AuthorizationType::Information,
        out_batch_no: "plfk2020042013".parse().unwrap(),
        batch_name: "2019年1月深圳分部报销单".to_owned(),
        batch_remark: "报销".to_owned(),
        total_amount: Fen::new(400_000),
        total_num: 2,
        transfer_detail_list: vec![transfer("d1", "张三"), transfer("d2", "司马相如")],
        options: CreateBatchOptions::default().sub_appid(sandbox.merchant().appid.clone()),
    }
}

#[tokio::test]
async fn a_batch_from_its_start_to_its_end() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox, public_keys(&sandbox));
    let request = batch(&sandbox);
    sandbox
        .inject(CREATE_BATCH, Fault::DropAfterCommit)
        .unwrap();
    let lost = client.send(&request).await.unwrap_err();
    assert_eq!(lost.outcome(), Outcome::Unknown);
    // The same number and parameters are the same batch.
    let created = client.send(&request).await.unwrap();
    assert_eq!(
        client.send(&request).await.unwrap().batch_id,
        created.batch_id
    );
    let mut other = batch(&sandbox);
    other.batch_remark = "other".to_owned();
    assert_eq!(
        client.send(&other).await.unwrap_err().outcome(),
        Outcome::Unknown
    );
    assert_eq!(sandbox.batches().len(), 1);

    let out_batch_no: OutBatchNo = "plfk2020042013".parse().unwrap();
    let query = |options| QueryBatchByOutBatchNo {
        out_batch_no: out_batch_no.clone(),
        need_query_detail: true,
        options,
    };
    let all = || QueryBatchByOutBatchNoOptions::default().detail_status(Which::All);
    let found = client.send(&query(all())).await.unwrap();
    assert_eq!(
        (found.batch_status, found.transfer_detail_list.len()),
        (BatchStatus::Processing, 0)
    );
    let detail = QueryDetailByOutDetailNo {
        out_batch_no: out_batch_no.clone(),
        out_detail_no: "d2".parse().unwrap(),
        options: Default::default(),
    };
    assert_eq!(
        client.send(&detail).await.unwrap().detail_status.progress(),
        Progress::Pending
    );

    sandbox.settle_batch("plfk2020042013");
    let found = client.send(&query(all())).await.unwrap();
    assert_eq!(
        (&found.batch_status, found.success_num, found.total_amount),
        (&BatchStatus::Finished, Some(2), Fen::new(400_000))
    );
    let ids: Vec<_> = found
        .transfer_detail_list
        .iter()
        .map(|detail| detail.detail_id.clone())
        .collect();
    let by_id = client
        .send(&QueryBatchById {
            batch_id: created.batch_id.clone(),
            need_query_detail: false,
            options: Default::default(),
        })
        .await
        .unwrap();
    assert_eq!(
        by_id.out_batch_no.as_ref().map(OutBatchNo::as_str),
        Some("plfk2020042013")
    );
    let last = client
        .send(&QueryDetailById {
            batch_id: created.batch_id,
            detail_id: ids[1].clone(),
            options: Default::default(),
        })
        .await
        .unwrap();
    assert_eq!(last.detail_status.progress(), Progress::Succeeded);
    assert_eq!(
        client.open(&last.username.unwrap()).await.unwrap().expose(),
        "司马相如"
    );
    sandbox.set_transfer_status("plfk2020042013", "d2", "REFUND", None);
    assert_eq!(
        client.send(&detail).await.unwrap().detail_status.progress(),
        Progress::Returned
    );
}

#[tokio::test]
async fn the_merchants_own_certificate_is_not_trusted_as_wechat_pays() {
    let sandbox = Sandbox::start().await.unwrap();
    let own = Certificate::from_pem(&sandbox.merchant().client_cert_pem).unwrap();
    let keys = public_keys(&sandbox).with_certificate(&own).unwrap();
    let credentials = Credentials::new(merchant_key(&sandbox), Arc::new(keys));
    let mch_id = sandbox.merchant().sp_mchid.clone();
    let built = Client::builder(mch_id, credentials, transport(&sandbox)).build();
    let said = built.unwrap_err().to_string();
    assert!(said.contains("platform keys"), "{said}");
}

const LIST_CERTIFICATES: Api = Api::named("v3.certificates.list_certificates").unwrap();

const CREATE_BATCH: Api = Api::named("v3.partner_transfer.create_batch").unwrap();
