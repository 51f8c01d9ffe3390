//! 免确认收款授权: asked for, queried and closed.

use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::{check_appid, invalid, owned};
use crate::endpoint::Endpoint;
use crate::notice::is_notify_url;
use crate::random::{ALPHANUMERIC, another};
use crate::state::AuthorizationRefusal;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::query::Query;
use crate::v3::{Answer, Content, Request, with_millis};
use crate::{TransferAuthorization, TransferAuthorizationTerms};

/// The body of the response, its members in the document's order.
#[derive(Serialize)]
struct Report {
    out_authorization_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    openid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_id: Option<String>,
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorize_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close_info: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_scene_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_recv_perception: Option<String>,
    create_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_info: Option<String>,
}

/// 发起免确认收款授权.
pub(crate) const CREATE: Endpoint = Endpoint::v3(
    "v3.fund_app.create_user_confirm_authorization",
    &Method::POST,
    "/v3/fund-app/mch-transfer/user-confirm-authorization",
    create,
);

/// 商户单号查询授权结果.
pub(crate) const QUERY: Endpoint = Endpoint::v3(
    "v3.fund_app.query_user_confirm_authorization",
    &Method::GET,
    "/v3/fund-app/mch-transfer/user-confirm-authorization/out-authorization-no/{out_authorization_no}",
    query,
);

/// 解除免确认收款授权.
pub(crate) const CLOSE: Endpoint = Endpoint::v3(
    "v3.fund_app.close_user_confirm_authorization",
    &Method::POST,
    "/v3/fund-app/mch-transfer/user-confirm-authorization/out-authorization-no/{out_authorization_no}/close",
    close,
);

/// Asks the user if the request is to take effect.
fn create(request: &Request<'_>) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let number = fields.text("out_authorization_no", 32)?;
    let appid = check_appid(&fields, request.shared)?;
    if let Some(scene) = fields.optional_object("scene_info")? {
        scene.known(&["client_ip", "device_id", "device_type"])?;
        scene.optional_text("client_ip", 45)?;
        scene.optional_text("device_id", 128)?;
        scene.optional_choice("device_type", &["IOS", "ANDROID", "HARMONY", "OTHER"])?;
    }
    let terms = TransferAuthorizationTerms {
        appid: appid.to_owned(),
        openid: fields.text("openid", 64)?.to_owned(),
        transfer_scene_id: fields.text("transfer_scene_id", 36)?.to_owned(),
        user_display_name: fields.text("user_display_name", 32)?.to_owned(),
        user_recv_perception: owned(fields.optional_text("user_recv_perception", 256)?),
        authorization_notify_url: notify_url(&fields)?.to_owned(),
    };
    let (shared, commit) = (request.shared, request.commit);
    let mut state = shared.state();
    let made = state.ask_authorization(number, terms, &shared.random, commit);
    shared.changed.notify_one();
    let made = made.map_err(|refusal| match refusal {
        AuthorizationRefusal::OtherTerms => {
            invalid("商户侧授权单号已存在，且本次请求的参数与首次请求不一致")
        }
        AuthorizationRefusal::Decided => invalid("当前申请单已解除或已授权成功"),
        AuthorizationRefusal::TooMany => {
            invalid("用户在当前场景下的授权数量达到限制，不支持发起授权")
        }
    })?;
    Ok(Answer::ok(Report {
        package_info: Some(made.package_info.clone()),
        appid: None,
        openid: None,
        user_display_name: None,
        transfer_scene_id: None,
        user_recv_perception: None,
        ..Report::new(made)
    }))
}

/// Tells what has become of the authorization.
fn query(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let query = Query(request.call.query());
    let shows = query.choice("is_display_authorization", &["true", "false"])?;
    let state = shared.state();
    let number = request.route.part("out_authorization_no");
    let found = state.authorization(number).ok_or_else(missing)?;
    let mut report = Report::new(found.clone());
    if shows == Some("true") && found.state == "TAKING_EFFECT" {
        let package = shared.random.text(ALPHANUMERIC, 62);
        report.package_info = Some(format!("0004-{package}=="));
    }
    Ok(Answer::ok(report))
}

/// Closes the authorization if the request is to take effect.
fn close(request: &Request<'_>) -> Result<Answer, Answer> {
    let (shared, commit) = (request.shared, request.commit);
    let number = request.route.part("out_authorization_no");
    let mut state = shared.state();
    let closed = state.close_authorization(number, "CLOSE_VIA_MCH_API", &shared.random, commit);
    shared.changed.notify_one();
    Ok(Answer::ok(Report::new(closed.ok_or_else(missing)?)))
}

/// The address that an authorization is told at.
pub(crate) fn notify_url<'a>(fields: &Object<'a>) -> Result<&'a str, Answer> {
    let url = fields.text("authorization_notify_url", 256)?;
    if is_notify_url(url) {
        return Ok(url);
    }
    Err(fields.refuse("authorization_notify_url", "须为不带参数的完整URL"))
}

fn missing() -> Answer {
    Answer::error(404, "NOT_FOUND", "免确认收款授权不存在")
}

impl Report {
    fn new(about: TransferAuthorization) -> Self {
        Self {
            close_info: about.close_info(),
            out_authorization_no: about.out_authorization_no,
            appid: Some(about.terms.appid),
            openid: Some(about.terms.openid),
            user_display_name: Some(about.terms.user_display_name),
            authorization_id: about.authorization_id,
            state: about.state,
            authorize_time: about.authorize_time.map(with_millis),
            transfer_scene_id: Some(about.terms.transfer_scene_id),
            user_recv_perception: about.terms.user_recv_perception,
            create_time: with_millis(about.create_time),
            package_info: None,
        }
    }
}

impl Content for Report {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_authorization_no = another(&self.out_authorization_no);
    }

    fn tamper(&mut self) {
        self.state = another(&self.state);
    }
}

const MEMBERS: &[&str] = &[
    "out_authorization_no",
    "appid",
    "openid",
    "transfer_scene_id",
    "user_display_name",
    "user_recv_perception",
    "authorization_notify_url",
    "scene_info",
];
