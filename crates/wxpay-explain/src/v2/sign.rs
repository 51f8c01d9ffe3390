use wxpay_core::Params;
use wxpay_sign::v2::SignType;

use super::draft::{Draft, Order};
use super::edits::{self, Edit};
use super::kind::Kind;
use super::search::{Ending, Found, Search, Way};
use crate::causes::{keys as key_causes, v2 as causes};
use crate::finding::Finding;
use crate::hash::Hash;
use crate::{Context, Keys, Report, Verdict};

pub(super) fn explain(
    params: &Params,
    order: &[String],
    kind: &Kind,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) {
    let more = Vec::new();
    let verdict = verdict(params, order, kind, more, keys, context, report);
    report.check("sign", verdict);
}

/// The same with further mistakes that are usual in this kind of message.
pub(super) fn verdict(
    params: &Params,
    order: &[String],
    kind: &Kind,
    more: Vec<Edit>,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) -> Verdict {
    let Some(sign) = params.get("sign") else {
        return missing(params, kind, report);
    };
    let Some(claimed) = hexadecimal(sign) else {
        let found = sign.chars().count().to_string();
        report.find(&causes::MALFORMED, [("found", &found)]);
        return Verdict::Broken;
    };
    if sign != claimed {
        report.find(&causes::LOWER_CASE, []);
    }
    let expected = expected_type(params, kind, context, &claimed);
    let text = wxpay_sign::v2::canonical_text(params) + "&key=********";
    let key_ways = key_ways(keys);
    if key_ways.is_empty() {
        report.find(&key_causes::MISSING, [("key", "APIv2 key")]);
        report.texts(text, context.signed_text.as_deref());
        return Verdict::Unchecked;
    }
    let mut edits = edits(params, order, &claimed, expected, keys);
    edits.extend(more);
    let search = Search {
        claimed: &claimed,
        draft: draft(params),
        edits,
        keys: key_ways,
        endings: endings(params, kind, expected, claimed.len()),
    };
    let verdict = match search.run() {
        Found::Match(why)
            if why
                .iter()
                .all(|why| why.id() == causes::TYPE_MISSING_REPLY.id()) =>
        {
            report.add_all(why);
            Verdict::Holds
        }
        Found::Match(why) => {
            report.add_all(why);
            Verdict::Broken
        }
        Found::Nothing(tried) => {
            let logged = context.signed_text.as_deref();
            if !logged.is_some_and(|logged| compare(params, logged, report)) {
                report.find(&causes::NO_MATCH, [("tried", &tried.to_string())]);
            }
            Verdict::Broken
        }
    };
    report.texts(text, context.signed_text.as_deref());
    // A signature in lower case is refused, whatever it is of.
    if sign == claimed {
        verdict
    } else {
        Verdict::Broken
    }
}

fn missing(params: &Params, kind: &Kind, report: &mut Report) -> Verdict {
    if kind.reply && params.get("return_code") == Some("FAIL") {
        report.find(&causes::UNSIGNED_FAIL, []);
        return Verdict::Unchecked;
    }
    if kind.unsigned {
        report.find(&causes::UNSIGNED_REPLY, []);
        return Verdict::Unchecked;
    }
    report.find(&causes::MISSING, []);
    Verdict::Broken
}

/// The digits in upper case, if there are 32 or 64.
pub(super) fn hexadecimal(sign: &str) -> Option<String> {
    let fits = matches!(sign.len(), 32 | 64) && sign.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then(|| sign.to_ascii_uppercase())
}

fn expected_type(params: &Params, kind: &Kind, context: &Context, claimed: &str) -> SignType {
    if kind.payout {
        return SignType::Md5;
    }
    match (context.sign_type, params.get("sign_type")) {
        (Some(asked), _) => asked,
        (None, Some("HMAC-SHA256")) => SignType::HmacSha256,
        (None, Some(_)) => SignType::Md5,
        (None, None) if kind.reply && claimed.len() == 64 => SignType::HmacSha256,
        (None, None) => SignType::Md5,
    }
}

pub(super) fn draft(params: &Params) -> Draft {
    let fields = params
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty());
    Draft {
        fields: fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        order: Order::Bytes,
        gbk: false,
    }
}

/// The right key first, then what is taken for it.
fn key_ways(keys: &Keys) -> Vec<Way<String>> {
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

fn endings(
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

fn edits(
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

/// Compares field by field with the text that was signed, and says whether anything differs.
fn compare(params: &Params, logged: &str, report: &mut Report) -> bool {
    let text = wxpay_sign::v2::canonical_text(params);
    let logged = logged.rsplit_once("&key=").map_or(logged, |(text, _)| text);
    if logged == text {
        return false;
    }
    let mut signed = Vec::new();
    for part in logged.split('&') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        signed.push(name);
        match params.get(name) {
            _ if name == "sign" => report.find(&causes::SIGN_SIGNED, []),
            Some(sent) if sent == value => {}
            Some(_) => report.find(&causes::VALUE_DIFFERS, [("field", name)]),
            None if value.is_empty() => report.find(&causes::EMPTY_SIGNED, [("field", name)]),
            None => report.find(&causes::NOT_SENT, [("field", name)]),
        }
    }
    for (name, value) in params.iter() {
        if name == "sign" || value.is_empty() || signed.contains(&name) {
            continue;
        }
        if name == "workwx_sign" {
            report.find(&causes::WORKWX_NOT_SIGNED, []);
        } else {
            report.find(&causes::NOT_SIGNED, [("field", name)]);
        }
    }
    report.find(&causes::LOGGED_DIFFERS, []);
    true
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
