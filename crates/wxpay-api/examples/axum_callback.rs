//! A callback server (支付通知): axum runs the handler only for notifications that are proven, and the
//! shop ships only what was expected.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::post;
use wxpay_api::core::{AppId, Fen, MchId, OutTradeNo};
use wxpay_api::sign::v3::{ApiKey, PublicKeys};
use wxpay_api::v3::{Notice, Notices, PaymentNotice};
use wxpay_api::{NoticeError, Refusal};
use wxpay_sandbox::{Notice as Sent, NoticeFault, Order, Sandbox};

#[derive(Clone, FromRef)]
struct Shop {
    notices: Arc<Notices>,
    ledger: Arc<Ledger>,
}

/// The shop's own books: what is owed, and what was taken in.
struct Ledger {
    mch_id: MchId,
    app_id: AppId,
    order: (OutTradeNo, Fen),
    taken: Mutex<HashSet<String>>,
}

/// The log learns why a notification was refused; its sender does not.
async fn notified(
    ledger: State<Arc<Ledger>>,
    notice: Result<Notice, Refusal>,
) -> Result<StatusCode, Refusal> {
    match notice {
        Ok(notice) => Ok(paid(ledger, notice)),
        Err(refusal) => {
            eprintln!("{refusal}");
            Err(refusal)
        }
    }
}

fn paid(State(ledger): State<Arc<Ledger>>, notice: Notice) -> StatusCode {
    let payment = match PaymentNotice::read(&notice) {
        Ok(payment) => payment,
        Err(NoticeError::OtherEvent(_)) => return StatusCode::NO_CONTENT, // not for this handler
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR, // a payment that can't be read is never acknowledged
    };
    let (number, amount) = &ledger.order;
    let key = payment.key();
    let Ok(mut taken) = ledger.taken.lock() else {
        return StatusCode::INTERNAL_SERVER_ERROR; // not recorded: WeChat Pay sends it again
    };
    if payment.is_repeated(&|key: &str| taken.contains(key)) {
        return StatusCode::NO_CONTENT;
    }
    match payment.expect(number, *amount, &ledger.mch_id, &ledger.app_id) {
        Ok(_paid) => {
            taken.insert(key); // ship, in the same transaction
            StatusCode::NO_CONTENT
        }
        Err(_unexpected) => StatusCode::BAD_REQUEST, // not what we sold: a person has to look
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let account = sandbox.merchant();
    let keys = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    let ledger = Arc::new(Ledger {
        mch_id: account.mch_id.clone(),
        app_id: account.appid.clone(),
        order: ("T20261122".parse()?, Fen::new(10_099)),
        taken: Mutex::default(),
    });
    let notices = Arc::new(Notices::new(keys, ApiKey::new(account.api_v3_key.clone())?));
    let shop = Shop {
        notices,
        ledger: Arc::clone(&ledger),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/wxpay/notify", listener.local_addr()?);
    let app = Router::new()
        .route("/wxpay/notify", post(notified))
        .with_state(shop);
    tokio::spawn(async move { axum::serve(listener, app).await });

    sandbox.add_order(Order::paid("T20261122", 10_099));
    let taken = || {
        ledger
            .taken
            .lock()
            .map(|taken| taken.len())
            .unwrap_or_default()
    };
    let notice = || Sent::payment("T20261122");
    for fault in [
        NoticeFault::Forged,
        NoticeFault::WrongSignature,
        NoticeFault::Stale,
        NoticeFault::Probe,
    ] {
        let answer = sandbox.notify_v3(&url, notice().fault(fault)).await?;
        assert!(
            answer.status == 401 && !answer.acknowledged && taken() == 0,
            "{fault:?} {answer:?}"
        );
    }
    let other = notice().fault(NoticeFault::OtherAmount(Fen::new(1)));
    let other = sandbox.notify_v3(&url, other).await?;
    assert!(
        !other.acknowledged && taken() == 0,
        "a notice about another amount ships nothing"
    );
    for _ in 0..2 {
        let answer = sandbox.notify_v3(&url, notice()).await?;
        assert!(
            answer.acknowledged && taken() == 1,
            "taken in once, and acknowledged each time"
        );
    }
    Ok(())
}
