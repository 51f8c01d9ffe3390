//! The first calls: a WeChat Pay on this machine, a client for its merchant, an order queried
//! (查询订单) and an employee paid (向员工付款).
//!
//! `cargo run -p wxpay-api --features v2-pay,v2-wecom --example first_call`

use wxpay_api::core::{Fen, Progress};
use wxpay_api::sign::{v2::Key, workwx::AppSecret};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::{Client, Credentials, Merchant, pay, wecom};
use wxpay_sandbox::{Order, Sandbox};

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In place of WeChat Pay: it makes a merchant with fresh keys, and knows one order, paid with
    // 100.99 yuan.
    let sandbox = Sandbox::start().await?;
    sandbox.add_order(Order::paid("20150806125346", 10_099));
    let account = sandbox.merchant();

    // The merchant, its credentials, and the transport.
    let merchant = Merchant::new(account.mch_id.clone(), account.appid.clone());
    let credentials = Credentials::new(Key::new(account.api_v2_key.clone())?)
        .workwx(AppSecret::new(account.workwx_secret.clone())?);
    let transport = ReqwestTransport::builder()
        .identity_pem(
            account.client_cert_pem.as_bytes(),
            account.client_key_pem.expose().as_bytes(),
        )
        .only_root_pem(sandbox.ca_pem().as_bytes()) // the sandbox alone; leave it out for WeChat Pay
        .build()?;
    let client = Client::builder(merchant, credentials, transport)
        .base_url(sandbox.base_url()) // leave it out for WeChat Pay
        .build()?;

    let order = pay::query_order::Order::OutTradeNo("20150806125346".parse()?);
    let found = client
        .send(&pay::QueryOrder {
            order,
            options: Default::default(),
        })
        .await?;
    let paid = found.paid.ok_or("the order is not paid")?;
    assert_eq!(paid.total_fee, Fen::new(10_099));
    println!("the order is paid: {} yuan", paid.total_fee.to_yuan());

    let payment = wecom::PayEmployee {
        partner_trade_no: "100000982017072019616".parse()?, // write it down before you send
        openid: "oxTWIuGaIt6gTKsQRLau2M0yL16E".parse()?,
        check_name: wecom::pay_employee::CheckName::ForceCheck,
        amount: Fen::new(20_000),
        desc: "六月出差报销费用".to_owned(),
        spbill_create_ip: [10, 2, 3, 10].into(),
        ww_msg_type: wecom::pay_employee::MessageType::NormalMsg,
        act_name: "产品部门报销".to_owned(),
        options: wecom::pay_employee::PayEmployeeOptions::default()
            .re_user_name("马花花")
            .agentid(account.agentid),
    };
    let paid = client.send(&payment).await?;
    println!("paid as {}", paid.payment_no);

    let partner_trade_no = payment.partner_trade_no;
    let query = wecom::QueryEmployeePayment {
        partner_trade_no,
        options: Default::default(),
    };
    let found = client.send(&query).await?;
    assert_eq!(found.status.progress(), Progress::Succeeded);
    assert_eq!(found.payment_amount, Some(Fen::new(20_000)));
    println!("the query says so too: {}", found.status.as_str());
    Ok(())
}
