use std::fmt;
use std::io;

/// What is wrong with a bill: the line, the column, and the rule that is broken.
///
/// It shows no value of the bill. [`Display`](fmt::Display) is English, [`zh`](Self::zh) is
/// Chinese.
#[derive(Debug)]
pub struct BillError {
    line: u64,
    column: Option<Box<str>>,
    problem: Problem,
}

/// The rule that is broken.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// The bill could not be read. The cause is the error's source.
    Io(io::Error),
    /// The bytes are not UTF-8: a spreadsheet has probably saved it in another encoding, such as
    /// GBK.
    NotUtf8,
    /// The bytes are packed with gzip: unpack them first.
    Packed,
    /// The bytes are a workbook of a spreadsheet, or text in UTF-16.
    Spreadsheet,
    /// A line is longer than any of a bill is: 1 MiB.
    LineTooLong,
    /// The first row has no name for a column.
    NamelessColumn,
    /// The first row has a name twice.
    RepeatedColumn,
    /// A column that every bill of the kind has is not there.
    MissingColumn,
    /// A row does not begin with a back-quote, as a spreadsheet saves it.
    NoBackQuote,
    /// A row has another number of fields than the names above it.
    FieldCount {
        /// The names above the row.
        expected: usize,
        /// The fields of the row.
        found: usize,
    },
    /// A field must not be empty.
    Empty,
    /// A field is not an amount in yuan, such as `12.34`.
    NotAnAmount,
    /// An order's amount has a part of a fen.
    PartOfAFen,
    /// An amount is too large, or a sum becomes it.
    TooLarge,
    /// A field is not a number of rows, such as `45` or `45.0`.
    NotACount,
    /// A field is not a time, such as `2026-01-31 23:59:59`.
    NotATime,
    /// A field is neither `收入` nor `支出`.
    NotADirection,
    /// The bill ends before its summary: it was cut short.
    NoSummary,
    /// Something follows after the summary: two bills in one file, perhaps.
    AfterSummary,
    /// The summary does not agree with the rows above it. Every row was read.
    SummaryDiffers,
}

impl BillError {
    pub(crate) fn new(line: u64, problem: Problem) -> Self {
        Self {
            line,
            column: None,
            problem,
        }
    }

    pub(crate) fn in_column(line: u64, column: &str, problem: Problem) -> Self {
        Self {
            line,
            column: Some(column.into()),
            problem,
        }
    }

    /// The line, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The name of the column, if it is one field that is wrong.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// The rule that is broken.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// It in Chinese.
    pub fn zh(&self) -> String {
        let line = self.line;
        let rule = self.problem.zh();
        match &self.column {
            None => format!("第 {line} 行：{rule}"),
            Some(column) => format!("第 {line} 行“{column}”列：{rule}"),
        }
    }
}

impl fmt::Display for BillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.problem.en())
    }
}

impl std::error::Error for BillError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl Problem {
    fn en(&self) -> String {
        match self {
            Self::FieldCount { expected, found } => {
                format!("must have {expected} fields, as many as there are names, has {found}")
            }
            other => other.words().0.to_owned(),
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::FieldCount { expected, found } => {
                format!("应有 {expected} 个字段（与表头一致），实际有 {found} 个")
            }
            other => other.words().1.to_owned(),
        }
    }

    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Io(_) => ("can't be read", "无法读取"),
            Self::NotUtf8 => (
                "must be UTF-8, and is probably GBK: take the bill as it was downloaded, before a spreadsheet saved it",
                "编码必须是 UTF-8，当前很可能是 GBK：请使用下载的原始账单，而不是电子表格另存的文件",
            ),
            Self::Packed => (
                "is packed with gzip: unpack it first",
                "是 gzip 压缩文件：请先解压",
            ),
            Self::Spreadsheet => (
                "is a workbook or UTF-16 text: take the bill as it was downloaded",
                "是电子表格工作簿或 UTF-16 文本：请使用下载的原始账单",
            ),
            Self::LineTooLong => ("must have at most 1 MiB", "一行最多 1 MiB"),
            Self::NamelessColumn => ("a column has no name", "有一列没有列名"),
            Self::RepeatedColumn => ("this column is there twice", "该列重复出现"),
            Self::MissingColumn => ("this column is missing", "缺少该列"),
            Self::NoBackQuote => (
                "a row must begin with a back-quote (`): take the bill as it was downloaded, before a spreadsheet saved it",
                "数据行必须以反引号（`）开头：请使用下载的原始账单，而不是电子表格另存的文件",
            ),
            Self::FieldCount { .. } => ("has another number of fields", "字段数不符"),
            Self::Empty => ("must not be empty", "不能为空"),
            Self::NotAnAmount => (
                "must be an amount in yuan, such as 12.34",
                "必须是以元为单位的金额，例如 12.34",
            ),
            Self::PartOfAFen => ("must have at most two decimals", "最多两位小数"),
            Self::TooLarge => ("the amount is too large", "金额过大"),
            Self::NotACount => (
                "must be a number of rows, such as 45",
                "必须是笔数，例如 45",
            ),
            Self::NotATime => (
                "must be a time, such as 2026-01-31 23:59:59",
                "必须是时间，例如 2026-01-31 23:59:59",
            ),
            Self::NotADirection => ("must be 收入 or 支出", "必须是“收入”或“支出”"),
            Self::NoSummary => (
                "the bill ends without its summary: it was cut short, download it again",
                "账单没有汇总行就结束了：文件不完整，请重新下载",
            ),
            Self::AfterSummary => (
                "nothing may follow the summary: is this more than one bill?",
                "汇总行之后不应再有内容：是否把多份账单合并在了一起？",
            ),
            Self::SummaryDiffers => (
                "the summary does not agree with the rows above it",
                "汇总与上面的明细不一致",
            ),
        }
    }
}
