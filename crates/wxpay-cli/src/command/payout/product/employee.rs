//! Payments to employees (向员工付款).

use std::net::IpAddr;

use wxpay_api::core::FromWire as _;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::wecom::pay_employee::{CheckName, MessageType, PayEmployeeOptions};
use wxpay_payout::{EmployeePayment, Wecom};

use super::{Kind, Pays, SandboxClients};
use crate::command::payout::preflight;
use crate::command::payout::rows::{Fields, Sheet};
use crate::command::payout::settings::Defaults;
use crate::config::{Clients, Config};
use crate::fail::Fail;
use crate::lang::{Lang, Text};

impl Pays for Wecom {
    const KIND: Kind = Kind::Employee;
    const SANDBOX: &'static [(&'static str, &'static str)] =
        &[("act_name", "沙箱"), ("spbill_create_ip", "127.0.0.1")];

    fn configured(config: &Config, transport: ReqwestTransport) -> Result<Self, Fail> {
        Ok(Self::new(Clients::over(config, transport).v2()?))
    }

    fn in_sandbox(clients: SandboxClients) -> Self {
        Self::new(clients.v2)
    }

    fn journal_of(config: &Config) -> Result<String, Fail> {
        config.mch_id().map(str::to_owned)
    }

    fn needs(config: &Config) -> Result<(), Fail> {
        config.mch_id()?;
        config.app_id()?;
        config.required_identity()?;
        config.v2_key()?;
        config.wecom_secret()?;
        Ok(())
    }

    async fn asks(config: &Config, lang: Lang) -> Result<(), Fail> {
        preflight::employee(config, lang).await
    }

    fn payment(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<EmployeePayment> {
        let openid = fields.parsed("openid");
        let amount = fields.fen("amount_fen");
        let desc = fields.required("desc");
        let act_name = fields.setting("act_name", defaults.text("act_name"));
        let ip = ip(fields, defaults);
        let name = fields.text("re_user_name");
        let check_name = check_name(fields, name.is_some());
        let ww_msg_type = message_type(fields);
        let mut options = PayEmployeeOptions::default();
        options.re_user_name = name.map(|name| name.to_owned().into());
        options.approval_number = fields.text("approval_number").map(str::to_owned);
        options.approval_type = fields.number("approval_type").map(i64::from);
        let agentid = fields.number("agentid").or(defaults.agentid);
        options.agentid = agentid.map(i64::from);
        options.device_info = fields.text("device_info").map(str::to_owned);
        Some(EmployeePayment {
            openid: openid?,
            amount: amount?,
            check_name: check_name?,
            desc: desc?,
            act_name: act_name?,
            spbill_create_ip: ip?,
            ww_msg_type: ww_msg_type?,
            options,
        })
    }

    fn column(field: &str) -> &str {
        if field == "amount" {
            "amount_fen"
        } else {
            field
        }
    }
}

fn ip(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<IpAddr> {
    const NAME: &str = "spbill_create_ip";
    let ip = fields.setting(NAME, defaults.text(NAME))?.parse().ok();
    if ip.is_none() {
        fields.wrong(NAME, Text::new("must be an IP address", "必须是 IP 地址"));
    }
    ip
}

fn check_name(fields: &mut Fields<'_>, named: bool) -> Option<CheckName> {
    const NAME: &str = "check_name";
    match fields.text(NAME).and_then(CheckName::from_wire) {
        None if named => Some(CheckName::ForceCheck),
        None => Some(CheckName::NoCheck),
        Some(CheckName::DangerOther(_)) => {
            let rule = Text::new(
                "must be NO_CHECK or FORCE_CHECK",
                "必须是 NO_CHECK 或 FORCE_CHECK",
            );
            fields.wrong(NAME, rule);
            None
        }
        known => known,
    }
}

fn message_type(fields: &mut Fields<'_>) -> Option<MessageType> {
    const NAME: &str = "ww_msg_type";
    match fields.text(NAME).and_then(MessageType::from_wire) {
        None => Some(MessageType::NormalMsg),
        Some(MessageType::DangerOther(_)) => {
            let rule = Text::new(
                "must be NORMAL_MSG or APPROVAL_MSG",
                "必须是 NORMAL_MSG 或 APPROVAL_MSG",
            );
            fields.wrong(NAME, rule);
            None
        }
        known => known,
    }
}

pub(super) const SHEET: Sheet = Sheet {
    required: &["intent", "openid", "amount_fen", "desc"],
    choice: &[],
    known: &[
        "intent",
        "product",
        "openid",
        "amount_fen",
        "desc",
        "re_user_name",
        "check_name",
        "act_name",
        "spbill_create_ip",
        "ww_msg_type",
        "approval_number",
        "approval_type",
        "agentid",
        "device_info",
    ],
    totals: &[],
    prefix: None,
    aliases: &[
        ("name", "re_user_name"),
        ("username", "re_user_name"),
        ("realname", "re_user_name"),
        ("payeename", "re_user_name"),
        ("姓名", "re_user_name"),
        ("真实姓名", "re_user_name"),
        ("员工姓名", "re_user_name"),
        ("收款人", "re_user_name"),
        ("收款人姓名", "re_user_name"),
        ("收款用户姓名", "re_user_name"),
        ("checkname", "check_name"),
        ("校验用户姓名选项", "check_name"),
        ("项目名称", "act_name"),
        ("ip地址", "spbill_create_ip"),
        ("付款消息类型", "ww_msg_type"),
        ("审批单号", "approval_number"),
        ("审批类型", "approval_type"),
        ("付款的应用id", "agentid"),
        ("设备号", "device_info"),
        ("付款说明", "desc"),
        ("description", "desc"),
        ("用户openid", "openid"),
    ],
};
