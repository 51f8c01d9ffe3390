//! Secrets and personal data show nowhere: not in `Debug`, not in `Display`, not in an error, not
//! in a log line.
//!
//! In a binary of its own, because it listens to the log of the whole process, at its finest level.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::sync::Mutex;

use wxpay_api::core::{Error, Fen, Params, Secret};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{ApiKey, PrivateKey, PublicKeys};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::pay::{QueryOrder, query_order};
use wxpay_api::v2::wecom::{
    PayEmployee, QueryEmployeePayment, pay_employee::CheckName, pay_employee::MessageType,
    pay_employee::PayEmployeeOptions,
};
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_api::v3::{Certificates, Json, Notices, security};
use wxpay_api::{v2, v3};
use wxpay_sandbox::{Api, Fault, Notice, NoticeFault, Order, Sandbox, Transfer};

static LOG: Log = Log(Mutex::new(Vec::new()));

struct Log(Mutex<Vec<String>>);

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.0
            .lock()
            .unwrap()
            .push(format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

/// Everything that was shown, and where.
#[derive(Default)]
struct Shown(Vec<(String, String)>);

impl Shown {
    fn debug(&mut self, what: &str, value: &impl Debug) {
        self.0
            .push((what.to_owned(), format!("{value:?} {value:#?}")));
    }

    fn error(&mut self, what: &str, error: &(dyn StdError + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.0.push((what.to_owned(), format!("{error} {error:?}")));
            next = error.source();
        }
    }

    fn result<T: Debug>(&mut self, what: &str, result: Result<T, Error>) {
        match result {
            Ok(value) => self.debug(what, &value),
            Err(error) => self.error(what, &error),
        }
    }
}

const NAME: &str = "司马相如";
const OPENID: &str = "oCANARYuserCANARYuserCANARY01";

#[tokio::test]
async fn nothing_secret_shows() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let mut shown = Shown::default();
    let sandbox = Sandbox::start().await.unwrap();
    let account = sandbox.merchant();
    shown.debug("sandbox merchant", &account);
    let clients = Clients::new(&sandbox, &mut shown);
    let payment = payment(&sandbox);
    shown.debug("payment", &payment);

    // Each endpoint, well and badly.
    let calls = [
        PAY_EMPLOYEE,
        QUERY_EMPLOYEE_PAYMENT,
        QUERY_ORDER,
        QUERY_DETAIL,
    ];
    sandbox.add_order(order());
    sandbox.add_transfer(transfer());
    let faults = [
        None,
        Some(Fault::error_code("SYSTEMERROR", "系统繁忙")),
        Some(Fault::Html502),
        Some(Fault::DropAfterCommit),
        Some(Fault::TruncatedBody),
        Some(Fault::TamperedBody),
        Some(Fault::OtherReply),
        Some(Fault::MissingSignature),
    ];
    for api in calls {
        for fault in faults
            .iter()
            .filter(|fault| fault.as_ref().is_none_or(|fault| fault.applies_to(api)))
        {
            if let Some(fault) = fault {
                sandbox.inject(api, fault.clone()).unwrap();
            }
            let what = format!("{api:?} {fault:?}");
            match api {
                PAY_EMPLOYEE => shown.result(&what, clients.v2.send(&payment).await),
                QUERY_EMPLOYEE_PAYMENT => {
                    let request = QueryEmployeePayment {
                        partner_trade_no: payment.partner_trade_no.clone(),
                        options: Default::default(),
                    };
                    shown.result(&what, clients.v2.send(&request).await);
                }
                QUERY_ORDER => {
                    let request = QueryOrder {
                        order: query_order::Order::OutTradeNo("CANARY1".parse().unwrap()),
                        options: Default::default(),
                    };
                    shown.result(&what, clients.v2.send(&request).await);
                }
                _ => {
                    let request = QueryDetailByOutDetailNo {
                        out_batch_no: "b1".parse().unwrap(),
                        out_detail_no: "d1".parse().unwrap(),
                        options: Default::default(),
                    };
                    let result = clients.v3.send(&request).await;
                    if let Ok(detail) = &result {
                        let opened = clients
                            .v3
                            .open(detail.username.as_ref().unwrap())
                            .await
                            .unwrap();
                        assert_eq!(opened.expose(), NAME);
                        shown.debug("opened", &opened);
                    }
                    shown.result(&what, result);
                }
            }
        }
    }
    let echo = security::Echo {
        echo_message: "hello".to_owned(),
        options: security::echo::EchoOptions::default().encrypted_echo_message(NAME),
    };
    shown.debug("echo", &echo);
    shown.result("echo", clients.v3.send(&echo).await);
    notices(&sandbox, &mut shown).await;
    files(&sandbox, &mut shown);

    for line in LOG.0.lock().unwrap().iter() {
        shown.0.push(("log".to_owned(), line.clone()));
    }
    let logged = shown.0.iter().filter(|(what, _)| what == "log").count();
    assert!(logged > 20, "the log was not heard: {logged} lines");
    assert!(shown.0.len() > logged + 50);
    search(&sandbox, &shown);
}

