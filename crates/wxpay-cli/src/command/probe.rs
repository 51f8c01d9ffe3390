//! Harmless queries about numbers that nobody uses, and what their answers say of the key.

use wxpay_api::core::{
    Error, ErrorKind, InvalidInput, OutBatchNo, OutRefundNo, OutTradeNo, PartnerTradeNo, Timestamp,
};
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};
use wxpay_api::v2::red_packet::QueryRedPacket;
use wxpay_api::v2::wecom::QueryEmployeePayment;
use wxpay_api::v3::fund_app::QueryTransferByOutBillNo;
use wxpay_api::v3::refund::QueryRefund;
use wxpay_api::v3::transfer::QueryBatchByOutBatchNo;

use crate::config::{Clients, Config};
use crate::fail::Fail;

/// Asks about an order, over a connection without the client certificate.
pub(super) async fn order(config: &Config) -> Result<Option<Error>, Fail> {
    let number = OutTradeNo::new(unused()).map_err(impossible)?;
    let request = QueryOrder {
        order: Order::OutTradeNo(number),
        options: Default::default(),
    };
    let clients = Clients::without_identity(config)?;
    Ok(clients.v2()?.send(&request).await.err())
}

/// Asks about a payment to an employee, over a connection with the client certificate.
pub(super) async fn payment(config: &Config) -> Result<Option<Error>, Fail> {
    let partner_trade_no = PartnerTradeNo::new(unused()).map_err(impossible)?;
    let request = QueryEmployeePayment {
        partner_trade_no,
        options: Default::default(),
    };
    Ok(Clients::new(config)?.v2()?.send(&request).await.err())
}

/// Asks about a transfer to a user.
pub(super) async fn transfer(config: &Config) -> Result<Option<Error>, Fail> {
    let request = QueryTransferByOutBillNo {
        out_bill_no: unused(),
        options: Default::default(),
    };
    let clients = Clients::without_identity(config)?;
    Ok(clients.v3_with_ids()?.send(&request).await.err())
}

/// Asks about a red packet, over a connection with the client certificate.
pub(super) async fn red_packet(config: &Config) -> Result<Option<Error>, Fail> {
    let request = QueryRedPacket {
        mch_billno: unused(),
        options: Default::default(),
    };
    Ok(Clients::new(config)?.v2()?.send(&request).await.err())
}

/// Asks about a batch of transfers to balances.
pub(super) async fn batch_transfer(config: &Config) -> Result<Option<Error>, Fail> {
    let request = QueryBatchByOutBatchNo {
        out_batch_no: OutBatchNo::new(unused()).map_err(impossible)?,
        need_query_detail: false,
        options: Default::default(),
    };
    let clients = Clients::without_identity(config)?;
    Ok(clients.v3_with_ids()?.send(&request).await.err())
}

/// Asks about a refund.
pub(super) async fn refund(config: &Config) -> Result<Option<Error>, Fail> {
    let request = QueryRefund {
        out_refund_no: OutRefundNo::new(unused()).map_err(impossible)?,
        options: Default::default(),
    };
    let clients = Clients::without_identity(config)?;
    Ok(clients.v3_with_ids()?.send(&request).await.err())
}

/// Whether an answer says that the APIv2 key is not the merchant's. Some refusals come unsigned,
/// and only their text says which it is.
pub(super) fn speaks_of_the_key(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Business(refusal) => matches!(refusal.code(), "SIGN_ERROR" | "SIGNERROR"),
        ErrorKind::Protocol(claim) => {
            let text = claim.claimed_message();
            matches!(claim.claimed_code(), Some("SIGN_ERROR" | "SIGNERROR"))
                || text.contains("签名错误")
                || text.contains("签名失败")
        }
        ErrorKind::Verification(_) => true,
        _ => false,
    }
}

fn unused() -> String {
    format!("wxpaycheck{}", Timestamp::now().unix_millis())
}

fn impossible(error: InvalidInput) -> Fail {
    Fail::new("the clock can't be right", "本机时钟有误").because(error)
}
