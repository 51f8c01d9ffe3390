//! The mistakes that are made with `sign`: in the key, at the end of the text and in its fields.

use wxpay_core::Params;
use wxpay_sign::v2::SignType;

use super::draft::Order;
use super::edits::{self, Edit};
use super::kind::Kind;
use super::names;
use super::search::{Ending, Way};
use super::sign::draft;
use crate::Keys;
use crate::causes::{v2 as causes, v2_reply};
use crate::finding::Finding;
use crate::hash::Hash;

/// The right key first, then what is taken for it.
pub(super) fn key_ways(keys: &Keys) -> Vec<Way<String>> {
    let mut ways = Vec::new();
    if let Some(key) = &keys.api_v2 {
        let key = key.expose();
        ways.push(Way::right(key.trim().to_owned()));
        for blank in [
            format!("{}\n", key.trim()),
            format!("{} ", key.trim()),
            key.to_owned(),
        ] {
            if blank != key.trim() {
                ways.push(Way::wrong(blank, Finding::new(&causes::KEY_BLANK, [])));
            }
        }
        for case in [key.trim().to_uppercase(), key.trim().to_lowercase()] {
            if case != key.trim() {
                ways.push(Way::wrong(case, Finding::new(&causes::KEY_CASE, [])));
            }
        }
    }
    let others = [
        (&keys.api_v3, &causes::API_V3_KEY),
        (&keys.workwx, &causes::WORKWX_SECRET),
    ];
    for (key, cause) in others {
        if let Some(key) = key {
            let key = key.expose().trim().to_owned();
            ways.push(Way::wrong(key, Finding::new(cause, [])));
        }
    }
    // A key that was given under two names is not a mistake.
    let right = keys.api_v2.as_ref().map(|key| key.expose().trim());
    ways.retain(|way| way.why.is_none() || Some(way.value.as_str()) != right);
    ways
}

pub(super) fn endings(
    params: &Params,
    kind: &Kind,
    expected: SignType,
    digits: usize,
) -> Vec<Way<(Hash, Ending)>> {
    let right = match expected {
        SignType::Md5 => Hash::Md5,
        SignType::HmacSha256 => Hash::HmacSha256,
    };
    let named = params.get("sign_type").is_some();
    let wrong = |hash| match hash {
        Hash::Sha256 => &causes::HASH,
        Hash::Md5 if kind.reply => &v2_reply::MD5,
        Hash::HmacSha256 if kind.reply && !kind.payout => &v2_reply::HMAC,
        Hash::Md5 => &causes::MD5_FOR_HMAC,
        Hash::HmacSha256 if kind.payout => &causes::HMAC_UNWANTED,
        Hash::HmacSha256 if named => &causes::HMAC_FOR_MD5,
        Hash::HmacSha256 => &causes::TYPE_MISSING,
    };
    let mut ways = Vec::new();
    for hash in [Hash::Md5, Hash::HmacSha256, Hash::Sha256] {
        if hash.digits() != digits {
            continue;
        }
        let hash_why = (hash != right)
            .then(|| Finding::new(wrong(hash), []))
            .or_else(|| {
                let silent = hash == Hash::HmacSha256 && kind.reply && !named;
                silent.then(|| Finding::new(&causes::TYPE_MISSING_REPLY, []))
            });
        ways.push(Way {
            value: (hash, Ending::Key("&key=")),
            why: hash_why.clone(),
        });
        let endings = [
            (Ending::Key("&secret="), "&secret=…"),
            (Ending::Key("&"), "&…"),
            (Ending::Key(""), "…"),
            (Ending::Key("key="), "key=…"),
            (Ending::Key("&KEY="), "&KEY=…"),
            (Ending::Nothing, "\"\""),
        ];
        for (ending, shown) in endings {
            let why = Finding::new(&causes::SUFFIX, [("found", shown)]);
            if hash_why.is_none() && hash != Hash::Sha256 {
                ways.push(Way::wrong((hash, ending), why));
            }
        }
    }
    ways
}

