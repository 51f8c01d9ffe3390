//! Transfers to users (商家转账): created, confirmed, told, cancelled, and their receipts.

use wxpay_api::FileDigest;
use wxpay_api::core::{Fen, OpenId, Outcome};
use wxpay_api::transport::DownloadLimits;
use wxpay_api::v3::fund_app::create_transfer::CreateTransferOptions;
use wxpay_api::v3::fund_app::transfer_to_authorized_user::Authorization;
use wxpay_api::v3::fund_app::types::{
    AuthorizationState, ReceiptState, SceneReport, TransferState,
};
use wxpay_api::v3::fund_app::{
    ApplyReceiptByOutBillNo, AuthorizationNotification, CancelTransfer,
    CloseUserConfirmAuthorization, CreateTransfer, CreateUserConfirmAuthorization,
    QueryReceiptByOutBillNo, QueryTransferById, QueryTransferByOutBillNo, TransferNotification,
    TransferToAuthorizedUser,
};
use wxpay_sandbox::{Api, Fault};

use super::Shop;
use crate::callback::Callback;

fn transfer(number: &str, fen: i64) -> CreateTransfer {
    CreateTransfer {
        out_bill_no: number.to_owned(),
        transfer_scene_id: "1000".to_owned(),
        openid: OpenId::new("o-MYE42l80oelYMDE34nYD456Xoy").unwrap(),
        transfer_amount: Fen::new(fen),
        transfer_remark: "新会员开通有礼".to_owned(),
        transfer_scene_report_infos: vec![SceneReport {
            info_type: "活动名称".to_owned(),
            info_content: "新会员有礼".to_owned(),
            options: Default::default(),
        }],
        options: Default::default(),
    }
}

fn query(number: &str) -> QueryTransferByOutBillNo {
    QueryTransferByOutBillNo {
        out_bill_no: number.to_owned(),
        options: Default::default(),
    }
}

impl Shop {
    async fn transfer_state(&self, number: &str) -> TransferState {
        let found = self.v3.send(&query(number)).await.unwrap();
        found.state
    }
}

#[tokio::test]
async fn a_confirmed_transfer_is_told_and_has_a_receipt() {
    let shop = Shop::new().await;
    let mut callback = Callback::of(&shop.sandbox).await;
    let mut asked = transfer("T1", 250_000);
    asked.options = CreateTransferOptions::default()
        .user_name("张三")
        .notify_url(&*callback.url);
    let made = shop.v3.send(&asked).await.unwrap();
    assert_eq!(made.state, TransferState::WaitUserConfirm);
    assert!(made.package_info.is_some());
    let again = shop.v3.send(&asked).await.unwrap();
    assert_eq!(again.transfer_bill_no, made.transfer_bill_no);
    shop.sandbox.confirm_transfer_bill("T1").unwrap();

    shop.after(0).await;
    let (headers, body) = callback.take();
    let notice = shop.notices.open(&headers, body).await.unwrap();
    let told: TransferNotification = notice.read().unwrap();
    assert_eq!(told.out_bill_no, "T1");
    assert_eq!(told.state, TransferState::Success);
    assert_eq!(told.transfer_amount, Some(Fen::new(250_000)));
    let by_id = QueryTransferById {
        transfer_bill_no: made.transfer_bill_no.clone(),
        options: Default::default(),
    };
    let found = shop.v3.send(&by_id).await.unwrap();
    assert_eq!(found.state, TransferState::Success);
    let name = shop.v3.open(&found.user_name.unwrap()).await.unwrap();
    assert_eq!(name.expose(), "张三");

    let apply = ApplyReceiptByOutBillNo {
        out_bill_no: "T1".to_owned(),
        options: Default::default(),
    };
    let applied = shop.v3.send(&apply).await.unwrap();
    assert_eq!(applied.state, ReceiptState::Generating);
    let query = QueryReceiptByOutBillNo {
        out_bill_no: "T1".to_owned(),
        options: Default::default(),
    };
    let receipt = shop.v3.send(&query).await.unwrap();
    assert_eq!(receipt.state, ReceiptState::Finished);
    let hash = receipt.hash_value.unwrap();
    let digest = FileDigest::new("SHA256", &hash).unwrap();
    let url = receipt.download_url.unwrap();
    let file = shop.v3.download(&url, digest, DownloadLimits::DEFAULT);
    let file = file.await.unwrap().read().await.unwrap();
    assert!(file.starts_with(b"%PDF-"));
}

