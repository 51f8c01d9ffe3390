/// Why a signature did not hold, in words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignatureCause {
    code: &'static str,
    english: String,
    chinese: String,
}

impl SignatureCause {
    /// A short name that does not change, such as `lower_case`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The cause in English, and what to do.
    pub fn english(&self) -> &str {
        &self.english
    }

    /// The cause in Chinese, and what to do.
    pub fn chinese(&self) -> &str {
        &self.chinese
    }

    fn new(code: &'static str, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self {
            code,
            english: english.into(),
            chinese: chinese.into(),
        }
    }
}

/// Of every signature.
impl SignatureCause {
    pub(crate) fn missing(name: &str) -> Self {
        Self::new(
            "missing",
            format!("There is no {name}."),
            format!("缺少 {name}。"),
        )
    }

    pub(crate) fn unknown() -> Self {
        Self::new(
            "unknown",
            "No usual mistake gives this signature: the key may be another one, or what was signed is not what was sent. \
             `wxpay explain` knows more mistakes.",
            "不是常见的错误：密钥可能不对，或者签名的内容与发送的内容不同。`wxpay explain` 能识别更多的错误。",
        )
    }

    pub(crate) fn spaces() -> Self {
        Self::new(
            "spaces",
            "There are spaces before or after the signature.",
            "签名前后有空白字符。",
        )
    }
}

/// Of APIv2 and of WeCom.
impl SignatureCause {
    pub(crate) fn lower_case() -> Self {
        Self::new(
            "lower_case",
            "The signature is in lower case; it has to be in upper case.",
            "签名用了小写字母，应为大写。",
        )
    }

    pub(crate) fn other_digest(used: &str, right: &str) -> Self {
        Self::new(
            "other_digest",
            format!("It was made with {used} in place of {right}."),
            format!("用的是 {used}，应为 {right}。"),
        )
    }

    pub(crate) fn no_key(suffix: &str) -> Self {
        Self::new(
            "no_key",
            format!("The text does not end with &{suffix}= and the key."),
            format!("待签名串末尾缺少 &{suffix}= 和密钥。"),
        )
    }

    pub(crate) fn bare_key(suffix: &str) -> Self {
        Self::new(
            "bare_key",
            format!("The key stands at the end without &{suffix}= before it."),
            format!("待签名串末尾的密钥前缺少 &{suffix}=。"),
        )
    }

    pub(crate) fn other_suffix(used: &str, right: &str) -> Self {
        Self::new(
            "other_suffix",
            format!("The text ends with &{used}= where &{right}= belongs."),
            format!("待签名串末尾是 &{used}=，应为 &{right}=。"),
        )
    }

    pub(crate) fn other_key(used: &str, right: &str) -> Self {
        Self::new(
            "other_key",
            format!("It was made with the {used}; the {right} belongs there."),
            format!("用的是 {used}，应为 {right}。"),
        )
    }

    pub(crate) fn empty_signed() -> Self {
        Self::new(
            "empty_signed",
            "Fields without a value were signed; they have to be left out.",
            "空值字段参与了签名，应当略去。",
        )
    }

    pub(crate) fn unsorted() -> Self {
        Self::new(
            "unsorted",
            "The fields were not sorted by name, in ASCII order.",
            "字段没有按名称的 ASCII 码从小到大排序。",
        )
    }

    pub(crate) fn encoded(how: &str) -> Self {
        Self::new(
            "encoded",
            format!("The values were {how}-encoded before signing; they are signed as they are."),
            format!("签名前对值做了 {how} 编码，应当用原值签名。"),
        )
    }

    pub(crate) fn trimmed() -> Self {
        Self::new(
            "trimmed",
            "A value was sent with spaces around it, and signed without them.",
            "发送的值前后有空白，签名时却去掉了。",
        )
    }

    pub(crate) fn not_signed(field: &str) -> Self {
        Self::new(
            "not_signed",
            format!("The field {field} was sent and has to be signed, but was not."),
            format!("字段 {field} 已发送，应当参与签名，却没有。"),
        )
    }

    pub(crate) fn not_sent(field: &str) -> Self {
        Self::new(
            "not_sent",
            format!("The field {field} was signed, but not sent."),
            format!("字段 {field} 参与了签名，却没有发送。"),
        )
    }

