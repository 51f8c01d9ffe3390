//! Profit sharing: within the ratio, and the rest released.

use wxpay_api::core::{Fen, TransactionId};
use wxpay_api::v3::profitsharing::create_order::Receiver;
use wxpay_api::v3::profitsharing::types::{OrderState, ReceiverType, RelationType, ShareResult};
use wxpay_api::v3::profitsharing::{
    AddReceiver, CreateOrder, QueryOrder, QueryUnsplitAmount, UnfreezeOrder,
};
use wxpay_sandbox::Order;

use super::Shop;

#[tokio::test]
async fn money_is_shared_up_to_the_ratio_and_the_rest_released() {
    let shop = Shop::new().await;
    let mut order = Order::paid("ORDER-T1", 1_000);
    order.time_end = shop.sandbox.now();
    order.profit_sharing = true;
    let transaction_id: TransactionId = order.transaction_id.parse().unwrap();
    shop.sandbox.add_order(order);
    let receiver = AddReceiver {
        type_: ReceiverType::PersonalOpenid,
        account: "oUser".to_owned(),
        relation_type: RelationType::Staff,
        options: Default::default(),
    };
    shop.v3.send(&receiver).await.unwrap();
    let share = |number: &str, fen| CreateOrder {
        transaction_id: transaction_id.clone(),
        out_order_no: number.to_owned(),
        receivers: vec![Receiver {
            type_: ReceiverType::PersonalOpenid,
            account: "oUser".to_owned(),
            amount: Fen::new(fen),
            description: "分给员工".to_owned(),
            options: Default::default(),
        }],
        unfreeze_unsplit: false,
        options: Default::default(),
    };
    let refused = shop.v3.send(&share("P1", 301)).await.unwrap_err();
    assert_eq!(refused.business().unwrap().code(), "RULE_LIMIT");
    let made = shop.v3.send(&share("P2", 300)).await.unwrap();
    let query = QueryOrder {
        out_order_no: "P2".to_owned(),
        transaction_id: transaction_id.clone(),
        options: Default::default(),
    };
    let found = shop.v3.send(&query).await.unwrap();
    assert_eq!(found.order_id, made.order_id);
    assert_eq!(found.state, OrderState::Finished);
    assert_eq!(found.receivers[0].result, ShareResult::Success);
    let left = QueryUnsplitAmount {
        transaction_id: transaction_id.clone(),
        options: Default::default(),
    };
    let found = shop.v3.send(&left).await.unwrap();
    assert_eq!(found.unsplit_amount, Fen::new(700));
    let release = UnfreezeOrder {
        transaction_id,
        out_order_no: "P3".to_owned(),
        description: "解冻全部剩余资金".to_owned(),
        options: Default::default(),
    };
    shop.v3.send(&release).await.unwrap();
    let found = shop.v3.send(&left).await.unwrap();
    assert_eq!(found.unsplit_amount, Fen::ZERO);
}
