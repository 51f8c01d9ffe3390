//! A merchant of the national algorithms (国密) against the sandbox, over real TLS. Each side has its
//! own code for the signatures.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use wxpay_api::core::{AppId, ErrorKind, Fen, Outcome, Secret, VerificationFailure};
use wxpay_api::sign::Proof;
use wxpay_api::sign::v3::{ApiKey, MerchantKey, PrivateKey, PublicKeys, Suite};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::partner_transfer::{
    CreateBatch, QueryDetailByOutDetailNo, create_batch::CreateBatchOptions,
    create_batch::Transfer, create_batch::TransferOptions, types::AuthorizationType,
};
use wxpay_api::v3::security::{Echo, echo::EchoOptions};
use wxpay_api::v3::taxi_invoice::{UpdateDriver, update_driver::UpdateDriverOptions};
use wxpay_api::v3::{Certificates, Client, Credentials, Notices};
use wxpay_api::{NoticeError, v3};
use wxpay_sandbox::{Api, EventNotice, Fault, Merchant, NoticeFault, Sandbox, SignatureKind};

use crate::callback::Callback;

struct World {
    sandbox: Arc<Sandbox>,
    transport: ReqwestTransport,
    certificates: Certificates,
}

impl World {
    async fn new() -> Self {
        let sandbox = Arc::new(Sandbox::builder().sm().start().await.unwrap());
        let transport = transport(&sandbox);
        let certificates = certificates(&sandbox, key(sandbox.merchant()), &transport);
        certificates.refresh().await.unwrap();
        Self {
            sandbox,
            transport,
            certificates,
        }
    }

    fn client(&self) -> Client {
        let merchant = self.sandbox.merchant();
        let credentials = Credentials::new(key(merchant), self.certificates.clone());
        client(&self.sandbox, credentials, &self.transport)
    }

    fn notices(&self) -> Notices {
        let api_key = self.sandbox.merchant().api_v3_key.clone();
        Notices::new(self.certificates.clone(), ApiKey::new(api_key).unwrap())
    }
}

fn transport(sandbox: &Sandbox) -> ReqwestTransport {
    let builder = ReqwestTransport::builder().only_root_pem(sandbox.ca_pem().as_bytes());
    builder.build().unwrap()
}

/// The merchant's SM2 key.
fn key(merchant: &Merchant) -> PrivateKey {
    let sm = merchant.sm.as_ref().unwrap();
    let key = PrivateKey::from_pem_for_certificate(sm.key_pem.expose(), &sm.certificate_pem);
    let key = key.unwrap();
    assert_eq!(key.suite(), Suite::Sm);
    key
}

/// The merchant's RSA key, which it has for APIv2 and TLS.
fn rsa_key(merchant: &Merchant) -> PrivateKey {
    PrivateKey::from_pem(merchant.client_key_pem.expose(), &merchant.serial_no).unwrap()
}

fn certificates(sandbox: &Sandbox, key: PrivateKey, transport: &ReqwestTransport) -> Certificates {
    let merchant = sandbox.merchant();
    let builder = Certificates::builder(
        merchant.mch_id.clone(),
        key,
        ApiKey::new(merchant.api_v3_key.clone()).unwrap(),
        transport.clone(),
    );
    builder.base_url(sandbox.base_url()).build().unwrap()
}

fn client(sandbox: &Sandbox, credentials: Credentials, transport: &ReqwestTransport) -> Client {
    let mch_id = sandbox.merchant().mch_id.clone();
    let builder = v3::Client::builder(mch_id, credentials, transport.clone());
    builder.base_url(sandbox.base_url()).build().unwrap()
}

fn batch() -> CreateBatch {
    CreateBatch {
        sub_mchid: "1900000109".parse().unwrap(),
        authorization_type: AuthorizationType::Information,
        out_batch_no: "plfk2020042013".parse().unwrap(),
        batch_name: "报销单".to_owned(),
        batch_remark: "报销单".to_owned(),
        total_amount: Fen::new(200_000),
        total_num: 1,
        transfer_detail_list: vec![Transfer {
            out_detail_no: "x23zy545Bd5436".parse().unwrap(),
            transfer_amount: Fen::new(200_000),
            transfer_remark: "报销".to_owned(),
            openid: "o-MYE42l80oelYMDE34nYD456Xoy".parse().unwrap(),
            user_name: Secret::new("张三"),
            options: TransferOptions::default(),
        }],
        options: CreateBatchOptions::default().sub_appid(AppId::new("wxf636efh567hg4356").unwrap()),
    }
}

