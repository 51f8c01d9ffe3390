//! The clients against the sandbox, over real mutual TLS: what works, and every fault on every
//! endpoint.

use std::net::Ipv4Addr;
use std::pin::pin;
use std::time::Duration;

use tokio::time;
use wxpay_api::core::{
    Error, ErrorKind, Fen, OpenId, Outcome, PartnerTradeNo, Progress, Sent, VerificationFailure,
};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::pay::{QueryOrder, query_order};
use wxpay_api::v2::wecom::{
    PayEmployee, QueryEmployeePayment, pay_employee::CheckName, pay_employee::MessageType,
    pay_employee::PayEmployeeOptions,
};
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_api::{v2, v3};
use wxpay_sandbox::{AmountField, Api, Fault, Order, Sandbox, Transfer};

struct World {
    sandbox: Sandbox,
    v2: v2::Client,
    v3: v3::Client,
}

impl World {
    async fn new() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.add_order(Order::paid("20150806125346", 10_099));
        let mut transfer = Transfer::new("plfk2020042013", "x23zy545Bd5436", 200_000);
        transfer.username = "张三".to_owned();
        sandbox.add_transfer(transfer);
        let account = sandbox.merchant();
        let transport = ReqwestTransport::builder()
            .only_root_pem(sandbox.ca_pem().as_bytes())
            .identity_pem(
                account.client_cert_pem.as_bytes(),
                account.client_key_pem.expose().as_bytes(),
            )
            .connect_timeout(Duration::from_secs(10))
            .response_timeout(Duration::from_secs(30))
            .total_timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        let v2 = v2::Client::builder(
            v2::Merchant::new(account.mch_id.clone(), account.appid.clone()),
            v2::Credentials::new(Key::new(account.api_v2_key.clone()).unwrap())
                .workwx(AppSecret::new(account.workwx_secret.clone()).unwrap()),
            transport.clone(),
        )
        .base_url(sandbox.base_url())
        .build()
        .unwrap();
        let merchant_key =
            PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no).unwrap();
        let platform = PublicKeys::new()
            .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
            .unwrap();
        let v3 = v3::Client::builder(
            account.sp_mchid.clone(),
            v3::Credentials::new(merchant_key, platform),
            transport,
        )
        .base_url(sandbox.base_url())
        .build()
        .unwrap();
        Self { sandbox, v2, v3 }
    }

    fn payment(&self, number: &str) -> PayEmployee {
        PayEmployee {
            partner_trade_no: PartnerTradeNo::new(number).unwrap(),
            openid: OpenId::new("ohO4Gt7wVPxIT1A9GjFaMYMiZY1s").unwrap(),
            check_name: CheckName::ForceCheck,
            amount: Fen::new(10_099),
            desc: "六月出差 <报销> & 费用".to_owned(),
            spbill_create_ip: Ipv4Addr::LOCALHOST.into(),
            ww_msg_type: MessageType::ApprovalMsg,
            act_name: "示例项目".to_owned(),
            options: PayEmployeeOptions::default()
                .re_user_name("张三")
                .approval_number("201705160008")
                .approval_type(1_u32)
                .agentid(self.sandbox.merchant().agentid),
        }
    }

    /// One call to an endpoint, with nothing but its failure.
    async fn call(&self, api: Api, number: &str) -> Result<(), Error> {
        match api {
            PAY_EMPLOYEE => self.v2.send(&self.payment(number)).await.map(drop),
            QUERY_EMPLOYEE_PAYMENT => self.v2.send(&query(number)).await.map(drop),
            QUERY_ORDER => self.v2.send(&order()).await.map(drop),
            QUERY_DETAIL => self.v3.send(&detail()).await.map(drop),
            other => panic!("{other:?} has no call here"),
        }
    }
}

