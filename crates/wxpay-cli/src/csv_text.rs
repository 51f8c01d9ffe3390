//! The first bytes of a file say whether it is text that can be read.

use std::io::{self, Cursor, Read};
use std::path::Path;

use crate::fail::{Fail, unreadable};

/// Why a file is not read.
pub(crate) enum Refused {
    Unreadable(io::Error),
    Utf16,
    Workbook,
}

/// The text of a file, without the mark (BOM) that Excel writes before UTF-8.
pub(crate) fn text_of(mut file: impl Read + 'static) -> Result<Box<dyn Read>, Refused> {
    let mut head = Vec::new();
    let read = file.by_ref().take(HEAD).read_to_end(&mut head);
    read.map_err(Refused::Unreadable)?;
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || head.contains(&0) {
        return Err(Refused::Utf16);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Refused::Workbook);
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    Ok(Box::new(Cursor::new(head).chain(file)))
}

impl Refused {
    pub(crate) fn fail(self, path: &Path) -> Fail {
        let shown = path.display();
        match self {
            Self::Unreadable(error) => unreadable(path, error),
            Self::Utf16 => Fail::usage(
                format!("{shown} is UTF-16 text: save it as CSV UTF-8"),
                format!("{shown} 的编码是 UTF-16：请另存为“CSV UTF-8（逗号分隔）”"),
            ),
            Self::Workbook => Fail::usage(
                format!("{shown} is an Excel workbook: save it as CSV UTF-8"),
                format!("{shown} 是 Excel 工作簿：请另存为“CSV UTF-8（逗号分隔）”"),
            ),
        }
    }
}

/// Bytes: two characters of UTF-16.
const HEAD: u64 = 4;
