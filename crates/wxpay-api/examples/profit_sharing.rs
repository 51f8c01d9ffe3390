//! Profit sharing (分账): a receiver gets a share, gives a part of it back, and the rest of the order
//! is released; then the same by APIv2.
//!
//! `cargo run -p wxpay-api --features v2-profit-sharing,v3-profitsharing --example profit_sharing`

#[path = "shared/clients.rs"]
mod clients;

use std::error::Error;

use wxpay_api::v2::profit_sharing as v2_sharing;
use wxpay_api::v3::profitsharing::add_receiver::AddReceiverOptions;
use wxpay_api::v3::profitsharing::create_order::{Receiver, ReceiverOptions};
use wxpay_api::v3::profitsharing::create_return::OrderNumber;
use wxpay_api::v3::profitsharing::types::{
    OrderState, ReceiverType, RelationType, ReturnResult, ShareResult,
};
use wxpay_api::v3::profitsharing::{
    AddReceiver, CreateOrder, CreateReturn, QueryOrder, QueryReturn, QueryUnsplitAmount,
    UnfreezeOrder,
};
use wxpay_api::{Fen, TransactionId};
use wxpay_sandbox::Order as Paid;

const STORE: &str = "1900000111";
const STORE_NAME: &str = "城南分店";

/// An order that was placed with `profit_sharing`, so that its money is frozen, and is paid.
fn paid(shop: &clients::Shop, number: &str) -> Result<TransactionId, Box<dyn Error>> {
    let mut order = Paid::paid(number, 1_000);
    order.profit_sharing = true;
    let transaction_id = order.transaction_id.parse()?;
    shop.sandbox.add_order(order);
    Ok(transaction_id)
}

#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn v3(shop: &clients::Shop) -> Result<(), Box<dyn Error>> {
    let client = &shop.v3;
    let transaction_id = paid(shop, "SHARED10001")?;
    let store = AddReceiver {
        type_: ReceiverType::Merchant,
        account: STORE.to_owned(),
        relation_type: RelationType::Store,
        options: AddReceiverOptions::default().name(STORE_NAME), // encrypted before it is sent
    };
    client.send(&store).await?;

    let share = CreateOrder {
        transaction_id: transaction_id.clone(),
        out_order_no: "P10001".to_owned(),
        receivers: vec![Receiver {
            type_: ReceiverType::Merchant,
            account: STORE.to_owned(),
            amount: Fen::new(300),
            description: "分给门店".to_owned(),
            options: ReceiverOptions::default().name(STORE_NAME),
        }],
        unfreeze_unsplit: false, // more can be shared later
        options: Default::default(),
    };
    client.send(&share).await?;
    // The response says that the request was taken in. The query says who has the money.
    let query = QueryOrder {
        out_order_no: "P10001".to_owned(),
        transaction_id: transaction_id.clone(),
        options: Default::default(),
    };
    let found = client.send(&query).await?;
    assert_eq!(found.state, OrderState::Finished);
    for receiver in &found.receivers {
        assert_eq!(receiver.result, ShareResult::Success);
        println!("{} has {} fen", receiver.account, receiver.amount);
    }

    // The customer gets a part back: first the store's share of it, then the refund, which is a
    // call of its own.
    let back = CreateReturn {
        order: OrderNumber::OutOrderNo("P10001".to_owned()),
        out_return_no: "B10001".to_owned(),
        return_mchid: STORE.parse()?,
        amount: Fen::new(100),
        description: "部分退货".to_owned(),
        options: Default::default(),
    };
    client.send(&back).await?;
    let query = QueryReturn {
        out_return_no: "B10001".to_owned(),
        out_order_no: "P10001".to_owned(),
        options: Default::default(),
    };
    assert_eq!(client.send(&query).await?.result, ReturnResult::Success);

    let left = QueryUnsplitAmount {
        transaction_id: transaction_id.clone(),
        options: Default::default(),
    };
    println!(
        "{} fen are left to share",
        client.send(&left).await?.unsplit_amount
    );
    let release = UnfreezeOrder {
        transaction_id,
        out_order_no: "P10002".to_owned(), // a number of its own
        description: "解冻全部剩余资金".to_owned(),
        options: Default::default(),
    };
    client.send(&release).await?;
    println!(
        "{} fen are left after the release",
        client.send(&left).await?.unsplit_amount
    );
    Ok(())
}

#[allow(clippy::print_stdout)]
async fn v2(shop: &clients::Shop) -> Result<(), Box<dyn Error>> {
    let client = &shop.v2;
    let transaction_id = paid(shop, "SHARED20001")?;
    let store = v2_sharing::AddReceiver {
        receiver: v2_sharing::add_receiver::NewReceiver {
            type_: v2_sharing::types::ReceiverType::Merchant,
            account: STORE.to_owned(),
            relation_type: v2_sharing::add_receiver::RelationType::Store,
            options: v2_sharing::add_receiver::NewReceiverOptions::default().name(STORE_NAME),
        },
        options: Default::default(),
    };
    client.send(&store).await?;
    let share = v2_sharing::CreateMultiProfitSharing {
        transaction_id: transaction_id.clone(),
        out_order_no: "P20001".to_owned(),
        receivers: vec![v2_sharing::types::Share {
            type_: v2_sharing::types::ReceiverType::Merchant,
            account: STORE.to_owned(),
            amount: Fen::new(300),
            description: "分给门店".to_owned(),
            options: Default::default(),
        }],
        options: Default::default(),
    };
    client.send(&share).await?;
    let query = v2_sharing::QueryProfitSharing {
        transaction_id: transaction_id.clone(),
        out_order_no: "P20001".to_owned(),
        options: Default::default(),
    };
    let found = client.send(&query).await?;
    for receiver in &found.receivers {
        let state = receiver.result.as_ref();
        assert_eq!(state, Some(&v2_sharing::types::ShareState::Success));
    }
    let finish = v2_sharing::FinishProfitSharing {
        transaction_id,
        out_order_no: "P20002".to_owned(), // a number of its own
        description: "分账完结".to_owned(),
        options: Default::default(),
    };
    client.send(&finish).await?;
    println!("APIv2: shared, and the rest is the merchant's again");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = clients::open().await?;
    v3(&shop).await?;
    v2(&shop).await
}
