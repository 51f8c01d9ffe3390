//! 查询红包记录.

use http::Method;
use wxpay_core::TimeFormat;

use super::{QUERIES, missing};
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::v2::request::{self, Need, Rule, wrong};
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request};
use crate::{RedPacket, RedPacketKind};

/// 查询红包记录.
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.red_packet.query_red_packet",
    method: &Method::POST,
    path: "/mmpaymkttransfers/gethbinfo",
    reply: Reply::UNSIGNED,
    handler: Handler::V2 {
        respond: |request| respond(request, false),
        refusals: Refusals::Bare,
    },
};

/// 查询红包记录 of WeCom.
pub(crate) const WECOM: Endpoint = Endpoint {
    name: "v2.wecom.query_red_packet",
    path: "/mmpaymkttransfers/queryworkwxredpack",
    reply: Reply::SIGNED,
    handler: Handler::V2 {
        respond: |request| respond(request, true),
        refusals: Refusals::Signed,
    },
    ..ENDPOINT
};

/// Tells what has become of a red packet. Those of WeCom are found by their own query alone.
fn respond(request: &mut Request<'_>, wecom: bool) -> Result<Message, Refusal> {
    let params = request::read(request, &QUERIES)?;
    request::check_fields(&params, RULES)?;
    if !wecom && params.get("bill_type") != Some("MCHT") {
        return Err(wrong("bill_type", "必须为MCHT"));
    }
    let state = request.shared.state();
    let found = state
        .red_packets
        .get(params.get("mch_billno").unwrap_or_default())
        .filter(|packet| (packet.kind == RedPacketKind::WeCom) == wecom)
        .filter(|packet| state.now().unix() - packet.send_time.unix() <= MAX_AGE);
    let packet = found.ok_or_else(missing)?;
    let message = if wecom {
        Message::signed(SignType::Md5)
    } else {
        Message::default()
    };
    let message = message
        .text("return_code", "SUCCESS")
        .text("return_msg", "OK")
        .text("result_code", "SUCCESS")
        .text("err_code", "SUCCESS")
        .text("err_code_des", "OK")
        .text("mch_billno", &packet.mch_billno)
        .plain("mch_id", params.get("mch_id").unwrap_or_default())
        .text("detail_id", &packet.send_listid)
        .text("status", &packet.status)
        .text("send_type", "API");
    let message = match packet.kind {
        RedPacketKind::WeCom => message,
        RedPacketKind::Group => numbered(message, "GROUP", packet),
        _ => numbered(message, "NORMAL", packet),
    };
    let message = message
        .fen("total_amount", packet.total_amount)
        .optional("reason", packet.reason.as_deref())
        .text("send_time", packet.send_time.format(TimeFormat::DateTime));
    let message = match packet.refund_time {
        Some(time) if packet.status == "REFUND" => message
            .text("refund_time", time.format(TimeFormat::DateTime))
            .fen("refund_amount", packet.refund_amount),
        _ => message,
    };
    let message = message
        .text("wishing", &packet.wishing)
        .text("remark", &packet.remark)
        .text("act_name", &packet.act_name);
    Ok(if wecom {
        of_wecom(message, packet)
    } else {
        claims(message, packet)
    })
}

fn numbered(message: Message, kind: &str, packet: &RedPacket) -> Message {
    message
        .text("hb_type", kind)
        .plain("total_num", packet.total_num.to_string())
}

/// Adds who has received what.
fn claims(message: Message, packet: &RedPacket) -> Message {
    if packet.claims.is_empty() {
        return message;
    }
    let list = packet.claims.iter().map(|claim| {
        Message::default()
            .text("openid", &claim.openid)
            .fen("amount", claim.amount)
            .text("rcv_time", claim.rcv_time.format(TimeFormat::DateTime))
            .to_xml("hbinfo")
    });
    message.plain("hblist", list.collect::<String>())
}

/// Adds who has received it, and who sent it.
fn of_wecom(message: Message, packet: &RedPacket) -> Message {
    let message = match packet.claims.first() {
        None => message,
        Some(claim) => message
            .text("openid", &claim.openid)
            .fen("amount", claim.amount)
            .text("rcv_time", claim.rcv_time.format(TimeFormat::DateTime)),
    };
    message
        .optional("sender_name", packet.send_name.as_deref())
        .optional(
            "sender_header_media_id",
            packet.sender_header_media_id.as_deref(),
        )
}

/// Thirty days, in seconds.
const MAX_AGE: i64 = 30 * 24 * 3600;

const RULES: &[Rule] = &[
    Rule("nonce_str", 32, Need::Required),
    Rule("mch_billno", 28, Need::Required),
];
