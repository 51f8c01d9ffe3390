//! Endpoints written by hand that change something: a refund of APIv3 (申请退款), and the close of an
//! order by APIv2 (关闭订单).
//!
//! `cargo run -p wxpay-api --features apiv2,v3-refund --example own_write`

#[path = "shared/clients.rs"]
mod clients;

use std::error::Error;

use wxpay_api::core::{
    Certainty, Class, CodeFacts, DecodeError, InvalidInput, Params, RefundId, Resolve,
};
use wxpay_api::sign::Verified;
use wxpay_api::v3::refund::QueryRefund;
use wxpay_api::v3::{Body, Call, Json, Object};
use wxpay_api::{Fen, Max, OutRefundNo, OutTradeNo, Outcome, v2, v3};
use wxpay_sandbox::{Api, Fault, Order as Paid};

struct GiveBack {
    order: OutTradeNo,
    number: OutRefundNo,
    back: Fen,
    paid: Fen,
}

impl v3::Endpoint for GiveBack {
    type Response = RefundId;
    const META: &'static v3::Meta = &v3::Meta::write(
        "example.give_back",
        v3::Method::Post,
        "/v3/refund/domestic/refunds",
        Resolve::Query("v3.refund.query_refund"),
    )
    .errors(&[CodeFacts::new(
        "SYSTEM_ERROR",
        Outcome::Unknown,
        Class::new(Certainty::Ambiguous).same_number(),
    )]);

    fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
        let mut body = Body::new();
        body.id("out_trade_no", &self.order)?;
        body.id("out_refund_no", &self.number)?;
        body.text("reason", "退货", Max::Bytes(80))?;
        body.object("amount", |amount| {
            amount.fen("refund", self.back, 1..)?;
            amount.fen("total", self.paid, 1..)?;
            amount.text("currency", "CNY", Max::Chars(16))
        })?;
        call.body(body);
        Ok(())
    }

    fn decode(&self, reply: Verified<Json>) -> Result<RefundId, DecodeError> {
        let fields = Object::of(reply.get())?;
        fields.echo("out_refund_no", &self.number)?;
        fields.require("refund_id")
    }
}

struct Close(OutTradeNo);

impl v2::Endpoint for Close {
    type Response = ();
    const META: &'static v2::Meta = &v2::Meta::write(
        "example.close",
        "/pay/closeorder",
        Resolve::Query("v2.pay.query_order"),
    );

    fn encode(&self, form: &mut v2::Form) -> Result<(), InvalidInput> {
        form.id("out_trade_no", &self.0)
    }

    fn decode(&self, _reply: Verified<Params>) -> Result<(), DecodeError> {
        Ok(())
    }
}

const CREATE_REFUND: Api = Api::named("v3.refund.create_refund").unwrap();

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = clients::open().await?;
    shop.sandbox.add_order(Paid::paid("20150806125346", 10_099));
    let back = |number: &str, fen| -> Result<GiveBack, Box<dyn Error>> {
        Ok(GiveBack {
            order: "20150806125346".parse()?,
            number: number.parse()?,
            back: Fen::new(fen),
            paid: Fen::new(10_099),
        })
    };

    // What breaks a rule never leaves.
    let Err(invalid) = shop.v3.send(&back("R1", 0)?).await else {
        return Err("nothing was refunded".into());
    };
    assert_eq!(invalid.outcome(), Outcome::NotExecuted);
    println!("{invalid}");

    // A lost response and a code that the endpoint does not list are both unknown, with no line of
    // code for it.
    for fault in [
        Fault::DropAfterCommit,
        Fault::error_code("NEW_CODE", "a code of tomorrow"),
    ] {
        shop.sandbox.inject(CREATE_REFUND, fault)?;
        let Err(unknown) = shop.v3.send(&back("R1", 500)?).await else {
            return Err("this was to fail".into());
        };
        assert_eq!(unknown.outcome(), Outcome::Unknown);
        println!("{unknown}");
    }
    // The query settles it.
    let query = QueryRefund {
        out_refund_no: "R1".parse()?,
        options: Default::default(),
    };
    let found = shop.v3.send(&query).await?;
    println!("{} is {}", found.refund_id, found.status.as_str());
    assert_eq!(shop.v3.send(&back("R1", 500)?).await?, found.refund_id);

    let mut order = Paid::paid("20150806125347", 100);
    order.trade_state = "NOTPAY".to_owned();
    shop.sandbox.add_order(order);
    shop.v2.send(&Close("20150806125347".parse()?)).await?;
    let Err(refused) = shop.v2.send(&Close("20150806125346".parse()?)).await else {
        return Err("a paid order was closed".into());
    };
    println!("{refused}");
    Ok(())
}
