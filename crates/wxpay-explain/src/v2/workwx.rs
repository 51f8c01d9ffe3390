//! The field `workwx_sign` of WeCom payments, which covers a list of fields.

use wxpay_core::Params;
use wxpay_sign::workwx::{self, Api};

use super::draft::Draft;
use super::edits::{self, Edit};
use super::kind::Kind;
use super::search::{Ending, Found, Search, Way};
use super::sign::{draft, hexadecimal};
use crate::causes::{keys as key_causes, v2, workwx as causes};
use crate::finding::Finding;
use crate::hash::Hash;
use crate::{Context, Keys, Report, Verdict};

pub(super) fn explain(
    params: &Params,
    kind: &Kind,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) {
    let (Some(api), Some(sign)) = (kind.workwx, params.get("workwx_sign")) else {
        if kind.workwx.is_some() {
            report.check("workwx_sign", Verdict::Broken);
        }
        return;
    };
    let Some(claimed) = hexadecimal(sign) else {
        let found = sign.chars().count().to_string();
        report.find(&v2::MALFORMED, [("found", &found)]);
        report.check("workwx_sign", Verdict::Broken);
        return;
    };
    let lower = sign != claimed;
    if lower {
        report.find(&causes::LOWER_CASE, []);
    }
    let key_ways = key_ways(keys);
    if key_ways.is_empty() {
        report.find(&key_causes::MISSING, [("key", "WeCom secret")]);
        report.check("workwx_sign", Verdict::Unchecked);
        return;
    }
    let signed = listed(params, api);
    let search = Search {
        claimed: &claimed,
        edits: edits(params, &signed, api),
        draft: signed,
        keys: key_ways,
        endings: endings(claimed.len()),
    };
    let verdict = match search.run(context.exact) {
        Found::Match(why) if why.is_empty() && !lower => Verdict::Holds,
        Found::Match(why) => {
            report.add_all(why);
            Verdict::Broken
        }
        Found::Nothing(tried) => {
            if context.exact || !whole_or_other(&claimed, params, api, keys, report) {
                report.find(&causes::NO_MATCH, [("tried", &tried.to_string())]);
            }
            Verdict::Broken
        }
    };
    report.check("workwx_sign", verdict);
    if verdict == Verdict::Broken {
        let text = workwx::canonical_text(params, api) + "&secret=********";
        report.texts(text, None);
    }
}

fn listed(params: &Params, api: Api) -> Draft {
    let mut all = draft(params);
    all.fields
        .retain(|(name, _)| api.fields().contains(&name.as_str()));
    all
}

fn key_ways(keys: &Keys) -> Vec<Way<String>> {
    let mut ways = Vec::new();
    if let Some(secret) = &keys.workwx {
        let secret = secret.expose().trim();
        ways.push(Way::right(secret.to_owned()));
        for blank in [format!("{secret}\n"), format!("{secret} ")] {
            ways.push(Way::wrong(blank, Finding::new(&causes::SECRET_BLANK, [])));
        }
    }
    let others = [
        (&keys.api_v2, &causes::API_V2_KEY),
        (&keys.api_v3, &causes::API_V3_KEY),
    ];
    for (key, cause) in others {
        if let Some(key) = key {
            let key = key.expose().trim().to_owned();
            ways.push(Way::wrong(key, Finding::new(cause, [])));
        }
    }
    ways
}

fn endings(digits: usize) -> Vec<Way<(Hash, Ending)>> {
    if digits == Hash::HmacSha256.digits() {
        let why = || Finding::new(&causes::HMAC, []);
        let endings = [Ending::Key("&secret="), Ending::Key("&key=")];
        return endings
            .map(|ending| Way::wrong((Hash::HmacSha256, ending), why()))
            .into();
    }
    let mut ways = vec![Way::right((Hash::Md5, Ending::Key("&secret=")))];
    let suffix = Finding::new(&causes::SUFFIX, []);
    ways.push(Way::wrong((Hash::Md5, Ending::Key("&key=")), suffix));
    for ending in [Ending::Key("&"), Ending::Key(""), Ending::Nothing] {
        let why = Finding::new(&causes::NO_SUFFIX, []);
        ways.push(Way::wrong((Hash::Md5, ending), why));
    }
    ways
}

fn edits(params: &Params, signed: &Draft, api: Api) -> Vec<Edit> {
    let list = api.fields().join(", ");
    let mut edits = edits::value_edits(&signed.fields, &edits::WORKWX);
    for (name, _) in &signed.fields {
        let why = Finding::new(&causes::LEFT_OUT, [("field", name), ("expected", &list)]);
        edits.push(Edit::drop(name, why));
    }
    let others = params.iter().filter(|(name, value)| {
        !value.is_empty()
            && !api.fields().contains(name)
            && !matches!(*name, "sign" | "workwx_sign")
    });
    for (name, value) in others {
        let why = Finding::new(&causes::EXTRA, [("field", name), ("expected", &list)]);
        edits.push(Edit::add(name, value, why));
    }
    edits.extend(edits::charset_edits(
        &signed.fields,
        &causes::GBK,
        &causes::CHARSET,
    ));
    edits
}

/// All fields, or the list of the other call: too many changes for one step at a time.
fn whole_or_other(
    claimed: &str,
    params: &Params,
    api: Api,
    keys: &Keys,
    report: &mut Report,
) -> bool {
    let list = api.fields().join(", ");
    let other = match api {
        Api::Pay => Api::RedPack,
        Api::RedPack => Api::Pay,
    };
    let mut all = draft(params);
    all.fields.retain(|(name, _)| name != "workwx_sign");
    let drafts = [
        (all, &causes::ALL_FIELDS),
        (listed(params, other), &causes::OTHER_LIST),
    ];
    for (draft, cause) in drafts {
        let search = Search {
            claimed,
            draft,
            edits: Vec::new(),
            keys: key_ways(keys),
            endings: endings(claimed.len()),
        };
        if let Found::Match(why) = search.run(false) {
            report.find(cause, [("expected", &list)]);
            report.add_all(why);
            return true;
        }
    }
    false
}
