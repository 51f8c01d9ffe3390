//! Refunds of orders (退款).

use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::refund::create_refund::{
    Amount, AmountOptions, CreateRefundOptions, FundsSource, Order,
};
use wxpay_payout::{Refund, Refunds};
use wxpay_sandbox::Sandbox;

use super::{Kind, Pays, SandboxClients};
use crate::command::payout::preflight;
use crate::command::payout::rows::{Fields, Sheet};
use crate::command::payout::settings::Defaults;
use crate::config::{Clients, Config};
use crate::fail::Fail;
use crate::lang::{Lang, Text};

impl Pays for Refunds {
    const KIND: Kind = Kind::Refund;
    const SANDBOX: &'static [(&'static str, &'static str)] = &[];

    fn configured(config: &Config, transport: ReqwestTransport) -> Result<Self, Fail> {
        let client = Clients::over(config, transport).v3_with_ids()?;
        Ok(Self::new(client))
    }

    fn in_sandbox(clients: SandboxClients) -> Self {
        Self::new(clients.v3)
    }

    /// The sandbox has the order, paid, so that there is something to refund.
    fn stock(sandbox: &Sandbox, refund: &Refund) {
        let (number, transaction_id) = match &refund.order {
            Order::OutTradeNo(number) => (number.as_str(), None),
            Order::TransactionId(id) => (id.as_str(), Some(id.to_string())),
        };
        let mut order = wxpay_sandbox::Order::paid(number, refund.amount.total.get());
        if let Some(id) = transaction_id {
            order.transaction_id = id;
        }
        let known = sandbox.orders();
        if known.iter().all(|known| known.out_trade_no != number) {
            sandbox.add_order(order);
        }
    }

    /// Queries of one sub-merchant do not find the refunds of another, so each has a journal of its
    /// own.
    fn journal_of(config: &Config) -> Result<String, Fail> {
        let merchant = config.v3_mch_id()?;
        Ok(match config.sub_mch_id() {
            Some(sub_mch_id) => format!("{merchant}/{sub_mch_id}"),
            None => merchant.to_owned(),
        })
    }

    fn needs(config: &Config) -> Result<(), Fail> {
        preflight::needs_v3(config)
    }

    async fn asks(config: &Config, lang: Lang) -> Result<(), Fail> {
        preflight::refund(config, lang).await
    }

    fn payment(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<Refund> {
        let order = order(fields);
        let refund = fields.fen("amount_fen");
        let total = fields.fen("total_fen");
        if refund
            .zip(total)
            .is_some_and(|(refund, total)| refund > total)
        {
            let rule = Text::new(
                "must not be more than total_fen, the amount of the order",
                "不能大于 total_fen（订单金额）",
            );
            fields.wrong("amount_fen", rule);
        }
        sub_merchant(fields, defaults);
        let mut options = CreateRefundOptions::default();
        options.reason = fields.or_default("reason", defaults);
        options.notify_url = fields.notify_url(defaults);
        options.funds_account = funds_account(fields, defaults);
        Some(Refund {
            order: order?,
            amount: Amount {
                refund: refund?,
                total: total?,
                options: AmountOptions::default(),
            },
            options,
        })
    }

    fn column(field: &str) -> &str {
        match field {
            "amount" | "amount.refund" | "refund" => "amount_fen",
            "amount.total" | "total" => "total_fen",
            other => other,
        }
    }
}

/// The order, by exactly one of its numbers.
fn order(fields: &mut Fields<'_>) -> Option<Order> {
    match (fields.text("out_trade_no"), fields.text("transaction_id")) {
        (Some(_), None) => fields.parsed("out_trade_no").map(Order::OutTradeNo),
        (None, Some(_)) => fields.parsed("transaction_id").map(Order::TransactionId),
        (None, None) => {
            fields.wrong_row(Text::new(
                "the order is missing: fill in out_trade_no or transaction_id",
                "缺少订单：请填写 out_trade_no 或 transaction_id",
            ));
            None
        }
        (Some(_), Some(_)) => {
            let rule = Text::new(
                "must be empty when out_trade_no is filled in: name the order by one of them, and by the same one every time",
                "已填写 out_trade_no 时必须为空：请只用其中一个指明订单，并且每次都用同一个",
            );
            fields.wrong("transaction_id", rule);
            None
        }
    }
}

/// One run refunds for one sub-merchant: that of the configuration. A column of it is checked.
fn sub_merchant(fields: &mut Fields<'_>, defaults: &Defaults) {
    const NAME: &str = "sub_mch_id";
    let configured = defaults.sub_mch_id.as_deref();
    if fields.text(NAME) == configured || !fields.has_column(NAME) {
        return;
    }
    let rule = match configured {
        Some(id) => Text::new(
            format!(
                "must be {id}, the sub-merchant of this run: split the file, and name each by --sub-mch-id"
            ),
            format!(
                "必须为本次运行的子商户号 {id}：请按子商户拆分文件，并用 --sub-mch-id 分别指定"
            ),
        ),
        None => Text::new(
            "must be empty, since this run has no sub-merchant: name it by --sub-mch-id",
            "必须为空，因为本次运行没有指定子商户：请用 --sub-mch-id 指定",
        ),
    };
    fields.wrong(NAME, rule);
}

fn funds_account(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<FundsSource> {
    const NAME: &str = "funds_account";
    let source = FundsSource::from(fields.or_default(NAME, defaults)?.as_str());
    if let FundsSource::DangerOther(_) = source {
        let rule = Text::new(
            "must be AVAILABLE or UNSETTLED",
            "必须是 AVAILABLE 或 UNSETTLED",
        );
        fields.wrong(NAME, rule);
        return None;
    }
    Some(source)
}

pub(super) const SHEET: Sheet = Sheet {
    required: &["intent", "amount_fen", "total_fen"],
    choice: &["out_trade_no", "transaction_id"],
    known: &[
        "intent",
        "product",
        "out_trade_no",
        "transaction_id",
        "amount_fen",
        "total_fen",
        "reason",
        "notify_url",
        "funds_account",
        "sub_mch_id",
    ],
    totals: &[
        "total",
        "totalamount",
        "totalfee",
        "ordertotal",
        "orderamount",
        "订单金额",
        "原订单金额",
        "订单总金额",
    ],
    prefix: None,
    aliases: &[
        ("ordernumber", "out_trade_no"),
        ("orderno", "out_trade_no"),
        ("商户订单号", "out_trade_no"),
        ("订单号", "out_trade_no"),
        ("微信支付订单号", "transaction_id"),
        ("微信订单号", "transaction_id"),
        ("退款原因", "reason"),
        ("原因", "reason"),
        ("退款结果回调url", "notify_url"),
        ("通知地址", "notify_url"),
        ("退款资金来源", "funds_account"),
        ("子商户号", "sub_mch_id"),
        ("submchid", "sub_mch_id"),
    ],
};
