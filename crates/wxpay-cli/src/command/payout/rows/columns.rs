//! The first row: which columns there are, and which of them the command reads.

use csv::StringRecord;

use super::mistake::{Mistake, Mistakes};
use crate::command::payout::product::Kind;
use crate::lang::{Lang, Text};

/// What columns the files of a product have.
pub(in crate::command::payout) struct Sheet {
    pub(in crate::command::payout) required: &'static [&'static str],
    /// Of these there has to be one.
    pub(in crate::command::payout) choice: &'static [&'static str],
    pub(in crate::command::payout) known: &'static [&'static str],
    /// Names that leave open whether the order's amount is in fen or yuan.
    pub(in crate::command::payout) totals: &'static [&'static str],
    /// What the columns begin with whose names are the user's.
    pub(in crate::command::payout) prefix: Option<&'static str>,
    /// Other names by which people call a column, without spaces and `_`.
    pub(in crate::command::payout) aliases: &'static [(&'static str, &'static str)],
}

/// The columns of a file.
pub(super) struct Columns {
    names: StringRecord,
    /// The column of a payout that each of them is; the others are kept as they are.
    known: Vec<Option<&'static str>>,
    /// Those whose names begin as the product says, with the rest of their names.
    prefixed: Vec<(usize, String)>,
}

impl Columns {
    /// Reads the names of a first row that stands on this line, in a file of this product.
    pub(super) fn of(names: StringRecord, line: u64, kind: Kind, mistakes: &mut Mistakes) -> Self {
        let sheet = kind.sheet();
        let known: Vec<_> = names.iter().map(|name| exact(name, sheet)).collect();
        let prefixed = names.iter().enumerate().filter_map(|(place, name)| {
            let rest = name.trim().strip_prefix(sheet.prefix?)?;
            Some((place, rest.to_owned()))
        });
        let prefixed: Vec<_> = prefixed.collect();
        if let (Some(first), 1) = (names.get(0), names.len())
            && first.contains([';', '\t'])
        {
            let rule = Text::new(
                "columns must be separated by commas: save the file as CSV UTF-8",
                "各列必须用逗号分隔：请将文件另存为“CSV UTF-8（逗号分隔）”",
            );
            mistakes.push(Mistake::in_line(line, rule));
            return Self {
                names,
                known,
                prefixed,
            };
        }
        if let Some(other) = looks_like(&names, kind) {
            mistakes.push(Mistake::in_line(line, of_another(kind, other)));
            return Self {
                names,
                known,
                prefixed,
            };
        }
        let mut mistaken = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let before = known.iter().take(place);
            let twice = || Text::new("this column is there twice", "该列重复出现");
            if let Some((_, rest)) = prefixed.iter().find(|(at, _)| *at == place) {
                let mut before = prefixed.iter().take_while(|(at, _)| *at < place);
                if rest.is_empty() {
                    let rule = Text::new(
                        "the name of the report is missing behind the point: report.活动名称, say",
                        "点号后面缺少信息类型，例如 report.活动名称",
                    );
                    mistakes.push(Mistake::in_field(line, place, name.trim(), rule));
                } else if before.any(|(_, other)| other == rest) {
                    mistakes.push(Mistake::in_field(line, place, name.trim(), twice()));
                }
                continue;
            }
            let rule = match known.get(place).copied().flatten() {
                Some(column) if before.flatten().any(|known| *known == column) => twice(),
                Some(_) => continue,
                None => match Mistaken::of(name, &known, sheet) {
                    Some(mistake) => {
                        mistaken.push(mistake.meant());
                        mistake.rule()
                    }
                    None => continue,
                },
            };
            mistakes.push(Mistake::in_field(line, place, name.trim(), rule));
        }
        for column in sheet.required {
            if !known.contains(&Some(column)) && !mistaken.contains(column) {
                let rule = Text::new(
                    format!("the column {column} is missing"),
                    format!("缺少 {column} 列"),
                );
                mistakes.push(Mistake::in_line(line, rule));
            }
        }
        let is_there = |column: &&str| known.contains(&Some(*column)) || mistaken.contains(column);
        if !sheet.choice.is_empty() && !sheet.choice.iter().any(is_there) {
            let rule = Text::new(
                format!(
                    "there has to be one of the columns {}",
                    sheet.choice.join(", ")
                ),
                format!("须有以下列之一：{}", sheet.choice.join("、")),
            );
            mistakes.push(Mistake::in_line(line, rule));
        }
        Self {
            names,
            known,
            prefixed,
        }
    }

    /// Where the columns are whose names begin as the product says, with the rest of their names.
    pub(super) fn prefixed(&self) -> &[(usize, String)] {
        &self.prefixed
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

    /// Where a column is whose name begins as the product says.
    pub(super) fn place_of_prefixed(&self, rest: &str) -> Option<usize> {
        let mut prefixed = self.prefixed.iter();
        prefixed
            .find(|(_, name)| name == rest)
            .map(|(place, _)| *place)
    }
}

