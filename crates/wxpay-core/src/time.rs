use std::fmt;
use std::ops::Add;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::{FromWire, InvalidInput};

/// A moment, with the precision that WeChat Pay sends (seconds or fractions of them).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(jiff::Timestamp);

/// The ways in which WeChat Pay writes times.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum TimeFormat {
    /// `20141030133525`, in UTC+8.
    Compact,
    /// `2015-04-21 20:00:00`, in UTC+8. Full-width colons, as the documents' samples have them, are
    /// read too.
    DateTime,
    /// `2015-05-20T13:29:35+08:00`, with or without a fraction of a second.
    Rfc3339,
    /// `1432099775`, seconds since 1970-01-01T00:00:00Z.
    Unix,
}

impl Timestamp {
    /// This moment by the system's clock.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// The moment this many seconds after 1970-01-01T00:00:00Z, if a calendar has it.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// The moment this many milliseconds after 1970-01-01T00:00:00Z, if a calendar has it.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Reads a time in one format; `None` when the text is not such a time or no calendar has it.
    pub fn parse(text: &str, format: TimeFormat) -> Option<Self> {
        let mut reader = Reader(text);
        if format == TimeFormat::Unix {
            return i64::from_wire(text).and_then(Self::from_unix);
        }
        let parts = match format {
            TimeFormat::Unix => None,
            TimeFormat::Compact => {
                let parts = [4, 2, 2, 2, 2, 2].map(|width| reader.number(width));
                reader.end().then_some((parts, 0, CHINA))
            }
            TimeFormat::DateTime => {
                let parts = reader.date_time(' ');
                reader.end().then_some((parts, 0, CHINA))
            }
            TimeFormat::Rfc3339 => {
                let parts = reader.date_time('T');
                let nanos = reader.fraction()?;
                let offset = reader.offset()?;
                reader.end().then_some((parts, nanos, offset))
            }
        }?;
        let ([year, month, day, hour, minute, second], nanos, offset) = parts;
        let small = |n: Option<i16>| i8::try_from(n?).ok();
        let civil = DateTime::new(
            year?,
            small(month)?,
            small(day)?,
            small(hour)?,
            small(minute)?,
            small(second)?,
            nanos,
        );
        let zone = Offset::from_seconds(offset).ok()?;
        zone.to_timestamp(civil.ok()?).ok().map(Self)
    }

    /// Writes the time in one format, in UTC+8 and without fractions.
    pub fn format(self, format: TimeFormat) -> String {
        let pattern = match format {
            TimeFormat::Unix => return self.unix().to_string(),
            TimeFormat::Compact => "%Y%m%d%H%M%S",
            TimeFormat::DateTime => "%Y-%m-%d %H:%M:%S",
            TimeFormat::Rfc3339 => "%Y-%m-%dT%H:%M:%S%:z",
        };
        self.china().strftime(pattern).to_string()
    }

    /// The calendar of China at this moment.
    pub(crate) fn china(self) -> jiff::Zoned {
        self.0.to_zoned(TimeZone::fixed(Offset::constant(8)))
    }
}

impl FromStr for Timestamp {
    type Err = InvalidInput;

    /// Reads `2015-05-20T13:29:35+08:00`.
    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        Self::parse(text, TimeFormat::Rfc3339).ok_or_else(|| {
            InvalidInput::new(
                "time",
                "must be written as 2015-05-20T13:29:35+08:00",
                "格式必须如 2015-05-20T13:29:35+08:00",
            )
        })
    }
}

impl From<SystemTime> for Timestamp {
    /// A moment that no calendar has becomes the nearest one that a calendar has.
    fn from(time: SystemTime) -> Self {
        Self(jiff::Timestamp::try_from(time).unwrap_or({
            if time < SystemTime::UNIX_EPOCH {
                jiff::Timestamp::MIN
            } else {
                jiff::Timestamp::MAX
            }
        }))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        time.0.into()
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// The moment this much later; the last one that a calendar has if it is later still.
    fn add(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(duration)
                .unwrap_or(jiff::Timestamp::MAX),
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(TimeFormat::Rfc3339))
    }
}

