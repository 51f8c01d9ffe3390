//! An order from its making to its end: paid in time, paid although the notification is lost, or
//! closed. What the customer needs to pay is in `front_end`, the notification in `notifications`.
//!
//! `cargo run -p wxpay-api --features apiv2,v3-pay --example taking_payments`

#[path = "shared/clients.rs"]
mod clients;

use std::error::Error;

use wxpay_api::v3::Client;
use wxpay_api::v3::pay::types::{OrderAmount, TradeState, Transaction};
use wxpay_api::v3::pay::{CloseOrder, PrepayNative, QueryOrderByOutTradeNo};
use wxpay_api::{Fen, OutTradeNo, Outcome};
use wxpay_sandbox::{Api, Fault};

const PRICE: Fen = Fen::new(100);
const PREPAY: Api = Api::named("v3.pay.prepay_native").unwrap();

fn order(number: &OutTradeNo) -> PrepayNative {
    PrepayNative {
        description: "A cup of tea".to_owned(),
        out_trade_no: number.clone(),
        notify_url: "https://shop.example/wxpay/notify".to_owned(),
        amount: OrderAmount {
            total: PRICE,
            options: Default::default(),
        },
        options: Default::default(),
    }
}

async fn query(client: &Client, number: &OutTradeNo) -> wxpay_api::Result<Transaction> {
    let query = QueryOrderByOutTradeNo {
        out_trade_no: number.clone(),
        options: Default::default(),
    };
    client.send(&query).await
}

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = clients::open().await?;
    let client = &shop.v3;

    // The number is written down before it is sent. The response is lost; the same number again
    // gives a code to scan.
    let number = OutTradeNo::new("TEA10001")?;
    shop.sandbox.inject(PREPAY, Fault::DropAfterCommit)?;
    let Err(lost) = client.send(&order(&number)).await else {
        return Err("the response was to be lost".into());
    };
    assert_eq!(lost.outcome(), Outcome::Unknown);
    println!(
        "the code to scan: {}",
        client.send(&order(&number)).await?.code_url
    );
    assert_eq!(
        query(client, &number).await?.trade_state,
        TradeState::Notpay
    );

    // The customer pays. No notification reaches us, so the query tells.
    shop.sandbox
        .pay_order(number.as_str(), "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")?;
    let found = query(client, &number).await?;
    let total = found.amount.as_ref().and_then(|amount| amount.total);
    assert_eq!(
        (found.trade_state, total),
        (TradeState::Success, Some(PRICE))
    );
    println!("{number} is paid");

    // What nobody pays is closed before the goods are sold to another. A paid order is not closed.
    let other = OutTradeNo::new("TEA10002")?;
    client.send(&order(&other)).await?;
    for number in [&other, &number] {
        let close = CloseOrder {
            out_trade_no: number.clone(),
            options: Default::default(),
        };
        let closed = client.send(&close).await.is_ok();
        let state = query(client, number).await?.trade_state;
        println!(
            "{number}: close accepted: {closed}, state: {}",
            state.as_str()
        );
    }
    Ok(())
}
