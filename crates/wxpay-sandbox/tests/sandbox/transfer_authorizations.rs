//! Users who need not confirm transfers any more.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::Fen;
use wxpay_sandbox::{AuthorizationError, NoticeKind, Sandbox};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::Client;
use crate::notices::OK;
use crate::transfer_bills::{BILLS, noon};

pub(crate) const ASK: &str = "/v3/fund-app/mch-transfer/user-confirm-authorization";
const OPENID: &str = "o-MYE42l80oelYMDE34nYD456Xoy";

impl Client {
    pub(crate) fn authorization_asked(&self, number: &str, notify_url: &str) -> Value {
        json!({
            "out_authorization_no": number,
            "appid": self.sandbox.merchant().appid.as_str(),
            "openid": OPENID,
            "transfer_scene_id": "1000",
            "user_display_name": "wx_123456",
            "authorization_notify_url": notify_url,
            "scene_info": {"client_ip": "113.84.136.9", "device_type": "IOS"},
        })
    }

    async fn authorization_found(&self, number: &str) -> (u16, Value) {
        let target = format!("{ASK}/out-authorization-no/{number}");
        self.get_json(&target).await
    }

    fn paid_without_confirmation(&self, number: &str, by: (&str, &str)) -> Value {
        let mut body = self.transfer(number, 1_000);
        body.as_object_mut().unwrap().remove("openid");
        body[by.0] = json!(by.1);
        body
    }

    async fn pay_authorized(&self, body: &Value) -> (u16, Value) {
        self.post_json(&format!("{BILLS}/transfer"), body).await
    }

    fn told(&self, callback: &Callback) -> (String, Value) {
        let seen = callback.next();
        assert!(self.public_key().signed(&seen.headers, &seen.body));
        let told: Value = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(told["resource"]["original_type"], "mch_payment");
        let event = told["event_type"].as_str().unwrap().to_owned();
        let text = open(self, &told["resource"]);
        (event, serde_json::from_str(&text).unwrap())
    }
}

const NOWHERE: &str = "http://127.0.0.1:9/notify";

#[tokio::test]
async fn a_user_who_agreed_is_paid_without_being_asked() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(2_500));
    let callback = Callback::answering(&[OK, OK]);
    let asked = client.authorization_asked("A1", &callback.url);
    let (status, made) = client.post_json(ASK, &asked).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["state"], "WAIT_USER_CONFIRM");
    assert!(made["package_info"].as_str().unwrap().starts_with("0002-"));
    assert_eq!(client.post_json(ASK, &asked).await.1, made);
    let by_number = client.paid_without_confirmation("T1", ("out_authorization_no", "A1"));
    let (status, early) = client.pay_authorized(&by_number).await;
    assert_eq!((status, &early["code"]), (400, &json!("INVALID_REQUEST")));

    let confirmed = client.sandbox.confirm_transfer_authorization("A1").unwrap();
    let id = confirmed.authorization_id.unwrap();
    client.sandbox.advance(Duration::ZERO).await;
    let (event, told) = client.told(&callback);
    assert_eq!(event, "MCHTRANSFER.AUTHORIZATION.CONFIRMED");
    assert_eq!(told["authorization_id"], json!(id));
    assert_eq!(told["state"], "TAKING_EFFECT");
    assert_eq!(told["authorize_time"], "2026-11-25T12:00:00.000+08:00");
    assert_eq!(
        client.sandbox.deliveries()[0].kind,
        NoticeKind::TransferAuthorization
    );
    let (_, found) = client
        .authorization_found("A1?is_display_authorization=true")
        .await;
    assert_eq!(found["user_display_name"], "wx_123456");
    assert!(found["package_info"].as_str().unwrap().starts_with("0004-"));

    let (status, paid) = client.pay_authorized(&by_number).await;
    assert_eq!((status, &paid["state"]), (200, &json!("SUCCESS")));
    assert_eq!(paid["openid"], OPENID);
    assert_eq!(
        client.pay_authorized(&by_number).await.1["code"],
        "ALREADY_EXISTS"
    );
    let by_id = client.paid_without_confirmation("T2", ("authorization_id", &id));
    assert_eq!(client.pay_authorized(&by_id).await.1["state"], "SUCCESS");
    let third = client.paid_without_confirmation("T3", ("authorization_id", &id));
    let (status, poor) = client.pay_authorized(&third).await;
    assert_eq!((status, &poor["code"]), (403, &json!("NOT_ENOUGH")));
    assert_eq!(client.sandbox.balance(), Some(Fen::new(500)));
    let mut scene = client.paid_without_confirmation("T4", ("authorization_id", &id));
    scene["transfer_scene_id"] = json!("1006");
    assert_eq!(
        client.pay_authorized(&scene).await.1["code"],
        "INVALID_REQUEST"
    );
    let mut both = by_id.clone();
    both["out_authorization_no"] = json!("A1");
    assert_eq!(client.pay_authorized(&both).await.1["code"], "PARAM_ERROR");

    let close = format!("{ASK}/out-authorization-no/A1/close");
    for _ in 0..2 {
        let (status, closed) = client.post_json(&close, &json!({})).await;
        assert_eq!((status, &closed["state"]), (200, &json!("CLOSED")));
        assert_eq!(closed["close_info"]["close_reason"], "CLOSE_VIA_MCH_API");
    }
    client.sandbox.advance(Duration::ZERO).await;
    let (event, told) = client.told(&callback);
    assert_eq!(event, "MCHTRANSFER.AUTHORIZATION.CLOSED");
    assert_eq!(told["close_info"]["close_reason"], "CLOSE_VIA_MCH_API");
    let late = client.paid_without_confirmation("T5", ("authorization_id", &id));
    assert_eq!(
        client.pay_authorized(&late).await.1["code"],
        "INVALID_REQUEST"
    );
    let again = client.post_json(ASK, &asked).await.1;
    assert_eq!(again["code"], "INVALID_REQUEST");
}

