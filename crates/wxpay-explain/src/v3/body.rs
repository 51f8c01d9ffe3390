//! The bodies that could have been signed in place of the one that was captured.

use super::json::{Escapes, Json, Order, Space, Style};
use super::restored::restored;
use crate::causes::{body, v3 as causes};
use crate::charset::Charset;
use crate::finding::Finding;
use crate::names::snake;

/// A body, and what is different about it.
pub(super) type Variant = (Vec<u8>, Vec<Finding>);

/// Other bodies with the same content, each with what is different about it.
pub(super) fn variants(body: &[u8]) -> Vec<Variant> {
    let mut variants = ends(body);
    if let Some(json) = Json::read(without_bom(body)) {
        rewritten(&json, body, &mut variants);
    }
    variants.extend(in_charsets(body));
    variants.retain(|(variant, _)| variant != body);
    variants
}

pub(super) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(BOM).unwrap_or(body)
}

/// Other spaces, line feeds and marks at the ends, and other line ends.
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
        .map(|variant| (variant, vec![Finding::new(&causes::LINE_FEED, [])]))
        .collect();
    let marked = match body.strip_prefix(BOM) {
        Some(rest) => rest.to_vec(),
        None => [BOM, body].concat(),
    };
    variants.push((marked, vec![Finding::new(&causes::BOM, [])]));
    variants
}

/// The same JSON in every style, as it is and with its names and values restored.
fn rewritten(json: &Json, body: &[u8], variants: &mut Vec<Variant>) {
    let short = body.len() <= MAX_TRIED_BYTES;
    let styles = styles(short && is_notice(json));
    // What counts as different is told from the style in which the body is written, if it is one of
    // these.
    let is_own = |style: &&Style| {
        let text = json.write(**style);
        text.is_some_and(|text| text.as_bytes() == body)
    };
    let own = styles.iter().find(is_own).copied();
    in_styles(json, own, &[], &styles, variants);
    if let Some((restored, why)) = restored(json).filter(|_| short) {
        in_styles(&restored, own, &why, &styles, variants);
    }
}

fn in_styles(
    json: &Json,
    own: Option<Style>,
    also: &[Finding],
    styles: &[Style],
    variants: &mut Vec<Variant>,
) {
    let base = own.unwrap_or(PLAIN_STYLE);
    let written = json.write(base);
    for style in styles {
        let Some(text) = json.write(*style) else {
            continue;
        };
        let with = |change: fn(&mut Style, Style)| {
            let mut changed = base;
            change(&mut changed, *style);
            json.write(changed) != written
        };
        let mut why = also.to_vec();
        if own.is_none() || with(|changed, style| changed.space = style.space) {
            why.push(Finding::new(&causes::WHITE_SPACE, []));
        }
        if with(|changed, style| changed.order = style.order) {
            why.push(Finding::new(&causes::KEY_ORDER, []));
        }
        if with(|changed, style| changed.escapes = style.escapes) {
            why.push(Finding::new(&causes::ESCAPES, []));
        }
        let known = variants
            .iter()
            .any(|(variant, _)| variant == text.as_bytes());
        if !known {
            let feed = [text.as_bytes(), b"\n"].concat();
            let mut why_feed = why.clone();
            why_feed.push(Finding::new(&causes::LINE_FEED, []));
            variants.push((text.into_bytes(), why));
            variants.push((feed, why_feed));
        }
    }
}

/// Whether the body is a notification of APIv3, whatever was done to its names.
fn is_notice(json: &Json) -> bool {
    let Json::Object(members) = json else {
        return false;
    };
    members.iter().any(|(name, value)| {
        let sealed = match value {
            Json::Object(members) => members.iter().any(|(name, _)| snake(name) == "ciphertext"),
            _ => false,
        };
        sealed && snake(name) == "resource"
    })
}

fn styles(notice: bool) -> Vec<Style> {
    let spaces = [
        Space::Compact,
        Space::Spaced,
        Space::Lines("  "),
        Space::Lines("    "),
        Space::Lines("\t"),
    ];
    let mut styles = Vec::new();
    for space in spaces {
        for order in [Order::Kept, Order::Sorted] {
            styles.extend(ESCAPES.map(|escapes| Style {
                space,
                order,
                escapes,
            }));
        }
    }
    if notice {
        // WeChat Pay writes no white space.
        for names in NOTICE {
            for of_resource in RESOURCE {
                styles.extend(ESCAPES.map(|escapes| Style {
                    space: Space::Compact,
                    order: Order::Notice([names, of_resource]),
                    escapes,
                }));
            }
        }
    }
    styles
}

fn in_charsets(body: &[u8]) -> Vec<Variant> {
    let text = std::str::from_utf8(body).ok();
    let Some(text) = text.filter(|text| !text.is_ascii()) else {
        return Vec::new();
    };
    let (gbk, _, unmapped) = encoding_rs::GBK.encode(text);
    let gbk = (!unmapped).then(|| (gbk.into_owned(), vec![Finding::new(&causes::BODY_GBK, [])]));
    let others = Charset::OTHERS
        .into_iter()
        .filter(|charset| !charset.is_wide())
        .map(|charset| {
            let why = Finding::new(&body::CHARSET, [("found", charset.name())]);
            (charset.encode(text), vec![why])
        });
    gbk.into_iter().chain(others).collect()
}

/// Bytes up to which a body is tried with other names and in WeChat Pay's order; a notification has
/// a few thousand.
const MAX_TRIED_BYTES: usize = 64 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

const PLAIN_STYLE: Style = Style {
    space: Space::Compact,
    order: Order::Kept,
    escapes: escapes(false, false, false),
};

const fn escapes(unicode: bool, slash: bool, html: bool) -> Escapes {
    Escapes {
        unicode,
        slash,
        html,
    }
}

/// Those combinations that programs write.
const ESCAPES: [Escapes; 6] = [
    escapes(false, false, false),
    escapes(true, false, false),
    escapes(false, true, false),
    escapes(true, true, false),
    escapes(false, false, true),
    escapes(true, false, true),
];

/// The orders in which WeChat Pay writes a notification.
const NOTICE: [&[&str]; 3] = [
    &[
        "id",
        "create_time",
        "resource_type",
        "event_type",
        "summary",
        "resource",
    ],
    &[
        "id",
        "create_time",
        "resource_type",
        "event_type",
        "resource",
        "summary",
    ],
    &[
        "id",
        "create_time",
        "event_type",
        "resource_type",
        "resource",
        "summary",
    ],
];

/// The orders in which it writes `resource`.
const RESOURCE: [&[&str]; 3] = [
    &[
        "original_type",
        "algorithm",
        "ciphertext",
        "associated_data",
        "nonce",
    ],
    &[
        "original_type",
        "algorithm",
        "ciphertext",
        "nonce",
        "associated_data",
    ],
    &[
        "algorithm",
        "ciphertext",
        "nonce",
        "original_type",
        "associated_data",
    ],
];
