//! 发放普通红包, 发放裂变红包, 发放小程序红包, and 发放企业红包.

use http::Method;
use wxpay_core::{Fen, Params};

use super::SENDS;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::random::{DIGITS, HEX, Random};
use crate::state::{RedPacketEntry, Shared, State};
use crate::v2::request::{self, Need, Rule, wrong};
use crate::v2::sign::{REDPACK_FIELDS, SignType};
use crate::v2::{Message, Refusal, Refusals, Request, check};
use crate::{RedPacket, RedPacketKind};

/// 发放普通红包.
pub(crate) const NORMAL: Endpoint = Endpoint {
    name: "v2.red_packet.send_red_packet",
    method: &Method::POST,
    path: "/mmpaymkttransfers/sendredpack",
    reply: Reply::UNSIGNED,
    handler: Handler::V2 {
        respond: |request| respond(request, RedPacketKind::Normal),
        refusals: Refusals::Bare,
    },
};

/// 发放裂变红包.
pub(crate) const GROUP: Endpoint = Endpoint {
    name: "v2.red_packet.send_group_red_packet",
    path: "/mmpaymkttransfers/sendgroupredpack",
    handler: Handler::V2 {
        respond: |request| respond(request, RedPacketKind::Group),
        refusals: Refusals::Bare,
    },
    ..NORMAL
};

/// 发放小程序红包.
pub(crate) const MINI_PROGRAM: Endpoint = Endpoint {
    name: "v2.red_packet.send_mini_program_red_packet",
    path: "/mmpaymkttransfers/sendminiprogramhb",
    handler: Handler::V2 {
        respond: |request| respond(request, RedPacketKind::MiniProgram),
        refusals: Refusals::Bare,
    },
    ..NORMAL
};

/// 发放企业红包.
pub(crate) const WECOM: Endpoint = Endpoint {
    name: "v2.wecom.send_red_packet",
    path: "/mmpaymkttransfers/sendworkwxredpack",
    reply: Reply::SIGNED,
    handler: Handler::V2 {
        respond: |request| respond(request, RedPacketKind::WeCom),
        refusals: Refusals::Signed,
    },
    ..NORMAL
};

fn respond(request: &mut Request<'_>, kind: RedPacketKind) -> Result<Message, Refusal> {
    let params = request::read(request, &SENDS)?;
    let shared = request.shared;
    if kind == RedPacketKind::WeCom
        && !check::workwx_sign(
            &params,
            &shared.merchant,
            &REDPACK_FIELDS,
            request.signatures,
        )
    {
        return Err(request::wrong_signature(shared, "SIGN_ERROR", "签名错误"));
    }
    check_forms(&params, kind)?;
    if !request.commit {
        // The fault has a response of its own, or none.
        return Ok(Message::default());
    }
    let answer = perform(&params, kind, shared, &mut shared.state());
    shared.changed.notify_one();
    answer
}

/// Sends the red packet, or says once more what has become of it.
fn perform(
    params: &Params,
    kind: RedPacketKind,
    shared: &Shared,
    state: &mut State,
) -> Result<Message, Refusal> {
    let number = params.get("mch_billno").unwrap_or_default();
    let mut parameters = params.clone();
    for name in ["nonce_str", "sign", "workwx_sign"] {
        parameters.remove(name);
    }
    if let Some(earlier) = state.red_packets.entry_mut(number) {
        if earlier.parameters != parameters || earlier.packet.kind != kind {
            return Err(Refusal::code("FATAL_ERROR", "参数和原始单参数不一致"));
        }
        let packet = &mut earlier.packet;
        packet.requests = packet.requests.saturating_add(1);
        return answer(params, packet, &shared.random);
    }
    let amount = amount(params)?;
    let num = total_num(params, kind)?;
    let openid = params.get("re_openid").unwrap_or_default();
    check_limits(params, amount, num, state)?;
    if let Some(balance) = state.balance {
        let left = balance
            .checked_sub(amount)
            .filter(|left| *left >= Fen::ZERO);
        let poor = || Refusal::code("NOTENOUGH", "账号余额不足，请到商户平台充值后再重试");
        state.balance = Some(left.ok_or_else(poor)?);
    }
    let text = |name| params.get(name).map(str::to_owned);
    let send_name = text("send_name").or_else(|| text("sender_name"));
    let packet = RedPacket {
        mch_billno: number.to_owned(),
        send_listid: format!("1000000000{}", shared.random.text(DIGITS, 20)),
        kind,
        re_openid: openid.to_owned(),
        total_amount: amount,
        total_num: num,
        send_name,
        sender_header_media_id: text("sender_header_media_id"),
        wishing: text("wishing").unwrap_or_default(),
        act_name: text("act_name").unwrap_or_default(),
        remark: text("remark").unwrap_or_default(),
        status: "SENDING".to_owned(),
        reason: None,
        send_time: state.now(),
        claims: Vec::new(),
        refund_time: None,
        refund_amount: Fen::ZERO,
        requests: 1,
    };
    state.send_red_packet(RedPacketEntry { packet, parameters });
    match state.red_packets.get(number) {
        Some(packet) => answer(params, packet, &shared.random),
        None => Err(super::missing()),
    }
}

