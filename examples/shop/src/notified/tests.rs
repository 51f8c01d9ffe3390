#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use tempfile::TempDir;
use tokio::net::TcpListener;
use wxpay_api::sign::v3::{ApiKey, PrivateKey, PublicKeys};
use wxpay_api::{Fen, OutTradeNo};
use wxpay_sandbox::{Fault, Notice, NoticeFault, Sandbox};

use crate::book::orders::Order;
use crate::book::states::{OrderState, RefundState};
use crate::checkout::{GOODS, place};
use crate::refunding;
use crate::settings::Settings;
use crate::shop::Shop;
use crate::storefront;

struct Scene {
    sandbox: Sandbox,
    shop: Shop,
    url: String,
    _data: TempDir,
}

impl Scene {
    async fn open() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let account = sandbox.merchant().clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let data = tempfile::tempdir().unwrap();
        let platform = PublicKeys::new()
            .with_public_key(&account.platform_key_id, &account.platform_public_key_pem);
        let key = PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no);
        let shop = Shop::open(Settings {
            mch_id: account.mch_id,
            app_id: account.appid,
            key: key.unwrap(),
            platform: platform.unwrap(),
            api_key: ApiKey::new(account.api_v3_key).unwrap(),
            base_url: Some(sandbox.base_url().to_owned()),
            root: Some(sandbox.ca_pem().as_bytes().to_vec()),
            control: None,
            listen: address,
            office: address,
            // What the sandbox tells by itself goes nowhere: the tests tell.
            notify_url: "http://127.0.0.1:9/".to_owned(),
            data: data.path().to_owned(),
        })
        .unwrap();
        let routes = storefront::routes(&shop);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            sandbox,
            shop,
            url: format!("http://{address}/wxpay/notify"),
            _data: data,
        }
    }

    async fn order(&self) -> OutTradeNo {
        let basket = crate::checkout::random().unwrap();
        let placed = place(&self.shop, basket, &GOODS[0]).await;
        placed.unwrap().number
    }

    async fn paid(&self) -> OutTradeNo {
        let number = self.order().await;
        self.sandbox.pay_order(number.as_str(), "oUpF8u").unwrap();
        assert_eq!(self.told(Notice::payment(number.as_str())).await, 204);
        number
    }

    /// The status with which the shop answers.
    async fn told(&self, notice: Notice) -> u16 {
        self.sandbox
            .notify_v3(&self.url, notice)
            .await
            .unwrap()
            .status
    }

    fn booked(&self, number: &OutTradeNo) -> Order {
        self.shop.book.order(number).unwrap().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_booked_and_acknowledged_each_time() {
    let scene = Scene::open().await;
    let number = scene.paid().await;
    assert_eq!(scene.booked(&number).heard.as_deref(), Some("notification"));
    assert_eq!(scene.told(Notice::payment(number.as_str())).await, 204);
    assert_eq!(scene.booked(&number).state, OrderState::Paid);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_proven_or_not_expected_is_not_booked() {
    let scene = Scene::open().await;
    let number = scene.order().await;
    scene.sandbox.pay_order(number.as_str(), "oUpF8u").unwrap();
    for (fault, status) in [
        (NoticeFault::Forged, 401),
        (NoticeFault::WrongSignature, 401),
        (NoticeFault::Stale, 401),
        (NoticeFault::OtherAmount(Fen::new(1)), 400),
    ] {
        let notice = Notice::payment(number.as_str()).fault(fault);
        assert_eq!(scene.told(notice).await, status, "{fault:?}");
        assert_eq!(
            scene.booked(&number).state,
            OrderState::Waiting,
            "{fault:?}"
        );
    }
    let note = scene.booked(&number).note.unwrap();
    assert!(note.contains("amount.total"), "{note}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_of_an_order_that_is_not_in_the_book_is_not_acknowledged() {
    let scene = Scene::open().await;
    scene
        .sandbox
        .add_order(wxpay_sandbox::Order::paid("ELSEWHERE", 100));
    assert_eq!(scene.told(Notice::payment("ELSEWHERE")).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_is_told_before_its_response_came_is_booked() {
    let scene = Scene::open().await;
    let number = scene.paid().await;
    let refunds = "v3.refund.create_refund".parse().unwrap();
    scene
        .sandbox
        .inject(refunds, Fault::DropAfterCommit)
        .unwrap();
    let fen = Fen::new(3_001);
    let asked = refunding::ask(&scene.shop, &number, 1, fen, "破损").await;
    asked.unwrap();
    let booked = || scene.shop.book.refunds_of(&number).unwrap().remove(0);
    // Its outcome is unknown, which is not failed.
    assert_eq!(booked().state, RefundState::Asking);
    let notice = |fen| Notice::refund(number.as_str(), &format!("{number}R1"), fen);
    assert_eq!(scene.told(notice(3_000)).await, 400);
    assert_eq!(booked().state, RefundState::Asking);
    assert_eq!(scene.told(notice(3_001)).await, 204);
    assert_eq!(booked().state, RefundState::Done);
}
