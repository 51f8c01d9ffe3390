//! Refunds (退款) of both protocols: one whose response is lost, one of the rest, and one that the
//! customer's card can't take.
//!
//! `cargo run -p wxpay-api --features v2-pay,v3-refund --example refunds`

#[path = "shared/clients.rs"]
mod clients;

use std::error::Error;

use wxpay_api::v2::pay as v2_pay;
use wxpay_api::v3::Client;
use wxpay_api::v3::refund::apply_abnormal_refund::{ApplyAbnormalRefundOptions, Payee};
use wxpay_api::v3::refund::create_refund::{Amount, Order};
use wxpay_api::v3::refund::types::{Refund, RefundStatus};
use wxpay_api::v3::refund::{ApplyAbnormalRefund, CreateRefund, QueryRefund};
use wxpay_api::{Fen, OutRefundNo, OutTradeNo, Outcome};
use wxpay_sandbox::{Api, Fault, Order as Paid, RefundEnd};

const ORDER: &str = "20150806125346";
const CREATE_REFUND: Api = Api::named("v3.refund.create_refund").unwrap();

fn refund(number: &str, fen: i64) -> Result<CreateRefund, Box<dyn Error>> {
    Ok(CreateRefund {
        order: Order::OutTradeNo(OutTradeNo::new(ORDER)?),
        out_refund_no: OutRefundNo::new(number)?,
        amount: Amount {
            refund: Fen::new(fen),
            total: Fen::new(10_099),
            options: Default::default(),
        },
        options: Default::default(),
    })
}

async fn query(client: &Client, number: &OutRefundNo) -> wxpay_api::Result<Refund> {
    let query = QueryRefund {
        out_refund_no: number.clone(),
        options: Default::default(),
    };
    client.send(&query).await
}

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = clients::open().await?;
    shop.sandbox.add_order(Paid::paid(ORDER, 10_099));

    // A part goes back. The response is lost: the refund exists, and a query by its number finds
    // it.
    let part = refund("R1", 3_000)?;
    shop.sandbox.inject(CREATE_REFUND, Fault::DropAfterCommit)?;
    let Err(lost) = shop.v3.send(&part).await else {
        return Err("the response was to be lost".into());
    };
    assert_eq!(lost.outcome(), Outcome::Unknown);
    let found = query(&shop.v3, &part.out_refund_no).await?;
    println!("R1 was lost and is there: {}", found.status.as_str());
    // The same number with the same parameters is the same refund.
    assert_eq!(shop.v3.send(&part).await?.refund_id, found.refund_id);

    // The rest by APIv2: both protocols share the books.
    let rest = v2_pay::CreateRefund {
        order: v2_pay::create_refund::Order::OutTradeNo(ORDER.parse()?),
        out_refund_no: "R2".parse()?,
        total_fee: Fen::new(10_099),
        refund_fee: Fen::new(7_099),
        options: Default::default(),
    };
    shop.v2.send(&rest).await?;
    let of_order = v2_pay::QueryRefund {
        which: v2_pay::query_refund::Which::OutTradeNo(ORDER.parse()?),
        options: Default::default(),
    };
    let found = shop.v2.send(&of_order).await?;
    println!("the order has {} refunds", found.refunds.len());
    // Nothing is left to give back.
    let Err(too_much) = shop.v3.send(&refund("R3", 1)?).await else {
        return Err("more than was paid was refunded".into());
    };
    println!("R3 is refused: {too_much}");

    // A card that can't take the money: the refund is abnormal, and its money goes to another card
    // of the customer's.
    shop.sandbox.add_order(Paid::paid("20150806125347", 500));
    shop.sandbox.set_refund_end(RefundEnd::Abnormal);
    let made = shop.sandbox.refund_order("20150806125347", Fen::new(500))?;
    let number = OutRefundNo::new(made.out_refund_no)?;
    let abnormal = query(&shop.v3, &number).await?;
    assert_eq!(abnormal.status, RefundStatus::Abnormal);
    let other_card = ApplyAbnormalRefund {
        refund_id: abnormal.refund_id,
        out_refund_no: number.clone(),
        type_: Payee::UserBankCard,
        options: ApplyAbnormalRefundOptions::default()
            .bank_type("ICBC_DEBIT")
            .bank_account("6222020000000000000") // both are encrypted before they are sent
            .real_name("张三"),
    };
    shop.v3.send(&other_card).await?;
    println!(
        "the abnormal refund is now {}",
        query(&shop.v3, &number).await?.status.as_str()
    );
    Ok(())
}
