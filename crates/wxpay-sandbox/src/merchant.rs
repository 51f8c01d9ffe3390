use wxpay_core::{AppId, MchId, Secret};

use crate::random::{self, ALPHANUMERIC, DIGITS, HEX};

/// The merchant that a sandbox knows, and what it was given: fresh for every sandbox.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Merchant {
    /// The merchant ID (商户号).
    pub mch_id: MchId,
    /// The number as a service provider (服务商商户号): the same one.
    pub sp_mchid: MchId,
    /// The WeCom company's corpid, which is bound to the merchant.
    pub appid: AppId,
    /// The APIv2 key (APIv2密钥), 32 characters.
    pub api_v2_key: Secret,
    /// The APIv3 key (APIv3密钥), 32 characters.
    pub api_v3_key: Secret,
    /// The WeCom app's secret (自建应用secret).
    pub workwx_secret: Secret,
    /// The WeCom app that the secret belongs to.
    pub agentid: u32,
    /// The merchant's API certificate (商户API证书), which is also its TLS client certificate, as PEM.
    pub client_cert_pem: String,
    /// The key of that certificate, RSA with 2048 bits, as PKCS#8 PEM.
    pub client_key_pem: Secret,
    /// The serial number of that certificate (证书序列号): 40 hexadecimal digits, upper case.
    pub serial_no: String,
    /// The id of WeChat Pay's public key (微信支付公钥ID), `PUB_KEY_ID_…`.
    pub platform_key_id: String,
    /// WeChat Pay's public key (微信支付公钥), RSA with 2048 bits, as PEM.
    pub platform_public_key_pem: String,
    /// The keys of the national algorithms (国密), if it has some: then they sign its requests of
    /// APIv3, in the place of the certificate above.
    #[cfg(feature = "sm")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sm")))]
    pub sm: Option<crate::SmIdentity>,
}

impl Merchant {
    /// The serial number of the certificate that signs requests of APIv3.
    pub fn v3_serial_no(&self) -> &str {
        #[cfg(feature = "sm")]
        if let Some(sm) = &self.sm {
            return &sm.serial_no;
        }
        &self.serial_no
    }
}

/// The parts of a [`Merchant`] that are no keys of a certificate.
pub(crate) struct Account {
    pub(crate) mch_id: MchId,
    pub(crate) appid: AppId,
    pub(crate) api_v2_key: Secret,
    pub(crate) api_v3_key: Secret,
    pub(crate) workwx_secret: Secret,
    pub(crate) agentid: u32,
    pub(crate) platform_key_id: String,
}

impl Account {
    pub(crate) fn generate() -> Result<Self, wxpay_core::InvalidInput> {
        let number = format!("19{}", random::text(DIGITS, 8));
        let corpid = format!("ww{}", random::text(HEX, 16).to_ascii_lowercase());
        let mut agent = [0];
        random::fill(&mut agent);
        let [agent] = agent;
        Ok(Self {
            platform_key_id: format!("PUB_KEY_ID_01{number}{}", random::text(DIGITS, 16)),
            mch_id: MchId::new(number)?,
            appid: AppId::new(corpid)?,
            api_v2_key: Secret::new(random::text(ALPHANUMERIC, 32)),
            api_v3_key: Secret::new(random::text(ALPHANUMERIC, 32)),
            workwx_secret: Secret::new(random::text(ALPHANUMERIC, 43)),
            agentid: 1_000_002 + u32::from(agent),
        })
    }
}
