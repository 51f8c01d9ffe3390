use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::hmac;
use md5::{Digest, Md5};
use reqwest::{Certificate, Identity, Response};
use wxpay_core::Params;
use wxpay_sandbox::{Sandbox, SandboxBuilder, Trust};

pub(crate) const PAY: &str = "/mmpaymkttransfers/promotion/paywwsptrans2pocket";
pub(crate) const QUERY: &str = "/mmpaymkttransfers/promotion/querywwsptrans2pocket";
pub(crate) const ORDER: &str = "/pay/orderquery";
pub(crate) const UNIFIED: &str = "/pay/unifiedorder";
pub(crate) const CLOSE: &str = "/pay/closeorder";

pub(crate) type Fields = BTreeMap<String, String>;

/// A sandbox and two clients: with the merchant's certificate and without.
pub(crate) struct Client {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) with_certificate: reqwest::Client,
    pub(crate) without: reqwest::Client,
}

impl Client {
    pub(crate) async fn start() -> Self {
        Self::of(Arc::new(Sandbox::start().await.unwrap()))
    }

    pub(crate) async fn start_with(trust: Trust) -> Self {
        Self::start_built(Sandbox::builder().trust(trust)).await
    }

    pub(crate) async fn start_built(builder: SandboxBuilder) -> Self {
        Self::of(Arc::new(builder.start().await.unwrap()))
    }

    pub(crate) fn of(sandbox: Arc<Sandbox>) -> Self {
        let with_certificate = builder(&sandbox).identity(identity(&sandbox));
        Self {
            with_certificate: with_certificate.build().unwrap(),
            without: builder(&sandbox).build().unwrap(),
            sandbox,
        }
    }

    /// A good payment, before it is signed.
    pub(crate) fn payment(&self, number: &str) -> Fields {
        let mut fields = self.query(number);
        for (name, value) in [
            ("openid", "oxTWIuGaIt6gTKsQRLau2M0yL16E"),
            ("check_name", "NO_CHECK"),
            ("amount", "10099"),
            ("desc", "六月出差报销费用"),
            ("spbill_create_ip", "192.168.0.1"),
            ("ww_msg_type", "NORMAL_MSG"),
            ("act_name", "产品部门报销"),
        ] {
            fields.insert(name.to_owned(), value.to_owned());
        }
        fields.insert(
            "agentid".to_owned(),
            self.sandbox.merchant().agentid.to_string(),
        );
        fields
    }

    /// A good query of a payment, before it is signed.
    pub(crate) fn query(&self, number: &str) -> Fields {
        let mut fields = self.named();
        fields.insert("partner_trade_no".to_owned(), number.to_owned());
        fields
    }

    /// A good query of an order, before it is signed.
    pub(crate) fn order(&self, name: &str, number: &str) -> Fields {
        let mut fields = self.named();
        fields.insert(name.to_owned(), number.to_owned());
        fields
    }

    /// A good order of APIv2 (统一下单), before it is signed.
    pub(crate) fn unified(&self, number: &str, notify_url: &str) -> Fields {
        let mut fields = self.order("out_trade_no", number);
        for (name, value) in [
            ("body", "腾讯充值中心-QQ会员充值"),
            ("attach", "深圳分店"),
            ("total_fee", "88"),
            ("spbill_create_ip", "123.12.12.123"),
            ("notify_url", notify_url),
            ("trade_type", "NATIVE"),
        ] {
            fields.insert(name.to_owned(), value.to_owned());
        }
        fields
    }

    /// Signs a payment as its document says, `workwx_sign` first.
    pub(crate) fn sign_payment(&self, mut fields: Fields) -> Fields {
        let mut few = fields.clone();
        few.retain(|name, _| WORKWX_FIELDS.contains(&&**name));
        let text = join(&few) + "&secret=" + self.sandbox.merchant().workwx_secret.expose();
        fields.insert("workwx_sign".to_owned(), hex(&Md5::digest(text)));
        self.sign(fields)
    }