/// Whether a file with these columns can be one of this product.
pub(super) fn fits(names: &StringRecord, kind: Kind) -> bool {
    let has = |column: &&str| names.iter().any(|name| name.trim() == *column);
    let Sheet {
        required, choice, ..
    } = kind.sheet();
    required.iter().all(has) && (choice.is_empty() || choice.iter().any(has))
}

/// The product whose columns these are, if they are not those of the file's own.
fn looks_like(names: &StringRecord, kind: Kind) -> Option<Kind> {
    if fits(names, kind) {
        return None;
    }
    let is_its_own = |name: &str, other: Kind| {
        exact(name, other.sheet()).is_some() && exact(name, kind.sheet()).is_none()
    };
    LOOKS.into_iter().find(|other| {
        let own = names.iter().any(|name| is_its_own(name, *other));
        *other != kind && own && fits(names, *other)
    })
}

fn of_another(kind: Kind, other: Kind) -> Text {
    let (title, title_zh) = (other.title(Lang::En), other.title(Lang::Zh));
    let (this, this_zh) = (kind.title(Lang::En), kind.title(Lang::Zh));
    let name = other.as_str();
    Text::new(
        format!(
            "these are the columns of {title}, not of {this}: if that is what they are, add --product {name}"
        ),
        format!(
            "这些是{title_zh}的列，而不是{this_zh}的列：如果确实是{title_zh}，请加上 --product {name}"
        ),
    )
}

/// A name that was probably meant to be another one. Taken for a column of the user's own, it would
/// silently drop a name check or an approval.
enum Mistaken {
    Amount(&'static str),
    For(&'static str),
}

impl Mistaken {
    fn of(name: &str, present: &[Option<&'static str>], sheet: &'static Sheet) -> Option<Self> {
        let name = squashed(name);
        if name.is_empty() {
            return None;
        }
        let is_there = |column: &str| present.contains(&Some(column));
        if sheet.totals.contains(&&*name) {
            return Some(Self::Amount("total_fen"));
        }
        if AMOUNTS.contains(&&*name) || name.contains("金额") && !is_there("amount_fen") {
            return Some(Self::Amount("amount_fen"));
        }
        let same = sheet.known.iter().find(|column| squashed(column) == name);
        let absent = || sheet.known.iter().filter(|column| !is_there(column));
        let alike = || {
            absent().find(|column| {
                let column = squashed(column);
                let most = if column.len() <= SHORT_NAME { 1 } else { 2 };
                strsim::damerau_levenshtein(&column, &name) <= most
            })
        };
        let alias = || {
            let of = |column: &&&str| sheet.aliases.contains(&(&*name, **column));
            absent().find(of)
        };
        same.or_else(alike)
            .or_else(alias)
            .map(|column| Self::For(column))
    }

    fn meant(&self) -> &'static str {
        match self {
            Self::Amount(column) | Self::For(column) => column,
        }
    }

    fn rule(&self) -> Text {
        match self {
            Self::Amount(column) => Text::new(
                format!(
                    "ambiguous unit: name the column {column}, and write fen (1 yuan is 100 fen)"
                ),
                format!("金额单位不明确：请将列名改为 {column}，并以分为单位填写（1 元 = 100 分）"),
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

fn exact(name: &str, sheet: &'static Sheet) -> Option<&'static str> {
    let name = name.trim();
    sheet.known.iter().find(|known| **known == name).copied()
}

/// A name without what people write differently: case, spaces, `_`, `-`, brackets and full-width
/// letters.
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
const SHORT_NAME: usize = 6;
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
/// From the one with the most columns of its own on.
pub(super) const LOOKS: [Kind; 5] = [
    Kind::Refund,
    Kind::Employee,
    Kind::Transfer,
    Kind::BatchTransfer,
    Kind::RedPacket,
];
