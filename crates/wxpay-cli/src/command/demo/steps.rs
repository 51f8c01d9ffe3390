use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};

use wxpay_api::core::{
    ErrorKind, Fen, InvalidInput, OpenId, Outcome, PartnerTradeNo, Progress, VerificationFailure,
};
use wxpay_api::sign::Proof;
use wxpay_api::v2::pay::{OrderQuery, OrderQueryOrder};
use wxpay_api::v2::wecom::{
    PayEmployee, PayEmployeeCheckName, PayEmployeeMessageType, PayEmployeeOptions,
    QueryEmployeePayment,
};
use wxpay_api::v3::partner_transfer::DetailByOutNo;
use wxpay_sandbox::{Api, Fault, Order, Sandbox, Transfer};

use super::clients::Clients;
use super::report::{Finding, Report, Step};

const PAYEE: &str = "oxTWIuGaIt6gTKsQRLau2M0yL16E";
const ORDER: &str = "20150806125346";
const PAID: Fen = Fen::new(10_099);

const TWO_MD5: &str =
    "8 fields with the WeCom secret (workwx_sign), then all with the APIv2 key: MD5, MD5";
const ONE_MD5: &str = "all fields with the APIv2 key: MD5";
const HMAC: &str = "all fields with the APIv2 key: HMAC-SHA256";
const RSA: &str = "method, path, time, nonce and body with the merchant's key: RSA-SHA256";

/// Every step in turn. A step that does not hold is in the report; an error means that the demonstration is broken.
pub(crate) async fn run_all(
    sandbox: &Sandbox,
    clients: &Clients,
    report: &mut Report,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let first = payment(sandbox, "DEMO2026112200000001")?;
    let second = payment(sandbox, "DEMO2026112200000002")?;
    pay(sandbox, clients, &first, report).await;
    pay_again(sandbox, clients, &first, report).await;
    query(clients, &first, report).await;
    order(sandbox, clients, report).await?;
    transfer(sandbox, clients, report).await?;
    forged(sandbox, clients, report).await?;
    lost(sandbox, clients, &second, report).await?;
    resolve(sandbox, clients, &second, report).await;
    Ok(())
}

fn payment(sandbox: &Sandbox, number: &str) -> Result<PayEmployee, InvalidInput> {
    Ok(PayEmployee {
        partner_trade_no: PartnerTradeNo::new(number)?,
        openid: OpenId::new(PAYEE)?,
        check_name: PayEmployeeCheckName::ForceCheck,
        amount: Fen::new(20_000),
        desc: "六月出差报销费用".to_owned(),
        spbill_create_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        ww_msg_type: PayEmployeeMessageType::NormalMsg,
        act_name: "产品部门报销".to_owned(),
        options: PayEmployeeOptions::default()
            .re_user_name("马花花")
            .agentid(sandbox.merchant().agentid),
    })
}

async fn pay(sandbox: &Sandbox, clients: &Clients, payment: &PayEmployee, report: &mut Report) {
    let step = Step::begin("pay an employee (向员工付款)", TWO_MD5);
    let finding = match clients.v2.send(payment).await {
        Ok(paid) => Finding {
            verified: proof(paid.reply.proof()),
            result: format!(
                "paid {} yuan, payment {}",
                payment.amount.to_yuan(),
                paid.payment_no
            ),
            holds: sandbox.payouts().len() == 1,
        },
        Err(error) => unexpected(&error),
    };
    step.end(finding, report);
}

async fn pay_again(
    sandbox: &Sandbox,
    clients: &Clients,
    payment: &PayEmployee,
    report: &mut Report,
) {
    let step = Step::begin("the same again, same number", TWO_MD5);
    let before = sandbox.payouts();
    let finding = match clients.v2.send(payment).await {
        Ok(paid) => {
            let same = before
                .first()
                .is_some_and(|payout| payout.payment_no == paid.payment_no.as_str());
            let payouts = sandbox.payouts().len();
            Finding {
                verified: proof(paid.reply.proof()),
                result: format!(
                    "the same payment {}; the books hold {payouts}",
                    paid.payment_no
                ),
                holds: same && payouts == 1,
            }
        }
        Err(error) => unexpected(&error),
    };
    step.end(finding, report);
}

async fn query(clients: &Clients, payment: &PayEmployee, report: &mut Report) {
    let step = Step::begin("query it (查询付款记录)", ONE_MD5);
    let request = QueryEmployeePayment {
        partner_trade_no: payment.partner_trade_no.clone(),
    };
    let finding = match clients.v2.send(&request).await {
        Ok(found) => Finding {
            verified: proof(found.reply.proof()),
            result: format!("{}: {}", found.status.as_str(), yuan(found.payment_amount)),
            holds: found.status.progress() == Progress::Succeeded
                && found.payment_amount == Some(payment.amount),
        },
        Err(error) => unexpected(&error),
    };
    step.end(finding, report);
}

async fn order(
    sandbox: &Sandbox,
    clients: &Clients,
    report: &mut Report,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    sandbox.add_order(Order::paid(ORDER, PAID.get()));
    let step = Step::begin("query an order (查询订单)", HMAC);
    let finding = match clients.v2.send(&order_request()?).await {
        Ok(order) => Finding {
            verified: proof(order.reply.proof()),
            result: match &order.paid {
                Some(paid) => format!("paid: {} yuan", paid.total_fee.to_yuan()),
                None => format!("not paid: {}", order.trade_state.as_str()),
            },
            holds: order.paid.is_some_and(|paid| paid.total_fee == PAID)
                && order.reply.proof() == &Proof::HmacSha256,
        },
        Err(error) => unexpected(&error),
    };
    step.end(finding, report);
    Ok(())
}