#[tokio::test]
async fn an_authorization_that_nobody_agrees_to_is_closed_and_forgotten() {
    let client = noon().await;
    let asked = client.authorization_asked("A1", NOWHERE);
    client.post_json(ASK, &asked).await;
    let mut other = asked.clone();
    other["user_display_name"] = json!("wx_654321");
    assert_eq!(
        client.post_json(ASK, &other).await.1["code"],
        "INVALID_REQUEST"
    );
    for n in 2..=5 {
        let asked = client.authorization_asked(&format!("A{n}"), NOWHERE);
        assert_eq!(client.post_json(ASK, &asked).await.0, 200);
    }
    let sixth = client.authorization_asked("A6", NOWHERE);
    assert_eq!(
        client.post_json(ASK, &sixth).await.1["code"],
        "INVALID_REQUEST"
    );
    client.sandbox.advance(Duration::from_secs(86_400)).await;
    let (_, found) = client.authorization_found("A1").await;
    assert_eq!(found["state"], "CLOSED");
    assert_eq!(
        found["close_info"]["close_reason"],
        "USER_OVERDUE_UNCONFIRMED"
    );
    // Nothing is told of what the user did not agree to.
    assert!(client.sandbox.deliveries().is_empty());
    let late = client.sandbox.confirm_transfer_authorization("A1");
    assert_eq!(
        late.unwrap_err(),
        AuthorizationError::State {
            out_authorization_no: "A1".to_owned(),
            state: "CLOSED".to_owned(),
        }
    );
    assert_eq!(client.post_json(ASK, &asked).await.0, 400);
    client
        .sandbox
        .advance(Duration::from_secs(30 * 86_400 + 1))
        .await;
    assert_eq!(client.authorization_found("A1").await.0, 404);
    assert_eq!(client.post_json(ASK, &other).await.0, 200);
    assert_eq!(client.authorization_found("A9").await.0, 404);
}

#[tokio::test]
async fn a_user_agrees_while_confirming_a_transfer() {
    let client = noon().await;
    let callback = Callback::answering(&[OK]);
    let target = format!("{BILLS}/pre-transfer-with-authorization");
    let asked = |number: &str, url: &str| {
        let mut body = client.transfer(number, 1_000);
        body["authorization_info"] = json!({
            "user_display_name": "wx_123456",
            "out_authorization_no": format!("A{number}"),
            "authorization_notify_url": url,
        });
        body
    };
    for (number, url) in [("T1", NOWHERE), ("T2", &*callback.url)] {
        let (status, made) = client.post_json(&target, &asked(number, url)).await;
        assert_eq!((status, &made["state"]), (200, &json!("WAIT_USER_CONFIRM")));
        assert_eq!(made["out_authorization_no"], json!(format!("A{number}")));
    }
    client.sandbox.confirm_transfer_bill_only("T1").unwrap();
    client.sandbox.confirm_transfer_bill("T2").unwrap();
    assert_eq!(client.authorization_found("AT1").await.0, 404);
    let (_, found) = client.authorization_found("AT2").await;
    assert_eq!(found["state"], "TAKING_EFFECT");
    client.sandbox.advance(Duration::ZERO).await;
    let (event, told) = client.told(&callback);
    assert_eq!(event, "MCHTRANSFER.AUTHORIZATION.CONFIRMED");
    assert_eq!(told["out_authorization_no"], "AT2");

    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    let by_number = next.paid_without_confirmation("T3", ("out_authorization_no", "AT2"));
    // Another sandbox has another merchant, whose app it is.
    let paid = next.pay_authorized(&by_number).await.1;
    assert_eq!(paid["state"], "SUCCESS");
    next.sandbox
        .close_transfer_authorization("AT2", "USER_CLOSE")
        .unwrap();
    assert!(
        next.sandbox
            .close_transfer_authorization("AT2", "USER_CLOSE")
            .is_err()
    );
}
