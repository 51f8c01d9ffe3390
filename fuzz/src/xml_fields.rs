//! Documents made of pieces whose meaning is known: what is read must be what was meant, and a flaw
//! is never overlooked.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arbitrary::{Arbitrary, Unstructured};
use wxpay_api::core::Params;

/// Reads the input as choices, with `arbitrary`.
pub fn run(data: &[u8]) {
    let mut choices = Unstructured::new(data);
    let Ok(document) = Document::arbitrary(&mut choices) else {
        return;
    };
    let (text, end) = document.text();
    let parsed = Params::from_xml(text.as_bytes());
    let Some(meaning) = document.meaning(&text) else {
        assert!(parsed.is_err(), "was to be refused: {text:?}");
        return;
    };
    let params = parsed.unwrap_or_else(|error| panic!("refused, {error}: {text:?}"));
    let fields = meaning.iter().map(|(name, value)| (&**name, &**value));
    assert!(
        params.iter().eq(fields.clone()),
        "reads otherwise: {text:?}"
    );

    // Built field by field, it is the same message.
    assert_eq!(fields.collect::<Params>(), params, "{text:?}");
    let written = params.to_xml();
    assert_eq!(
        Params::from_xml(written.as_bytes()).as_ref(),
        Ok(&params),
        "{written:?}"
    );

    for prefix in [usize::from(document.cut) % end, end - 1] {
        let prefix = &text.as_bytes()[..prefix];
        assert!(
            Params::from_xml(prefix).is_err(),
            "half a message: {:?}",
            prefix.escape_ascii()
        );
    }
    if end < 400 {
        for length in 0..end {
            let prefix = &text.as_bytes()[..length];
            assert!(
                Params::from_xml(prefix).is_err(),
                "half a message: {:?}",
                prefix.escape_ascii()
            );
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Document {
    byte_order_mark: bool,
    declaration: Option<Declaration>,
    space: Space,
    fields: Vec<Field>,
    after: Option<Flaw>,
    cut: u16,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Declaration {
    Plain,
    Utf8,
    Gbk,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Space {
    None,
    Blank,
    Lines,
}

#[derive(Arbitrary, Debug)]
struct Field {
    name: Name,
    space: Space,
    empty_tag: bool,
    pieces: Vec<Piece>,
    before: Option<Flaw>,
}

#[derive(Arbitrary, Debug)]
enum Name {
    Known(u8),
    Numbered(u8),
    Long(u8),
    Any(String),
}

/// A part of a value.
#[derive(Arbitrary, Debug)]
enum Piece {
    /// Text, escaped where it must be.
    Plain(String),
    /// A CDATA section; one that holds `]]>` is split.
    Cdata(String),
    Named(u8),
    Decimal(char, u8),
    Hexadecimal(char, u8),
    Long(u16),
    Flaw(Flaw),
}

/// What a document must not hold, where it stands between elements or in a value.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Flaw {
    Comment,
    Instruction,
    Doctype,
    SecondDeclaration,
    Entity,
    BareAmpersand,
    SectionEnd,
    Null,
    NoCharacter,
    Surrogate,
    Signed,
    Nested,
    Attribute,
    EmptyWithAttribute,
    Prefixed,
    WrongEnd,
    LowerCaseSection,
}

impl Flaw {
    const fn text(self) -> &'static str {
        match self {
            Self::Comment => "<!-- -->",
            Self::Instruction => "<?x y?>",
            Self::Doctype => "<!DOCTYPE x>",
            Self::SecondDeclaration => "<?xml version=\"1.0\"?>",
            Self::Entity => "&e;",
            Self::BareAmpersand => "&",
            Self::SectionEnd => "]]>",
            Self::Null => "\0",
            Self::NoCharacter => "&#xFFFF;",
            Self::Surrogate => "&#xD800;",
            Self::Signed => "&#+65;",
            Self::Nested => "<a><b>1</b></a>",
            Self::Attribute => "<a b=\"1\">1</a>",
            Self::EmptyWithAttribute => "<a b='>'/>",
            Self::Prefixed => "<q:total_fee>1</q:total_fee>",
            Self::WrongEnd => "<a>1</b>",
            Self::LowerCaseSection => "<![cdata[1]]>",
        }
    }
}

impl Document {
    /// The document and the length without the spaces at its end.
    fn text(&self) -> (String, usize) {
        let mut out = String::new();
        if self.byte_order_mark {
            out.push('\u{FEFF}');
        }
        out.push_str(match self.declaration {
            None => "",
            Some(Declaration::Plain) => "<?xml version=\"1.0\"?>",
            Some(Declaration::Utf8) => "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
            Some(Declaration::Gbk) => "<?xml version=\"1.0\" encoding=\"GBK\"?>",
        });
        let space = self.space.text();
        let _ = write!(out, "{space}<xml{space}>{space}");
        for field in &self.fields {
            field.write(&mut out);
        }
        let _ = write!(out, "</xml{space}>");
        if let Some(flaw) = self.after {
            out.push_str(flaw.text());
        }
        let end = out.len();
        out.push_str(space);
        (out, end)
    }

    /// The fields that the document means, if it is one that must be read.
    fn meaning(&self, text: &str) -> Option<BTreeMap<String, String>> {
        if self.after.is_some()
            || matches!(self.declaration, Some(Declaration::Gbk))
            || text.len() > 512 * 1024
            || self.fields.len() > 1024
        {
            return None;
        }
        let mut meaning = BTreeMap::new();
        for field in &self.fields {
            let (name, value) = field.meaning()?;
            if meaning.insert(name, value).is_some() {
                return None;
            }
        }
        Some(meaning)
    }
}

impl Space {
    const fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Blank => " ",
            Self::Lines => "\r\n\t",
        }
    }
}

impl Field {
    fn write(&self, out: &mut String) {
        if let Some(flaw) = self.before {
            out.push_str(flaw.text());
        }
        let (name, space) = (self.name.text(), self.space.text());
        if self.empty_tag {
            let _ = write!(out, "<{name}{space}/>{space}");
            return;
        }
        let _ = write!(out, "<{name}{space}>");
        for piece in &self.pieces {
            piece.write(out);
        }
        let _ = write!(out, "</{name}{space}>{space}");
    }

    fn meaning(&self) -> Option<(String, String)> {
        let name = self.name.text();
        let mut letters = name.chars();
        let first = letters.next()?;
        let named = (first.is_ascii_alphabetic() || first == '_')
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
            && name.len() <= 64;
        if self.before.is_some() || !named {
            return None;
        }
        let mut value = String::new();
        if !self.empty_tag {
            for piece in &self.pieces {
                piece.mean(&mut value)?;
            }
        }
        (value.len() <= 64 * 1024 && value.chars().all(is_character)).then_some((name, value))
    }
}

impl Name {
    fn text(&self) -> String {
        const KNOWN: [&str; 6] = [
            "sign",
            "return_code",
            "total_fee",
            "xml",
            "_",
            "coupon_id_$n",
        ];
        match self {
            Self::Known(n) => KNOWN[usize::from(*n) % KNOWN.len()].to_owned(),
            Self::Numbered(n) => format!("coupon_fee_{n}"),
            Self::Long(n) => "n".repeat(usize::from(*n)),
            // Without what would end the name, or the tag.
            Self::Any(name) => name.replace(['<', '>', ' ', '\t', '\r', '\n'], ""),
        }
    }
}

impl Piece {
    fn write(&self, out: &mut String) {
        let _ = match self {
            Self::Plain(text) => {
                let text = text.replace('&', "&amp;").replace('<', "&lt;");
                out.write_str(&text.replace("]]>", "]]&gt;"))
            }
            Self::Cdata(text) => {
                write!(
                    out,
                    "<![CDATA[{}]]>",
                    text.replace("]]>", "]]]]><![CDATA[>")
                )
            }
            Self::Named(n) => write!(out, "&{};", named(*n).0),
            Self::Decimal(c, zeros) => {
                write!(
                    out,
                    "&#{}{};",
                    "0".repeat(usize::from(*zeros) % 9),
                    u32::from(*c)
                )
            }
            Self::Hexadecimal(c, zeros) => {
                write!(
                    out,
                    "&#x{}{:X};",
                    "0".repeat(usize::from(*zeros) % 9),
                    u32::from(*c)
                )
            }
            Self::Long(length) => out.write_str(&"付".repeat(usize::from(*length) % 1500)),
            Self::Flaw(flaw) => out.write_str(flaw.text()),
        };
    }

    /// Adds what the piece means, unless it means nothing.
    fn mean(&self, value: &mut String) -> Option<()> {
        match self {
            Self::Plain(text) | Self::Cdata(text) => value.push_str(text),
            Self::Named(n) => value.push(named(*n).1),
            Self::Decimal(c, _) | Self::Hexadecimal(c, _) => value.push(*c),
            Self::Long(length) => value.push_str(&"付".repeat(usize::from(*length) % 1500)),
            Self::Flaw(_) => return None,
        }
        Some(())
    }
}

fn named(n: u8) -> (&'static str, char) {
    const NAMED: [(&str, char); 5] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
    ];
    NAMED[usize::from(n) % NAMED.len()]
}

fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}
