//! Withdrawals (预约提现) of the platform and of a sub-merchant.

use wxpay_api::core::{Fen, Outcome};
use wxpay_api::v3::merchant::types::{AccountType, WithdrawalStatus};
use wxpay_api::v3::merchant::{
    CreateWithdrawal, QueryWithdrawalById, QueryWithdrawalByOutRequestNo, WithdrawalNotification,
    create_withdrawal::CreateWithdrawalOptions,
};
use wxpay_sandbox::{Api, Fault};

use super::Shop;
use crate::callback::Callback;

#[tokio::test]
async fn a_withdrawal_whose_response_was_lost_arrives_once() {
    let shop = Shop::new().await;
    let mut callback = Callback::of(&shop.sandbox).await;
    let api = Api::named("v3.merchant.create_withdrawal").unwrap();
    shop.sandbox.inject(api, Fault::DropAfterCommit).unwrap();
    let ask = CreateWithdrawal {
        out_request_no: "W1".to_owned(),
        amount: Fen::new(1_000),
        account_type: AccountType::Operation,
        options: CreateWithdrawalOptions::default().notify_url(&*callback.url),
    };
    let lost = shop.v3.send(&ask).await.unwrap_err();
    assert_eq!(lost.outcome(), Outcome::Unknown);
    let query = QueryWithdrawalByOutRequestNo {
        out_request_no: "W1".to_owned(),
        options: Default::default(),
    };
    let found = shop.v3.send(&query).await.unwrap();
    assert_eq!(found.status, WithdrawalStatus::CreateSuccess);
    let again = shop.v3.send(&ask).await.unwrap();
    assert_eq!(again.withdraw_id, found.withdraw_id);
    assert_eq!(shop.sandbox.withdrawals().len(), 1);
    shop.after(22 * 3600).await;
    let (headers, body) = callback.take();
    let notice = shop.notices.open(&headers, body).await.unwrap();
    let told: WithdrawalNotification = notice.read().unwrap();
    assert_eq!(told.withdraw_id, found.withdraw_id);
    let by_id = QueryWithdrawalById {
        withdraw_id: found.withdraw_id,
        options: Default::default(),
    };
    let found = shop.v3.send(&by_id).await.unwrap();
    assert_eq!(found.status, WithdrawalStatus::Success);
}
