//! The bodies that could have been signed in place of the one that was captured.

use super::json::{Escapes, Json, Space, Style};
use crate::causes::{Cause, v3 as causes};

type Variant = (Vec<u8>, Vec<&'static Cause>);

/// Other bodies with the same content, each with what is different about it.
pub(super) fn variants(body: &[u8]) -> Vec<Variant> {
    let mut variants = ends(body);
    if let Some(json) = Json::read(without_bom(body)) {
        rewritten(&json, body, &mut variants);
    }
    if let Some(gbk) = in_gbk(body) {
        variants.push((gbk, vec![&causes::BODY_GBK]));
    }
    variants.retain(|(variant, _)| variant != body);
    variants
}

pub(super) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(BOM).unwrap_or(body)
}

/// Other blanks, line feeds and marks at the ends, and other line ends.
fn ends(body: &[u8]) -> Vec<Variant> {
    let text = String::from_utf8_lossy(body);
    let unix = text.replace("\r\n", "\n");
    let feeds = [
        body.trim_ascii().to_vec(),
        [body, b"\n"].concat(),
        [body, b"\r\n"].concat(),
        unix.clone().into_bytes(),
        unix.replace('\n', "\r\n").into_bytes(),
    ];
    let mut variants: Vec<Variant> = feeds
        .into_iter()
        .map(|variant| (variant, vec![&causes::LINE_FEED]))
        .collect();
    let marked = match body.strip_prefix(BOM) {
        Some(rest) => rest.to_vec(),
        None => [BOM, body].concat(),
    };
    variants.push((marked, vec![&causes::BOM]));
    variants
}

/// The same JSON in every style.
fn rewritten(json: &Json, body: &[u8], variants: &mut Vec<Variant>) {
    let styles = styles();
    let texts: Vec<_> = styles.iter().map(|style| json.write(*style)).collect();
    // What counts as different is told from the style in which the body is written, if it is one of these.
    let is_own = |text: &Option<String>| text.as_ref().is_some_and(|text| text.as_bytes() == body);
    let own = texts.iter().position(is_own);
    let own = own.and_then(|at| styles.get(at)).copied();
    let base = own.unwrap_or(PLAIN);
    let written = json.write(base);
    for (style, text) in styles.iter().zip(texts) {
        let Some(text) = text else {
            continue;
        };
        let mut why = Vec::new();
        let with = |change: fn(&mut Style, Style)| {
            let mut changed = base;
            change(&mut changed, *style);
            json.write(changed) != written
        };
        if own.is_none() || with(|changed, style| changed.space = style.space) {
            why.push(&causes::WHITE_SPACE);
        }
        if with(|changed, style| changed.sorted = style.sorted) {
            why.push(&causes::KEY_ORDER);
        }
        if with(|changed, style| changed.escapes = style.escapes) {
            why.push(&causes::ESCAPES);
        }
        let known = variants
            .iter()
            .any(|(variant, _)| variant == text.as_bytes());
        if !known {
            let feed = [text.as_bytes(), b"\n"].concat();
            let mut why_feed = why.clone();
            why_feed.push(&causes::LINE_FEED);
            variants.push((text.into_bytes(), why));
            variants.push((feed, why_feed));
        }
    }
}

fn styles() -> Vec<Style> {
    let spaces = [
        Space::Compact,
        Space::Spaced,
        Space::Lines("  "),
        Space::Lines("    "),
        Space::Lines("\t"),
    ];
    let mut styles = Vec::new();
    for space in spaces {
        for sorted in [false, true] {
            for [unicode, slash, html] in ESCAPES {
                let escapes = Escapes {
                    unicode,
                    slash,
                    html,
                };
                styles.push(Style {
                    space,
                    sorted,
                    escapes,
                });
            }
        }
    }
    styles
}

fn in_gbk(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body)
        .ok()
        .filter(|text| !text.is_ascii())?;
    let (gbk, _, unmapped) = encoding_rs::GBK.encode(text);
    (!unmapped).then(|| gbk.into_owned())
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

const PLAIN: Style = Style {
    space: Space::Compact,
    sorted: false,
    escapes: Escapes {
        unicode: false,
        slash: false,
        html: false,
    },
};

/// Unicode, slash, HTML: those combinations that programs write.
const ESCAPES: [[bool; 3]; 6] = [
    [false, false, false],
    [true, false, false],
    [false, true, false],
    [true, true, false],
    [false, false, true],
    [true, false, true],
];
