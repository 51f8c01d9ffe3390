use std::fmt;

/// Why a call ended as it did, in more detail than its error code (原因码): the number after the last
/// dash of `Request-ID`.
///
/// The header is not signed. A reason helps a person and support, and decides nothing about money;
/// [`Error::outcome`](wxpay_core::Error::outcome) does.
///
/// ```
/// use wxpay_client::v3::Reason;
///
/// let reason = Reason::of_request_id("08E491ED930610E20318AD80C4E00A200028F61E-270924333").unwrap();
/// assert_eq!(reason.number(), 270_924_333);
/// assert_eq!(reason.chinese(), Some("时间戳距离当前时间超过 5 分钟"));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reason {
    number: u64,
    chinese: Option<&'static str>,
    english: Option<&'static str>,
}

impl Reason {
    /// Reads it from a `Request-ID`. There is none when the call went well (`-0`) or the id ends in
    /// no number.
    pub fn of_request_id(request_id: &str) -> Option<Self> {
        let (_, digits) = request_id.rsplit_once('-')?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = digits.parse().ok().filter(|number| *number > 0)?;
        let columns = TABLE.lines().find_map(|line| {
            let (code, rest) = line.split_once('\t')?;
            (code.parse() == Ok(number)).then(|| rest.split_once('\t'))?
        });
        let text = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        Some(Self {
            number,
            chinese: columns.and_then(|(chinese, _)| text(chinese)),
            english: columns.and_then(|(_, english)| text(english)),
        })
    }

    /// The number, which WeChat Pay's support knows.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// WeChat Pay's own words, if one of its pages has the number.
    pub fn chinese(&self) -> Option<&'static str> {
        self.chinese
    }

    /// The same in English, for the numbers that are common.
    pub fn english(&self) -> Option<&'static str> {
        self.english
    }
}

/// The number and what is known of it: `270924333 (the timestamp is …; 时间戳…)`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            number,
            chinese,
            english,
        } = self;
        match (english, chinese) {
            (Some(english), Some(chinese)) => write!(f, "{number} ({english}; {chinese})"),
            (Some(text), None) | (None, Some(text)) => write!(f, "{number} ({text})"),
            (None, None) => write!(f, "{number}"),
        }
    }
}

/// Number, Chinese and English, from the pages of error codes (错误码) as of July 2026, sorted by
/// number.
const TABLE: &str = include_str!("reasons.tsv");
