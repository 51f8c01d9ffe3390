//! Electronic invoices (电子发票), and the addresses of their files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wxpay_core::Timestamp;

use crate::random::{ALPHANUMERIC, DIGITS, Random};
use crate::snapshot::millis;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invoices {
    /// In the order in which they were issued.
    entries: Vec<Invoice>,
    /// By the tokens of their addresses.
    links: BTreeMap<String, Link>,
}

/// An invoice that was issued. Personal values that came encrypted are not in it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invoice {
    pub(crate) fapiao_apply_id: String,
    pub(crate) fapiao_id: String,
    pub(crate) sub_mchid: String,
    /// 发票号码.
    pub(crate) fapiao_number: String,
    /// The user's OpenID where the card is, which a download has to say.
    pub(crate) card_openid: String,
    pub(crate) card_code: String,
    #[serde(with = "millis")]
    pub(crate) issued: Timestamp,
    pub(crate) terms: InvoiceTerms,
}

/// What the merchant said of an invoice.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvoiceTerms {
    pub(crate) total_amount: i64,
    pub(crate) items: Vec<InvoiceItem>,
    pub(crate) buyer: Map<String, Value>,
    pub(crate) drawer: Option<String>,
    pub(crate) remark: Option<String>,
}

/// A line of an invoice.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvoiceItem {
    /// What is told as it was asked.
    pub(crate) said: Map<String, Value>,
    /// In units of 10^-8.
    pub(crate) quantity: i64,
    /// In fen, with the tax.
    pub(crate) total_amount: i64,
    /// In units of 1/10000.
    pub(crate) tax_rate: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Link {
    fapiao_id: String,
    #[serde(with = "millis")]
    made: Timestamp,
}

/// Where a token leads.
pub(crate) enum Linked<'a> {
    To(&'a Invoice),
    Expired,
    Unknown,
}

impl Invoices {
    /// The invoices of an application of a sub-merchant.
    pub(crate) fn of<'a>(
        &'a self,
        fapiao_apply_id: &'a str,
        sub_mchid: &'a str,
    ) -> impl Iterator<Item = &'a Invoice> {
        self.entries.iter().filter(move |invoice| {
            invoice.fapiao_apply_id == fapiao_apply_id && invoice.sub_mchid == sub_mchid
        })
    }

    /// Whether there is an application of this number, also one of another sub-merchant.
    pub(crate) fn has_application(&self, fapiao_apply_id: &str) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|invoice| invoice.fapiao_apply_id == fapiao_apply_id)
    }

    pub(crate) fn get(&self, fapiao_id: &str) -> Option<&Invoice> {
        let mut entries = self.entries.iter();
        entries.find(|invoice| invoice.fapiao_id == fapiao_id)
    }

    /// Issues one at once.
    pub(crate) fn issue(
        &mut self,
        fapiao_apply_id: &str,
        fapiao_id: &str,
        sub_mchid: &str,
        terms: InvoiceTerms,
        now: Timestamp,
        random: &Random,
    ) {
        self.entries.push(Invoice {
            fapiao_apply_id: fapiao_apply_id.to_owned(),
            fapiao_id: fapiao_id.to_owned(),
            sub_mchid: sub_mchid.to_owned(),
            fapiao_number: random.text(DIGITS, 20),
            card_openid: format!("o{}", random.text(ALPHANUMERIC, 27)),
            card_code: random.text(DIGITS, 12),
            issued: now,
            terms,
        });
    }

    /// Lets a file be downloaded, and gives the token. It forgets those that expired long ago.
    pub(crate) fn link(&mut self, fapiao_id: &str, now: Timestamp, random: &Random) -> String {
        self.links.retain(|_, link| link.age(now) <= AN_HOUR);
        let token = random.text(ALPHANUMERIC, 48);
        let link = Link {
            fapiao_id: fapiao_id.to_owned(),
            made: now,
        };
        self.links.insert(token.clone(), link);
        token
    }

    pub(crate) fn linked(&self, token: &str, now: Timestamp) -> Linked<'_> {
        let Some(link) = self.links.get(token) else {
            return Linked::Unknown;
        };
        match self.get(&link.fapiao_id) {
            Some(invoice) if (0..=LINK_LIFE).contains(&link.age(now)) => Linked::To(invoice),
            _ => Linked::Expired,
        }
    }
}

impl Invoice {
    /// Whether its file can still be had.
    pub(crate) fn has_file(&self, now: Timestamp) -> bool {
        now.unix().saturating_sub(self.issued.unix()) <= A_YEAR
    }
}

impl InvoiceItem {
    /// The amount without the tax, rounded to fen.
    pub(crate) fn amount(&self) -> i64 {
        let (total, whole) = (i128::from(self.total_amount), i128::from(WHOLE));
        let rate = whole + i128::from(self.tax_rate);
        let half = rate / 2;
        let amount = if total < 0 {
            (total * whole - half) / rate
        } else {
            (total * whole + half) / rate
        };
        i64::try_from(amount).unwrap_or(self.total_amount)
    }

    /// The price of one, in units of 10^-6 fen.
    pub(crate) fn unit_price(&self) -> i64 {
        let quantity = i128::from(self.quantity.max(1));
        let price = i128::from(self.amount()) * 1_000_000 * i128::from(ONE) / quantity;
        i64::try_from(price).unwrap_or(i64::MAX)
    }
}

impl Link {
    fn age(&self, now: Timestamp) -> i64 {
        now.unix() - self.made.unix()
    }
}

/// A quantity of one.
pub(crate) const ONE: i64 = 100_000_000;

/// A rate of 100%.
pub(crate) const WHOLE: i64 = 10_000;

/// How long an address is good, in seconds.
const LINK_LIFE: i64 = 30;

const AN_HOUR: i64 = 3600;

/// How long a file can be had, in seconds.
const A_YEAR: i64 = 365 * 24 * 3600;