/// How a request is answered, now and whenever it comes again.
fn answer(params: &Params, packet: &RedPacket, random: &Random) -> Result<Message, Refusal> {
    match &*packet.status {
        "SENDING" => {
            let message = "请求已受理，请稍后使用原单号查询发放结果";
            return Err(Refusal::code("PROCESSING", message));
        }
        "FAILED" => {
            let message = "红包发放失败,请更换单号再重试";
            return Err(Refusal::code("SEND_FAILED", message));
        }
        _ => {}
    }
    let message = match packet.kind {
        RedPacketKind::WeCom => Message::signed(SignType::Md5),
        _ => Message::default(),
    };
    let message = message
        .text("return_code", "SUCCESS")
        .text("return_msg", "发放成功")
        .text("result_code", "SUCCESS")
        .text("err_code", "SUCCESS")
        .text("err_code_des", "发放成功")
        .text("mch_billno", &packet.mch_billno)
        .plain("mch_id", params.get("mch_id").unwrap_or_default())
        .optional("wxappid", params.get("wxappid"))
        .text("re_openid", &packet.re_openid)
        .fen("total_amount", packet.total_amount)
        .text("send_listid", &packet.send_listid);
    Ok(match packet.kind {
        RedPacketKind::MiniProgram => {
            // The same whenever it is asked for.
            let mut about = random.about(&packet.send_listid);
            let digits: String = (0..64)
                .filter_map(|_| about.choice(HEX))
                .map(|digit| char::from(*digit).to_ascii_lowercase())
                .collect();
            let app = params.get("wxappid").unwrap_or_default();
            let mch_id = params.get("mch_id").unwrap_or_default();
            let package = format!("sendid={digits}&ver=8&mchid={mch_id}&appid={app}");
            message.text("package", package)
        }
        RedPacketKind::WeCom => message
            .optional("sender_name", packet.send_name.as_deref())
            .optional(
                "sender_header_media_id",
                packet.sender_header_media_id.as_deref(),
            ),
        _ => message,
    })
}

fn check_forms(params: &Params, kind: RedPacketKind) -> Result<(), Refusal> {
    request::check_fields(params, RULES)?;
    let more = match kind {
        RedPacketKind::Normal => NORMAL_RULES,
        RedPacketKind::Group => GROUP_RULES,
        RedPacketKind::MiniProgram => MINI_PROGRAM_RULES,
        RedPacketKind::WeCom => WECOM_RULES,
    };
    request::check_fields(params, more)?;
    let is = |name, check: fn(&str) -> bool| match params.get(name) {
        Some(value) if !check(value) => Err(wrong(name, "格式错误")),
        _ => Ok(()),
    };
    is("mch_billno", |number| {
        number.bytes().all(|b| b.is_ascii_alphanumeric())
    })?;
    is("client_ip", request::is_client_ip)?;
    is("amt_type", |kind| kind == "ALL_RAND")?;
    is("notify_way", |way| way == "MINI_PROGRAM_JSAPI")?;
    is("scene_id", |scene| {
        let number = scene.strip_prefix("PRODUCT_");
        number.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'8']))
    })?;
    is("agentid", |id| id.parse::<u32>().is_ok())?;
    let both = params.get("agentid").is_some() == params.get("sender_name").is_some();
    if kind == RedPacketKind::WeCom && both {
        return Err(wrong("agentid", "与sender_name须二选一"));
    }
    if params.get("sub_mch_id").is_some() && params.get("msgappid").is_none() {
        return Err(wrong("msgappid", "缺少参数"));
    }
    amount(params)?;
    total_num(params, kind)?;
    Ok(())
}