    /// Signs a message of APIv2 by its own `sign_type`.
    pub(crate) fn sign(&self, mut fields: Fields) -> Fields {
        fields.remove("sign");
        let key = self.sandbox.merchant().api_v2_key.expose();
        let hmac = fields
            .get("sign_type")
            .is_some_and(|kind| kind == "HMAC-SHA256");
        let sign = signature(&fields, key, hmac);
        fields.insert("sign".to_owned(), sign);
        fields
    }

    pub(crate) async fn pay(&self, fields: Fields) -> Params {
        self.post(PAY, &self.sign_payment(fields)).await
    }

    /// Posts a message with the merchant's certificate and reads the reply.
    pub(crate) async fn post(&self, path: &str, fields: &Fields) -> Params {
        let reply = self.try_post(path, fields).await.unwrap();
        assert_eq!(reply.status(), 200);
        Params::from_xml(&reply.bytes().await.unwrap()).unwrap()
    }

    pub(crate) async fn try_post(&self, path: &str, fields: &Fields) -> reqwest::Result<Response> {
        let request = self.with_certificate.post(self.url(path)).body(xml(fields));
        request.send().await
    }

    /// Whether a reply of `orderquery` is signed as the request was.
    pub(crate) fn is_signed(&self, reply: &Params, hmac: bool) -> bool {
        let key = self.sandbox.merchant().api_v2_key.expose();
        let fields = reply.iter().filter(|(name, _)| *name != "sign");
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        reply.get("sign") == Some(&*signature(&fields.collect(), key, hmac))
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}{target}", self.sandbox.base_url())
    }

    fn named(&self) -> Fields {
        let merchant = self.sandbox.merchant();
        Fields::from([
            ("appid".to_owned(), merchant.appid.to_string()),
            ("mch_id".to_owned(), merchant.mch_id.to_string()),
            (
                "nonce_str".to_owned(),
                "3PG2J4ILTKCH16CQ2502SI8ZNMTM67VS".to_owned(),
            ),
        ])
    }
}

pub(crate) fn xml(fields: &Fields) -> String {
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| format!("<{name}><![CDATA[{value}]]></{name}>"));
    format!("<xml>{}</xml>", fields.collect::<String>())
}

pub(crate) fn identity(sandbox: &Sandbox) -> Identity {
    let merchant = sandbox.merchant();
    let pem = merchant.client_cert_pem.clone() + merchant.client_key_pem.expose();
    Identity::from_pem(pem.as_bytes()).unwrap()
}

pub(crate) fn builder(sandbox: &Sandbox) -> reqwest::ClientBuilder {
    let ca = Certificate::from_pem(sandbox.ca_pem().as_bytes()).unwrap();
    reqwest::Client::builder()
        .tls_certs_only([ca])
        .no_proxy()
        .https_only(true)
}

pub(crate) fn with(mut fields: Fields, name: &str, value: &str) -> Fields {
    fields.insert(name.to_owned(), value.to_owned());
    fields
}

/// `return_code`, `result_code` and `err_code`.
pub(crate) fn codes(reply: &Params) -> [&str; 3] {
    ["return_code", "result_code", "err_code"].map(|name| reply.get(name).unwrap_or_default())
}

fn signature(fields: &Fields, key: &str, hmac: bool) -> String {
    let text = join(fields) + "&key=" + key;
    if hmac {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        hex(hmac::sign(&key, text.as_bytes()).as_ref())
    } else {
        hex(&Md5::digest(text))
    }
}

pub(crate) fn join(fields: &Fields) -> String {
    let fields = fields.iter().filter(|(_, value)| !value.is_empty());
    let fields: Vec<_> = fields
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    fields.join("&")
}

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// What `workwx_sign` covers.
pub(crate) const WORKWX_FIELDS: [&str; 8] = [
    "amount",
    "appid",
    "desc",
    "mch_id",
    "nonce_str",
    "openid",
    "partner_trade_no",
    "ww_msg_type",
];
