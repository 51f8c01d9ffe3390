//! The columns of the three kinds of bills. They differ in which they have, not in their order.

use wxpay_core::{Fen, TimeFormat, Timestamp};

use crate::Refund;
use crate::bill::trade::{BillKind, Row};

pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// The kinds of bills that have it.
    kinds: &'static [BillKind],
    pub(crate) text: fn(&Row<'_>) -> String,
}

/// The columns of a kind.
pub(crate) fn of(kind: BillKind) -> impl Iterator<Item = &'static Column> + Clone {
    let columns = COLUMNS.iter();
    columns.filter(move |column| column.kinds.contains(&kind))
}

/// The names and the fields of the summary.
pub(crate) fn summary(kind: BillKind, rows: &[Row<'_>]) -> (Vec<&'static str>, Vec<String>) {
    let sum = |of: fn(&Row<'_>) -> i64| {
        let amounts = rows.iter().map(of);
        yuan(amounts.fold(0, i64::saturating_add))
    };
    let sums = [
        ("总交易单数", EVERY, rows.len().to_string()),
        (
            "应结订单总金额",
            EVERY,
            sum(|row| row.settlement_total().get()),
        ),
        (
            "退款总金额",
            REFUNDS,
            sum(|row| settlement_refund(row).get()),
        ),
        (
            "充值券退款总金额",
            REFUNDS,
            sum(|row| coupon_refund(row).get()),
        ),
        ("手续费总金额", EVERY, sum(|row| row.fee())),
        ("订单总金额", EVERY, sum(|row| total(row).get())),
        ("申请退款总金额", REFUNDS, sum(|row| refund(row).get())),
    ]
    .into_iter();
    sums.filter(|(_, kinds, _)| kinds.contains(&kind))
        .map(|(name, _, sum)| (name, sum))
        .unzip()
}

const fn column(
    name: &'static str,
    kinds: &'static [BillKind],
    text: fn(&Row<'_>) -> String,
) -> Column {
    Column { name, kinds, text }
}

fn appid(row: &Row<'_>) -> String {
    let sub = row.order.sub_merchant.as_ref();
    let appid = sub.and_then(|sub| sub.sub_appid.clone());
    appid.unwrap_or_else(|| row.merchant.appid.to_string())
}

fn openid(row: &Row<'_>) -> String {
    let sub = row.order.sub_merchant.as_ref();
    let openid = sub.and_then(|sub| sub.sub_openid.clone());
    openid.unwrap_or_else(|| row.order.openid.clone())
}

fn sub_mchid(row: &Row<'_>) -> String {
    let sub = row.order.sub_merchant.as_ref();
    sub.map_or_else(|| "0".to_owned(), |sub| sub.sub_mchid.clone())
}

fn trade_state(row: &Row<'_>) -> String {
    match row.refund {
        None => "SUCCESS",
        Some(refund) if refund.reversal => "REVOKED",
        Some(_) => "REFUND",
    }
    .to_owned()
}

fn coupon(row: &Row<'_>) -> Fen {
    match row.refund {
        None => row.order.coupon_fee(),
        Some(_) => Fen::ZERO,
    }
}

fn total(row: &Row<'_>) -> Fen {
    match row.refund {
        None => row.order.total_fee,
        Some(_) => Fen::ZERO,
    }
}

fn refund(row: &Row<'_>) -> Fen {
    row.refund.map(|refund| refund.refund).unwrap_or_default()
}

fn settlement_refund(row: &Row<'_>) -> Fen {
    let shares = row.shares();
    shares
        .map(|shares| shares.settlement_refund)
        .unwrap_or_default()
}

fn coupon_refund(row: &Row<'_>) -> Fen {
    let shares = row.shares();
    shares
        .map(|shares| shares.cash_coupon_refund)
        .unwrap_or_default()
}

/// The state when the bill was made.
fn refund_state(row: &Row<'_>) -> String {
    let Some(refund) = row.refund else {
        return String::new();
    };
    if refund.status_time > row.made {
        return "PROCESSING".to_owned();
    }
    match &*refund.status {
        "CLOSED" => "FAIL",
        "ABNORMAL" => "CHANGE",
        status => status,
    }
    .to_owned()
}

fn success_time(row: &Row<'_>) -> String {
    let time = row.refund.and_then(Refund::success_time);
    let time = time.filter(|time| *time <= row.made);
    time.map(date_time).unwrap_or_default()
}

fn of_refund(row: &Row<'_>, otherwise: &str, text: fn(&Refund) -> &str) -> String {
    row.refund.map_or(otherwise, text).to_owned()
}

fn description(row: &Row<'_>) -> String {
    escaped(row, row.order.description())
}

/// A text of the merchant's, with the characters that would break the table written in another way.
fn escaped(row: &Row<'_>, text: Option<&str>) -> String {
    let refund = row.refund.is_some();
    let mut escaped = String::new();
    for character in text.unwrap_or_default().chars() {
        match character {
            '\\' => escaped += r"\\",
            '\'' if !refund => escaped += r"\'",
            '"' => escaped += "\\\"",
            '`' if refund => escaped += r"\140",
            '`' => escaped += r"\`",
            ',' | '\u{E000}' => escaped += r"\ ",
            '\n' => escaped += r"\n",
            '\r' => escaped += r"\r",
            '\t' => escaped += r"\t",
            '\u{1A}' => escaped += "\\\u{1A}",
            other => escaped.push(other),
        }
    }
    escaped
}

fn date_time(time: Timestamp) -> String {
    time.format(TimeFormat::DateTime)
}

fn yuan(fen: i64) -> String {
    Fen::new(fen).to_yuan()
}

const EVERY: &[BillKind] = &[BillKind::All, BillKind::Success, BillKind::Refund];
const REFUNDS: &[BillKind] = &[BillKind::All, BillKind::Refund];
const REFUND: &[BillKind] = &[BillKind::Refund];

const COLUMNS: &[Column] = &[
    column("交易时间", EVERY, |row| date_time(row.time)),
    column("公众账号ID", EVERY, appid),
    column("商户号", EVERY, |row| row.merchant.mch_id.to_string()),
    column("特约商户号", EVERY, sub_mchid),
    column("设备号", EVERY, |row| {
        escaped(row, row.order.device_info.as_deref())
    }),
    column("微信订单号", EVERY, |row| {
        row.order.transaction_id.clone()
    }),
    column("商户订单号", EVERY, |row| {
        row.order.out_trade_no.clone()
    }),
    column("用户标识", EVERY, openid),
    column("交易类型", EVERY, |row| row.order.trade_type.clone()),
    column("交易状态", EVERY, trade_state),
    column("付款银行", EVERY, |row| row.order.bank_type.clone()),
    column("货币种类", EVERY, |row| row.order.fee_type.clone()),
    column("应结订单金额", EVERY, |row| {
        row.settlement_total().to_yuan()
    }),
    column("代金券金额", EVERY, |row| coupon(row).to_yuan()),
    column("退款申请时间", REFUND, |row| date_time(row.time)),
    column("退款成功时间", REFUND, success_time),
    column("微信退款单号", REFUNDS, |row| {
        of_refund(row, "0", |refund| &refund.refund_id)
    }),
    column("商户退款单号", REFUNDS, |row| {
        of_refund(row, "0", |refund| &refund.out_refund_no)
    }),
    column("退款金额", REFUNDS, |row| {
        settlement_refund(row).to_yuan()
    }),
    column("充值券退款金额", REFUNDS, |row| {
        coupon_refund(row).to_yuan()
    }),
    column("退款类型", REFUNDS, |row| {
        of_refund(row, "", |_| "ORIGINAL")
    }),
    column("退款状态", REFUNDS, refund_state),
    column("商品名称", EVERY, description),
    column("商户数据包", EVERY, |row| {
        escaped(row, row.order.attach.as_deref())
    }),
    // Five places, as files have it.
    column("手续费", EVERY, |row| format!("{}000", yuan(row.fee()))),
    column("费率", EVERY, |_| "0.60%".to_owned()),
    column("订单金额", EVERY, |row| total(row).to_yuan()),
    column("申请退款金额", REFUNDS, |row| refund(row).to_yuan()),
    column("费率备注", EVERY, |_| String::new()),
];