fn amount(params: &Params) -> Result<Fen, Refusal> {
    let amount = params.optional("total_amount").ok().flatten();
    let amount = amount.filter(|amount| *amount > Fen::ZERO);
    amount.ok_or_else(|| wrong("total_amount", "格式错误"))
}

fn total_num(params: &Params, kind: RedPacketKind) -> Result<u32, Refusal> {
    match (kind, params.get("total_num")) {
        (RedPacketKind::WeCom, _) => Ok(1),
        (RedPacketKind::Group, Some(num)) => {
            let num = num.parse().ok().filter(|num| (3..=20).contains(num));
            num.ok_or_else(|| wrong("total_num", "必须介于3到20之间"))
        }
        (_, Some("1")) => Ok(1),
        _ => Err(wrong("total_num", "必须为1")),
    }
}

/// Holds a new red packet to the limits of its page; those of a day only when there are such of
/// payments.
fn check_limits(params: &Params, amount: Fen, num: u32, state: &State) -> Result<(), Refusal> {
    let average = amount.get() / i64::from(num.max(1));
    if params.get("scene_id").is_none() && !(100..=20_000).contains(&average) {
        let message = "每个红包的平均金额必须在1.00元到200.00元之间.";
        return Err(Refusal::code("MONEY_LIMIT", message));
    }
    if state.payouts.rules.limits.is_none() {
        return Ok(());
    }
    let openid = params.get("re_openid").unwrap_or_default();
    let (user, all) = state.red_packets.of_day(state.now(), openid);
    let amount = amount.get();
    let refused = if user.packets >= 10 {
        ("SENDNUM_LIMIT", "该用户今日领取红包个数超过限制")
    } else if user.amount.saturating_add(amount) > 100_000 {
        ("RCVDAMOUNT_LIMIT", "该用户今日领取金额超过限制")
    } else if all.amount.saturating_add(amount) > 100_000_000 {
        ("SENDAMOUNT_LIMIT", "您的商户号今日发放金额超过限制")
    } else {
        return Ok(());
    };
    Err(Refusal::code(refused.0, refused.1))
}

const RULES: &[Rule] = &[
    Rule("nonce_str", 32, Need::Required),
    Rule("mch_billno", 28, Need::Required),
    Rule("re_openid", 64, Need::Required),
    Rule("total_amount", 18, Need::Required),
    Rule("wishing", 128, Need::Required),
    Rule("act_name", 32, Need::Required),
    Rule("remark", 256, Need::Required),
    Rule("scene_id", 32, Need::Optional),
    Rule("risk_info", 128, Need::Optional),
];

const NORMAL_RULES: &[Rule] = &[
    Rule("send_name", 32, Need::Required),
    Rule("total_num", 1, Need::Required),
    Rule("client_ip", 15, Need::Required),
    Rule("sub_mch_id", 32, Need::Optional),
    Rule("msgappid", 32, Need::Optional),
];

const GROUP_RULES: &[Rule] = &[
    Rule("send_name", 32, Need::Required),
    Rule("total_num", 2, Need::Required),
    Rule("amt_type", 32, Need::Required),
];

const MINI_PROGRAM_RULES: &[Rule] = &[
    Rule("send_name", 32, Need::Required),
    Rule("total_num", 1, Need::Required),
    Rule("notify_way", 32, Need::Required),
];

const WECOM_RULES: &[Rule] = &[
    Rule("agentid", 10, Need::Optional),
    Rule("sender_name", 128, Need::Optional),
    Rule("sender_header_media_id", 128, Need::Optional),
];
