//! The first row: which columns there are, and which of them the command reads.

use csv::StringRecord;

use super::mistake::{Mistake, Mistakes};
use crate::lang::Text;

/// The columns of a file.
pub(super) struct Columns {
    names: StringRecord,
    /// The column of a payout that each of them is; the others are kept as they are.
    known: Vec<Option<&'static str>>,
}

impl Columns {
    /// Reads the names of a first row that stands on this line.
    pub(super) fn of(names: StringRecord, line: u64, mistakes: &mut Mistakes) -> Self {
        let known: Vec<_> = names.iter().map(exact).collect();
        if let (Some(first), 1) = (names.get(0), names.len())
            && first.contains([';', '\t'])
        {
            let rule = Text::new(
                "columns must be separated by commas: save the file as CSV UTF-8",
                "各列必须用逗号分隔：请将文件另存为“CSV UTF-8（逗号分隔）”",
            );
            mistakes.push(Mistake::in_line(line, rule));
            return Self { names, known };
        }
        let mut mistaken = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let before = known.iter().take(place);
            let rule = match known.get(place).copied().flatten() {
                Some(column) if before.flatten().any(|known| *known == column) => {
                    Text::new("this column is there twice", "该列重复出现")
                }
                Some(_) => continue,
                None => match Mistaken::of(name, &known) {
                    Some(mistake) => {
                        mistaken.push(mistake.meant());
                        mistake.rule()
                    }
                    None => continue,
                },
            };
            mistakes.push(Mistake::in_field(line, place, name.trim(), rule));
        }
        for column in REQUIRED {
            if !known.contains(&Some(column)) && !mistaken.contains(column) {
                let rule = Text::new(
                    format!("the column {column} is missing"),
                    format!("缺少 {column} 列"),
                );
                mistakes.push(Mistake::in_line(line, rule));
            }
        }
        Self { names, known }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The names as they stand in the file.
    pub(super) fn into_names(self) -> StringRecord {
        self.names
    }

    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).unwrap_or_default().trim()
    }

    /// Where a column is that the command reads.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.known.iter().position(|known| *known == Some(column))
    }
}

/// A name that was probably meant to be another one. Taken for a column of the user's own, it would silently drop a name
/// check or an approval.
enum Mistaken {
    Amount,
    For(&'static str),
}

impl Mistaken {
    fn of(name: &str, present: &[Option<&'static str>]) -> Option<Self> {
        let name = squashed(name);
        if name.is_empty() {
            return None;
        }
        let is_there = |column: &str| present.contains(&Some(column));
        if AMOUNTS.contains(&&*name) || name.contains("金额") && !is_there("amount_fen") {
            return Some(Self::Amount);
        }
        let same = KNOWN.iter().find(|column| squashed(column) == name);
        let absent = || KNOWN.iter().filter(|column| !is_there(column));
        let alike = || {
            absent().find(|column| {
                let column = squashed(column);
                let most = if column.len() <= SHORT { 1 } else { 2 };
                strsim::damerau_levenshtein(&column, &name) <= most
            })
        };
        let alias = || {
            let of = |column: &&&str| ALIASES.contains(&(&*name, **column));
            absent().find(of)
        };
        same.or_else(alike)
            .or_else(alias)
            .map(|column| Self::For(column))
    }

    fn meant(&self) -> &'static str {
        match self {
            Self::Amount => "amount_fen",
            Self::For(column) => column,
        }
    }

    fn rule(&self) -> Text {
        match self {
            Self::Amount => Text::new(
                "ambiguous unit: name the column amount_fen, and write fen (1 yuan is 100 fen)",
                "金额单位不明确：请将列名改为 amount_fen，并以分为单位填写（1 元 = 100 分）",
            ),
            Self::For(column) => Text::new(
                format!(
                    "unknown column: name it {column} if that is what it holds, or give a column of your own another name"
                ),
                format!(
                    "未知的列名：如果是 {column}，请改为该列名；如果是自用的列，请换一个不易混淆的名称"
                ),
            ),
        }
    }
}

fn exact(name: &str) -> Option<&'static str> {
    let name = name.trim();
    KNOWN.iter().find(|known| **known == name).copied()
}

/// A name without what people write differently: case, spaces, `_`, `-`, brackets and full-width letters.
fn squashed(name: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    name.chars()
        .map(half)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Letters of a name in which two changes can make any other word, such as `dept` of `desc`.
const SHORT: usize = 6;
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
const AMOUNTS: &[&str] = &[
    "amount",
    "amountyuan",
    "amountcny",
    "amountrmb",
    "totalamount",
    "yuan",
    "fen",
    "金额",
    "金额元",
    "金额分",
];
/// Other names by which people call a column, without spaces and `_`.
const ALIASES: &[(&str, &str)] = &[
    ("name", "re_user_name"),
    ("username", "re_user_name"),
    ("realname", "re_user_name"),
    ("payeename", "re_user_name"),
    ("姓名", "re_user_name"),
    ("真实姓名", "re_user_name"),
    ("员工姓名", "re_user_name"),
    ("收款人", "re_user_name"),
    ("收款人姓名", "re_user_name"),
    ("收款用户姓名", "re_user_name"),
    ("checkname", "check_name"),
    ("校验用户姓名选项", "check_name"),
    ("项目名称", "act_name"),
    ("ip地址", "spbill_create_ip"),
    ("付款消息类型", "ww_msg_type"),
    ("审批单号", "approval_number"),
    ("审批类型", "approval_type"),
    ("付款的应用id", "agentid"),
    ("设备号", "device_info"),
    ("付款说明", "desc"),
    ("description", "desc"),
    ("用户openid", "openid"),
];
