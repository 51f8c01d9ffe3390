//! What a stranger can hand in as a signature or a ciphertext: every form but the one of the
//! documents is refused, and none panics.

use wxpay_sign::v3::{MerchantKey, PlatformKeys};

use super::{MCH_SERIAL, keys_of, merchant, sm_base64};

const MESSAGE: &[u8] = b"POST\n/v3/pay\n1636620536\nfixednonce\n{\"a\":1}\n";

/// The order of the curve, and the prime of its field.
const N: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";
const P: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF";

fn hex(text: &str) -> Vec<u8> {
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(length @ 0..=127) => out.push(length),
        Ok(length) => out.extend([0x81, length]),
        Err(_) => panic!("longer than these tests need"),
    }
    out.extend_from_slice(content);
    out
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

/// An integer as DER wants it: no zero in front but where the first bit is set.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0);
    let mut digits = start.map_or_else(|| vec![0], |start| bytes[start..].to_vec());
    if digits[0] >= 0x80 {
        digits.insert(0, 0);
    }
    element(2, &digits)
}

/// The contents of the elements of a DER sequence with a short header.
fn contents(der: &[u8]) -> Vec<Vec<u8>> {
    let header = if der[1] == 0x81 { 3 } else { 2 };
    let mut rest = &der[header..];
    let mut out = Vec::new();
    while !rest.is_empty() {
        let length = usize::from(rest[1]);
        out.push(rest[2..2 + length].to_vec());
        rest = &rest[2 + length..];
    }
    out
}

fn plus_n(number: &[u8]) -> Vec<u8> {
    let mut sum = vec![0; 33];
    let mut carry = 0_u16;
    let n = hex(N);
    for at in (0..32).rev() {
        let digit = number.len().checked_sub(32 - at).map_or(0, |at| number[at]);
        let total = u16::from(digit) + u16::from(n[at]) + carry;
        sum[at + 1] = u8::try_from(total & 0xFF).unwrap();
        carry = total >> 8;
    }
    sum[0] = u8::try_from(carry).unwrap();
    sum
}

#[tokio::test]
async fn a_signature_in_another_form_is_refused() {
    let keys = keys_of("mch");
    let good = sm_base64("signature");
    let [r, s] = <[Vec<u8>; 2]>::try_from(contents(&good)).unwrap();
    let rebuilt = sequence(&[element(2, &r), element(2, &s)]);
    assert_eq!(
        rebuilt, good,
        "the pieces are taken apart as they were put together"
    );
    let number = |bytes: &[u8]| bytes[bytes.len() - 32..].to_vec();
    let zero_in_front = |bytes: &[u8]| element(2, &[&[0], bytes].concat());
    let mut negative = number(&r);
    negative[0] |= 0x80;
    let mut long_form = good.clone();
    long_form.splice(1..2, [0x81, good[1]]);
    let mut indefinite = good.clone();
    indefinite[1] = 0x80;
    indefinite.extend([0, 0]);
    let (r_element, s_element) = (element(2, &r), element(2, &s));
    let bad = [
        ("empty", Vec::new()),
        ("raw", [number(&r), number(&s)].concat()),
        ("r is zero", sequence(&[integer(&[]), s_element.clone()])),
        ("s is zero", sequence(&[r_element.clone(), integer(&[])])),
        ("r is n", sequence(&[integer(&hex(N)), s_element.clone()])),
        ("s is n", sequence(&[r_element.clone(), integer(&hex(N))])),
        (
            "r and n",
            sequence(&[integer(&plus_n(&r)), s_element.clone()]),
        ),
        (
            "s and n",
            sequence(&[r_element.clone(), integer(&plus_n(&s))]),
        ),
        (
            "r is negative",
            sequence(&[element(2, &negative), s_element.clone()]),
        ),
        (
            "zero in front of r",
            sequence(&[zero_in_front(&r), s_element.clone()]),
        ),
        (
            "zero in front of s",
            sequence(&[r_element.clone(), zero_in_front(&s)]),
        ),
        (
            "r and s change places",
            sequence(&[s_element.clone(), r_element.clone()]),
        ),
        ("one number", sequence(std::slice::from_ref(&r_element))),
        (
            "three numbers",
            sequence(&[r_element.clone(), s_element.clone(), integer(&[1])]),
        ),
        (
            "r is no integer",
            sequence(&[element(4, &r), s_element.clone()]),
        ),
        (
            "a set",
            element(0x31, &[r_element.clone(), s_element.clone()].concat()),
        ),
        ("more at the end", [good.clone(), vec![0]].concat()),
        ("length in the long form", long_form),
        ("no length", indefinite),
        (
            "huge",
            sequence(&[element(2, &[0x7F; 60]), element(2, &[0x7F; 60])]),
        ),
    ];
    for (what, signature) in bad {
        let verified = keys.verify(MCH_SERIAL, MESSAGE, &signature).await;
        assert!(verified.is_err(), "{what}");
    }
    for length in 0..good.len() {
        let verified = keys.verify(MCH_SERIAL, MESSAGE, &good[..length]).await;
        assert!(verified.is_err(), "cut to {length} bytes");
    }
    assert!(keys.verify(MCH_SERIAL, MESSAGE, &rebuilt).await.is_ok());
}

