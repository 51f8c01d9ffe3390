//! The sections of a PEM text, whatever has become of its line ends.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// What stands between a BEGIN and an END line.
pub(super) struct Section {
    /// Without its spaces; empty for base64 that came without these lines.
    pub(super) label: String,
    pub(super) der: Zeroizing<Vec<u8>>,
    encrypted: bool,
}

impl Section {
    /// Whether it can be decrypted with a password only.
    pub(super) fn is_encrypted(&self) -> bool {
        /// The ciphers of PKCS#5 and PKCS#12 by their object identifiers.
        const PASSWORD: [&[u8]; 2] = [
            b"\x2A\x86\x48\x86\xF7\x0D\x01\x05",
            b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01",
        ];
        let head = self.der.get(..32).unwrap_or(&self.der);
        self.encrypted
            || PASSWORD
                .iter()
                .any(|oid| head.windows(oid.len()).any(|bytes| bytes == *oid))
    }
}

/// Why a text has no sections that can be read.
pub(super) enum Broken {
    /// A section has no END line.
    Cut,
    /// A section has another's END line.
    Ends,
    /// A section holds something else than base64.
    Base64,
}

/// The sections in their order.
///
/// Line ends may be of any kind, spaces, missing, or written out as `\n`, as they become in
/// environment variables and JSON. A text without sections may be the base64 of one section, or of
/// a whole PEM file.
pub(super) fn sections(text: &str) -> Result<Vec<Section>, Broken> {
    let text = plain(text);
    if text.contains(BEGIN) {
        return marked(&text);
    }
    let Some(bytes) = decode(&text).filter(|bytes| !bytes.is_empty()) else {
        return Ok(Vec::new());
    };
    match std::str::from_utf8(&bytes) {
        Ok(inner) if inner.contains(BEGIN) => marked(&plain(inner)),
        _ => Ok(vec![Section {
            label: String::new(),
            der: bytes,
            encrypted: false,
        }]),
    }
}

fn marked(text: &str) -> Result<Vec<Section>, Broken> {
    let mut sections = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (label, after) = after.split_once(DASHES).ok_or(Broken::Cut)?;
        let (body, after) = after.split_once(END).ok_or(Broken::Cut)?;
        let (end, after) = after.split_once(DASHES).ok_or(Broken::Cut)?;
        rest = after;
        let label = compact(label);
        if *label != *compact(end) {
            return Err(Broken::Ends);
        }
        let encrypted = label.starts_with("ENCRYPTED") || body.contains("ENCRYPTED");
        // An encrypted one in the old format has headers in front of its base64.
        let der = match decode(body) {
            Some(der) => der,
            None if encrypted => Zeroizing::default(),
            None => return Err(Broken::Base64),
        };
        sections.push(Section {
            label: label.to_string(),
            der,
            encrypted,
        });
    }
    Ok(sections)
}

/// The text with real line ends. Neither base64 nor a label holds a backslash.
fn plain(text: &str) -> Zeroizing<String> {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push('\n');
        characters.next_if(|next| matches!(next, 'n' | 'r' | 't'));
    }
    Zeroizing::new(out)
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let base64 = compact(text);
    LENIENT.decode(base64.as_bytes()).ok().map(Zeroizing::new)
}

/// Without spaces, line ends, the mark at the beginning of a file, and the quotes that a value was
/// copied with.
fn compact(text: &str) -> Zeroizing<String> {
    let mut out = String::with_capacity(text.len());
    out.extend(
        text.chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '\u{FEFF}' | '"' | '\'')),
    );
    Zeroizing::new(out)
}

/// The last `=` get lost in copying.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const BEGIN: &str = "-----BEGIN";
const END: &str = "-----END";
const DASHES: &str = "-----";
