//! The charsets in which texts are signed by programs that leave the choice to their platform.

/// How a text becomes bytes.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Charset {
    Utf8,
    Gbk,
    Big5,
    /// What is beyond Latin-1 becomes a question mark, as `getBytes("ISO-8859-1")` of Java does it.
    Latin1,
    /// Each byte of UTF-8 beyond ASCII becomes a question mark.
    Ascii,
    /// The low byte of each UTF-16 unit, as `binary` and `latin1` of Node.js.
    LowBytes,
    /// The bytes of UTF-8 were taken for characters of Latin-1, and these written in UTF-8.
    Twice,
    /// The same with Windows-1252.
    TwiceWindows,
    /// The bytes of UTF-8 were taken for GBK, and these characters written in UTF-8.
    TwiceGbk,
    /// Each byte of UTF-8 beyond ASCII became U+FFFD.
    Replaced,
    Utf16Le,
    Utf16Be,
}

impl Charset {
    /// All but UTF-8 and GBK, which has a cause of its own.
    pub(crate) const OTHERS: [Self; 10] = [
        Self::Latin1,
        Self::Ascii,
        Self::LowBytes,
        Self::Twice,
        Self::TwiceWindows,
        Self::TwiceGbk,
        Self::Replaced,
        Self::Big5,
        Self::Utf16Le,
        Self::Utf16Be,
    ];

    /// What a finding calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gbk => "GBK",
            Self::Big5 => "Big5",
            Self::Latin1 => "ISO-8859-1, where each Chinese character becomes a question mark",
            Self::Ascii => "ASCII, where each byte of Chinese becomes a question mark",
            Self::LowBytes => "the low byte of each character (binary or latin1 in Node.js)",
            Self::Twice | Self::TwiceWindows => "UTF-8 applied twice",
            Self::TwiceGbk => "UTF-8 that was read as GBK",
            Self::Replaced => "UTF-8 that was read as ASCII (U+FFFD)",
            Self::Utf16Le => "UTF-16LE (Encoding.Unicode in .NET)",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    /// Whether it writes ASCII as other bytes too.
    pub(crate) const fn is_wide(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }

    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let by_byte = |beyond: &str| {
            let mut out = Vec::with_capacity(text.len());
            for byte in text.bytes() {
                if byte.is_ascii() {
                    out.push(byte);
                } else {
                    out.extend_from_slice(beyond.as_bytes());
                }
            }
            out
        };
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Gbk => encoding_rs::GBK.encode(text).0.into_owned(),
            Self::Big5 => encoding_rs::BIG5.encode(text).0.into_owned(),
            Self::Latin1 => text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
                .collect(),
            Self::Ascii => by_byte("?"),
            Self::Replaced => by_byte("\u{FFFD}"),
            Self::LowBytes => text
                .encode_utf16()
                .map(|unit| unit.to_le_bytes()[0])
                .collect(),
            Self::Twice => {
                let latin: String = text.bytes().map(char::from).collect();
                latin.into_bytes()
            }
            Self::TwiceWindows => decoded(encoding_rs::WINDOWS_1252, text.as_bytes()),
            Self::TwiceGbk => decoded(encoding_rs::GBK, text.as_bytes()),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

/// The text whose bytes of UTF-8 were taken for another charset and gave this one, if it looks like
/// one.
pub(crate) fn unmixed(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let latin: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    let encoded = |charset: &'static encoding_rs::Encoding| {
        let (bytes, _, unmapped) = charset.encode(text);
        (!unmapped).then(|| bytes.into_owned())
    };
    let mut bytes = latin
        .into_iter()
        .chain(encoded(encoding_rs::WINDOWS_1252))
        .chain(encoded(encoding_rs::GBK));
    bytes.find_map(|bytes| String::from_utf8(bytes).ok())
}

fn decoded(charset: &'static encoding_rs::Encoding, bytes: &[u8]) -> Vec<u8> {
    let (text, _) = charset.decode_without_bom_handling(bytes);
    text.into_owned().into_bytes()
}
