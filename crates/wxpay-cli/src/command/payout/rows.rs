//! The CSV file of payouts: every mistake in it is found before anything is paid.

use std::collections::HashMap;
use std::fs::File;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;

use csv::{ByteRecord, ReaderBuilder, Trim};
use wxpay_api::core::{Fen, FromWire};
use wxpay_api::v2::wecom::{PayEmployeeCheckName, PayEmployeeMessageType, PayEmployeeOptions};
use wxpay_payout::{Intent, IntentId, Payment, PrepareError};

use super::engine::Payer;
use crate::fail::Fail;
use crate::lang::Lang;

/// What the configuration says for rows that do not.
#[derive(Clone, Debug, Default)]
pub(super) struct Defaults {
    pub(super) act_name: Option<String>,
    pub(super) spbill_create_ip: Option<IpAddr>,
    pub(super) agentid: Option<u32>,
}

/// Something in the file that is not as it should be.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Mistake {
    line: u64,
    /// The place of the column, from 1 on, and its name.
    column: Option<(usize, String)>,
    rule: String,
}

/// What came of reading a file.
pub(super) struct Rows {
    pub(super) intents: Vec<Intent>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Mistake {
    pub(super) fn in_lang(&self, lang: Lang) -> String {
        let Self { line, column, rule } = self;
        match column {
            Some((place, name)) => lang.pick(
                format!("line {line}, column {place} ({name}): {rule}"),
                format!("第 {line} 行第 {place} 列（{name}）：{rule}"),
            ),
            None => lang.pick(
                format!("line {line}: {rule}"),
                format!("第 {line} 行：{rule}"),
            ),
        }
    }
}

/// Reads a file to its end, whatever is wrong in it.
pub(super) fn read(path: &Path, payer: &Payer) -> Result<Rows, Fail> {
    let shown = path.display();
    let unreadable = |error: Box<dyn std::error::Error + Send + Sync>| {
        Fail::usage(format!("can't read {shown}"), format!("无法读取 {shown}")).because(error)
    };
    let file = File::open(path).map_err(|error| unreadable(error.into()))?;
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .trim(Trim::Headers)
        .from_reader(file);
    let head = reader
        .byte_headers()
        .map_err(|error| unreadable(error.into()))?;
    let mut rows = Rows {
        intents: Vec::new(),
        mistakes: Vec::new(),
    };
    let columns = Columns::of(head, &mut rows.mistakes);
    if !rows.mistakes.is_empty() {
        return Ok(rows);
    }
    let mut seen = HashMap::new();
    for record in reader.byte_records() {
        let record = record.map_err(|error| unreadable(error.into()))?;
        let mut row = Row::new(&record, &columns, &mut rows.mistakes);
        let intent = row.intent(payer);
        if let Some(name) = row.text("intent")
            && let Some(first) = seen.insert(name, row.line)
        {
            row.wrong(
                "intent",
                format!("must be its own, and is that of line {first} too"),
            );
        }
        rows.intents.extend(intent);
    }
    if rows.intents.is_empty() && rows.mistakes.is_empty() {
        rows.mistakes.push(Mistake {
            line: 1,
            column: None,
            rule: "there is no row below".to_owned(),
        });
    }
    Ok(rows)
}

/// The columns by their place.
struct Columns(Vec<&'static str>);

impl Columns {
    fn of(head: &ByteRecord, mistakes: &mut Vec<Mistake>) -> Self {
        let mut columns: Vec<&str> = Vec::new();
        for (place, name) in head.iter().enumerate() {
            let name = String::from_utf8_lossy(name);
            let known = KNOWN.iter().find(|known| **known == name);
            let rule = match known {
                Some(known) if !columns.contains(known) => {
                    columns.push(known);
                    continue;
                }
                Some(_) => "must be there once".to_owned(),
                None if AMOUNTS.contains(&&*name) => {
                    "does not say its unit: name it amount_fen, and write fen".to_owned()
                }
                None => format!("is unknown; known are {}", KNOWN.join(", ")),
            };
            mistakes.push(Mistake {
                line: 1,
                column: Some((place + 1, name.into_owned())),
                rule,
            });
        }
        let missing = REQUIRED.iter().filter(|name| !columns.contains(name));
        mistakes.extend(missing.map(|name| Mistake {
            line: 1,
            column: None,
            rule: format!("the column {name} is missing"),
        }));
        Self(columns)
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| *known == name)
    }
}

/// One row being read.
struct Row<'a> {
    record: &'a ByteRecord,
    columns: &'a Columns,
    mistakes: &'a mut Vec<Mistake>,
    line: u64,
    /// Whether nothing in it is wrong so far.
    right: bool,
}