async fn transfer(
    sandbox: &Sandbox,
    clients: &Clients,
    report: &mut Report,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let name = "张三";
    let mut transfer = Transfer::new("plfk2020042013", "x23zy545Bd5436", 200_000);
    transfer.username = name.to_owned();
    sandbox.add_transfer(transfer);
    let step = Step::begin("read an APIv3 transfer and open its sealed name", RSA);
    let request = DetailByOutNo {
        out_batch_no: "plfk2020042013".parse()?,
        out_detail_no: "x23zy545Bd5436".parse()?,
    };
    let finding = match clients.v3.send(&request).await {
        Ok(detail) => {
            let opened = match &detail.username {
                Some(sealed) => clients.v3.open(sealed).await.ok(),
                None => None,
            };
            let shown = opened.as_ref().map_or("(not opened)", |name| name.expose());
            Finding {
                verified: proof(detail.reply.proof()),
                result: format!(
                    "{}: {} yuan to {shown}",
                    detail.detail_status.as_str(),
                    detail.amount.to_yuan()
                ),
                holds: detail.amount == Fen::new(200_000) && shown == name,
            }
        }
        Err(error) => unexpected(&error),
    };
    step.end(finding, report);
    Ok(())
}

async fn forged(
    sandbox: &Sandbox,
    clients: &Clients,
    report: &mut Report,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    sandbox.inject(Api::OrderQuery, Fault::TamperedBody)?;
    let step = Step::begin("query the order, and somebody changes the reply", HMAC);
    let finding = match clients.v2.send(&order_request()?).await {
        Ok(_) => Finding {
            verified: "NOT NOTICED".to_owned(),
            result: "a forged reply was believed".to_owned(),
            holds: false,
        },
        Err(error) => {
            let noticed = matches!(error.kind(), ErrorKind::Verification(e) if *e.failure() == VerificationFailure::Mismatch);
            Finding {
                verified: format!("refused: {}", error.kind()),
                result: "nothing of it was read; the order is as unknown as before".to_owned(),
                holds: noticed && error.outcome() == Outcome::ReadFailed,
            }
        }
    };
    step.end(finding, report);
    Ok(())
}

async fn lost(
    sandbox: &Sandbox,
    clients: &Clients,
    payment: &PayEmployee,
    report: &mut Report,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    sandbox.inject(Api::PayEmployee, Fault::DropAfterCommit)?;
    let step = Step::begin("pay again, new number, and the connection breaks", TWO_MD5);
    let finding = match clients.v2.send(payment).await {
        Ok(_) => Finding {
            verified: "an answer that cannot be".to_owned(),
            result: "the connection did not break".to_owned(),
            holds: false,
        },
        Err(error) => Finding {
            verified: format!("no reply: {}", error.kind()),
            result: format!("{:?}: query, do not pay again", error.outcome()),
            holds: error.outcome() == Outcome::Unknown && error.must_query(),
        },
    };
    step.end(finding, report);
    Ok(())
}

async fn resolve(sandbox: &Sandbox, clients: &Clients, payment: &PayEmployee, report: &mut Report) {
    let step = Step::begin("query that payment", ONE_MD5);
    let request = QueryEmployeePayment {
        partner_trade_no: payment.partner_trade_no.clone(),
    };
    let finding = match clients.v2.send(&request).await {
        Ok(found) => {
            let payouts = sandbox.payouts();
            let requests = sandbox
                .requests()
                .iter()
                .filter(|seen| seen.api == Some(Api::PayEmployee))
                .count();
            Finding {
                verified: proof(found.reply.proof()),
                result: format!("{}: it was paid after all, once", found.status.as_str()),
                holds: found.status.progress() == Progress::Succeeded
                    && payouts.len() == 2
                    && requests == 3,
            }
        }
        Err(error) => unexpected(&error),
    };
    step.end(finding, report);
}

fn order_request() -> Result<OrderQuery, InvalidInput> {
    Ok(OrderQuery {
        order: OrderQueryOrder::OutTradeNo(ORDER.parse()?),
    })
}

fn proof(proof: &Proof) -> String {
    match proof {
        Proof::Md5 => "its MD5 signature".to_owned(),
        Proof::HmacSha256 => "its HMAC-SHA256 signature, and the number".to_owned(),
        Proof::Rsa { serial_no } => format!("its RSA signature by {serial_no}, and the numbers"),
        Proof::TlsAlone => "not signed by WeChat Pay: TLS, the number and the merchant".to_owned(),
        other => format!("{other:?}"),
    }
}

fn unexpected(error: &wxpay_api::core::Error) -> Finding {
    Finding {
        verified: error.kind().to_string(),
        result: format!("{:?}, and no failure was expected", error.outcome()),
        holds: false,
    }
}

fn yuan(amount: Option<Fen>) -> String {
    amount.map_or_else(
        || "no amount".to_owned(),
        |amount| format!("{} yuan", amount.to_yuan()),
    )
}
