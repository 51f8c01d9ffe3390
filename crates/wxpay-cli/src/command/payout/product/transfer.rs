//! Transfers that the user confirms (商家转账，用户确认模式).

use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::fund_app::create_transfer::CreateTransferOptions;
use wxpay_api::v3::fund_app::types::{SceneReport, SceneReportOptions};
use wxpay_payout::{UserTransfer, UserTransfers};

use super::{Kind, Pays, SandboxClients, its_own_money};
use crate::command::payout::preflight;
use crate::command::payout::rows::{Fields, Sheet};
use crate::command::payout::settings::Defaults;
use crate::config::{Clients, Config};
use crate::fail::Fail;
use crate::lang::{Lang, Text};

impl Pays for UserTransfers {
    const KIND: Kind = Kind::Transfer;
    const SANDBOX: &'static [(&'static str, &'static str)] =
        &[("transfer_scene_id", "1000"), ("transfer_remark", "沙箱")];

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
        preflight::transfer(config, lang).await
    }

    fn payment(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<UserTransfer> {
        let openid = fields.parsed("openid");
        let amount = fields.fen("amount_fen");
        let scene_id = fields.setting("transfer_scene_id", defaults.text("transfer_scene_id"));
        let remark = fields.setting("transfer_remark", defaults.text("transfer_remark"));
        let reports = reports(fields, defaults);
        let mut options = CreateTransferOptions::default();
        let name = fields.text("user_name");
        options.user_name = name.map(|name| name.to_owned().into());
        options.notify_url = fields.notify_url(defaults);
        let perception = fields.or_default("user_recv_perception", defaults);
        options.user_recv_perception = perception;
        Some(UserTransfer {
            openid: openid?,
            amount: amount?,
            scene_id: scene_id?,
            remark: remark?,
            reports: reports?,
            options,
        })
    }

    fn column(field: &str) -> &str {
        match field {
            "amount" | "transfer_amount" => "amount_fen",
            other => other,
        }
    }
}

/// What the scene is reported with: the contents of the row in the place of those of the
/// configuration, in the order of their types, so that the order of the columns is not part of what
/// is paid.
fn reports(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<Vec<SceneReport>> {
    let mut contents = defaults.reports.clone();
    contents.extend(fields.prefixed());
    if contents.is_empty() {
        fields.wrong_row(Text::new(
            "the scene has to be reported: add a column such as report.活动名称 for each report that it needs, or set them in \
             [payout.transfer] report",
            "缺少转账场景报备信息：请按场景要求增加列，例如 report.活动名称，或在 [payout.transfer] 的 report 中设置",
        ));
        return None;
    }
    let mut right = true;
    for (info_type, info_content) in &contents {
        let (type_length, length) = (info_type.chars().count(), info_content.chars().count());
        let rule = if type_length > MOST_OF_A_TYPE {
            Text::new(
                format!(
                    "its type must have at most {MOST_OF_A_TYPE} characters, has {type_length}"
                ),
                format!("信息类型最多 {MOST_OF_A_TYPE} 个字符，实际为 {type_length} 个"),
            )
        } else if length > MOST_OF_A_CONTENT {
            Text::new(
                format!("must have at most {MOST_OF_A_CONTENT} characters, has {length}"),
                format!("最多 {MOST_OF_A_CONTENT} 个字符，实际为 {length} 个"),
            )
        } else {
            continue;
        };
        right = false;
        fields.wrong_prefixed(info_type, rule);
    }
    if !right {
        return None;
    }
    let report = |(info_type, info_content)| SceneReport {
        info_type,
        info_content,
        options: SceneReportOptions::default(),
    };
    Some(contents.into_iter().map(report).collect())
}

/// Characters (转账场景报备信息).
const MOST_OF_A_TYPE: usize = 15;
const MOST_OF_A_CONTENT: usize = 32;

pub(super) const SHEET: Sheet = Sheet {
    required: &["intent", "openid", "amount_fen"],
    choice: &[],
    known: &[
        "intent",
        "product",
        "openid",
        "amount_fen",
        "transfer_scene_id",
        "transfer_remark",
        "user_name",
        "notify_url",
        "user_recv_perception",
    ],
    totals: &[],
    prefix: Some("report."),
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
        ("desc", "transfer_remark"),
        ("description", "transfer_remark"),
        ("remark", "transfer_remark"),
        ("转账备注", "transfer_remark"),
        ("备注", "transfer_remark"),
        ("scene", "transfer_scene_id"),
        ("sceneid", "transfer_scene_id"),
        ("转账场景id", "transfer_scene_id"),
        ("通知地址", "notify_url"),
        ("用户收款感知", "user_recv_perception"),
        ("收款用户openid", "openid"),
        ("用户openid", "openid"),
    ],
};
