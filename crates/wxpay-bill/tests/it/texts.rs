//! Bills written by hand, as the documents describe them.

use wxpay_bill::{Bill, BillError, FundBill, TradeBill, TradeRow};

pub(crate) const ALL: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
pub(crate) const SUCCESS: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注";
pub(crate) const REFUND: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
pub(crate) const OLD_ALL: &str = "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,代金券或立减优惠金额,微信退款单号,商户退款单号,退款金额,代金券或立减优惠退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率";
pub(crate) const OLD_SUCCESS: &str = "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,代金券或立减优惠金额,商品名称,商户数据包,手续费,费率";
pub(crate) const OLD_REFUND: &str = "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,代金券或立减优惠金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,代金券或立减优惠退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率";
pub(crate) const FUND: &str = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号";

pub(crate) const SUMS_OF_ALL: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
pub(crate) const SUMS_OF_SUCCESS: &str = "总交易单数,应结订单总金额,手续费总金额,订单总金额";
pub(crate) const SUMS_OF_OLD: &str =
    "总交易单数,总交易额,总退款金额,总代金券或立减优惠退款金额,手续费总金额";
pub(crate) const SUMS_OF_FUND: &str = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";

/// A bill of these lines, whose rows and sums get their back-quotes.
pub(crate) fn bill(names: &str, rows: &[&str], sums: &str, values: &str) -> String {
    let quoted = |row: &str| {
        let fields: Vec<String> = row.split(',').map(|field| format!("`{field}")).collect();
        fields.join(",")
    };
    let mut text = format!("\u{feff}{names}\r\n");
    for row in rows {
        text += &format!("{}\r\n", quoted(row));
    }
    text + &format!("{sums}\r\n{}\r\n", quoted(values))
}

/// An order of 1.50 and a refund of 0.50 of it.
pub(crate) fn all() -> String {
    let rows = [
        "2026-11-25 10:00:00,wx1,1900000109,0,,420001,T1,o1,JSAPI,SUCCESS,OTHERS,CNY,1.40,0.30,0,0,0.00,0.00,,,小食,a\\ b,0.01000,0.60%,1.50,0.00,726",
        "2026-11-25 11:30:00,wx1,1900000109,1900000110,D1,420001,T1,o1,JSAPI,REFUND,OTHERS,CNY,0.00,0.00,503001,R1,0.40,0.10,ORIGINAL,PROCESSING,小食,,-0.00300,0.60%,0.00,0.50,",
    ];
    bill(
        ALL,
        &rows,
        SUMS_OF_ALL,
        "2,1.40,0.40,0.10,0.00700,1.50,0.50",
    )
}

pub(crate) fn trade(text: &[u8]) -> Result<TradeBill<&[u8]>, BillError> {
    match Bill::open(text)? {
        Bill::Trade(bill) => Ok(bill),
        other => panic!("a trade bill, not {other:?}"),
    }
}

pub(crate) fn fund(text: &[u8]) -> Result<FundBill<&[u8]>, BillError> {
    match Bill::open(text)? {
        Bill::Fund(bill) => Ok(bill),
        other => panic!("a fund flow bill, not {other:?}"),
    }
}

/// Every row, or the first error.
pub(crate) fn trade_rows(text: &str) -> Result<Vec<TradeRow>, BillError> {
    trade(text.as_bytes())?.collect()
}
