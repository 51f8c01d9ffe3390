//! 获取平台证书列表.

use http::Method;
use serde::Serialize;
use wxpay_core::TimeFormat;

use crate::Trust;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::platform::{PlatformCertificate, Suite};
use crate::random::{Random, another};
use crate::v3::aead::Encrypted;
use crate::v3::answer::to_json;
use crate::v3::query::Query;
use crate::v3::{Answer, Content, Request, system_error};

/// The body of the response.
#[derive(Serialize)]
struct List {
    data: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    serial_no: String,
    effective_time: String,
    expire_time: String,
    encrypt_certificate: Encrypted,
}

/// 获取平台证书列表.
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v3.certificates.list_certificates",
    method: &Method::GET,
    path: "/v3/certificates",
    reply: Reply::SIGNED,
    handler: Handler::V3 {
        respond,
        // Anyone who asks for certificates may have no other key yet.
        signed_as_named: false,
        upload: false,
    },
};

/// Lists the certificates, each encrypted.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let algorithm = Query(request.call.query()).choice("algorithm_type", &["RSA", "SM2", "ALL"])?;
    let suite = shared.platform.suite();
    let is_ours = matches!(algorithm, None | Some("ALL")) || algorithm == Some(suite.name());
    if shared.platform.trust() == Trust::PublicKey || !is_ours {
        return Err(Answer::error(404, "RESOURCE_NOT_EXISTS", NONE));
    }
    let key = shared.merchant.api_v3_key.expose();
    let certificates = shared.platform.certificates();
    let items = certificates
        .iter()
        .map(|certificate| Item::new(suite, certificate, key, &shared.random))
        .collect::<Option<_>>();
    let data = items.ok_or_else(system_error)?;
    Ok(Answer::ok(List { data }))
}

impl Item {
    fn new(
        suite: Suite,
        certificate: &PlatformCertificate,
        key: &str,
        random: &Random,
    ) -> Option<Self> {
        Some(Self {
            serial_no: certificate.key.serial().to_owned(),
            effective_time: certificate.effective_time.format(TimeFormat::Rfc3339),
            expire_time: certificate.expire_time.format(TimeFormat::Rfc3339),
            encrypt_certificate: Encrypted::new(
                suite,
                key,
                "certificate",
                &certificate.pem,
                random,
            )?,
        })
    }
}

impl Content for List {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        for item in &mut self.data {
            item.serial_no = another(&item.serial_no);
        }
    }

    /// Each certificate begins a minute earlier.
    fn tamper(&mut self) {
        for item in &mut self.data {
            item.effective_time = another(&item.effective_time);
        }
    }
}

/// In the words of the real one.
const NONE: &str = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引\
    https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html";
