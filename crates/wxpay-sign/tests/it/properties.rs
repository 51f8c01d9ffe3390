//! What must hold for every message, not only for the golden ones.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use wxpay_core::{Params, Timestamp, VerificationError};
use wxpay_sign::v2::{Key, SignType, canonical_text};
use wxpay_sign::v3::{self, PlatformKeys};

const KEY: &str = "192006250b4c09247ec02edce69f6a2d";
const NAME: &str = "[A-Za-z_][A-Za-z0-9_$]{0,8}";
const VALUE: &str = "[ -~\u{80}-\u{d7ff}]{0,12}";

/// Takes every signature, so that the headers alone decide.
#[derive(Debug)]
struct Anything;

#[async_trait]
impl PlatformKeys for Anything {
    async fn verify(&self, _: &str, _: &[u8], _: &[u8]) -> Result<(), VerificationError> {
        Ok(())
    }
}

const NOW: i64 = 1_796_000_000;
const HEADERS: [&str; 4] = [
    "wechatpay-timestamp",
    "wechatpay-nonce",
    "wechatpay-serial",
    "wechatpay-signature",
];

/// A change to one header: another value in its place, one more beside it, or none.
#[derive(Clone, Debug)]
enum Change {
    Replace(usize, Vec<u8>),
    Append(usize, Vec<u8>),
    Remove(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let value = || {
        prop_oneof![
            (NOW - 400..NOW + 400).prop_map(|time| time.to_string().into_bytes()),
            "[0-9+-]{0,22}".prop_map(String::into_bytes),
            Just(b"c2ln".to_vec()),
            prop::collection::vec(0x20..=0xff_u8, 0..8),
        ]
    };
    let which = 0..HEADERS.len();
    prop_oneof![
        (which.clone(), value()).prop_map(|(which, value)| Change::Replace(which, value)),
        (which.clone(), value()).prop_map(|(which, value)| Change::Append(which, value)),
        which.prop_map(Change::Remove),
    ]
}

/// Right headers, changed.
fn headers(changes: &[Change]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in HEADERS.into_iter().zip(["1796000000", "abc", "0A", "c2ln"]) {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for change in changes {
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).ok();
        match change {
            Change::Replace(which, bytes) => {
                value(bytes).map(|value| headers.insert(HEADERS[*which], value));
            }
            Change::Append(which, bytes) => {
                value(bytes).map(|value| headers.append(HEADERS[*which], value));
            }
            Change::Remove(which) => drop(headers.remove(HEADERS[*which])),
        }
    }
    headers
}

proptest! {
    #[test]
    fn the_signed_text_is_sorted_by_bytes_and_has_no_empty_field(
        fields in prop::collection::vec((NAME, VALUE), 0..10),
    ) {
        let params: Params = fields.iter().map(|(name, value)| (name, value)).collect();
        // The last of several fields of one name is the one that is sent.
        let last: BTreeMap<&[u8], (&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_bytes(), (name.as_str(), value.as_str())))
            .collect();
        let expected: Vec<String> = last
            .into_values()
            .filter(|(name, value)| !value.is_empty() && *name != "sign")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        prop_assert_eq!(canonical_text(&params), expected.join("&"));
    }

    #[test]
    fn what_is_signed_verifies_and_what_is_changed_does_not(
        fields in prop::collection::btree_map(NAME, "[a-z0-9]{1,6}", 1..8),
        at in any::<prop::sample::Index>(),
        hmac in any::<bool>(),
    ) {
        let sign_type = if hmac { SignType::HmacSha256 } else { SignType::Md5 };
        let key = Key::new(KEY).unwrap();
        let mut params: Params = fields.iter().filter(|(name, _)| *name != "sign").collect();
        prop_assume!(!params.is_empty());
        let sign = key.sign(&params, sign_type);
        params.set("sign", sign);
        prop_assert!(key.verify(params.clone(), sign_type).is_ok());
        let names: Vec<String> = params.iter().map(|(name, _)| name.to_owned()).collect();
        let name = at.get(&names);
        let changed = format!("{}0", params.get(name).unwrap_or_default());
        params.set(name, changed);
        prop_assert!(key.verify(params, sign_type).is_err());
    }

    #[test]
    fn headers_pass_only_one_by_one_and_within_the_window(
        changes in prop::collection::vec(change(), 0..3),
    ) {
        let headers = headers(&changes);
        let once = HEADERS.iter().all(|name| {
            let values: Vec<_> = headers.get_all(*name).iter().collect();
            matches!(values.as_slice(), [value] if value.to_str().is_ok_and(|text| !text.is_empty()))
        });
        let timestamp = headers.get(HEADERS[0]).and_then(|value| value.to_str().ok());
        let in_window = timestamp
            .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse::<i128>().ok())
            .is_some_and(|time| (time - i128::from(NOW)).abs() <= 300);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let now = Timestamp::from_unix(NOW).unwrap();
        let verified = runtime.block_on(v3::verify(&headers, Bytes::new(), &Anything, now));
        let base64 = headers.get(HEADERS[3]).is_some_and(|value| value == "c2ln");
        if verified.is_ok() {
            prop_assert!(once && in_window, "{headers:?}");
        } else {
            prop_assert!(!(once && in_window && base64), "{headers:?}");
        }
    }
}