    pub(crate) fn not_of_the_eight(field: &str) -> Self {
        Self::new(
            "not_of_the_eight",
            format!("workwx_sign covers eight fields, and {field} is none of them."),
            format!("workwx_sign 只签八个字段，{field} 不在其中。"),
        )
    }

    pub(crate) fn sign_type_sent() -> Self {
        Self::new(
            "sign_type_sent",
            "This family of endpoints knows no sign_type: it must be neither sent nor signed.",
            "这一类接口没有 sign_type 字段：既不能发送，也不能参与签名。",
        )
    }

    pub(crate) fn other_agent(right: u32) -> Self {
        Self::new(
            "other_agent",
            format!("The agentid is not {right}, the app that the secret belongs to."),
            format!("agentid 不是 {right}，即该 secret 所属的应用。"),
        )
    }
}

/// Of APIv3.
impl SignatureCause {
    pub(crate) fn malformed(what: &str, chinese: &str) -> Self {
        Self::new("malformed", what, chinese)
    }

    pub(crate) fn clock(behind: i64) -> Self {
        let (english, chinese) = if behind < 0 {
            ("ahead of", "快")
        } else {
            ("behind", "慢")
        };
        let seconds = behind.unsigned_abs();
        Self::new(
            "clock",
            format!(
                "The timestamp is {seconds} seconds {english} the sandbox's clock; 300 are allowed."
            ),
            format!("timestamp 比沙箱时钟{chinese} {seconds} 秒，最多允许 300 秒。"),
        )
    }

    pub(crate) fn other_merchant(right: &str) -> Self {
        Self::new(
            "other_merchant",
            format!("The mchid is not {right}, the sandbox's merchant."),
            format!("mchid 不是沙箱的商户号 {right}。"),
        )
    }

    pub(crate) fn other_brand(right: &str) -> Self {
        Self::new(
            "other_brand",
            format!("The brand_id is not {right}, the sandbox's brand."),
            format!("brand_id 不是沙箱的品牌ID {right}。"),
        )
    }

    pub(crate) fn other_scheme(used: &str, right: &str) -> Self {
        Self::new(
            "other_scheme",
            format!("It begins with {used}; who calls this operation here signs with {right}."),
            format!("认证类型用的是 {used}，此处调用该接口应为 {right}。"),
        )
    }

    pub(crate) fn other_serial(right: &str) -> Self {
        Self::new(
            "other_serial",
            format!("The serial_no is not {right}, that of the merchant's API certificate."),
            format!("serial_no 不是商户API证书的序列号 {right}。"),
        )
    }

    pub(crate) fn platform_serial() -> Self {
        Self::new(
            "platform_serial",
            "The serial_no is one of WeChat Pay's keys; the one of the merchant's own certificate belongs there.",
            "serial_no 用了微信支付平台的序列号，应为商户自己证书的序列号。",
        )
    }

    pub(crate) fn other_algorithm(used: &str) -> Self {
        Self::new(
            "other_algorithm",
            format!("It was made with {used}; RSA PKCS#1 v1.5 with SHA-256 belongs there."),
            format!("用的是 {used}，应为 SHA256 with RSA (PKCS#1 v1.5)。"),
        )
    }

    #[cfg(feature = "sm")]
    pub(crate) fn other_sm2(used: &str, chinese: &str) -> Self {
        Self::new(
            "other_algorithm",
            format!(
                "{used}; SM2 with SM3 in ASN.1, by the signer 1234567812345678, belongs there."
            ),
            format!("{chinese}；应为 SM2 with SM3，ASN.1 格式，签名者 ID 为 1234567812345678。"),
        )
    }

    pub(crate) fn other_message(what: &str, chinese: &str) -> Self {
        Self::new("other_message", what, chinese)
    }

    pub(crate) fn other_text() -> Self {
        Self::new(
            "other_text",
            "The private key is the right one, but it signed another text than this one.",
            "私钥是对的，但签名的内容与此处的待签名串不同。",
        )
    }

    pub(crate) fn other_private_key() -> Self {
        Self::new(
            "other_private_key",
            "It was not made with the private key of the merchant's API certificate.",
            "不是用商户API证书的私钥签的。",
        )
    }
}
