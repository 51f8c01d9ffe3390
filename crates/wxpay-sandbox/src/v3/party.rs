//! Whose order a request is about: the merchant's own, or that of a sub-merchant (子商户) of the
//! service provider.

use serde::Serialize;

use crate::state::Shared;
use crate::v3::Answer;
use crate::v3::input::Object;
use crate::v3::query::Query;
use crate::{Merchant, Order};

/// The two forms of an endpoint.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Party {
    /// 普通商户.
    Merchant,
    /// 服务商.
    Partner,
}

/// Who an order is whose, as responses and notifications say it.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Owner {
    Merchant {
        appid: String,
        mchid: String,
    },
    Partner {
        sp_appid: String,
        sp_mchid: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        sub_appid: Option<String>,
        sub_mchid: String,
    },
}

/// Who paid, as responses and notifications say it.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Payer {
    Merchant {
        openid: String,
    },
    Partner {
        sp_openid: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        sub_openid: Option<String>,
    },
}

impl Party {
    /// The names of the members that say who it is.
    pub(crate) fn members(self) -> &'static [&'static str] {
        match self {
            Self::Merchant => &["mchid"],
            Self::Partner => &["sp_mchid", "sub_mchid"],
        }
    }

    /// Reads who a body is from. It gives the sub-merchant.
    pub(crate) fn of_body<'a>(
        self,
        fields: &Object<'a>,
        shared: &Shared,
    ) -> Result<Option<&'a str>, Answer> {
        match self {
            Self::Merchant => {
                check_mchid(fields.text("mchid", 32)?, shared)?;
                Ok(None)
            }
            Self::Partner => {
                check_mchid(fields.text("sp_mchid", 32)?, shared)?;
                fields.digits("sub_mchid", 32).map(Some)
            }
        }
    }

    /// Reads who a query is from. It gives the sub-merchant.
    pub(crate) fn of_query<'a>(
        self,
        query: &Query<'a>,
        shared: &Shared,
    ) -> Result<Option<&'a str>, Answer> {
        match self {
            Self::Merchant => {
                check_mchid(query.required("mchid")?, shared)?;
                Ok(None)
            }
            Self::Partner => {
                check_mchid(query.required("sp_mchid")?, shared)?;
                query.required("sub_mchid").map(Some)
            }
        }
    }
}

impl Owner {
    pub(crate) fn of(order: &Order, merchant: &Merchant) -> Self {
        let (appid, mchid) = (merchant.appid.to_string(), merchant.mch_id.to_string());
        match &order.sub_merchant {
            None => Self::Merchant { appid, mchid },
            Some(sub) => Self::Partner {
                sp_appid: appid,
                sp_mchid: mchid,
                sub_appid: sub.sub_appid.clone(),
                sub_mchid: sub.sub_mchid.clone(),
            },
        }
    }
}

impl Payer {
    pub(crate) fn of(order: &Order) -> Self {
        let openid = order.openid.clone();
        match &order.sub_merchant {
            None => Self::Merchant { openid },
            Some(sub) => Self::Partner {
                sp_openid: openid,
                sub_openid: sub.sub_openid.clone(),
            },
        }
    }
}

/// Checks that a request is about the merchant who signed it.
fn check_mchid(mchid: &str, shared: &Shared) -> Result<(), Answer> {
    if mchid == shared.merchant.mch_id.as_str() {
        return Ok(());
    }
    let message = "请求中的商户号与签名的商户号不一致";
    Err(Answer::error(400, "INVALID_REQUEST", message))
}
