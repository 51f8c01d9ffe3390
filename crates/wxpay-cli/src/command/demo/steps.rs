//! The steps of the demonstration, each compared with the sandbox's books.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};

use wxpay_api::core::{
    ErrorKind, Fen, InvalidInput, OpenId, Outcome, PartnerTradeNo, Progress, VerificationFailure,
};
use wxpay_api::sign::Proof;
use wxpay_api::v2::pay::{QueryOrder, query_order};
use wxpay_api::v2::wecom::pay_employee::{CheckName, MessageType, PayEmployeeOptions};
use wxpay_api::v2::wecom::{PayEmployee, QueryEmployeePayment};
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_sandbox::{Api, Fault, Order, Sandbox, Transfer};

use super::clients::Clients;
use super::report::{Finding, Report, Step, unexpected};
use crate::chinese;
use crate::lang::Text;

const PAYEE: &str = "oxTWIuGaIt6gTKsQRLau2M0yL16E";
const ORDER: &str = "20150806125346";
const PAID: Fen = Fen::new(10_099);

/// What is signed, in both languages.
type Signed = (&'static str, &'static str);

const TWO_MD5: Signed = (
    "8 fields with the WeCom secret (workwx_sign), then all with the APIv2 key: MD5, MD5",
    "先用企业微信 secret 对 8 个字段签名（workwx_sign），再用 APIv2 密钥对全部字段签名：MD5、MD5",
);
const ONE_MD5: Signed = (
    "all fields with the APIv2 key: MD5",
    "用 APIv2 密钥对全部字段签名：MD5",
);
const HMAC: Signed = (
    "all fields with the APIv2 key: HMAC-SHA256",
    "用 APIv2 密钥对全部字段签名：HMAC-SHA256",
);
const RSA: Signed = (
    "method, path, time, nonce and body with the merchant's key: RSA-SHA256",
    "用商户私钥对方法、路径、时间、随机串和报文签名：RSA-SHA256",
);

/// Every step in turn. A step that does not hold is in the report; an error means that the
/// demonstration is broken.
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
        check_name: CheckName::ForceCheck,
        amount: Fen::new(20_000),
        desc: "六月出差报销费用".to_owned(),
        spbill_create_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        ww_msg_type: MessageType::NormalMsg,
        act_name: "产品部门报销".to_owned(),
        options: PayEmployeeOptions::default()
            .re_user_name("马花花")
            .agentid(sandbox.merchant().agentid),
    })
}

