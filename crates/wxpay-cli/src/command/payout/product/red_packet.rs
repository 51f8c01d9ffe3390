//! Red packets (现金红包).

use std::net::IpAddr;

use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::red_packet::send_red_packet::SendRedPacketOptions;
use wxpay_api::v2::red_packet::types::SceneId;
use wxpay_payout::{RedPacket, RedPackets};

use super::{Kind, Pays, SandboxClients};
use crate::command::payout::preflight;
use crate::command::payout::rows::{Fields, Sheet};
use crate::command::payout::settings::Defaults;
use crate::config::{Clients, Config};
use crate::fail::Fail;
use crate::lang::{Lang, Text};

impl Pays for RedPackets {
    const KIND: Kind = Kind::RedPacket;
    const SANDBOX: &'static [(&'static str, &'static str)] = &[
        ("send_name", "沙箱"),
        ("wishing", "恭喜发财"),
        ("act_name", "沙箱"),
        ("remark", "沙箱"),
        ("client_ip", "127.0.0.1"),
    ];

    fn configured(config: &Config, transport: ReqwestTransport) -> Result<Self, Fail> {
        Ok(Self::new(Clients::over(config, transport).v2()?))
    }

    fn in_sandbox(clients: SandboxClients) -> Self {
        Self::new(clients.v2)
    }

    /// Each sub-merchant has a journal of its own: the same name can stand for a red packet of
    /// each.
    fn journal_of(config: &Config) -> Result<String, Fail> {
        let merchant = config.mch_id()?;
        Ok(match config.sub_mch_id() {
            Some(sub_mch_id) => format!("{merchant}/{sub_mch_id}"),
            None => merchant.to_owned(),
        })
    }

    fn needs(config: &Config) -> Result<(), Fail> {
        config.mch_id()?;
        config.app_id()?;
        config.required_identity()?;
        config.v2_key()?;
        Ok(())
    }

    async fn asks(config: &Config, lang: Lang) -> Result<(), Fail> {
        preflight::red_packet(config, lang).await
    }

    fn payment(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<RedPacket> {
        let openid = fields.parsed("openid");
        let amount = fields.fen("amount_fen");
        let send_name = fields.setting("send_name", defaults.text("send_name"));
        let wishing = fields.setting("wishing", defaults.text("wishing"));
        let act_name = fields.setting("act_name", defaults.text("act_name"));
        let remark = fields.setting("remark", defaults.text("remark"));
        let client_ip = ip(fields, defaults);
        let mut options = SendRedPacketOptions::default();
        options.scene_id = scene(fields, defaults);
        if let Some(app_id) = fields.or_default("msgappid", defaults) {
            match app_id.parse() {
                Ok(app_id) => options.msgappid = Some(app_id),
                Err(_) => {
                    let rule =
                        Text::new("must be an app ID, wx and so on", "必须是 wx 开头的 appid");
                    fields.wrong("msgappid", rule);
                }
            }
        }
        Some(RedPacket {
            openid: openid?,
            amount: amount?,
            send_name: send_name?,
            wishing: wishing?,
            act_name: act_name?,
            remark: remark?,
            client_ip: client_ip?,
            options,
        })
    }

    fn column(field: &str) -> &str {
        match field {
            "amount" | "total_amount" => "amount_fen",
            "re_openid" => "openid",
            other => other,
        }
    }
}

fn ip(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<IpAddr> {
    const NAME: &str = "client_ip";
    let ip: Option<IpAddr> = fields.setting(NAME, defaults.text(NAME))?.parse().ok();
    let ip = ip.filter(IpAddr::is_ipv4);
    if ip.is_none() {
        fields.wrong(
            NAME,
            Text::new("must be an IPv4 address", "必须是 IPv4 地址"),
        );
    }
    ip
}

fn scene(fields: &mut Fields<'_>, defaults: &Defaults) -> Option<SceneId> {
    const NAME: &str = "scene_id";
    let scene = SceneId::from(fields.or_default(NAME, defaults)?.as_str());
    if let SceneId::DangerOther(_) = scene {
        let rule = Text::new(
            "must be PRODUCT_1 to PRODUCT_8",
            "必须是 PRODUCT_1 至 PRODUCT_8",
        );
        fields.wrong(NAME, rule);
        return None;
    }
    Some(scene)
}

pub(super) const SHEET: Sheet = Sheet {
    required: &["intent", "openid", "amount_fen"],
    choice: &[],
    known: &[
        "intent",
        "product",
        "openid",
        "amount_fen",
        "send_name",
        "wishing",
        "act_name",
        "remark",
        "client_ip",
        "scene_id",
        "msgappid",
    ],
    totals: &[],
    prefix: None,
    aliases: &[
        ("商户名称", "send_name"),
        ("发送者名称", "send_name"),
        ("sendername", "send_name"),
        ("祝福语", "wishing"),
        ("红包祝福语", "wishing"),
        ("活动名称", "act_name"),
        ("项目名称", "act_name"),
        ("备注", "remark"),
        ("desc", "remark"),
        ("description", "remark"),
        ("ip地址", "client_ip"),
        ("spbillcreateip", "client_ip"),
        ("场景id", "scene_id"),
        ("scene", "scene_id"),
        ("reopenid", "openid"),
        ("用户openid", "openid"),
    ],
};
