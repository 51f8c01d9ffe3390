//! A service provider (服务商) sells and refunds for one of its sub-merchants (子商户), by both
//! protocols.
//!
//! `cargo run -p wxpay-api --features v2-pay,v3-pay-partner,v3-refund --example service_provider`

#[path = "shared/clients.rs"]
mod clients;

use std::error::Error;

use wxpay_api::v2::pay as v2_pay;
use wxpay_api::v3::pay::types::{OrderAmount, TradeState};
use wxpay_api::v3::pay::{PartnerPrepayNative, PartnerQueryOrderByOutTradeNo};
use wxpay_api::v3::refund::create_refund::{Amount, Order};
use wxpay_api::v3::refund::{CreateRefund, QueryRefund};
use wxpay_api::{Fen, OutTradeNo};

const PAYER: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = clients::open().await?;
    let number = OutTradeNo::new("PARTNER10001")?;
    let order = PartnerPrepayNative {
        description: "A cup of tea".to_owned(),
        out_trade_no: number.clone(),
        notify_url: "https://provider.example/wxpay/notify".to_owned(),
        amount: OrderAmount {
            total: Fen::new(100),
            options: Default::default(),
        },
        options: Default::default(),
    };
    // Without a sub-merchant nothing is sent.
    let Err(refused) = shop.v3.send(&order).await else {
        return Err("an order without a sub-merchant was sent".into());
    };
    println!("refused here: {refused}");

    // One client for each sub-merchant: they share keys and connections.
    let client = shop.v3.sub_merchant("1900000110".parse()?, None);
    println!("the code to scan: {}", client.send(&order).await?.code_url);
    shop.sandbox.pay_order(number.as_str(), PAYER)?;
    let query = PartnerQueryOrderByOutTradeNo {
        out_trade_no: number.clone(),
        options: Default::default(),
    };
    let found = client.send(&query).await?;
    assert_eq!(found.trade_state, TradeState::Success);
    println!("paid to {}", found.sub_mchid);
    // For another sub-merchant there is no such order.
    let other = shop.v3.sub_merchant("1900000112".parse()?, None);
    assert!(other.send(&query).await.is_err());
    // APIv2 asks in the same way: the client fills in `sub_mch_id`.
    let query = v2_pay::QueryOrder {
        order: v2_pay::query_order::Order::OutTradeNo(number.clone()),
        options: Default::default(),
    };
    let client_v2 = shop.v2.sub_merchant("1900000110".parse()?, None);
    assert!(client_v2.send(&query).await?.paid.is_some());

    // The same refund operations as a merchant's: the client says for whom.
    let refund = CreateRefund {
        order: Order::OutTradeNo(number),
        out_refund_no: "PARTNER10001R1".parse()?,
        amount: Amount {
            refund: Fen::new(30),
            total: Fen::new(100),
            options: Default::default(),
        },
        options: Default::default(),
    };
    client.send(&refund).await?;
    let query = QueryRefund {
        out_refund_no: "PARTNER10001R1".parse()?,
        options: Default::default(),
    };
    println!("refunded: {}", client.send(&query).await?.amount.refund);

    Ok(())
}
