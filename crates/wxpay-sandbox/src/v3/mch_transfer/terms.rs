//! What the requests that make transfers ask for.

use wxpay_core::Fen;

use super::{authorize, check_appid, owned, sub_of_body};
use crate::notice::is_notify_url;
use crate::v3::input::Object;
use crate::v3::party::Party;
use crate::v3::{Answer, Request, authorization};
use crate::{AuthorizationRequest, SceneReport, TransferBillTerms};

/// Reads all of a transfer but whom it goes to.
pub(crate) fn read(
    request: &Request<'_>,
    fields: &Object<'_>,
    party: Party,
) -> Result<TransferBillTerms, Answer> {
    let sub_mchid = sub_of_body(party, fields)?;
    let appid = match party {
        Party::Merchant => check_appid(fields, request.shared)?,
        Party::Partner => fields.text("appid", 32)?,
    };
    let amount = fields.positive("transfer_amount")?;
    let style = match fields.optional_object("user_recv_style")? {
        None => None,
        Some(style) => Some(style.choice("type", &["CONFIRM_PAGE", "RED_PACKET"])?),
    };
    if style == Some("RED_PACKET") && amount > RED_PACKET_MOST {
        return Err(fields.refuse("transfer_amount", "红包样式的单笔金额须小于等于200元"));
    }
    let notify_url = fields.optional_text("notify_url", 256)?;
    if notify_url.is_some_and(|url| !is_notify_url(url)) {
        return Err(fields.refuse("notify_url", "须为不带参数的完整URL"));
    }
    // The page lets it be empty.
    let perception = match fields.value("user_recv_perception") {
        Some(text) if text == "" => None,
        _ => fields.optional_text("user_recv_perception", 2048)?,
    };
    let sponsor = match fields.optional_text("sponsor_mchid", 32)? {
        None => None,
        Some(_) => Some(fields.digits("sponsor_mchid", 32)?),
    };
    Ok(TransferBillTerms {
        sub_mchid: owned(sub_mchid),
        appid: appid.to_owned(),
        transfer_scene_id: fields.text("transfer_scene_id", 36)?.to_owned(),
        openid: String::new(),
        user_name: user_name(request, fields, amount)?,
        transfer_amount: Fen::new(amount),
        transfer_remark: fields.text("transfer_remark", 32)?.to_owned(),
        notify_url: owned(notify_url),
        user_recv_perception: owned(perception),
        transfer_scene_report_infos: reports(fields)?,
        user_recv_style: owned(style),
        sponsor_mchid: owned(sponsor),
        authorization_info: asked_authorization(fields)?,
        authorization_id: None,
    })
}

fn user_name(
    request: &Request<'_>,
    fields: &Object<'_>,
    amount: i64,
) -> Result<Option<String>, Answer> {
    match fields.optional_text("user_name", 1024)? {
        None if amount >= NAMED_FROM => {
            Err(fields.refuse("user_name", "转账金额大于等于2,000元时须传入"))
        }
        None => Ok(None),
        Some(_) => {
            let key = request
                .key
                .as_deref()
                .ok_or_else(authorization::no_serial)?;
            fields.sealed("user_name", key).map(Some)
        }
    }
}

fn reports(fields: &Object<'_>) -> Result<Vec<SceneReport>, Answer> {
    let list = fields.optional_list("transfer_scene_report_infos", 1000)?;
    let reports = list.iter().map(|fields| {
        Ok(SceneReport {
            info_type: fields.text("info_type", 15)?.to_owned(),
            info_content: fields.text("info_content", 32)?.to_owned(),
        })
    });
    reports.collect()
}

fn asked_authorization(fields: &Object<'_>) -> Result<Option<AuthorizationRequest>, Answer> {
    let asked = fields.optional_object("authorization_info")?;
    let read = |asked: Object<'_>| {
        Ok(AuthorizationRequest {
            out_authorization_no: asked.text("out_authorization_no", 32)?.to_owned(),
            user_display_name: asked.text("user_display_name", 32)?.to_owned(),
            authorization_notify_url: authorize::notify_url(&asked)?.to_owned(),
        })
    };
    asked.map(read).transpose()
}

/// From this amount on the name has to be given, in fen.
const NAMED_FROM: i64 = 200_000;

/// The most that is received as a red packet, in fen.
const RED_PACKET_MOST: i64 = 20_000;