/// How a call ends that is not answered. When the sandbox has it, time jumps to where the transport
/// gives up.
async fn unanswered(world: &World, api: Api, number: &str) -> Result<(), Error> {
    let before = world.sandbox.requests().len();
    let arrived = async {
        while world.sandbox.requests().len() == before {
            time::sleep(Duration::from_millis(5)).await;
        }
    };
    let mut call = pin!(world.call(api, number));
    tokio::select! {
        end = &mut call => return end,
        () = arrived => time::pause(),
    }
    let end = call.await;
    time::resume();
    end
}

fn query(number: &str) -> QueryEmployeePayment {
    QueryEmployeePayment {
        partner_trade_no: PartnerTradeNo::new(number).unwrap(),
        options: Default::default(),
    }
}

fn order() -> QueryOrder {
    QueryOrder {
        order: query_order::Order::OutTradeNo("20150806125346".parse().unwrap()),
        options: Default::default(),
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
async fn the_four_endpoints_work_over_mutual_tls() {
    let world = World::new().await;
    let paid = world.v2.send(&world.payment("A1")).await.unwrap();
    let again = world.v2.send(&world.payment("A1")).await.unwrap();
    assert_eq!(paid.payment_no, again.payment_no);
    assert_eq!(world.sandbox.payouts().len(), 1);

    let found = world.v2.send(&query("A1")).await.unwrap();
    assert_eq!(
        (found.status.progress(), found.payment_amount),
        (Progress::Succeeded, Some(Fen::new(10_099)))
    );
    assert_eq!(found.transfer_name.unwrap().expose(), "张三");
    assert_eq!(found.desc.as_deref(), Some("六月出差 <报销> & 费用"));

    assert_eq!(
        world
            .v2
            .send(&order())
            .await
            .unwrap()
            .paid
            .unwrap()
            .total_fee,
        Fen::new(10_099)
    );

    let transfer = world.v3.send(&detail()).await.unwrap();
    assert_eq!(transfer.amount, Fen::new(200_000));
    assert_eq!(
        world
            .v3
            .open(&transfer.username.unwrap())
            .await
            .unwrap()
            .expose(),
        "张三"
    );

    for seen in world.sandbox.requests() {
        assert!(seen.signatures.iter().all(|check| check.held), "{seen:?}");
        assert!(seen.client_certificate);
    }
}

#[tokio::test]
async fn md5_and_the_other_spelling_of_the_amount_work_too() {
    let world = World::new().await;
    let account = world.sandbox.merchant();
    let transport = ReqwestTransport::builder()
        .only_root_pem(world.sandbox.ca_pem().as_bytes())
        .build()
        .unwrap();
    let client = v2::Client::builder(
        v2::Merchant::new(account.mch_id.clone(), account.appid.clone()),
        v2::Credentials::new(Key::new(account.api_v2_key.clone()).unwrap())
            .sign_type(SignType::Md5)
            .workwx(AppSecret::new(account.workwx_secret.clone()).unwrap()),
        transport,
    )
    .base_url(world.sandbox.base_url())
    .build()
    .unwrap();
    // No certificate is needed for an order.
    assert!(client.send(&order()).await.unwrap().paid.is_some());
    // It is for a payment, and that is told before anything leaves.
    let before = world.sandbox.requests().len();
    let error = client.send(&world.payment("B1")).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Transport(transport) if transport.sent() == Sent::No)
    );
    assert_eq!(error.outcome(), Outcome::NotExecuted);
    assert_eq!(world.sandbox.requests().len(), before);

    let mut transfer = Transfer::new("plfk2020042013", "x23zy545Bd5436", 7);
    transfer.amount_field = AmountField::TransferAmount;
    world.sandbox.add_transfer(transfer);
    assert_eq!(world.v3.send(&detail()).await.unwrap().amount, Fen::new(7));
}