/// No secret in anything that was shown; and the search itself finds one that is.
fn search(sandbox: &Sandbox, shown: &Shown) {
    let account = sandbox.merchant();
    let key: Vec<&str> = account
        .client_key_pem
        .expose()
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let mut secrets = vec![
        account.api_v2_key.expose(),
        account.api_v3_key.expose(),
        account.workwx_secret.expose(),
        NAME,
        OPENID,
    ];
    secrets.extend(&key[..key.len() - 1]);
    assert!(secrets.len() > 20);
    for secret in secrets {
        let hits: Vec<&(String, String)> = shown
            .0
            .iter()
            .filter(|(_, text)| text.contains(secret))
            .collect();
        assert!(hits.is_empty(), "{secret} shows in {hits:?}");
    }
    let control = format!("{:?}", account.api_v2_key.expose());
    assert!(control.contains(account.api_v2_key.expose()));
}

struct Clients {
    v2: v2::Client,
    v3: v3::Client,
}

impl Clients {
    fn new(sandbox: &Sandbox, shown: &mut Shown) -> Self {
        let account = sandbox.merchant();
        let builder = ReqwestTransport::builder()
            .only_root_pem(sandbox.ca_pem().as_bytes())
            .identity_pem(
                account.client_cert_pem.as_bytes(),
                account.client_key_pem.expose().as_bytes(),
            );
        shown.debug("transport builder", &builder);
        let transport = builder.build().unwrap();
        shown.debug("transport", &transport);
        let key = Key::new(account.api_v2_key.clone()).unwrap();
        let secret = AppSecret::new(account.workwx_secret.clone()).unwrap();
        shown.debug("key", &key);
        shown.debug("app secret", &secret);
        let credentials = v2::Credentials::new(key).workwx(secret);
        shown.debug("v2 credentials", &credentials);
        let merchant = v2::Merchant::new(account.mch_id.clone(), account.appid.clone());
        let builder = v2::Client::builder(merchant, credentials, transport.clone())
            .base_url(sandbox.base_url());
        shown.debug("v2 builder", &builder);
        let v2 = builder.build().unwrap();
        shown.debug("v2 client", &v2);

        let private =
            || PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no).unwrap();
        let platform = || {
            PublicKeys::new()
                .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
                .unwrap()
        };
        shown.debug("private key", &private());
        let api_key = ApiKey::new(account.api_v3_key.clone()).unwrap();
        shown.debug("api key", &api_key);
        shown.debug("notices", &Notices::new(platform(), api_key.clone()));
        let certificates = Certificates::builder(
            account.mch_id.clone(),
            private(),
            api_key,
            transport.clone(),
        );
        shown.debug("certificates builder", &certificates);
        shown.debug("certificates", &certificates.build().unwrap());
        let credentials = v3::Credentials::new(private(), platform());
        shown.debug("v3 credentials", &credentials);
        let builder = v3::Client::builder(account.sp_mchid.clone(), credentials, transport)
            .base_url(sandbox.base_url());
        shown.debug("v3 builder", &builder);
        let v3 = builder.build().unwrap();
        shown.debug("v3 client", &v3);
        Self { v2, v3 }
    }
}

