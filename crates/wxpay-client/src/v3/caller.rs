use bytes::Bytes;
use http::HeaderMap;
use wxpay_core::{BrandId, InvalidInput, MchId, SigningError, Timestamp, VerificationError};
use wxpay_sign::Verified;
use wxpay_sign::v3::{
    MerchantKey, PlatformKeys, RequestToSign, Suite, authorize, authorize_brand, verify,
    verify_brand, verify_file,
};

use super::Meta;
use crate::limits::checked;

/// Who asks. It decides how a request is signed and which signature a response must have; no
/// message can change it.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    Merchant(MchId),
    Brand(BrandId),
}

impl Caller {
    pub(super) fn check_id(&self) -> Result<(), InvalidInput> {
        match self {
            Self::Merchant(mch_id) => checked("mch_id", mch_id),
            Self::Brand(brand_id) => checked("brand_id", brand_id),
        }
        .map(drop)
    }

    /// Checks that the keys sign and verify as this caller's messages are signed.
    pub(super) fn check_suites(
        &self,
        merchant: Suite,
        platform: Suite,
    ) -> Result<(), InvalidInput> {
        if matches!(self, Self::Brand(_)) && merchant != Suite::Rsa {
            return Err(InvalidInput::new(
                "merchant key",
                "must be an RSA key for a brand",
                "品牌只能使用 RSA 私钥",
            ));
        }
        if merchant != platform {
            let (own, other) = (merchant.signature_type(), platform.signature_type());
            return Err(InvalidInput::new(
                "platform keys",
                format!("must verify {own}, as the merchant's key signs, and these verify {other}"),
                format!("必须与商户私钥同为 {own}，而这些公钥验的是 {other}"),
            ));
        }
        Ok(())
    }

    /// Checks that the endpoint is for this caller: WeChat Pay would refuse the other one's
    /// signature.
    pub(super) fn check(&self, meta: &Meta) -> Result<(), InvalidInput> {
        let broken = |rule, rule_zh| Err(InvalidInput::new("path", rule, rule_zh));
        match (self, meta.path.starts_with("/brand/")) {
            (Self::Merchant(_), true) => broken(
                "must not begin with /brand/ for a merchant: use the client of a brand (Client::brand)",
                "商户不能调用 /brand/ 开头的接口：请使用品牌的客户端（Client::brand）",
            ),
            (Self::Brand(_), false) => broken(
                "must begin with /brand/ for a brand: use the client of a merchant (Client::builder)",
                "品牌只能调用 /brand/ 开头的接口：请使用商户的客户端（Client::builder）",
            ),
            _ => Ok(()),
        }
    }

    /// The value of `Wechatpay-Serial` of a request in which nothing is encrypted.
    pub(super) async fn serial_no(
        &self,
        meta: &Meta,
        keys: &dyn PlatformKeys,
    ) -> Result<Option<String>, SigningError> {
        if let Some(serial_no) = keys.requested_serial() {
            return Ok(Some(serial_no.to_owned()));
        }
        if !meta.serial_required && matches!(self, Self::Merchant(_)) {
            return Ok(None);
        }
        let named = keys.seal(&[]).await.map_err(|error| {
            SigningError::new(
                "the request must have Wechatpay-Serial, and no platform key names it",
            )
            .with_source(error)
        })?;
        Ok(Some(named.serial_no))
    }

    pub(super) async fn authorize(
        &self,
        key: &dyn MerchantKey,
        request: &RequestToSign<'_>,
    ) -> Result<String, SigningError> {
        match self {
            Self::Merchant(mch_id) => authorize(key, mch_id, request).await,
            Self::Brand(brand_id) => authorize_brand(key, brand_id, request).await,
        }
    }

    /// A file by the digest that its signature covers. Brands have none.
    pub(super) async fn verify_file(
        &self,
        headers: &HeaderMap,
        digest: &'static str,
        body: Bytes,
        keys: &dyn PlatformKeys,
        now: Timestamp,
    ) -> Result<Verified<Bytes>, VerificationError> {
        verify_file(headers, digest, body, keys, now).await
    }

    pub(super) async fn verify(
        &self,
        headers: &HeaderMap,
        body: Bytes,
        keys: &dyn PlatformKeys,
        now: Timestamp,
    ) -> Result<Verified<Bytes>, VerificationError> {
        match self {
            Self::Merchant(_) => verify(headers, body, keys, now).await,
            Self::Brand(_) => verify_brand(headers, body, keys, now).await,
        }
    }
}