fn detail() -> QueryDetailByOutDetailNo {
    QueryDetailByOutDetailNo {
        out_batch_no: "plfk2020042013".parse().unwrap(),
        out_detail_no: "x23zy545Bd5436".parse().unwrap(),
        options: Default::default(),
    }
}

#[tokio::test]
async fn a_name_goes_there_and_back_encrypted_with_sm2() {
    let world = World::new().await;
    let client = world.client();
    client.send(&batch()).await.unwrap();
    let found = client.send(&detail()).await.unwrap();
    let proof = found.reply.proof().clone();
    assert!(matches!(proof, Proof::Sm2 { .. }), "{proof:?}");
    let name = client.open(&found.username.unwrap()).await.unwrap();
    assert_eq!(name.expose(), "张三");

    let seen = world.sandbox.requests();
    let list = &seen[0];
    assert_eq!(list.target, "/v3/certificates?algorithm_type=SM2");
    for seen in &seen {
        let authorization = seen.headers["authorization"].to_str().unwrap();
        assert!(authorization.starts_with("WECHATPAY2-SM2-WITH-SM3 "));
        assert!(seen.signatures.iter().all(|signature| signature.held));
    }
    let serial_no = seen[1].headers["wechatpay-serial"].to_str().unwrap();
    assert_eq!(world.certificates.serial_numbers(), [serial_no]);
}

#[tokio::test]
async fn an_operation_without_behaviour_answers_with_sm2_too() {
    let world = World::new().await;
    let client = world.client();
    let updated = client
        .send(&UpdateDriver {
            driver_name: Secret::new("张三"),
            id_card_number: Secret::new("11010519491231002X"),
            company_name: "深圳市未来有限公司".to_owned(),
            mchid: "1900000109".parse().unwrap(),
            driver_license: "6298416".to_owned(),
            driver_category: "MAIN".to_owned(),
            region_id: 510_100,
            options: UpdateDriverOptions::default(),
        })
        .await
        .unwrap();
    let proof = updated.reply.proof().clone();
    assert!(matches!(proof, Proof::Sm2 { .. }), "{proof:?}");
    let name = client.open(&updated.driver_name.unwrap()).await.unwrap();
    assert_eq!(name.expose(), "张三");
    let number = client.open(&updated.id_card_number.unwrap()).await;
    assert_eq!(number.unwrap().expose(), "11010519491231002X");

    let seen = world.sandbox.requests().pop().unwrap();
    assert!(!seen.api.unwrap().has_behaviour());
    assert!(seen.signatures.iter().all(|signature| signature.held));
}

#[tokio::test]
async fn a_list_of_another_algorithm_is_not_there() {
    let world = World::new().await;
    let listed = |algorithm: &str| {
        let path = format!("/v3/certificates?algorithm_type={algorithm}");
        raw(&world, path)
    };
    assert_eq!(listed("RSA").await.status(), 404);
    for algorithm in ["SM2", "ALL"] {
        let response = listed(algorithm).await;
        assert_eq!(response.status(), 200);
        let body = String::from_utf8(response.into_body().to_vec()).unwrap();
        assert!(body.contains("AEAD_SM4_GCM"), "{body}");
    }
}

/// The response to a request that is signed with SM2.
async fn raw(world: &World, path: String) -> Response<Bytes> {
    use wxpay_api::sign::v3::{RequestToSign, authorize};
    use wxpay_api::transport::Transport;

    let merchant = world.sandbox.merchant();
    let request = RequestToSign {
        method: "GET",
        target: &path,
        timestamp: world.sandbox.now(),
        nonce_str: "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
        body: b"",
    };
    let authorization = authorize(&key(merchant), &merchant.mch_id, &request).await;
    let request = Request::get(format!("{}{path}", world.sandbox.base_url()))
        .header("Authorization", authorization.unwrap())
        .header("Accept", "application/json")
        .header("User-Agent", "test")
        .body(Bytes::new())
        .unwrap();
    world.transport.send(request).await.unwrap()
}