impl<'a> Row<'a> {
    fn new(record: &'a ByteRecord, columns: &'a Columns, mistakes: &'a mut Vec<Mistake>) -> Self {
        Self {
            record,
            columns,
            mistakes,
            line: record.position().map_or(0, csv::Position::line),
            right: true,
        }
    }

    /// The row's payment, unless something in it is wrong.
    fn intent(&mut self, payer: &Payer) -> Option<Intent> {
        let (fields, columns) = (self.record.len(), self.columns.0.len());
        if fields != columns {
            self.wrong_row(format!(
                "must have {columns} fields like the first line, and has {fields}"
            ));
            return None;
        }
        if !self.is_text() {
            return None;
        }
        let defaults = &payer.defaults;
        self.one_line();
        let id = self.intent_id();
        let openid = self.parsed("openid");
        let amount = self.amount();
        let desc = self.needed("desc", None);
        let act_name = self.needed("act_name", defaults.act_name.as_deref());
        let ip = self.ip(defaults.spbill_create_ip);
        let name = self.text("re_user_name");
        let check_name = self.check_name(name.is_some());
        let ww_msg_type = self.message_type();
        let mut options = PayEmployeeOptions::default();
        options.re_user_name = name.map(Into::into);
        options.approval_number = self.text("approval_number");
        options.approval_type = self.optional("approval_type");
        options.agentid = self.optional("agentid").or(defaults.agentid);
        options.device_info = self.text("device_info");
        let intent = Intent {
            id: id?,
            payment: Payment {
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
            && let Err(error) = payer.check(&intent.payment)
        {
            match error {
                PrepareError::Invalid(invalid) => self.wrong(invalid.field(), invalid.rule()),
                other => self.wrong_row(other.to_string()),
            }
        }
        self.right.then_some(intent)
    }

    fn is_text(&mut self) -> bool {
        for (name, field) in self.columns.0.iter().zip(self.record) {
            if std::str::from_utf8(field).is_err() {
                self.wrong(name, "must be UTF-8: save the file as CSV UTF-8");
            }
        }
        self.right
    }

    /// A quotation mark that is never closed, or closed in a later row, makes one field of the rows in between.
    fn one_line(&mut self) {
        for (name, field) in self.columns.0.iter().zip(self.record) {
            if field.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
                self.wrong(name, "must be on one line: is a quotation mark missing?");
            }
        }
    }

    /// A name that a spreadsheet has changed is another name, under which the same payout would be made again.
    fn intent_id(&mut self) -> Option<IntentId> {
        let id: IntentId = self.parsed("intent")?;
        if is_shortened(id.as_str()) {
            let rule =
                "must not be a number that a spreadsheet has shortened: make the column text";
            self.wrong("intent", rule);
        }
        Some(id)
    }

    /// A field that has something in it.
    fn text(&self, name: &str) -> Option<String> {
        let field = self.record.get(self.columns.place(name)?)?;
        let text = String::from_utf8_lossy(field).into_owned();
        Some(text).filter(|text| !text.is_empty())
    }

    fn needed(&mut self, name: &'static str, default: Option<&str>) -> Option<String> {
        let text = self.text(name).or_else(|| default.map(str::to_owned));
        if text.is_none() {
            let rule = match self.columns.place(name) {
                Some(_) => "must not be empty".to_owned(),
                None => {
                    format!("must be a column here, or {name} in [payout] of the configuration")
                }
            };
            self.wrong(name, rule);
        }
        text
    }

    fn parsed<T: FromStr<Err = wxpay_api::core::InvalidInput>>(
        &mut self,
        name: &'static str,
    ) -> Option<T> {
        let text = self.text(name).unwrap_or_default();
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(name, error.rule());
                None
            }
        }
    }

    fn optional(&mut self, name: &'static str) -> Option<u32> {
        let text = self.text(name)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.wrong(name, "must be a whole number");
        }
        number
    }

    fn amount(&mut self) -> Option<Fen> {
        let text = self.text("amount_fen").unwrap_or_default();
        let is_plain = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        let amount = text.parse().ok().filter(|_| is_plain).map(Fen::new);
        if amount.is_none() {
            let rule = "must be a whole number of fen, of digits only: 1000 is ten yuan";
            self.wrong("amount_fen", rule);
        }
        amount
    }

    fn ip(&mut self, default: Option<IpAddr>) -> Option<IpAddr> {
        const NAME: &str = "spbill_create_ip";
        let default = default.map(|ip| ip.to_string());
        let text = self.needed(NAME, default.as_deref())?;
        let ip = text.parse().ok();
        if ip.is_none() {
            self.wrong(NAME, "must be an IP address");
        }
        ip
    }

    fn check_name(&mut self, named: bool) -> Option<PayEmployeeCheckName> {
        const NAME: &str = "check_name";
        match self
            .text(NAME)
            .and_then(|text| PayEmployeeCheckName::from_wire(&text))
        {
            None if named => Some(PayEmployeeCheckName::ForceCheck),
            None => Some(PayEmployeeCheckName::NoCheck),
            Some(PayEmployeeCheckName::DangerOther(_)) => {
                self.wrong(NAME, "must be NO_CHECK or FORCE_CHECK");
                None
            }
            known => known,
        }
    }

    fn message_type(&mut self) -> Option<PayEmployeeMessageType> {
        const NAME: &str = "ww_msg_type";
        match self
            .text(NAME)
            .and_then(|text| PayEmployeeMessageType::from_wire(&text))
        {
            None => Some(PayEmployeeMessageType::NormalMsg),
            Some(PayEmployeeMessageType::DangerOther(_)) => {
                self.wrong(NAME, "must be NORMAL_MSG or APPROVAL_MSG");
                None
            }
            known => known,
        }
    }

    fn wrong(&mut self, name: &str, rule: impl Into<String>) {
        let name = if name == "amount" { "amount_fen" } else { name };
        let place = self.columns.place(name);
        let (column, rule) = match place {
            Some(place) => (Some((place + 1, name.to_owned())), rule.into()),
            None => (None, format!("{name} {}", rule.into())),
        };
        self.right = false;
        self.mistakes.push(Mistake {
            line: self.line,
            column,
            rule,
        });
    }

    fn wrong_row(&mut self, rule: String) {
        self.right = false;
        self.mistakes.push(Mistake {
            line: self.line,
            column: None,
            rule,
        });
    }
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

const REQUIRED: &[&str] = &["intent", "openid", "amount_fen", "desc"];
const KNOWN: &[&str] = &[
    "intent",
    "openid",
    "amount_fen",
    "desc",
    "re_user_name",
    "check_name",
    "act_name",
    "spbill_create_ip",
    "ww_msg_type",
    "approval_number",
    "approval_type",
    "agentid",
    "device_info",
];
/// Names that leave open whether fen or yuan are meant, or mean yuan.
const AMOUNTS: &[&str] = &["amount", "amount_yuan", "yuan", "fen", "金额"];
