//! Transfers to users' balances (商家转账到零钱), each as a batch of one.

use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::transfer::create_batch::{CreateBatchOptions, TransferOptions};
use wxpay_payout::{BatchTransfer, BatchTransfers};

use super::{Kind, Pays, SandboxClients, its_own_money};
use crate::command::payout::preflight;
use crate::command::payout::rows::{Fields, Sheet};
use crate::command::payout::settings::Defaults;
use crate::config::{Clients, Config};
use crate::fail::Fail;
use crate::lang::Lang;

impl Pays for BatchTransfers {
    const KIND: Kind = Kind::BatchTransfer;
    const SANDBOX: &'static [(&'static str, &'static str)] = &[
        ("transfer_remark", "沙箱"),
        ("batch_name", "沙箱"),
        ("batch_remark", "沙箱"),
    ];

    fn configured(config: &Config, transport: ReqwestTransport) -> Result<Self, Fail> {
        its_own_money(config)?;
        let client = Clients::over(config, transport).v3_with_ids()?;
        Ok(Self::new(client))
    }

    fn in_sandbox(clients: SandboxClients) -> Self {
        Self::new(clients.v3)
    }

    fn journal_of(config: &Config) -> Result<String, Fail> {
        config.v3_mch_id().map(str::to_owned)
    }

    fn needs(config: &Config) -> Result<(), Fail> {
        its_own_money(config)?;
        preflight::needs_v3(config)
    }

    async fn asks(config: &Config, lang: Lang) -> Result<(), Fail> {
        preflight::batch_transfer(config, lang).await
    }

    fn payment(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<BatchTransfer> {
        let openid = fields.parsed("openid");
        let amount = fields.fen("amount_fen");
        let remark = fields.setting("transfer_remark", defaults.text("transfer_remark"));
        let batch_name = fields.setting("batch_name", defaults.text("batch_name"));
        let batch_remark = fields.setting("batch_remark", defaults.text("batch_remark"));
        let mut payee = TransferOptions::default();
        let name = fields.text("user_name");
        payee.user_name = name.map(|name| name.to_owned().into());
        let card = fields.text("user_id_card");
        payee.user_id_card = card.map(|card| card.to_owned().into());
        let mut options = CreateBatchOptions::default();
        options.transfer_scene_id = fields.or_default("transfer_scene_id", defaults);
        options.notify_url = fields.notify_url(defaults);
        Some(BatchTransfer {
            openid: openid?,
            amount: amount?,
            remark: remark?,
            batch_name: batch_name?,
            batch_remark: batch_remark?,
            payee,
            options,
        })
    }

    fn column(field: &str) -> &str {
        match field {
            "amount" | "transfer_amount" | "total_amount" => "amount_fen",
            other => other,
        }
    }
}

pub(super) const SHEET: Sheet = Sheet {
    required: &["intent", "openid", "amount_fen"],
    choice: &[],
    known: &[
        "intent",
        "product",
        "openid",
        "amount_fen",
        "transfer_remark",
        "batch_name",
        "batch_remark",
        "user_name",
        "user_id_card",
        "transfer_scene_id",
        "notify_url",
    ],
    totals: &[],
    prefix: None,
    aliases: &[
        ("name", "user_name"),
        ("realname", "user_name"),
        ("reusername", "user_name"),
        ("payeename", "user_name"),
        ("姓名", "user_name"),
        ("真实姓名", "user_name"),
        ("收款人", "user_name"),
        ("收款人姓名", "user_name"),
        ("收款用户姓名", "user_name"),
        ("idcard", "user_id_card"),
        ("身份证", "user_id_card"),
        ("身份证号", "user_id_card"),
        ("收款用户身份证", "user_id_card"),
        ("desc", "transfer_remark"),
        ("description", "transfer_remark"),
        ("remark", "transfer_remark"),
        ("转账备注", "transfer_remark"),
        ("备注", "transfer_remark"),
        ("批次名称", "batch_name"),
        ("批次备注", "batch_remark"),
        ("scene", "transfer_scene_id"),
        ("sceneid", "transfer_scene_id"),
        ("转账场景id", "transfer_scene_id"),
        ("通知地址", "notify_url"),
        ("收款用户openid", "openid"),
        ("用户openid", "openid"),
    ],
};