#[tokio::test]
async fn wrong_keys_are_refused_there_and_unknown_here() {
    let world = World::new().await;
    let account = world.sandbox.merchant();
    let transport = || {
        ReqwestTransport::builder()
            .only_root_pem(world.sandbox.ca_pem().as_bytes())
            .identity_pem(
                account.client_cert_pem.as_bytes(),
                account.client_key_pem.expose().as_bytes(),
            )
            .build()
            .unwrap()
    };
    let client = |key: wxpay_api::core::Secret, secret: wxpay_api::core::Secret| {
        v2::Client::builder(
            v2::Merchant::new(account.mch_id.clone(), account.appid.clone()),
            v2::Credentials::new(Key::new(key).unwrap()).workwx(AppSecret::new(secret).unwrap()),
            transport(),
        )
        .base_url(world.sandbox.base_url())
        .build()
        .unwrap()
    };
    let wrong_secret = client(account.api_v2_key.clone(), "wrong".into());
    let error = wrong_secret.send(&world.payment("C1")).await.unwrap_err();
    assert_eq!(
        (error.business().unwrap().code(), error.outcome()),
        ("WORKWX_SIGN_ERROR", Outcome::Unknown)
    );
    let wrong_key = client("0".repeat(32).into(), account.workwx_secret.clone());
    assert_eq!(
        wrong_key
            .send(&world.payment("C1"))
            .await
            .unwrap_err()
            .outcome(),
        Outcome::Unknown
    );
    assert!(matches!(
        wrong_key.send(&order()).await.unwrap_err().kind(),
        ErrorKind::Protocol(_)
    ));
    assert!(world.sandbox.payouts().is_empty());

    let other_key =
        PrivateKey::from_pem(&wxpay_tests::vectors::key("mch"), &account.serial_no).unwrap();
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
        .unwrap();
    let v3 = v3::Client::builder(
        account.sp_mchid.clone(),
        v3::Credentials::new(other_key, platform),
        transport(),
    )
    .base_url(world.sandbox.base_url())
    .build()
    .unwrap();
    let error = v3.send(&detail()).await.unwrap_err();
    let ErrorKind::Protocol(protocol) = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (protocol.status(), protocol.claimed_code()),
        (401, Some("SIGN_ERROR"))
    );
}

#[tokio::test]
async fn another_payment_under_the_same_number_is_never_a_failure() {
    let world = World::new().await;
    world.v2.send(&world.payment("D1")).await.unwrap();
    let mut other = world.payment("D1");
    other.amount = Fen::new(10_098);
    let error = world.v2.send(&other).await.unwrap_err();
    assert_eq!(
        (error.business().unwrap().code(), error.outcome()),
        ("FATAL_ERROR", Outcome::Unknown)
    );
    assert_eq!(world.sandbox.payouts().len(), 1);
}

#[tokio::test]
async fn every_fault_on_every_endpoint_is_told_rightly() {
    use Fault as F;
    let faults = [
        F::DropBeforeCommit,
        F::DropAfterCommit,
        F::TruncatedBody,
        F::Html502,
        F::EmptyBody,
        F::error_code("SYSTEMERROR", "系统繁忙"),
        F::error_code_after_commit("SYSTEMERROR", "系统繁忙"),
        F::error_code("NEVER_SEEN", "?"),
        F::ReturnCodeFail {
            message: "签名错误".to_owned(),
            code: Some("SYSTEMERROR".to_owned()),
        },
        F::WrongSignature,
        F::MissingSignature,
        F::StaleSignature,
        F::ProbeSignature,
        F::TamperedBody,
        F::OtherReply,
        F::Stall,
    ];
    let world = World::new().await;
    let mut rows = 0;
    for api in [
        PAY_EMPLOYEE,
        QUERY_EMPLOYEE_PAYMENT,
        QUERY_ORDER,
        QUERY_DETAIL,
    ] {
        for (n, fault) in faults
            .iter()
            .enumerate()
            .filter(|(_, fault)| fault.applies_to(api))
        {
            rows += 1;
            let number = format!("E{n}");
            if api == QUERY_EMPLOYEE_PAYMENT {
                world.call(PAY_EMPLOYEE, &number).await.unwrap();
            }
            let before = world.sandbox.requests().len();
            world.sandbox.inject(api, fault.clone()).unwrap();
            let end = match fault {
                F::Stall => unanswered(&world, api, &number).await,
                _ => world.call(api, &number).await,
            };
            let error = end.unwrap_err();
            let expected = if api == PAY_EMPLOYEE {
                Outcome::Unknown
            } else {
                Outcome::ReadFailed
            };
            assert_eq!(error.outcome(), expected, "{api:?} {fault:?}: {error:?}");
            assert!(error.must_query());
            assert_eq!(
                world.sandbox.requests().len(),
                before + 1,
                "{api:?} {fault:?} was sent more than once"
            );
            check_kind(api, fault, &error);
            if api == PAY_EMPLOYEE {
                settle(&world, &number, fault).await;
            }
        }
    }
    assert!(rows >= 45, "{rows}");
}

