//! Why a signature of APIv2 did not hold: the usual mistakes are tried until one gives the
//! signature that came.

use aws_lc_rs::hmac;
use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wxpay_core::Params;

use crate::Merchant;
use crate::certificates::hex;
use crate::signature::{MASK, SignatureCause};
use crate::v2::sign::SignType;

/// How the signature had to be made.
pub(crate) struct Rules<'a> {
    pub(crate) sign_type: SignType,
    /// The name before the key: `key` or `secret`.
    pub(crate) suffix: &'static str,
    /// The fields that are signed, if it is not all of them.
    pub(crate) only: Option<&'static [&'static str]>,
    pub(crate) merchant: &'a Merchant,
}

/// One part of a text to be signed, and the mistake in it, if there is one.
struct Part<T> {
    value: T,
    cause: Option<SignatureCause>,
}

type Fields = Vec<(String, String)>;

/// What comes after the fields.
#[derive(Clone, Copy)]
enum End {
    Named(&'static str),
    Bare,
    Nothing,
}

/// The causes, and the text that was signed if it is known, with the key masked. At most two
/// mistakes at a time are tried.
pub(crate) fn diagnose(
    params: &Params,
    received: &str,
    rules: &Rules<'_>,
) -> (Vec<SignatureCause>, Option<String>) {
    let bare = received.trim();
    let mut causes = Vec::new();
    if bare != received {
        causes.push(SignatureCause::spaces());
    }
    if bare.bytes().any(|b| b.is_ascii_lowercase()) {
        causes.push(SignatureCause::lower_case());
    }
    match search(params, bare, rules) {
        Some((mut found, text)) => {
            found.append(&mut causes);
            (found, Some(text))
        }
        None => {
            causes.insert(0, SignatureCause::unknown());
            (causes, None)
        }
    }
}

fn search(
    params: &Params,
    received: &str,
    rules: &Rules<'_>,
) -> Option<(Vec<SignatureCause>, String)> {
    let received = received.to_ascii_uppercase();
    let (texts, ends) = (texts(params, rules), ends(rules));
    let (keys, digests) = (keys(rules), digests(rules));
    // Fewer mistakes are likelier.
    for mistakes in 0..=2 {
        for text in &texts {
            for end in &ends {
                for key in &keys {
                    for digest in &digests {
                        let causes = [&text.cause, &end.cause, &key.cause, &digest.cause]
                            .into_iter()
                            .flatten();
                        if causes.clone().count() != mistakes {
                            continue;
                        }
                        let whole = join(&text.value, end.value, key.value);
                        if (digest.value)(whole.as_bytes(), key.value) == received {
                            let masked = join(&text.value, end.value, MASK);
                            return Some((causes.cloned().collect(), masked));
                        }
                    }
                }
            }
        }
    }
    None
}

/// The fields as they should be signed, then as they are often signed in place of that.
fn texts(params: &Params, rules: &Rules<'_>) -> Vec<Part<Fields>> {
    let is_signed = |name: &str| rules.only.is_none_or(|only| only.contains(&name));
    let all: Fields = params
        .iter()
        .filter(|(name, _)| !["sign"].contains(name) && is_signed(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let sent: Fields = with(&all, |(_, value)| !value.is_empty());
    let sorted = sort(sent.clone());

    let mut texts = Vec::new();
    let mut add = |value: Fields, cause: Option<SignatureCause>| {
        if cause.is_none() || value != sorted {
            texts.push(Part { value, cause });
        }
    };
    add(sorted.clone(), None);
    add(sort(all), Some(SignatureCause::empty_signed()));
    add(sent.clone(), Some(SignatureCause::unsorted()));
    let mut folded = sent.clone();
    folded.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    add(folded, Some(SignatureCause::unsorted()));
    let each = |change: fn(&str) -> String| -> Fields {
        let fields = sorted.iter();
        fields
            .map(|(name, value)| (name.clone(), change(value)))
            .collect()
    };
    add(each(url_encoded), Some(SignatureCause::encoded("URL")));
    add(each(xml_escaped), Some(SignatureCause::encoded("XML")));
    add(
        each(|value| value.trim().to_owned()),
        Some(SignatureCause::trimmed()),
    );
    for sign_type in ["MD5", "HMAC-SHA256"] {
        if params.get("sign_type").is_none() && rules.only.is_none() {
            let field = ("sign_type".to_owned(), sign_type.to_owned());
            let more = sent.iter().cloned().chain([field]).collect();
            add(sort(more), Some(SignatureCause::not_sent("sign_type")));
        }
    }
    if sorted.len() <= MAX_FIELDS_TRIED {
        for (left_out, _) in &sorted {
            let fewer = with(&sorted, |(name, _)| name != left_out);
            add(fewer, Some(SignatureCause::not_signed(left_out)));
        }
    }
    if rules.only.is_some() {
        let extra = |(name, value): &(&str, &str)| {
            !["sign", "workwx_sign"].contains(name) && !is_signed(name) && !value.is_empty()
        };
        for (name, value) in params.iter().filter(extra).take(MAX_FIELDS_TRIED) {
            let field = (name.to_owned(), value.to_owned());
            let more = sent.iter().cloned().chain([field]).collect();
            add(sort(more), Some(SignatureCause::not_of_the_eight(name)));
        }
        let every = params
            .iter()
            .filter(|(name, value)| !["sign", "workwx_sign"].contains(name) && !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let names: Vec<_> = params.iter().filter(extra).map(|(name, _)| name).collect();
        add(
            sort(every.collect()),
            Some(SignatureCause::not_of_the_eight(&names.join(", "))),
        );
    }
    texts
}

fn ends(rules: &Rules<'_>) -> Vec<Part<End>> {
    let right = rules.suffix;
    let other = if right == "key" { "secret" } else { "key" };
    let part = |value, cause| Part { value, cause };
    vec![
        part(End::Named(right), None),
        part(End::Nothing, Some(SignatureCause::no_key(right))),
        part(End::Bare, Some(SignatureCause::bare_key(right))),
        part(
            End::Named(other),
            Some(SignatureCause::other_suffix(other, right)),
        ),
    ]
}

fn keys<'a>(rules: &Rules<'a>) -> Vec<Part<&'a str>> {
    let merchant = rules.merchant;
    let mut keys = [
        ("APIv2 key (APIv2密钥)", &merchant.api_v2_key),
        ("APIv3 key (APIv3密钥)", &merchant.api_v3_key),
        ("app secret (应用secret)", &merchant.workwx_secret),
    ];
    if rules.suffix == "secret" {
        keys.reverse();
    }
    let [(right, _), ..] = keys;
    let keys = keys.into_iter().map(|(name, key)| Part {
        value: key.expose(),
        cause: (name != right).then(|| SignatureCause::other_key(name, right)),
    });
    keys.collect()
}

type DigestOf = fn(&[u8], &str) -> String;

fn digests(rules: &Rules<'_>) -> Vec<Part<DigestOf>> {
    let all: [(&str, DigestOf); 3] = [
        ("MD5", |text, _| hex(&Md5::digest(text))),
        ("HMAC-SHA256", |text, key| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
            hex(hmac::sign(&key, text).as_ref())
        }),
        ("SHA-256", |text, _| {
            hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text).as_ref())
        }),
    ];
    let right = match rules.sign_type {
        SignType::Md5 => "MD5",
        SignType::HmacSha256 => "HMAC-SHA256",
    };
    let digests = all.into_iter().map(|(name, value)| Part {
        value,
        cause: (name != right).then(|| SignatureCause::other_digest(name, right)),
    });
    digests.collect()
}

fn join(fields: &Fields, end: End, key: &str) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    match end {
        End::Named(suffix) => text + "&" + suffix + "=" + key,
        End::Bare => text + key,
        End::Nothing => text,
    }
}

fn sort(mut fields: Fields) -> Fields {
    fields.sort();
    fields
}

fn with(fields: &Fields, keep: impl Fn(&(String, String)) -> bool) -> Fields {
    fields.iter().filter(|field| keep(field)).cloned().collect()
}

fn url_encoded(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

fn xml_escaped(value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    value.replace('>', "&gt;").replace('"', "&quot;")
}

/// All but what RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// In fields; far beyond any message that is meant well.
const MAX_FIELDS_TRIED: usize = 64;
