//! What the command pays with: the products by name, and what each of them needs from a
//! configuration and from a row.

use std::error::Error as StdError;

use clap::ValueEnum;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::{v2, v3};
use wxpay_payout::Product;
use wxpay_sandbox::Sandbox;

use super::rows::{Fields, Sheet};
use super::settings::Defaults;
use crate::config::Config;
use crate::fail::Fail;
use crate::lang::{Lang, Text};

mod batch_transfer;
mod employee;
mod red_packet;
mod refund;
mod transfer;

/// A product by the name that the command has for it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, ValueEnum)]
pub(crate) enum Kind {
    /// Payments to employees over WeCom (企业微信向员工付款)
    Employee,
    /// Transfers that the user confirms (商家转账)
    Transfer,
    /// Red packets (现金红包)
    RedPacket,
    /// Transfers to users' balances (商家转账到零钱), which WeChat Pay no longer opens to new merchants
    BatchTransfer,
    /// Refunds of orders (退款)
    Refund,
}

impl Kind {
    pub(super) const ALL: [Self; 5] = [
        Self::Employee,
        Self::Transfer,
        Self::RedPacket,
        Self::BatchTransfer,
        Self::Refund,
    ];

    /// As an argument and a column of a file have it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::Transfer => "transfer",
            Self::RedPacket => "red-packet",
            Self::BatchTransfer => "batch-transfer",
            Self::Refund => "refund",
        }
    }

    /// As a journal has it.
    pub(super) const fn in_journal(self) -> &'static str {
        match self {
            Self::Employee => "v2.wecom.pay_employee",
            Self::Transfer => "v3.fund_app.create_transfer",
            Self::RedPacket => "v2.red_packet.send_red_packet",
            Self::BatchTransfer => "v3.transfer.create_batch",
            Self::Refund => "v3.refund.create_refund",
        }
    }

    /// What it is called for people.
    pub(super) fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Employee => lang.pick("payments to employees", "向员工付款"),
            Self::Transfer => lang.pick("transfers that users confirm", "商家转账"),
            Self::RedPacket => lang.pick("red packets", "现金红包"),
            Self::BatchTransfer => lang.pick("transfers to balances", "商家转账到零钱"),
            Self::Refund => lang.pick("refunds", "退款"),
        }
    }

    /// Its section of the configuration.
    pub(super) const fn section(self) -> &'static str {
        match self {
            Self::Employee => "[payout]",
            Self::Transfer => "[payout.transfer]",
            Self::RedPacket => "[payout.red-packet]",
            Self::BatchTransfer => "[payout.batch-transfer]",
            Self::Refund => "[payout.refund]",
        }
    }

    /// The settings of its own in that section: what rows need and need not have themselves.
    pub(super) const fn own_settings(self) -> &'static [&'static str] {
        match self {
            Self::Employee => &["act_name", "spbill_create_ip"],
            Self::Transfer => &[
                "transfer_scene_id",
                "transfer_remark",
                "notify_url",
                "user_recv_perception",
                "report",
            ],
            Self::RedPacket => &[
                "send_name",
                "wishing",
                "act_name",
                "remark",
                "client_ip",
                "scene_id",
                "msgappid",
            ],
            Self::BatchTransfer => &[
                "transfer_remark",
                "batch_name",
                "batch_remark",
                "transfer_scene_id",
                "notify_url",
            ],
            Self::Refund => &["reason", "notify_url", "funds_account"],
        }
    }

    pub(super) const fn sheet(self) -> &'static Sheet {
        match self {
            Self::Employee => &employee::SHEET,
            Self::Transfer => &transfer::SHEET,
            Self::RedPacket => &red_packet::SHEET,
            Self::BatchTransfer => &batch_transfer::SHEET,
            Self::Refund => &refund::SHEET,
        }
    }

    /// The product of a name in a column of a file.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The product of a name in a journal.
    pub(super) fn of_journal(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.in_journal() == name)
    }
}

/// A product as the command pays with it.
pub(super) trait Pays: Product + Clone {
    const KIND: Kind;
    /// What rows need in a sandbox, and the user need not set.
    const SANDBOX: &'static [(&'static str, &'static str)];

    /// Over the merchant of the configuration.
    fn configured(config: &Config, transport: ReqwestTransport) -> Result<Self, Fail>;

    /// Over a sandbox's merchant.
    fn in_sandbox(clients: SandboxClients) -> Self;

    /// What the sandbox has to know before this can be paid.
    fn stock(_sandbox: &Sandbox, _payment: &Self::Payment) {}

    /// Whose payouts its journal holds.
    fn journal_of(config: &Config) -> Result<String, Fail>;

    /// What paying needs and a configuration can lack.
    fn needs(config: &Config) -> Result<(), Fail>;

    /// Asks WeChat Pay what is harmless, and ends with what a certain refusal says of keys and
    /// permissions.
    async fn asks(config: &Config, lang: Lang) -> Result<(), Fail>;

    /// The payment of a row, unless something in it is wrong.
    fn payment(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<Self::Payment>;

    /// The column that a field of the request comes from.
    fn column(field: &str) -> &str {
        field
    }
}

/// Clients of a sandbox's merchant.
pub(super) struct SandboxClients {
    pub(super) v2: v2::Client,
    pub(super) v3: v3::Client,
}

/// The error that a sandbox does not start with.
pub(super) type Boxed = Box<dyn StdError + Send + Sync>;

/// WeChat Pay takes these transfers from merchants that pay with their own money, to users of their
/// own app.
fn its_own_money(config: &Config) -> Result<(), Fail> {
    config.app_id()?;
    if config.sub_mch_id().is_none() {
        return Ok(());
    }
    Err(Fail::usage(
        "transfers are paid with the merchant's own money: leave sub_mch_id out, and name the merchant that pays by mch_id",
        "商家转账使用商户自己的资金：请去掉 sub_mch_id，并用 mch_id 指明付款的商户",
    ))
}

/// A row that names another product than the file's.
pub(super) fn other_product(kind: Kind) -> Text {
    let name = kind.as_str();
    Text::new(
        format!(
            "must be {name}, as in the other rows: one file pays with one product, so split it"
        ),
        format!("必须与其他行一样为 {name}：一个文件只能使用一种产品，请拆分文件"),
    )
}