/// After an unknown outcome: a query, and the same payment again, end in one payment.
async fn settle(world: &World, number: &str, fault: &Fault) {
    let of_number = || {
        world
            .sandbox
            .payouts()
            .iter()
            .filter(|payout| payout.partner_trade_no == number)
            .count()
    };
    match world.v2.send(&query(number)).await {
        Ok(found) => assert_eq!(found.status.progress(), Progress::Succeeded),
        Err(error) => {
            assert_eq!(error.business().unwrap().code(), "NOT_FOUND", "{fault:?}");
            assert_eq!(of_number(), 0);
        }
    }
    world.v2.send(&world.payment(number)).await.unwrap();
    assert_eq!(of_number(), 1, "{fault:?}");
}

fn check_kind(api: Api, fault: &Fault, error: &Error) {
    let kind = error.kind();
    let signed_v2 = api == QUERY_ORDER;
    let holds = match fault {
        Fault::DropBeforeCommit | Fault::DropAfterCommit | Fault::TruncatedBody | Fault::Stall => {
            matches!(kind, ErrorKind::Transport(transport) if transport.sent() == Sent::Maybe)
        }
        Fault::EmptyBody if api == QUERY_DETAIL => {
            matches!(kind, ErrorKind::Verification(_))
        }
        Fault::Html502 | Fault::EmptyBody | Fault::ReturnCodeFail { .. } => {
            matches!(kind, ErrorKind::Protocol(_))
        }
        Fault::ErrorCode { code, .. } | Fault::ErrorCodeAfterCommit { code, .. } => error
            .business()
            .is_some_and(|business| business.code() == code),
        Fault::OtherReply => matches!(kind, ErrorKind::Decode(_)),
        Fault::WrongSignature | Fault::TamperedBody => {
            failure(kind) == Some(&VerificationFailure::Mismatch)
        }
        Fault::MissingSignature if signed_v2 => {
            failure(kind) == Some(&VerificationFailure::Missing("sign"))
        }
        Fault::MissingSignature => {
            failure(kind) == Some(&VerificationFailure::Missing("Wechatpay-Signature"))
        }
        Fault::StaleSignature => matches!(failure(kind), Some(VerificationFailure::Stale(_))),
        Fault::ProbeSignature => failure(kind) == Some(&VerificationFailure::Probe),
        _ => false,
    };
    assert!(holds, "{api:?} {fault:?}: {error:?}");
}

fn failure(kind: &ErrorKind) -> Option<&VerificationFailure> {
    match kind {
        ErrorKind::Verification(verification) => Some(verification.failure()),
        _ => None,
    }
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();

const QUERY_ORDER: Api = Api::named("v2.pay.query_order").unwrap();

const QUERY_DETAIL: Api = Api::named("v3.partner_transfer.query_detail_by_out_detail_no").unwrap();
