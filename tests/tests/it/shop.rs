//! The clients against the sandbox in the everyday business of a shop, over real TLS.

mod bills;
mod codes;
mod combined;
mod complaints;
mod invoices;
mod red_packets;
mod refunds;
mod sharing;
mod transfers;
mod uploads;
mod withdrawals;

use std::sync::Arc;
use std::time::Duration;

use wxpay_api::core::{OutTradeNo, Timestamp};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{ApiKey, PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::{v2, v3};
use wxpay_sandbox::{Order, Sandbox};

/// A sandbox whose clock stands, and a shop's two clients that go by it.
struct Shop {
    sandbox: Arc<Sandbox>,
    v2: v2::Client,
    v3: v3::Client,
    notices: v3::Notices,
}

impl Drop for Shop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for seen in self.sandbox.requests() {
                println!("{} {:?} {:?}", seen.target, seen.body, seen.reply);
            }
        }
    }
}

impl Shop {
    async fn new() -> Self {
        let sandbox = Arc::new(Sandbox::start().await.unwrap());
        sandbox.freeze_clock(Timestamp::from_unix(1_795_579_200).unwrap());
        let account = sandbox.merchant();
        let transport = ReqwestTransport::builder()
            .only_root_pem(sandbox.ca_pem().as_bytes())
            .identity_pem(
                account.client_cert_pem.as_bytes(),
                account.client_key_pem.expose().as_bytes(),
            )
            .total_timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        let v2 = v2::Client::builder(
            v2::Merchant::new(account.mch_id.clone(), account.appid.clone()),
            v2::Credentials::new(Key::new(account.api_v2_key.clone()).unwrap())
                .sign_type(SignType::HmacSha256),
            transport.clone(),
        )
        .base_url(sandbox.base_url())
        .build()
        .unwrap();
        let key =
            PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no).unwrap();
        let platform = PublicKeys::new()
            .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
            .unwrap();
        let clock = {
            let sandbox = Arc::clone(&sandbox);
            move || sandbox.now()
        };
        let v3 = v3::Client::builder(
            account.mch_id.clone(),
            v3::Credentials::new(key, platform.clone()),
            transport,
        )
        .app_id(account.appid.clone())
        .base_url(sandbox.base_url())
        .clock(clock.clone())
        .build()
        .unwrap();
        let api_key = ApiKey::new(account.api_v3_key.clone()).unwrap();
        let notices = v3::Notices::new(platform, api_key).clock(clock);
        Self {
            sandbox,
            v2,
            v3,
            notices,
        }
    }

    /// An order of the shop's that a user paid just now.
    fn paid(&self, number: &str, fen: i64) -> Order {
        let mut order = Order::paid(number, fen);
        order.time_end = self.sandbox.now();
        self.sandbox.add_order(order.clone());
        order
    }

    async fn after(&self, seconds: u64) {
        self.sandbox.advance(Duration::from_secs(seconds)).await;
    }
}

fn number(text: &str) -> OutTradeNo {
    OutTradeNo::new(text).unwrap()
}
