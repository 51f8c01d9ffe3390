//! One row: its fields, read and checked.

use std::net::IpAddr;
use std::str::FromStr;

use csv::StringRecord;
use wxpay_api::core::{Fen, FromWire, InvalidInput};
use wxpay_api::v2::wecom::pay_employee::{CheckName, MessageType, PayEmployeeOptions};
use wxpay_payout::{EmployeePayment, Intent, IntentId, PrepareError};

use super::columns::Columns;
use super::mistake::{Mistake, Mistakes};
use super::wanting::Wanting;
use crate::command::payout::engine::Payer;
use crate::lang::Text;

/// One row being read.
pub(super) struct Fields<'a> {
    record: &'a StringRecord,
    columns: &'a Columns,
    line: u64,
    mistakes: &'a mut Mistakes,
    wanting: &'a mut Wanting,
    /// Whether nothing in it is wrong so far.
    right: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        record: &'a StringRecord,
        columns: &'a Columns,
        line: u64,
        mistakes: &'a mut Mistakes,
        wanting: &'a mut Wanting,
    ) -> Self {
        Self {
            record,
            columns,
            line,
            mistakes,
            wanting,
            right: true,
        }
    }

    /// The row's payment, unless something in it is wrong.
    pub(super) async fn intent(&mut self, payer: &Payer) -> Option<Intent> {
        if self.record.iter().all(str::is_empty) {
            self.wrong_row(Text::new("the row is empty: delete it", "该行为空：请删除"));
            return None;
        }
        let (fields, columns) = (self.record.len(), self.columns.len());
        if fields != columns {
            self.wrong_row(Text::new(
                format!("must have {columns} fields like the first line, and has {fields}"),
                format!("应与表头一样有 {columns} 个字段，实际有 {fields} 个"),
            ));
            return None;
        }
        let defaults = &payer.defaults;
        self.one_line();
        let id = self.intent_id();
        let openid = self.parsed("openid");
        let amount = self.amount();
        let desc = self.desc();
        let act_name = self.setting("act_name", defaults.act_name.as_deref());
        let ip = self.ip(defaults.spbill_create_ip);
        let name = self.text("re_user_name");
        let check_name = self.check_name(name.is_some());
        let ww_msg_type = self.message_type();
        let mut options = PayEmployeeOptions::default();
        options.re_user_name = name.map(|name| name.to_owned().into());
        options.approval_number = self.text("approval_number").map(str::to_owned);
        options.approval_type = self.optional("approval_type").map(i64::from);
        options.agentid = self.optional("agentid").or(defaults.agentid).map(i64::from);
        options.device_info = self.text("device_info").map(str::to_owned);
        let intent = Intent {
            id: id?,
            payment: EmployeePayment {
                openid: openid?,
                amount: amount?,
                check_name: check_name?,
                desc: desc?,
                act_name: act_name?,
                spbill_create_ip: ip?,
                ww_msg_type: ww_msg_type?,
                options,
            },
        };
        if self.right
            && let Err(error) = payer.check(&intent.payment).await
        {
            match error {
                PrepareError::Invalid(invalid) => self.wrong(invalid.field(), rule(&invalid)),
                other => self.wrong_row(Text::new(other.to_string(), other.to_string())),
            }
        }
        self.right.then_some(intent)
    }

    /// A field that has something in it.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        let field = self.record.get(self.columns.place(name)?)?;
        Some(field).filter(|text| !text.is_empty())
    }

    pub(super) fn wrong(&mut self, name: &str, rule: Text) {
        let name = if name == "amount" { "amount_fen" } else { name };
        match self.columns.place(name) {
            Some(place) => self.wrong_at(place, rule),
            None => self.wrong_row(rule.map(|rule| format!("{name}: {rule}"))),
        }
    }

    fn wrong_at(&mut self, place: usize, rule: Text) {
        self.right = false;
        let name = self.columns.name(place);
        self.mistakes
            .push(Mistake::in_field(self.line, place, name, rule));
    }

    fn wrong_row(&mut self, rule: Text) {
        self.right = false;
        self.mistakes.push(Mistake::in_line(self.line, rule));
    }

    /// A quotation mark that is never closed, or closed in a later row, makes one field of the rows in between.
    fn one_line(&mut self) {
        for (place, field) in self.record.iter().enumerate() {
            if field.contains(['\r', '\n']) {
                let rule = Text::new(
                    "must be on one line: is a quotation mark missing?",
                    "必须在同一行内：是否漏了引号？",
                );
                self.wrong_at(place, rule);
            }
        }
    }

    /// A name that a spreadsheet has changed, or would change, is another name, under which the same payout would be made
    /// again.
    fn intent_id(&mut self) -> Option<IntentId> {
        let id: IntentId = self.parsed("intent")?;
        if is_shortened(id.as_str()) {
            let rule = Text::new(
                "must not be a number that a spreadsheet has shortened: make the column text",
                "不能是被表格软件改成科学计数法的数字：请将该列设为文本格式",
            );
            self.wrong("intent", rule);
        }
        if id.as_str().starts_with(['=', '+', '-', '@', '\'']) {
            let rule = Text::new(
                "must not begin with = + - @ or ': a spreadsheet would change it",
                "不能以 = + - @ 或 ' 开头：表格软件会改动它",
            );
            self.wrong("intent", rule);
        }
        Some(id)
    }

    fn desc(&mut self) -> Option<String> {
        let text = self.text("desc").map(str::to_owned);
        if text.is_none() {
            self.wrong("desc", Text::new("must not be empty", "不能为空"));
        }
        text
    }

    /// A field that the configuration can set for all rows.
    fn setting(&mut self, name: &'static str, default: Option<&str>) -> Option<String> {
        let text = self.text(name).or(default).map(str::to_owned);
        if text.is_none() {
            self.right = false;
            let has_column = self.columns.place(name).is_some();
            self.wanting.note(name, has_column, self.line);
        }
        text
    }

    fn parsed<T: FromStr<Err = InvalidInput>>(&mut self, name: &'static str) -> Option<T> {
        match self.text(name).unwrap_or_default().parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(name, rule(&error));
                None
            }
        }
    }

    fn optional(&mut self, name: &'static str) -> Option<u32> {
        let number = self.text(name)?.parse().ok();
        if number.is_none() {
            self.wrong(name, Text::new("must be a whole number", "必须是整数"));
        }
        number
    }

    fn amount(&mut self) -> Option<Fen> {
        let text = self.text("amount_fen").unwrap_or_default();
        let is_plain = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        let amount = text.parse().ok().filter(|_| is_plain).map(Fen::new);
        if amount.is_none() {
            let rule = Text::new(
                "must be a whole number of fen, of digits only: 1000 is ten yuan",
                "必须是以分为单位的整数，只含半角数字：1000 即 10 元",
            );
            self.wrong("amount_fen", rule);
        }
        amount
    }

    fn ip(&mut self, default: Option<IpAddr>) -> Option<IpAddr> {
        const NAME: &str = "spbill_create_ip";
        let default = default.map(|ip| ip.to_string());
        let ip = self.setting(NAME, default.as_deref())?.parse().ok();
        if ip.is_none() {
            self.wrong(NAME, Text::new("must be an IP address", "必须是 IP 地址"));
        }
        ip
    }

    fn check_name(&mut self, named: bool) -> Option<CheckName> {
        const NAME: &str = "check_name";
        match self.text(NAME).and_then(CheckName::from_wire) {
            None if named => Some(CheckName::ForceCheck),
            None => Some(CheckName::NoCheck),
            Some(CheckName::DangerOther(_)) => {
                let rule = Text::new(
                    "must be NO_CHECK or FORCE_CHECK",
                    "必须是 NO_CHECK 或 FORCE_CHECK",
                );
                self.wrong(NAME, rule);
                None
            }
            known => known,
        }
    }

    fn message_type(&mut self) -> Option<MessageType> {
        const NAME: &str = "ww_msg_type";
        match self.text(NAME).and_then(MessageType::from_wire) {
            None => Some(MessageType::NormalMsg),
            Some(MessageType::DangerOther(_)) => {
                let rule = Text::new(
                    "must be NORMAL_MSG or APPROVAL_MSG",
                    "必须是 NORMAL_MSG 或 APPROVAL_MSG",
                );
                self.wrong(NAME, rule);
                None
            }
            known => known,
        }
    }
}

fn rule(error: &InvalidInput) -> Text {
    Text::new(error.rule(), error.rule_zh())
}

/// Whether it is like `2.02611E+11`, as spreadsheets show a long number.
fn is_shortened(text: &str) -> bool {
    let is_number = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    text.split_once("E+").is_some_and(|(number, exponent)| {
        !number.is_empty() && !exponent.is_empty() && is_number(number) && is_number(exponent)
    })
}