async fn pay(sandbox: &Sandbox, clients: &Clients, payment: &PayEmployee, report: &mut Report) {
    let step = Step::begin(
        Text::new("pay an employee (向员工付款)", "向员工付款"),
        TWO_MD5,
    );
    let finding = match clients.v2.send(payment).await {
        Ok(paid) => Finding {
            verified: proof(paid.reply.proof()),
            result: Text::new(
                format!(
                    "paid {} yuan, payment {}",
                    payment.amount.to_yuan(),
                    paid.payment_no
                ),
                format!(
                    "已付款 {} 元，单号 {}",
                    payment.amount.to_yuan(),
                    paid.payment_no
                ),
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
    let step = Step::begin(
        Text::new("the same again, same number", "以相同单号再次付款"),
        TWO_MD5,
    );
    let before = sandbox.payouts();
    let finding = match clients.v2.send(payment).await {
        Ok(paid) => {
            let same = before
                .first()
                .is_some_and(|payout| payout.payment_no == paid.payment_no.as_str());
            let payouts = sandbox.payouts().len();
            Finding {
                verified: proof(paid.reply.proof()),
                result: Text::new(
                    format!(
                        "the same payment {}; the books hold {payouts}",
                        paid.payment_no
                    ),
                    format!("仍是付款 {}；账上共 {payouts} 笔", paid.payment_no),
                ),
                holds: same && payouts == 1,
            }
        }
        Err(error) => unexpected(&error),
    };
    step.end(finding, report);
}

async fn query(clients: &Clients, payment: &PayEmployee, report: &mut Report) {
    let step = Step::begin(
        Text::new("query it (查询付款记录)", "查询付款记录"),
        ONE_MD5,
    );
    let request = QueryEmployeePayment {
        partner_trade_no: payment.partner_trade_no.clone(),
        options: Default::default(),
    };
    let finding = match clients.v2.send(&request).await {
        Ok(found) => Finding {
            verified: proof(found.reply.proof()),
            result: yuan(found.payment_amount)
                .map(|amount| format!("{}: {amount}", found.status.as_str())),
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
    let step = Step::begin(Text::new("query an order (查询订单)", "查询订单"), HMAC);
    let finding = match clients.v2.send(&order_request()?).await {
        Ok(order) => Finding {
            verified: proof(order.reply.proof()),
            result: match &order.paid {
                Some(paid) => Text::new(
                    format!("paid: {} yuan", paid.total_fee.to_yuan()),
                    format!("已支付：{} 元", paid.total_fee.to_yuan()),
                ),
                None => Text::new(
                    format!("not paid: {}", order.trade_state.as_str()),
                    format!("未支付：{}", order.trade_state.as_str()),
                ),
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
    let step = Step::begin(
        Text::new(
            "read an APIv3 transfer and decrypt its encrypted name",
            "查询 APIv3 转账明细单，并解密其中的姓名",
        ),
        RSA,
    );
    let request = QueryDetailByOutDetailNo {
        out_batch_no: "plfk2020042013".parse()?,
        out_detail_no: "x23zy545Bd5436".parse()?,
        options: Default::default(),
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
                result: Text::new(
                    format!(
                        "{}: {} yuan to {shown}",
                        detail.detail_status.as_str(),
                        detail.amount.to_yuan()
                    ),
                    format!(
                        "{}：向{shown}转账 {} 元",
                        detail.detail_status.as_str(),
                        detail.amount.to_yuan()
                    ),
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
    sandbox.inject(QUERY_ORDER, Fault::TamperedBody)?;
    let step = Step::begin(
        Text::new(
            "query the order, and another party changes the response",
            "查询订单，但应答被人篡改",
        ),
        HMAC,
    );
    let finding = match clients.v2.send(&order_request()?).await {
        Ok(_) => Finding {
            verified: Text::new("NOT NOTICED", "未被发现"),
            result: Text::new("a forged response was believed", "相信了伪造的应答"),
            holds: false,
        },
        Err(error) => {
            let noticed = matches!(error.kind(), ErrorKind::Verification(e) if *e.failure() == VerificationFailure::Mismatch);
            Finding {
                verified: Text::new(
                    format!("refused: {}", error.kind()),
                    format!("拒绝：{}", in_chinese(&error)),
                ),
                result: Text::new(
                    "nothing of it was read; the order is as unknown as before",
                    "没有读取其中任何内容；订单状态仍然未知",
                ),
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
    sandbox.inject(PAY_EMPLOYEE, Fault::DropAfterCommit)?;
    let step = Step::begin(
        Text::new(
            "pay again, new number, and the connection breaks",
            "以新单号付款，但连接中断",
        ),
        TWO_MD5,
    );
    let finding = match clients.v2.send(payment).await {
        Ok(_) => Finding {
            verified: Text::new("an answer that cannot be", "不应收到的应答"),
            result: Text::new("the connection did not break", "连接没有中断"),
            holds: false,
        },
        Err(error) => Finding {
            verified: Text::new(
                format!("no response: {}", error.kind()),
                format!("没有应答：{}", in_chinese(&error)),
            ),
            result: Text::new(
                format!("{:?}: query, do not pay again", error.outcome()),
                format!("{:?}：请查询，不要再次付款", error.outcome()),
            ),
            holds: error.outcome() == Outcome::Unknown && error.must_query(),
        },
    };
    step.end(finding, report);
    Ok(())
}

async fn resolve(sandbox: &Sandbox, clients: &Clients, payment: &PayEmployee, report: &mut Report) {
    let step = Step::begin(Text::new("query that payment", "查询这笔付款"), ONE_MD5);
    let request = QueryEmployeePayment {
        partner_trade_no: payment.partner_trade_no.clone(),
        options: Default::default(),
    };
    let finding = match clients.v2.send(&request).await {
        Ok(found) => {
            let payouts = sandbox.payouts();
            let requests = sandbox
                .requests()
                .iter()
                .filter(|seen| seen.api == Some(PAY_EMPLOYEE))
                .count();
            Finding {
                verified: proof(found.reply.proof()),
                result: Text::new(
                    format!("{}: it was paid after all, once", found.status.as_str()),
                    format!("{}：实际已付款，且只有一次", found.status.as_str()),
                ),
                holds: found.status.progress() == Progress::Succeeded
                    && payouts.len() == 2
                    && requests == 3,
            }
        }
        Err(error) => unexpected(&error),
    };
    step.end(finding, report);
}

fn order_request() -> Result<QueryOrder, InvalidInput> {
    Ok(QueryOrder {
        order: query_order::Order::OutTradeNo(ORDER.parse()?),
        options: Default::default(),
    })
}

fn proof(proof: &Proof) -> Text {
    match proof {
        Proof::Md5 => Text::new("its MD5 signature", "MD5 签名"),
        Proof::HmacSha256 => Text::new(
            "its HMAC-SHA256 signature, and the number",
            "HMAC-SHA256 签名，并核对单号",
        ),
        Proof::Rsa { serial_no } => Text::new(
            format!("its RSA signature by {serial_no}, and the numbers"),
            format!("{serial_no} 的 RSA 签名，并核对单号"),
        ),
        Proof::TlsAlone => Text::new(
            "not signed by WeChat Pay: TLS, the number and the merchant",
            "该应答没有签名：依靠 TLS，并核对单号和商户号",
        ),
        other => Text::new(format!("{other:?}"), format!("{other:?}")),
    }
}

fn in_chinese(error: &wxpay_api::core::Error) -> String {
    chinese::of(error.kind()).unwrap_or_else(|| error.kind().to_string())
}

fn yuan(amount: Option<Fen>) -> Text {
    amount.map_or_else(
        || Text::new("no amount", "没有金额"),
        |amount| {
            Text::new(
                format!("{} yuan", amount.to_yuan()),
                format!("{} 元", amount.to_yuan()),
            )
        },
    )
}

const QUERY_ORDER: Api = Api::named("v2.pay.query_order").unwrap();

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();
