//! What the configuration says for rows that do not.

use std::collections::BTreeMap;
use std::net::IpAddr;

use toml::{Table, Value};

use super::wrong;
use crate::fail::Fail;

/// The settings that stand in for columns, by the columns' names.
#[derive(Clone, Debug, Default)]
pub(in crate::command::payout) struct Defaults {
    texts: BTreeMap<String, String>,
    /// What a transfer's scene is reported with, by type.
    pub(in crate::command::payout) reports: BTreeMap<String, String>,
    /// The WeCom app, from its own section.
    pub(in crate::command::payout) agentid: Option<u32>,
    /// The sub-merchant that the command calls for.
    pub(in crate::command::payout) sub_mch_id: Option<String>,
}

impl Defaults {
    pub(super) fn read(table: Table, section: &str) -> Result<Self, Fail> {
        let mut defaults = Self::default();
        for (name, value) in table {
            let setting = format!("{section} {name}");
            match value {
                Value::Table(table) if name == REPORT => {
                    defaults.reports = contents(table, &setting)?;
                }
                Value::String(text) if name != REPORT => {
                    if IPS.contains(&name.as_str())
                        && !text.is_empty()
                        && text.parse::<IpAddr>().is_err()
                    {
                        return Err(wrong(&setting, "must be an IP address", "必须是 IP 地址"));
                    }
                    // As an empty field of a row.
                    if !text.is_empty() {
                        defaults.texts.insert(name, text);
                    }
                }
                _ if name == REPORT => {
                    return Err(wrong(
                        &setting,
                        "must be a table, such as { \"活动名称\" = \"新会员有礼\" }",
                        "必须是一张表，例如 { \"活动名称\" = \"新会员有礼\" }",
                    ));
                }
                _ => return Err(not_a_text(&setting)),
            }
        }
        Ok(defaults)
    }

    /// What stands in for a column that a row leaves empty.
    pub(in crate::command::payout) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, text: &str) {
        let texts = &mut self.texts;
        texts
            .entry(name.to_owned())
            .or_insert_with(|| text.to_owned());
    }
}

fn contents(table: Table, setting: &str) -> Result<BTreeMap<String, String>, Fail> {
    let text = |(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => Err(not_a_text(&format!("{setting} {name}"))),
    };
    table.into_iter().map(text).collect()
}

fn not_a_text(setting: &str) -> Fail {
    wrong(
        setting,
        "must be a text in quotation marks",
        "必须是用引号括起来的文本",
    )
}

const REPORT: &str = "report";
const IPS: [&str; 2] = ["spbill_create_ip", "client_ip"];
