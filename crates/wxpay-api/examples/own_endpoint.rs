//! An endpoint written by hand, signed and verified like the others: the state of an order, and
//! nothing else.

#[path = "shared/sandbox.rs"]
mod sandbox;

use wxpay_api::core::{DecodeError, InvalidInput, OutTradeNo, Params};
use wxpay_api::sign::Verified;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::{Endpoint, Fields, Form, Meta};

struct OrderState(OutTradeNo);

impl Endpoint for OrderState {
    type Response = String;
    const META: &'static Meta = &Meta::read("example.order_state", "/pay/orderquery");

    fn encode(&self, form: &mut Form) -> Result<(), InvalidInput> {
        form.id("out_trade_no", &self.0)
    }

    fn decode(&self, reply: Verified<Params>) -> Result<String, DecodeError> {
        let fields = Fields::of(reply.get());
        fields.echo("out_trade_no", &self.0)?;
        fields.require("trade_state")
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = sandbox::start().await?;
    let root = sandbox.ca_pem().as_bytes();
    let transport = ReqwestTransport::builder().only_root_pem(root).build()?;
    let client = sandbox::client(&sandbox, transport)?;
    let state = client.send(&OrderState("20150806125346".parse()?)).await?;
    assert_eq!(state, "SUCCESS");
    Ok(())
}
