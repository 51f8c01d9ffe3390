use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::Timestamp;

use crate::snapshot::{millis, millis_option};

/// A user's authorization of transfers without confirmation (免确认收款授权).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransferAuthorization {
    /// The merchant's number (商户侧授权单号).
    pub out_authorization_no: String,
    /// WeChat Pay's number (微信免确认收款授权单号), once the user has agreed.
    pub authorization_id: Option<String>,
    /// What was asked for.
    pub terms: TransferAuthorizationTerms,
    /// The state (授权状态): `WAIT_USER_CONFIRM`, `TAKING_EFFECT` or `CLOSED`.
    pub state: String,
    /// What opens the page on which the user agrees (跳转授权页面的package信息).
    pub package_info: String,
    /// When it was asked for (单据创建时间).
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// When the user agreed (用户确认授权的时间).
    #[serde(with = "millis_option")]
    pub authorize_time: Option<Timestamp>,
    /// When it was closed (关闭时间).
    #[serde(with = "millis_option")]
    pub close_time: Option<Timestamp>,
    /// Why it was closed (关闭原因), such as `USER_CLOSE`.
    pub close_reason: Option<String>,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
}

/// What an authorization is to be: the same when it is asked for once more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransferAuthorizationTerms {
    /// The app (商户AppID).
    pub appid: String,
    /// The user (收款用户OpenID).
    pub openid: String,
    /// The scene (转账场景ID) that it is for.
    pub transfer_scene_id: String,
    /// The user's account with the merchant (用户展示名称).
    pub user_display_name: String,
    /// What the user sees it is for (用户收款感知).
    pub user_recv_perception: Option<String>,
    /// Where it is told that the user agreed, or that it was closed (授权结果通知地址).
    pub authorization_notify_url: String,
}

/// An authorization that is asked for together with a transfer (免确认收款授权信息).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AuthorizationRequest {
    /// The merchant's number (商户侧授权单号).
    pub out_authorization_no: String,
    /// The user's account with the merchant (用户展示名称).
    pub user_display_name: String,
    /// Where it is told that the user agreed (免确认收款授权结果通知地址).
    pub authorization_notify_url: String,
}

/// Why a user can't agree to an authorization, or close it.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// The sandbox has no authorization of this number.
    #[error("there is no authorization {0}")]
    NoAuthorization(String),
    /// Its state does not allow it.
    #[error("authorization {out_authorization_no} is {state}")]
    State {
        /// Its number.
        out_authorization_no: String,
        /// Its state.
        state: String,
    },
}