/// A time as WeChat Pay wrote it: the text is kept, and read when it is one of the known formats.
///
/// A response that reports a payment is not refused because its time is written in a new way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WireTime {
    text: String,
    timestamp: Option<Timestamp>,
}

impl WireTime {
    /// The text as it came.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The moment, unless the text is written in a way this version does not know.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }
}

impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Timestamp> for WireTime {
    /// Written as [`TimeFormat::Rfc3339`]; a request writes it in the form that its operation asks
    /// for.
    fn from(timestamp: Timestamp) -> Self {
        Self {
            text: timestamp.to_string(),
            timestamp: Some(timestamp),
        }
    }
}

impl FromWire for WireTime {
    fn from_wire(text: &str) -> Option<Self> {
        let formats = [
            TimeFormat::Rfc3339,
            TimeFormat::DateTime,
            TimeFormat::Compact,
        ];
        Some(Self {
            text: text.to_owned(),
            timestamp: formats
                .iter()
                .find_map(|format| Timestamp::parse(text, *format))
                .or_else(|| to_the_minute(text)),
        })
    }
}

/// `2015-05-20T13:29+08:00`, as the samples of some documents have it. It is read, and never
/// written.
fn to_the_minute(text: &str) -> Option<Timestamp> {
    let (minute, zone) = text.split_at_checked(16)?;
    let text = zone
        .starts_with(['+', '-', 'Z'])
        .then(|| format!("{minute}:00{zone}"))?;
    Timestamp::parse(&text, TimeFormat::Rfc3339)
}

/// APIv2 times carry no offset; they are Asia/Shanghai, which is UTC+8 all year. In seconds.
const CHINA: i32 = 8 * 3600;

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn date_time(&mut self, between: char) -> [Option<i16>; 6] {
        let year = self.number(4);
        let month = self.after(&['-'], 2);
        let day = self.after(&['-'], 2);
        let hour = self.after(&[between], 2);
        let minute = self.after(&[':', '：'], 2);
        let second = self.after(&[':', '：'], 2);
        [year, month, day, hour, minute, second]
    }

    fn after(&mut self, marks: &[char], width: usize) -> Option<i16> {
        self.0 = self.0.strip_prefix(marks)?;
        self.number(width)
    }

    fn number(&mut self, width: usize) -> Option<i16> {
        let (digits, rest) = self.0.split_at_checked(width)?;
        let mut number = 0;
        for byte in digits.bytes() {
            number = 10 * number + i16::from(digit(byte)?);
        }
        self.0 = rest;
        Some(number)
    }

    /// The nanoseconds of a fraction, 0 when there is none; digits beyond the ninth are dropped.
    fn fraction(&mut self) -> Option<i32> {
        let Some(rest) = self.0.strip_prefix('.') else {
            return Some(0);
        };
        let width = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = rest.split_at_checked(width)?;
        self.0 = rest;
        let mut nanos = 0;
        for byte in digits.bytes().chain([b'0'; 9]).take(9) {
            nanos = 10 * nanos + i32::from(digit(byte)?);
        }
        (width > 0).then_some(nanos)
    }

    /// The seconds east of Greenwich.
    fn offset(&mut self) -> Option<i32> {
        if let Some(rest) = self.0.strip_prefix('Z') {
            self.0 = rest;
            return Some(0);
        }
        let sign = if self.0.starts_with('-') { -1 } else { 1 };
        let hours = self.after(&['+', '-'], 2)?;
        let minutes = self.after(&[':'], 2)?;
        if hours > 23 || minutes > 59 {
            return None;
        }
        Some(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
    }

    fn end(&self) -> bool {
        self.0.is_empty()
    }
}

fn digit(byte: u8) -> Option<u8> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(digit)
}
