/// How the merchant is to trust the platform: what responses and notifications are signed with, and
/// what sensitive fields (敏感信息) may be encrypted with.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Trust {
    /// WeChat Pay's public key (微信支付公钥) alone, as for merchants opened since late 2024:
    /// `/v3/certificates` has none.
    #[default]
    PublicKey,
    /// Platform certificates (平台证书) alone, as `/v3/certificates` lists them.
    Certificates,
    /// Both, as for a merchant that moves from one to the other: signed with the certificate,
    /// unless the request names the public key in `Wechatpay-Serial`.
    Both,
}