#[tokio::test]
async fn a_request_of_the_other_suite_is_refused_on_both_sides() {
    let world = World::new().await;
    let merchant = world.sandbox.merchant();
    let rsa = PublicKeys::new()
        .with_public_key(&merchant.platform_key_id, &merchant.platform_public_key_pem)
        .unwrap();
    let client_of_rsa = client(
        &world.sandbox,
        Credentials::new(rsa_key(merchant), rsa),
        &world.transport,
    );
    let error = client_of_rsa.send(&batch()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    let seen = world.sandbox.requests().pop().unwrap();
    assert_eq!(seen.status, Some(401));
    let signature = seen.signatures.last().unwrap();
    assert_eq!(signature.kind, SignatureKind::Authorization);
    assert_eq!(signature.causes[0].code(), "other_scheme");
    assert!(signature.causes[0].english().contains("SM2"));
    assert!(world.sandbox.batches().is_empty());

    // And the other way about.
    let of_rsa = Sandbox::start().await.unwrap();
    let transport = transport(&of_rsa);
    let certificates = certificates(&of_rsa, key(merchant), &transport);
    assert!(certificates.refresh().await.is_err());
    let seen = of_rsa.requests().pop().unwrap();
    assert_eq!(seen.signatures[0].causes[0].code(), "other_scheme");
}

#[tokio::test]
async fn every_fault_of_a_signature_leaves_the_outcome_unknown() {
    let world = World::new().await;
    let client = world.client();
    let create: Api = "v3.partner_transfer.create_batch".parse().unwrap();
    for fault in [
        Fault::TamperedBody,
        Fault::WrongSignature,
        Fault::MissingSignature,
        Fault::StaleSignature,
        Fault::UnknownSerial,
    ] {
        world.sandbox.inject(create, fault.clone()).unwrap();
        let error = client.send(&batch()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{fault:?}");
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Verification(_)), "{fault:?}");
    }
    client.send(&batch()).await.unwrap();
}

#[tokio::test]
async fn a_new_certificate_is_taken_up() {
    let world = World::new().await;
    let client = world.client();
    let added = world.sandbox.rotate_certificate().await.unwrap();
    world.certificates.refresh().await.unwrap();
    assert!(world.certificates.serial_numbers().contains(&added));
    client.send(&batch()).await.unwrap();
    let seen = world.sandbox.requests().pop().unwrap();
    assert_eq!(seen.headers["wechatpay-serial"], *added);
}

#[tokio::test]
async fn an_encrypted_text_comes_back_from_the_echo() {
    let world = World::new().await;
    let client = world.client();
    let said = client
        .send(&Echo {
            echo_message: "你好".to_owned(),
            options: EchoOptions::default().encrypted_echo_message(Secret::new("秘密")),
        })
        .await
        .unwrap();
    let back = client.open(&said.encrypted_echo_message.unwrap()).await;
    assert_eq!(back.unwrap().expose(), "秘密");
}

#[tokio::test]
async fn a_withdrawal_that_is_sealed_with_sm4_is_read() {
    let world = World::new().await;
    let mut callback = Callback::of(&world.sandbox).await;
    let notices = world.notices();
    let withdrawal = r#"{"mchid":"1900009191","out_request_no":"W1","amount":100}"#;
    let notice = EventNotice::new("WITHDRAW.SUCCESS", "withdraw", withdrawal).summary("提现成功");
    let answer = world
        .sandbox
        .notify_event(&callback.url, notice.clone())
        .await;
    assert!(answer.unwrap().acknowledged);
    let (headers, body) = callback.take();
    let told = notices.open(&headers, body.clone()).await.unwrap();
    assert_eq!(told.plaintext(), withdrawal.as_bytes());
    let proof = told.resource().proof();
    assert!(matches!(proof, Proof::Sm2 { .. }), "{proof:?}");
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains(r#""algorithm":"AEAD_SM4_GCM""#), "{text}");

    for fault in [
        NoticeFault::Forged,
        NoticeFault::WrongSignature,
        NoticeFault::MissingSignature,
        NoticeFault::Stale,
        NoticeFault::UnknownSerial,
    ] {
        let sent = world
            .sandbox
            .notify_event(&callback.url, notice.clone().fault(fault));
        sent.await.unwrap();
        let (headers, body) = callback.take();
        let error = notices.open(&headers, body).await.unwrap_err();
        assert!(matches!(error, NoticeError::Unverified(_)), "{fault:?}");
    }
    // A merchant of RSA takes it for what it is.
    let merchant = world.sandbox.merchant();
    let rsa = PublicKeys::new()
        .with_public_key(&merchant.platform_key_id, &merchant.platform_public_key_pem)
        .unwrap();
    let of_rsa = Notices::new(rsa, ApiKey::new(merchant.api_v3_key.clone()).unwrap());
    let NoticeError::Unverified(error) = of_rsa.open(&headers, body_of(&text)).await.unwrap_err()
    else {
        panic!("a notification of SM2 was taken for something else");
    };
    assert!(matches!(error.failure(), VerificationFailure::Algorithm(_)));
}

fn body_of(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}
