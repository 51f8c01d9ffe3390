//! The columns of trade bills: <https://pay.weixin.qq.com/doc/v3/merchant/4013071246>, and those of
//! before 2018, which some merchants still get:
//! <https://pay.weixin.qq.com/doc/v2/merchant/4011987833>.

use super::kind::{TradeKind, TradeScope};
use crate::error::{BillError, Problem};
use crate::names::{Column, Names, Places};

/// The columns, as indices of [`COLUMNS`].
#[derive(Clone, Copy)]
pub(super) enum TradeColumn {
    TradeTime,
    AppId,
    MchId,
    SubMchId,
    Device,
    TransactionId,
    OutTradeNo,
    OpenId,
    TradeType,
    TradeState,
    BankType,
    Currency,
    SettlementTotal,
    Coupon,
    RefundRequestTime,
    RefundSuccessTime,
    RefundId,
    OutRefundNo,
    SettlementRefund,
    CouponRefund,
    RefundChannel,
    RefundState,
    Body,
    Attach,
    Fee,
    Rate,
    Total,
    Refund,
    RateRemark,
}

const fn column(names: &'static [&'static str]) -> Column {
    Column { names }
}

/// Each with its name of today first.
pub(super) const COLUMNS: [Column; 29] = [
    column(&["交易时间"]),
    column(&["公众账号ID", "应用ID"]),
    column(&["商户号"]),
    column(&["特约商户号", "子商户号"]),
    column(&["设备号"]),
    column(&["微信订单号"]),
    column(&["商户订单号"]),
    column(&["用户标识"]),
    column(&["交易类型"]),
    column(&["交易状态"]),
    column(&["付款银行"]),
    column(&["货币种类"]),
    column(&["应结订单金额", "总金额"]),
    column(&["代金券金额", "代金券或立减优惠金额", "企业红包金额"]),
    column(&["退款申请时间"]),
    column(&["退款成功时间"]),
    column(&["微信退款单号"]),
    column(&["商户退款单号"]),
    column(&["退款金额"]),
    column(&[
        "充值券退款金额",
        "代金券或立减优惠退款金额",
        "企业红包退款金额",
    ]),
    column(&["退款类型"]),
    column(&["退款状态"]),
    column(&["商品名称"]),
    column(&["商户数据包"]),
    column(&["手续费"]),
    column(&["费率"]),
    column(&["订单金额"]),
    column(&["申请退款金额"]),
    column(&["费率备注"]),
];

pub(super) type TradePlaces = Places<{ COLUMNS.len() }>;

/// The name of the column with which a trade bill begins.
pub(crate) const FIRST: &str = "交易时间";
/// That of the bill of refunded deposits (充值退款), which no official page describes.
const DEPOSITS: &str = "返还手续费";
const OLD: &str = "总金额";

/// Whether a bill with these columns is a trade bill.
pub(crate) fn is_trade(names: &Names) -> bool {
    names.first() == Some(FIRST) && names.iter().all(|name| name != DEPOSITS)
}

/// Which trade bill has these columns, and where they are.
pub(super) fn read(names: &Names) -> Result<(TradeKind, TradePlaces), BillError> {
    use TradeColumn as C;
    let places = TradePlaces::of(&COLUMNS, names, 1)?;
    let has = |column: C| places.get(column as usize).is_some();
    // One of the columns is enough: a bill that lacks the others is not one of another kind.
    let has_any = |columns: &[C]| columns.iter().any(|column| has(*column));
    let scope = if has_any(&[C::RefundRequestTime, C::RefundSuccessTime]) {
        TradeScope::Refund
    } else if has_any(REFUNDS) || has(C::Refund) {
        TradeScope::All
    } else {
        TradeScope::Success
    };
    let kind = TradeKind {
        scope,
        is_old: names.iter().any(|name| name == OLD) && !has(C::Total),
    };
    let wanted = EVERY
        .iter()
        .chain(REFUNDS.iter().filter(|_| scope != TradeScope::Success))
        .chain(TIMES.iter().filter(|_| scope == TradeScope::Refund))
        .chain((!kind.is_old).then_some(&C::Total))
        .chain((!kind.is_old && scope != TradeScope::Success).then_some(&C::Refund));
    for column in wanted {
        if !has(*column) {
            let names = COLUMNS.get(*column as usize);
            let name = names
                .and_then(|column| column.names.first())
                .copied()
                .unwrap_or_default();
            return Err(BillError::in_column(1, name, Problem::MissingColumn));
        }
    }
    Ok((kind, places))
}

/// The columns of every trade bill. The sub-merchant's ID is not on APIv2's page for merchants, and
/// the remark of the rate came later than the others.
const EVERY: &[TradeColumn] = &[
    TradeColumn::TradeTime,
    TradeColumn::AppId,
    TradeColumn::MchId,
    TradeColumn::Device,
    TradeColumn::TransactionId,
    TradeColumn::OutTradeNo,
    TradeColumn::OpenId,
    TradeColumn::TradeType,
    TradeColumn::TradeState,
    TradeColumn::BankType,
    TradeColumn::Currency,
    TradeColumn::SettlementTotal,
    TradeColumn::Coupon,
    TradeColumn::Body,
    TradeColumn::Attach,
    TradeColumn::Fee,
    TradeColumn::Rate,
];

/// The columns of a bill with refunds.
const REFUNDS: &[TradeColumn] = &[
    TradeColumn::RefundId,
    TradeColumn::OutRefundNo,
    TradeColumn::SettlementRefund,
    TradeColumn::CouponRefund,
    TradeColumn::RefundChannel,
    TradeColumn::RefundState,
];

/// Those of a bill of refunds alone.
const TIMES: &[TradeColumn] = &[
    TradeColumn::RefundRequestTime,
    TradeColumn::RefundSuccessTime,
];