#[tokio::test]
async fn a_ciphertext_in_another_form_is_refused() {
    let own = merchant();
    let good = sm_base64("ciphertext");
    let [x, y, c3, c2] = <[Vec<u8>; 4]>::try_from(contents(&good)).unwrap();
    let made = |x: &[u8], y: &[u8], c3: &[u8], c2: &[u8]| {
        sequence(&[integer(x), integer(y), element(4, c3), element(4, c2)])
    };
    assert_eq!(made(&x, &y, &c3, &c2), good);
    let mut off_curve = y.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    let number = |bytes: &[u8]| {
        let mut number = vec![0; 32_usize.saturating_sub(bytes.len())];
        number.extend_from_slice(&bytes[bytes.len().saturating_sub(32)..]);
        number
    };
    let raw = [vec![4], number(&x), number(&y)].concat();
    let bad = [
        ("empty", Vec::new()),
        ("an empty sequence", sequence(&[])),
        (
            "raw, C1C3C2",
            [raw.clone(), c3.clone(), c2.clone()].concat(),
        ),
        ("raw, C1C2C3", [raw, c2.clone(), c3.clone()].concat()),
        ("C1C2C3", made(&x, &y, &c2, &c3)),
        ("off the curve", made(&x, &off_curve, &c3, &c2)),
        ("at zero", made(&[], &[], &c3, &c2)),
        ("x is the prime", made(&hex(P), &y, &c3, &c2)),
        ("x too large", made(&[0xFF; 32], &y, &c3, &c2)),
        ("x too long", made(&[0x7F; 33], &y, &c3, &c2)),
        ("digest too short", made(&x, &y, &c3[1..], &c2)),
        (
            "digest too long",
            made(&x, &y, &[&c3[..], &[0]].concat(), &c2),
        ),
        ("no digest", made(&x, &y, &[], &c2)),
        ("text too short", made(&x, &y, &c3, &c2[1..])),
        ("no text", made(&x, &y, &c3, &[])),
        (
            "text too long",
            made(&x, &y, &c3, &[&c2[..], &[0]].concat()),
        ),
        ("more at the end", [good.clone(), vec![0]].concat()),
        (
            "a fifth element",
            sequence(&[
                integer(&x),
                integer(&y),
                element(4, &c3),
                element(4, &c2),
                integer(&[1]),
            ]),
        ),
    ];
    for (what, ciphertext) in bad {
        assert!(own.decrypt(&ciphertext).await.is_err(), "{what}");
    }
}
