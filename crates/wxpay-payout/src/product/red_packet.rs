use std::net::IpAddr;

use wxpay_api::v2::red_packet::SendRedPacket;
use wxpay_api::v2::red_packet::send_red_packet::SendRedPacketOptions;
use wxpay_core::{Fen, InvalidInput, OpenId};

use super::{Fingerprint, Payment, payee_digest};

/// A red packet for one user (现金红包), without its number, which follows from the intent.
///
/// <https://pay.weixin.qq.com/doc/v2/merchant/4011974053>
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change
pub struct RedPacket {
    /// The user (用户openid), of the client's app ID.
    pub openid: OpenId,
    /// The amount in fen (付款金额): 1 to 200 yuan, unless the merchant has changed the limits.
    pub amount: Fen,
    /// Who sends it (商户名称), at most 32 characters.
    pub send_name: String,
    /// The greeting (红包祝福语), at most 128 characters.
    pub wishing: String,
    /// The activity (活动名称), at most 32 characters.
    pub act_name: String,
    /// The remark (备注), at most 256 characters.
    pub remark: String,
    /// The address of the user or of the server (Ip地址). It is part of what is repeated, also from
    /// another machine.
    pub client_ip: IpAddr,
    /// The optional fields. The scene must be given below 1 yuan and above 200.
    pub options: SendRedPacketOptions,
}

impl RedPacket {
    /// The request under this number.
    pub fn with_number(&self, mch_billno: impl Into<String>) -> SendRedPacket {
        SendRedPacket {
            mch_billno: mch_billno.into(),
            send_name: self.send_name.clone(),
            re_openid: self.openid.clone(),
            total_amount: self.amount,
            wishing: self.wishing.clone(),
            client_ip: self.client_ip,
            act_name: self.act_name.clone(),
            remark: self.remark.clone(),
            options: self.options.clone(),
        }
    }

    /// What the page says of the scene.
    pub(super) fn check_scene(&self) -> Result<(), InvalidInput> {
        let is_usual = (Fen::new(100)..=Fen::new(20_000)).contains(&self.amount);
        if is_usual || self.options.scene_id.is_some() {
            return Ok(());
        }
        let rule = "must be given for less than 1 yuan and for more than 200 yuan";
        let rule_zh = "红包金额小于 1 元或大于 200 元时必须填写";
        Err(InvalidInput::new("scene_id", rule, rule_zh))
    }
}

impl Payment for RedPacket {
    fn amount(&self) -> Fen {
        self.amount
    }

    fn payee(&self) -> String {
        payee_digest(self.openid.as_str())
    }

    fn fingerprint(&self) -> String {
        let options = &self.options;
        let mut digest = Fingerprint::new();
        for part in [
            Some(self.openid.as_str()),
            Some(self.amount.to_string().as_str()),
            Some(self.send_name.as_str()),
            Some(self.wishing.as_str()),
            Some(self.act_name.as_str()),
            Some(self.remark.as_str()),
            Some(self.client_ip.to_string().as_str()),
            options.msgappid.as_ref().map(|app_id| app_id.as_str()),
            options.scene_id.as_ref().map(|scene| scene.as_str()),
            options.risk_info.as_ref().map(|info| info.expose()),
        ] {
            digest.part(part);
        }
        digest.members(&options.extra);
        digest.finish()
    }
}
