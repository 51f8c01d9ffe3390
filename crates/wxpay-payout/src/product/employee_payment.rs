use std::net::IpAddr;

use wxpay_api::v2::wecom::{
    PayEmployee, pay_employee::CheckName, pay_employee::MessageType,
    pay_employee::PayEmployeeOptions,
};
use wxpay_core::{Fen, OpenId, PartnerTradeNo};

use super::{Fingerprint, Payment, payee_digest};

/// A payment to an employee (向员工付款) without its number, which follows from the intent.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change
pub struct EmployeePayment {
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
    /// The address of the calling machine (Ip地址). It is part of what is repeated, also from another
    /// machine.
    pub spbill_create_ip: IpAddr,
    /// The message that the employee gets (付款消息类型).
    pub ww_msg_type: MessageType,
    /// The optional fields, the real name among them.
    pub options: PayEmployeeOptions,
}

impl EmployeePayment {
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
}

impl Payment for EmployeePayment {
    fn amount(&self) -> Fen {
        self.amount
    }

    /// A digest, because the openid itself is not needed for counting.
    fn payee(&self) -> String {
        payee_digest(self.openid.as_str())
    }

    fn fingerprint(&self) -> String {
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
        let mut digest = Fingerprint::new();
        for part in parts {
            digest.part(part.as_deref());
        }
        // Without such members the digest is that of earlier versions, which journals hold.
        for (name, value) in options.extra.iter() {
            digest.part(Some(name));
            digest.part(Some(&value.to_text()));
        }
        digest.finish()
    }
}