pub(super) fn edits(
    params: &Params,
    order: &[String],
    kind: &Kind,
    claimed: &str,
    expected: SignType,
    keys: &Keys,
) -> Vec<Edit> {
    let draft = draft(params);
    let causes_of_values = if kind.reply {
        &edits::REPLY
    } else {
        &edits::SIGN
    };
    let mut edits = edits::value_edits(&draft.fields, causes_of_values);
    for (name, _) in &draft.fields {
        let why = match name.as_str() {
            "workwx_sign" => Finding::new(&causes::WORKWX_NOT_SIGNED, []),
            name if kind.reply => Finding::new(&v2_reply::FIELD_ADDED, [("field", name)]),
            name => Finding::new(&causes::NOT_SIGNED, [("field", name)]),
        };
        edits.push(Edit::drop(name, why));
    }
    if kind.reply {
        edits.extend(names::restored(params));
    }
    let empty: Vec<_> = params
        .iter()
        .filter(|(_, value)| value.is_empty())
        .collect();
    for (name, _) in empty.iter().filter(|(name, _)| *name != "sign") {
        let why = Finding::new(&causes::EMPTY_SIGNED, [("field", name)]);
        edits.push(Edit::add(name, "", why));
    }
    let (guesses, not_sent) = if kind.reply {
        (DROPPED, &v2_reply::FIELD_MISSING)
    } else {
        (GUESSES, &causes::NOT_SENT)
    };
    for (name, value) in guesses {
        if params.get(name).is_none() {
            let why = Finding::new(not_sent, [("field", &format!("{name}={value}"))]);
            edits.push(Edit::add(name, value, why));
        }
    }
    edits.push(Edit::add(
        "sign",
        "",
        Finding::new(&causes::SIGN_SIGNED, []),
    ));
    if let Some(right) = keys.api_v2.as_ref() {
        // What a second signing makes of a message that was signed rightly.
        let hash = match expected {
            SignType::Md5 => Hash::Md5,
            SignType::HmacSha256 => Hash::HmacSha256,
        };
        let key = right.expose().trim();
        let text = draft.text() + "&key=" + key;
        let first = hash.of(text.as_bytes(), key.as_bytes());
        if first != claimed {
            edits.push(Edit::add(
                "sign",
                &first,
                Finding::new(&causes::SIGN_SIGNED, []),
            ));
        }
    }
    edits.push(Edit::order(
        Order::Caseless,
        Finding::new(&causes::SORT_CASE, []),
    ));
    edits.extend(edits::charset_edits(
        &draft.fields,
        &causes::GBK,
        &causes::CHARSET,
    ));
    edits.push(Edit::sent(order, Finding::new(&causes::SORT, [])));
    edits
}

/// Fields that programs add when signing and forget to send.
const GUESSES: &[(&str, &str)] = &[
    ("sign_type", "MD5"),
    ("sign_type", "HMAC-SHA256"),
    ("device_info", "WEB"),
    ("fee_type", "CNY"),
    ("version", "1.0"),
    ("limit_pay", "no_credit"),
    ("trade_type", "NATIVE"),
    ("trade_type", "JSAPI"),
    ("trade_type", "APP"),
    ("trade_type", "MWEB"),
];

/// Fields of responses and notifications that programs drop when they keep only those that they
/// know.
const DROPPED: &[(&str, &str)] = &[
    ("return_msg", "OK"),
    ("return_code", "SUCCESS"),
    ("result_code", "SUCCESS"),
    ("fee_type", "CNY"),
    ("cash_fee_type", "CNY"),
    ("is_subscribe", "N"),
    ("is_subscribe", "Y"),
    ("trade_type", "JSAPI"),
    ("trade_type", "NATIVE"),
    ("trade_type", "APP"),
    ("trade_type", "MWEB"),
];
