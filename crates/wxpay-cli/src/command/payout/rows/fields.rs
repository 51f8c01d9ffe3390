//! One row: its fields, read and checked.

use std::str::FromStr;

use csv::StringRecord;
use wxpay_api::check_notify_url;
use wxpay_api::core::{Fen, InvalidInput};
use wxpay_payout::{Intent, IntentId, PrepareError};

use super::columns::Columns;
use super::mistake::{Mistake, Mistakes};
use super::wanting::Wanting;
use crate::command::payout::engine::Payer;
use crate::command::payout::product::{Kind, Pays, other_product};
use crate::command::payout::settings::Defaults;
use crate::lang::Text;

/// One row being read.
pub(in crate::command::payout) struct Fields<'a> {
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
    pub(super) async fn intent<P: Pays>(&mut self, payer: &Payer<P>) -> Option<Intent<P::Payment>> {
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
        self.one_line();
        let id = self.intent_id();
        self.product(P::KIND);
        let payment = P::payment(self, &payer.defaults);
        let (id, payment) = id.zip(payment)?;
        if self.right
            && let Err(error) = payer.check(&payment).await
        {
            match error {
                PrepareError::Invalid(invalid) => {
                    self.wrong(P::column(invalid.field()), rule(&invalid));
                }
                other => self.wrong_row(Text::new(other.to_string(), other.to_string())),
            }
        }
        self.right.then_some(Intent { id, payment })
    }

    /// A field that has something in it.
    pub(in crate::command::payout) fn text(&self, name: &str) -> Option<&'a str> {
        let field = self.record.get(self.columns.place(name)?)?;
        Some(field).filter(|text| !text.is_empty())
    }

    pub(in crate::command::payout) fn has_column(&self, name: &str) -> bool {
        self.columns.place(name).is_some()
    }

    pub(in crate::command::payout) fn wrong(&mut self, name: &str, rule: Text) {
        match self.columns.place(name) {
            Some(place) => self.wrong_at(place, rule),
            None => self.wrong_row(rule.map(|rule| format!("{name}: {rule}"))),
        }
    }

    /// The same of a column whose name begins as the product says, by the rest of its name.
    pub(in crate::command::payout) fn wrong_prefixed(&mut self, rest: &str, rule: Text) {
        match self.columns.place_of_prefixed(rest) {
            Some(place) => self.wrong_at(place, rule),
            None => self.wrong_row(rule.map(|rule| format!("{rest}: {rule}"))),
        }
    }

    fn wrong_at(&mut self, place: usize, rule: Text) {
        self.right = false;
        let name = self.columns.name(place);
        self.mistakes
            .push(Mistake::in_field(self.line, place, name, rule));
    }

    pub(in crate::command::payout) fn wrong_row(&mut self, rule: Text) {
        self.right = false;
        self.mistakes.push(Mistake::in_line(self.line, rule));
    }

    /// A quotation mark that is never closed, or closed in a later row, makes one field of the rows
    /// in between.
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

    /// A name that a spreadsheet has changed, or would change, is another name, under which the
    /// same payout would be made again.
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

    /// A column that says which product the row is for says the same in every row.
    fn product(&mut self, kind: Kind) {
        if self.has_column(PRODUCT) && self.text(PRODUCT) != Some(kind.as_str()) {
            self.wrong(PRODUCT, other_product(kind));
        }
    }

    /// A field that must not be empty.
    pub(in crate::command::payout) fn required(&mut self, name: &'static str) -> Option<String> {
        let text = self.text(name).map(str::to_owned);
        if text.is_none() {
            self.wrong(name, Text::new("must not be empty", "不能为空"));
        }
        text
    }

    /// A field that the configuration can set for all rows, and that has to be somewhere.
    pub(in crate::command::payout) fn setting(
        &mut self,
        name: &'static str,
        default: Option<&str>,
    ) -> Option<String> {
        let text = self.text(name).or(default).map(str::to_owned);
        if text.is_none() {
            self.right = false;
            let has_column = self.has_column(name);
            self.wanting.note(name, has_column, self.line);
        }
        text
    }

    /// A field that the configuration can set for all rows, and that need not be anywhere.
    pub(in crate::command::payout) fn or_default(
        &self,
        name: &'static str,
        defaults: &Defaults,
    ) -> Option<String> {
        let text = self.text(name).or_else(|| defaults.text(name));
        text.map(str::to_owned)
    }

    /// Where WeChat Pay tells what becomes of it, if it is to tell.
    pub(in crate::command::payout) fn notify_url(&mut self, defaults: &Defaults) -> Option<String> {
        let url = self.or_default("notify_url", defaults)?;
        if let Err(error) = check_notify_url(&url) {
            self.wrong("notify_url", rule(&error));
        }
        Some(url)
    }

    /// The columns whose names begin as the product says: the rest of each name, with what is in
    /// the row.
    pub(in crate::command::payout) fn prefixed(&self) -> Vec<(String, String)> {
        let columns = self.columns.prefixed().iter();
        let filled = columns.filter_map(|(place, name)| {
            let text = self.record.get(*place).filter(|text| !text.is_empty())?;
            Some((name.clone(), text.to_owned()))
        });
        filled.collect()
    }

    pub(in crate::command::payout) fn parsed<T: FromStr<Err = InvalidInput>>(
        &mut self,
        name: &'static str,
    ) -> Option<T> {
        match self.text(name).unwrap_or_default().parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(name, rule(&error));
                None
            }
        }
    }

    /// A whole number that need not be there.
    pub(in crate::command::payout) fn number(&mut self, name: &'static str) -> Option<u32> {
        let number = self.text(name)?.parse().ok();
        if number.is_none() {
            self.wrong(name, Text::new("must be a whole number", "必须是整数"));
        }
        number
    }

    /// An amount, which has to be there.
    pub(in crate::command::payout) fn fen(&mut self, name: &'static str) -> Option<Fen> {
        let text = self.text(name).unwrap_or_default();
        let is_plain = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        let amount = text.parse().ok().filter(|_| is_plain).map(Fen::new);
        if amount.is_none() {
            let rule = Text::new(
                "must be a whole number of fen, of digits only: 1000 is ten yuan",
                "必须是以分为单位的整数，只含半角数字：1000 即 10 元",
            );
            self.wrong(name, rule);
        }
        amount
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

/// The column that says which product a row is for.
pub(super) const PRODUCT: &str = "product";
