//! The mistakes that are made with `sign`: in the key, at the end of the text and in its fields.

use wxpay_core::Params;
use wxpay_sign::v2::SignType;

use super::draft::Order;
use super::edits::{self, Edit};
use super::kind::Kind;
use super::search::{Ending, Way};
use super::sign::draft;
use crate::Keys;
use crate::causes::v2 as causes;
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
    // A key that was given under two names is no mistake.
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
        let hash_why = (hash != right).then(|| Finding::new(wrong(hash), []));
        let hash_why = hash_why.or_else(|| {
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
    claimed: &str,
    expected: SignType,
    keys: &Keys,
) -> Vec<Edit> {
    let draft = draft(params);
    let mut edits = edits::value_edits(&draft.fields, &edits::SIGN);
    for (name, _) in &draft.fields {
        let why = match name.as_str() {
            "workwx_sign" => Finding::new(&causes::WORKWX_NOT_SIGNED, []),
            name => Finding::new(&causes::NOT_SIGNED, [("field", name)]),
        };
        edits.push(Edit::drop(name, why));
    }
    let empty: Vec<_> = params
        .iter()
        .filter(|(_, value)| value.is_empty())
        .collect();
    for (name, _) in empty.iter().filter(|(name, _)| *name != "sign") {
        let why = Finding::new(&causes::EMPTY_SIGNED, [("field", name)]);
        edits.push(Edit::add(name, "", why));
    }
    for (name, value) in GUESSES {
        if params.get(name).is_none() {
            let why = Finding::new(&causes::NOT_SENT, [("field", &format!("{name}={value}"))]);
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
        let mut text = draft.text();
        text.extend_from_slice(format!("&key={key}").as_bytes());
        let first = hash.of(&text, key.as_bytes());
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
    if !draft.fields.iter().all(|(_, value)| value.is_ascii()) {
        edits.push(Edit::gbk(Finding::new(&causes::GBK, [])));
    }
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