#[tokio::test]
async fn a_lost_response_is_unknown_until_the_query_tells() {
    let shop = Shop::new().await;
    let create = Api::named("v3.fund_app.create_transfer").unwrap();
    shop.sandbox.inject(create, Fault::DropAfterCommit).unwrap();
    let asked = transfer("T1", 1_000);
    let lost = shop.v3.send(&asked).await.unwrap_err();
    assert_eq!(lost.outcome(), Outcome::Unknown);
    assert_eq!(
        shop.transfer_state("T1").await,
        TransferState::WaitUserConfirm
    );
    let other = shop.v3.send(&transfer("T1", 1_001)).await.unwrap_err();
    assert_eq!(other.business().unwrap().code(), "INVALID_REQUEST");
    assert_eq!(other.outcome(), Outcome::Unknown);
    let missing = shop.v3.send(&query("T2")).await.unwrap_err();
    assert_eq!(missing.business().unwrap().code(), "NOT_FOUND");
}

#[tokio::test]
async fn a_transfer_without_money_waits_for_it_and_can_be_cancelled() {
    let shop = Shop::new().await;
    shop.sandbox.set_balance(Fen::new(10));
    let asked = transfer("T1", 1_000);
    let refused = shop.v3.send(&asked).await.unwrap_err();
    assert_eq!(refused.business().unwrap().code(), "NOT_ENOUGH");
    assert_eq!(refused.outcome(), Outcome::Unknown);
    assert_eq!(shop.transfer_state("T1").await, TransferState::Processing);
    shop.sandbox.set_balance(Fen::new(1_000));
    let made = shop.v3.send(&asked).await.unwrap();
    assert_eq!(made.state, TransferState::WaitUserConfirm);
    let cancel = CancelTransfer {
        out_bill_no: "T1".to_owned(),
        options: Default::default(),
    };
    let cancelled = shop.v3.send(&cancel).await.unwrap();
    assert_eq!(cancelled.state, TransferState::Canceling);
    assert_eq!(shop.transfer_state("T1").await, TransferState::Cancelled);
    assert_eq!(shop.sandbox.balance(), Some(Fen::new(1_000)));
    let over = shop.v3.send(&asked).await.unwrap_err();
    assert_eq!(over.business().unwrap().code(), "ALREADY_EXISTS");
}

#[tokio::test]
async fn nobody_confirms_for_a_day() {
    let shop = Shop::new().await;
    shop.v3.send(&transfer("T1", 1_000)).await.unwrap();
    shop.after(24 * 3600).await;
    let found = shop.v3.send(&query("T1")).await.unwrap();
    assert_eq!(found.state, TransferState::Fail);
    assert_eq!(found.fail_reason.as_deref(), Some("OVERDUE_CLOSE"));
}

#[tokio::test]
async fn a_user_allows_transfers_without_confirmation() {
    let shop = Shop::new().await;
    let mut callback = Callback::of(&shop.sandbox).await;
    let ask = CreateUserConfirmAuthorization {
        out_authorization_no: "A1".to_owned(),
        openid: OpenId::new("o-MYE42l80oelYMDE34nYD456Xoy").unwrap(),
        transfer_scene_id: "1000".to_owned(),
        user_display_name: "wx_123456".to_owned(),
        authorization_notify_url: callback.url.clone(),
        options: Default::default(),
    };
    let asked = shop.v3.send(&ask).await.unwrap();
    assert_eq!(asked.state, AuthorizationState::WaitUserConfirm);
    shop.sandbox.confirm_transfer_authorization("A1").unwrap();
    shop.after(0).await;
    let (headers, body) = callback.take();
    let notice = shop.notices.open(&headers, body).await.unwrap();
    let told: AuthorizationNotification = notice.read().unwrap();
    assert_eq!(told.state, AuthorizationState::TakingEffect);

    let id = told.authorization_id.unwrap();
    let pay = TransferToAuthorizedUser {
        out_bill_no: "T1".to_owned(),
        transfer_scene_id: "1000".to_owned(),
        transfer_amount: Fen::new(1_000),
        transfer_remark: "新会员开通有礼".to_owned(),
        transfer_scene_report_infos: transfer("T1", 1_000).transfer_scene_report_infos,
        authorization: Authorization::AuthorizationId(id),
        options: Default::default(),
    };
    let paid = shop.v3.send(&pay).await.unwrap();
    assert_eq!(paid.state, TransferState::Success);
    let close = CloseUserConfirmAuthorization {
        out_authorization_no: "A1".to_owned(),
        options: Default::default(),
    };
    let closed = shop.v3.send(&close).await.unwrap();
    assert_eq!(closed.state, AuthorizationState::Closed);
    let refused = shop.v3.send(&pay).await.unwrap_err();
    assert_eq!(refused.business().unwrap().code(), "ALREADY_EXISTS");
}
