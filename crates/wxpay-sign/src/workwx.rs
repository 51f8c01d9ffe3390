//! The second signature of WeCom payments (企业微信签名, `workwx_sign`): MD5 over a fixed list of fields.
//!
//! <https://developer.work.weixin.qq.com/document/path/90281>

use md5::{Digest, Md5};
use wxpay_core::{InvalidInput, Params, Secret};

use crate::v2::{encode_hex, feed};

/// The two calls that carry a `workwx_sign`, and so its list of fields.
#[allow(clippy::exhaustive_enums)] // the protocol is frozen
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Api {
    /// Paying an employee (向员工付款).
    Pay,
    /// Sending a red packet (发放企业红包).
    RedPack,
}

impl Api {
    /// The fields that are signed, and no others, in their order.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Pay => &[
                "amount",
                "appid",
                "desc",
                "mch_id",
                "nonce_str",
                "openid",
                "partner_trade_no",
                "ww_msg_type",
            ],
            Self::RedPack => &[
                "act_name",
                "mch_billno",
                "mch_id",
                "nonce_str",
                "re_openid",
                "total_amount",
                "wxappid",
            ],
        }
    }
}

/// The secret of the WeCom app (自建应用) that pays; the one whose `agentid` is in the request.
#[derive(Clone, Debug)]
pub struct AppSecret(Secret);

impl AppSecret {
    /// Takes the secret as the WeCom admin page shows it.
    ///
    /// # Errors
    /// It is empty or holds white space or other than ASCII.
    pub fn new(secret: impl Into<Secret>) -> Result<Self, InvalidInput> {
        let secret = secret.into();
        let text = secret.expose();
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidInput::new(
                "WeCom app secret",
                "must be printable ASCII without spaces",
                "必须是可打印的 ASCII 字符，不含空白",
            ));
        }
        Ok(Self(secret))
    }

    /// Signs the fields of `api` that are not empty: 32 upper-case hexadecimal digits.
    ///
    /// It goes into the message as `workwx_sign` before the message as a whole is signed.
    pub fn sign(&self, params: &Params, api: Api) -> String {
        let mut digest = Md5::new();
        let signed = fields(params, api);
        feed(signed, "secret", &self.0, |bytes| digest.update(bytes));
        encode_hex(&digest.finalize())
    }
}

/// The text that is signed, up to the `&secret=` that follows it.
pub fn canonical_text(params: &Params, api: Api) -> String {
    let parts: Vec<String> = fields(params, api)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parts.join("&")
}

fn fields(params: &Params, api: Api) -> impl Iterator<Item = (&str, &str)> {
    api.fields()
        .iter()
        .filter_map(|name| Some((*name, params.get(name)?)))
}
