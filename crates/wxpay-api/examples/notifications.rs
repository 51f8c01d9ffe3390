//! Notifications (回调通知) of both protocols over plain HTTP, without a web framework: an HTTP request
//! goes in, an HTTP answer comes out, and the shop's books hold each payment once.
//!
//! `cargo run -p wxpay-api --features apiv2 --example notifications`

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use wxpay_api::core::{AppId, Fen, MchId, OutTradeNo};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{ApiKey, PublicKeys};
use wxpay_api::transport::{bytes::Bytes, http};
use wxpay_api::{NoticeError, Refusal, v2, v3};
use wxpay_sandbox::{Notice, NoticeFault, Order, Sandbox};

/// A shop: what opens its notifications, and its books.
struct Shop {
    v2: v2::Notices,
    v3: v3::Notices,
    mch_id: MchId,
    app_id: AppId,
    /// What each order costs.
    prices: BTreeMap<OutTradeNo, Fen>,
    /// Orders that are paid, by the notification's key.
    taken: Mutex<BTreeMap<String, Fen>>,
}

impl Shop {
    async fn callback(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let answer = match request.uri().path() {
            "/wxpay/v2" => self.callback_v2(&request),
            "/wxpay/v3" => self.callback_v3(request).await,
            _ => return status(http::StatusCode::NOT_FOUND),
        };
        answer.unwrap_or_else(|refusal| {
            eprintln!("{refusal}"); // the sender does not learn why
            refusal.into_response()
        })
    }

    fn callback_v2(
        &self,
        request: &http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, Refusal> {
        let payment = self.v2.receive_payment(request)?;
        let (key, number) = (payment.key(), payment.out_trade_no().clone());
        let Some(price) = self.prices.get(&number) else {
            return Ok(status(http::StatusCode::BAD_REQUEST)); // not an order of this shop: a person has to look
        };
        match payment.expect(&number, *price, &self.mch_id, &self.app_id) {
            Ok(paid) => Ok(self.take(key, paid.total_fee, v2::acknowledge())),
            Err(unexpected) => Ok(v2::refuse(&unexpected.into())), // a person has to look
        }
    }

    async fn callback_v3(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, Refusal> {
        let notice = self.v3.receive(request).await?;
        match notice.kind() {
            v3::NoticeKind::Payment => {}
            v3::NoticeKind::Refund => return Ok(v3::acknowledge()), // of no interest here
            kind => return Ok(v3::refuse(&NoticeError::OtherKind(kind))), // a person has to look
        }
        let payment = match v3::PaymentNotice::read(&notice) {
            Ok(payment) => payment,
            Err(error) => return Ok(v3::refuse(&error)),
        };
        let (key, number) = (payment.key(), payment.out_trade_no().clone());
        let Some(price) = self.prices.get(&number) else {
            return Ok(status(http::StatusCode::BAD_REQUEST)); // not an order of this shop: a person has to look
        };
        match payment.expect(&number, *price, &self.mch_id, &self.app_id) {
            Ok(paid) => Ok(self.take(key, paid.total, v3::acknowledge())),
            Err(unexpected) => Ok(v3::refuse(&unexpected.into())), // a person has to look
        }
    }

    /// Records a payment and ships, in one transaction; a repeated delivery finds it recorded and
    /// is acknowledged too.
    fn take(&self, key: String, amount: Fen, yes: http::Response<Bytes>) -> http::Response<Bytes> {
        match self.taken.lock() {
            Ok(mut taken) => {
                taken.insert(key, amount);
                yes
            }
            Err(_) => status(http::StatusCode::INTERNAL_SERVER_ERROR), // it comes again
        }
    }
}

fn status(status: http::StatusCode) -> http::Response<Bytes> {
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}

/// The HTTP server. In front of a real one stands whatever ends TLS.
async fn serve(listener: TcpListener, shop: Arc<Shop>) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let shop = Arc::clone(&shop);
        let answer = service_fn(move |request: http::Request<Incoming>| {
            let shop = Arc::clone(&shop);
            async move {
                let (head, body) = request.into_parts();
                let answer = match Limited::new(body, 64 * 1024).collect().await {
                    Ok(body) => {
                        let request = http::Request::from_parts(head, body.to_bytes());
                        shop.callback(request).await
                    }
                    Err(_) => status(http::StatusCode::PAYLOAD_TOO_LARGE),
                };
                Ok::<_, Infallible>(answer.map(Full::new))
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer),
        );
    }
}

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    sandbox.add_order(Order::paid("A1", 10_099));
    sandbox.add_order(Order::paid("A2", 500));
    let account = sandbox.merchant();
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    let shop = Arc::new(Shop {
        v2: v2::Notices::new(Key::new(account.api_v2_key.clone())?, SignType::Md5),
        v3: v3::Notices::new(platform, ApiKey::new(account.api_v3_key.clone())?),
        mch_id: account.mch_id.clone(),
        app_id: account.appid.clone(),
        prices: BTreeMap::from([
            ("A1".parse()?, Fen::new(10_099)),
            ("A2".parse()?, Fen::new(500)),
        ]),
        taken: Mutex::default(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (v2_url, v3_url) = (
        format!("http://{address}/wxpay/v2"),
        format!("http://{address}/wxpay/v3"),
    );
    tokio::spawn(serve(listener, Arc::clone(&shop)));
    let taken = || {
        shop.taken
            .lock()
            .map(|taken| taken.len())
            .unwrap_or_default()
    };

    for fault in [
        NoticeFault::Forged,
        NoticeFault::WrongSignature,
        NoticeFault::MissingSignature,
        NoticeFault::OtherAmount(Fen::new(1)),
    ] {
        let v3 = sandbox.notify_v3(&v3_url, Notice::payment("A1").fault(fault));
        assert!(!v3.await?.acknowledged, "{fault:?}");
        let v2 = sandbox.notify_v2(&v2_url, Notice::payment("A2").fault(fault));
        assert!(!v2.await?.acknowledged, "{fault:?}");
    }
    assert_eq!(taken(), 0, "nothing was shipped");

    // WeChat Pay repeats a notification until it is acknowledged, and sometimes after that.
    for _ in 0..2 {
        let v3 = sandbox.notify_v3(&v3_url, Notice::payment("A1")).await?;
        let v2 = sandbox.notify_v2(&v2_url, Notice::payment("A2")).await?;
        assert!(v3.acknowledged && v2.acknowledged);
    }
    assert_eq!(taken(), 2, "each payment is in the books once");
    println!("8 notifications refused, 2 payments in the books");
    Ok(())
}