/// Notifications, well and badly.
async fn notices(sandbox: &Sandbox, shown: &mut Shown) {
    let account = sandbox.merchant();
    let keys = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
        .unwrap();
    let notices = std::sync::Arc::new(Notices::new(
        keys,
        ApiKey::new(account.api_v3_key.clone()).unwrap(),
    ));
    let v2 = v2::Notices::new(Key::new(account.api_v2_key.clone()).unwrap(), SignType::Md5);
    shown.debug("v2 notices", &v2);
    let (sender, mut received) = tokio::sync::mpsc::unbounded_channel();
    let app = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let sender = sender.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            sender.send((head.headers, body)).unwrap();
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    for fault in [
        None,
        Some(NoticeFault::Forged),
        Some(NoticeFault::Stale),
        Some(NoticeFault::Probe),
    ] {
        let notice = || {
            fault.map_or(Notice::payment("CANARY1"), |fault| {
                Notice::payment("CANARY1").fault(fault)
            })
        };
        sandbox.notify_v3(&url, notice()).await.unwrap();
        let (headers, body) = received.recv().await.unwrap();
        match notices.open(&headers, body).await {
            Ok(notice) => {
                shown.debug("notice", &notice);
                let payment = v3::PaymentNotice::read(&notice).unwrap();
                shown.debug("payment", &payment);
                let number = payment.out_trade_no().clone();
                let other = "1".parse().unwrap();
                let unexpected = payment.expect(&number, Fen::new(1), &other, &account.appid);
                shown.error("unexpected", &unexpected.unwrap_err());
            }
            Err(error) => {
                shown.debug("refusal", &v3::refuse(&error));
                shown.error("notice", &error);
            }
        }
        if fault.is_none_or(|fault| fault == NoticeFault::Forged) {
            sandbox.notify_v2(&url, notice()).await.unwrap();
            let (_, body) = received.recv().await.unwrap();
            let request = http::Request::new(body);
            match v2.receive_payment(&request) {
                Ok(notice) => shown.debug("v2 notice", &notice),
                Err(refusal) => {
                    shown.debug("v2 refusal", &refusal);
                    shown.error("v2 notice", &refusal);
                }
            }
        }
    }
    let refund = || Notice::refund("CANARY1", "R1", 1);
    sandbox.notify_v3(&url, refund()).await.unwrap();
    let (headers, body) = received.recv().await.unwrap();
    let notice = notices.open(&headers, body).await.unwrap();
    shown.debug("refund", &v3::RefundNotice::read(&notice).unwrap());
    sandbox.notify_v2(&url, refund()).await.unwrap();
    let (_, body) = received.recv().await.unwrap();
    shown.debug("v2 refund", &v2.refund(&body).unwrap());
}

/// Keys and messages that can't be read.
fn files(sandbox: &Sandbox, shown: &mut Shown) {
    let account = sandbox.merchant();
    let pem = account.client_key_pem.expose();
    for broken in [
        pem.replace("BEGIN", "BEGUN"),
        pem.replace("MII", "MIJ"),
        pem.repeat(2),
        pem[..pem.len() / 2].to_owned(),
    ] {
        if let Err(error) = PrivateKey::from_pem(&broken, "00") {
            shown.error("private key", &error);
        }
        let identity = ReqwestTransport::builder()
            .identity_pem(account.client_cert_pem.as_bytes(), broken.as_bytes())
            .build();
        shown.error("identity", &identity.unwrap_err());
    }
    for broken in [
        &account.api_v2_key.expose()[1..],
        &format!("{} ", account.api_v3_key.expose()),
    ] {
        shown.error("key", &Key::new(broken).unwrap_err());
        shown.error("api key", &ApiKey::new(broken).unwrap_err());
    }
    shown.debug("secret", &Secret::new(NAME));
    shown.debug(
        "params",
        &[("re_user_name", NAME)].into_iter().collect::<Params>(),
    );
    shown.debug(
        "json",
        &Json::object([
            ("user_name", Json::from(NAME)),
            ("openid", Json::from(OPENID)),
        ]),
    );
}

fn payment(sandbox: &Sandbox) -> PayEmployee {
    PayEmployee {
        partner_trade_no: "CANARY1".parse().unwrap(),
        openid: OPENID.parse().unwrap(),
        check_name: CheckName::ForceCheck,
        amount: Fen::new(100),
        desc: "x".to_owned(),
        spbill_create_ip: std::net::Ipv4Addr::LOCALHOST.into(),
        ww_msg_type: MessageType::NormalMsg,
        act_name: "x".to_owned(),
        options: PayEmployeeOptions::default()
            .re_user_name(NAME)
            .agentid(sandbox.merchant().agentid),
    }
}

fn order() -> Order {
    let mut order = Order::paid("CANARY1", 100);
    order.openid = OPENID.to_owned();
    order
}

fn transfer() -> Transfer {
    let mut transfer = Transfer::new("b1", "d1", 100);
    transfer.openid = OPENID.to_owned();
    transfer.username = NAME.to_owned();
    transfer
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();

const QUERY_ORDER: Api = Api::named("v2.pay.query_order").unwrap();

const QUERY_DETAIL: Api = Api::named("v3.partner_transfer.query_detail_by_out_detail_no").unwrap();
