//! A shop: an order (JSAPI下单), what the page needs to pay it (调起支付), the notification (支付通知) and a
//! refund (退款).
//!
//! It takes its settings from the environment: `wxpay sandbox --dir wxpay-sandbox` writes them to
//! `env.sh`.

use std::env::var;
use std::error::Error;
use std::fs::{read, read_to_string};
use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::{Router, post};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Sender, channel};
use wxpay_api::sign::v3::{ApiKey, PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::pay::PrepayJsapi;
use wxpay_api::v3::pay::types::{OrderAmount, OrderPayer};
use wxpay_api::v3::refund::{CreateRefund, create_refund};
use wxpay_api::v3::{Client, Credentials, Notice, Notices, PaymentNotice};
use wxpay_api::{AppId, Fen, MchId, OutTradeNo, Timestamp};

#[derive(Clone, FromRef)]
struct Shop {
    notices: Arc<Notices>,
    payments: Sender<PaymentNotice>,
}

/// Called for notifications that are proven to be WeChat Pay's. What is not acknowledged comes
/// again.
async fn notified(State(payments): State<Sender<PaymentNotice>>, notice: Notice) -> StatusCode {
    if let Ok(payment) = PaymentNotice::read(&notice)
        && payments.send(payment).await.is_ok()
    {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let mch_id = MchId::new(var("WXPAY_MCH_ID")?)?;
    let app_id = AppId::new(var("WXPAY_APP_ID")?)?;
    let key = read_to_string(var("WXPAY_PRIVATE_KEY")?)?;
    let key = PrivateKey::from_pem(&key, &var("WXPAY_SERIAL_NO")?)?;
    let platform = read_to_string(var("WXPAY_PUBLIC_KEY")?)?;
    let platform = PublicKeys::new().with_public_key(&var("WXPAY_PUBLIC_KEY_ID")?, &platform)?;
    let transport = ReqwestTransport::builder()
        .only_root_pem(&read(var("WXPAY_ROOT")?)?) // the sandbox's; leave it out for WeChat Pay
        .build()?;
    let client = Client::builder(
        mch_id.clone(),
        Credentials::new(key, platform.clone()),
        transport,
    )
    .app_id(app_id.clone())
    .base_url(var("WXPAY_BASE_URL")?) // the sandbox's; leave it out for WeChat Pay
    .build()?;

    let (payments, mut paid) = channel(1);
    let notices = Arc::new(Notices::new(platform, ApiKey::new(var("WXPAY_V3_KEY")?)?));
    let shop = Shop { notices, payments };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let notify_url = format!("http://{}/paid", listener.local_addr()?); // https and public for WeChat Pay
    let router = Router::new()
        .route("/paid", post(notified))
        .with_state(shop);
    tokio::spawn(async move { axum::serve(listener, router).await });

    // Write the number down before you send: whatever happens then, a query by it settles the
    // order.
    let number = OutTradeNo::new(format!("SHOP{}", Timestamp::now().unix()))?;
    let amount = OrderAmount {
        total: Fen::new(100),
        options: Default::default(),
    };
    let payer = OrderPayer {
        openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse()?,
        options: Default::default(),
    };
    let order = PrepayJsapi {
        description: "A cup of tea".to_owned(),
        out_trade_no: number.clone(),
        notify_url,
        amount,
        payer,
        options: Default::default(),
    };
    let prepay_id = client.send(&order).await?.prepay_id;
    println!(
        "{number}: hand this to the page: {:?}",
        client.jsapi_payment(&prepay_id).await?.fields()
    );

    // Ship only for this order, this amount, this merchant and this app.
    let notice = paid.recv().await.ok_or("no notification")?;
    let paid = notice.expect(&number, Fen::new(100), &mch_id, &app_id)?;
    println!(
        "{number}: {} fen are paid, as {}",
        paid.total, paid.transaction_id
    );

    let refund = CreateRefund {
        order: create_refund::Order::OutTradeNo(number.clone()),
        out_refund_no: format!("{number}R1").parse()?,
        amount: create_refund::Amount {
            refund: Fen::new(30),
            total: paid.total,
            options: Default::default(),
        },
        options: Default::default(),
    };
    let refund = client.send(&refund).await?;
    println!(
        "{number}: a refund of {} fen is {}",
        refund.amount.refund,
        refund.status.as_str()
    );
    Ok(())
}
