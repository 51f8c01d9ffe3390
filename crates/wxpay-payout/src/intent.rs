use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use wxpay_api::v2::wecom::{
    PayEmployee, pay_employee::CheckName, pay_employee::MessageType,
    pay_employee::PayEmployeeOptions,
};
use wxpay_core::{Fen, InvalidInput, OpenId, PartnerTradeNo};

/// The caller's own name for one thing to be paid, such as `bonus-2026-11-E1001`.
///
/// 1 to 64 characters of ASCII without spaces. To prepare an intent of this name again gives the payout that there is and
/// no second one, so it must come from the caller's books and never be made up on the spot.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IntentId(String);

impl IntentId {
    /// Checks and wraps a name.
    ///
    /// # Errors
    /// It is empty, longer than 64 characters, or holds a space or a character outside of ASCII.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidInput> {
        let name = name.into();
        if !(1..=64).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            let rule = "must have 1 to 64 characters of ASCII without spaces";
            let rule_zh = "必须为 1 至 64 个 ASCII 字符，不含空白";
            return Err(InvalidInput::new("intent", rule, rule_zh));
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IntentId {
    type Err = InvalidInput;

    fn from_str(name: &str) -> Result<Self, InvalidInput> {
        Self::new(name)
    }
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something to be paid: once, whatever happens.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)] // a new field would change what is paid
pub struct Intent {
    /// Its name in the caller's books.
    pub id: IntentId,
    /// What is paid, to whom.
    pub payment: Payment,
}

/// A payment to an employee (向员工付款) without its number, which the journal gives it.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change
pub struct Payment {
    /// The employee (用户openid), converted from the WeCom userid.
    pub openid: OpenId,
    /// The amount in fen (金额), 100 at least.
    pub amount: Fen,
    /// Whether the employee's real name is checked (校验用户姓名选项).
    pub check_name: CheckName,
    /// What the payment is for (付款说明), at most 81 characters.
    pub desc: String,
    /// The project (项目名称), at most 50 characters.
    pub act_name: String,
    /// The address of the calling machine (Ip地址). It is part of what is repeated, also from another machine.
    pub spbill_create_ip: IpAddr,
    /// The message that the employee gets (付款消息类型).
    pub ww_msg_type: MessageType,
    /// The optional fields, the real name among them.
    pub options: PayEmployeeOptions,
}

impl Payment {
    /// The request under this number.
    pub fn with_number(&self, partner_trade_no: PartnerTradeNo) -> PayEmployee {
        PayEmployee {
            partner_trade_no,
            openid: self.openid.clone(),
            check_name: self.check_name.clone(),
            amount: self.amount,
            desc: self.desc.clone(),
            spbill_create_ip: self.spbill_create_ip,
            ww_msg_type: self.ww_msg_type.clone(),
            act_name: self.act_name.clone(),
            options: self.options.clone(),
        }
    }

    /// What tells this payment from another one under the same name: a digest of everything that is sent.
    pub(crate) fn fingerprint(&self) -> String {
        let options = &self.options;
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let parts = [
            Some(self.openid.as_str().to_owned()),
            Some(self.amount.to_string()),
            Some(self.check_name.as_str().to_owned()),
            Some(self.desc.clone()),
            Some(self.act_name.clone()),
            Some(self.spbill_create_ip.to_string()),
            Some(self.ww_msg_type.as_str().to_owned()),
            options
                .re_user_name
                .as_ref()
                .map(|name| name.expose().to_owned()),
            options.approval_number.clone(),
            number(options.approval_type),
            number(options.agentid),
            options.device_info.clone(),
        ];
        let mut digest = Sha256::new();
        for part in parts {
            // The length keeps neighbours apart, and what is missing from what is empty.
            let length = part.as_ref().map_or(u64::MAX, |part| part.len() as u64);
            digest.update(length.to_be_bytes());
            digest.update(part.unwrap_or_default());
        }
        // Without such members the digest is that of earlier versions, which journals hold.
        for (name, value) in options.extra.iter() {
            for part in [name.to_owned(), value.to_text()] {
                digest.update((part.len() as u64).to_be_bytes());
                digest.update(part);
            }
        }
        hex(&digest.finalize())
    }

    /// The payee in the journal's limits: a digest, because the openid itself is not needed for counting.
    pub(crate) fn payee(&self) -> String {
        payee_digest(self.openid.as_str())
    }
}

/// A payee as the journal and a [`Service`](crate::Service) name one: a digest of the openid, 32 hexadecimal digits.
pub fn payee_digest(openid: &str) -> String {
    let digest = Sha256::digest(openid);
    hex(digest.get(..16).unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}
