//! Whether the text that APIv2 signs could also be the text of another message.
//!
//! The text is `name=value` of every field that is not empty, `sign` left out, in the order of the
//! names, joined by `&`. Nothing in it says where a value ends. So one text belongs to several
//! messages: cut it at some of its `&` into pieces that begin with a name and `=`, whose names are
//! sorted and occur once, and each such cut is a message with the same signature. `attach=a`,
//! `bank_type=CMB` and `attach=a&bank_type=CMB` alone are two cuts of one text.
//!
//! Anyone who has one signed message could hand in another cut of it. Let M be the message at hand,
//! and O the one that WeChat Pay signed. What is known of O:
//!
//! - A field whose value is a number, a code, an amount or a time ([`NEVER_AMPERSAND`]) holds no
//!   `&`.
//! - Any other value may hold anything, since a merchant, or someone through a merchant, can choose
//!   it (`attach`).
//!
//! M is refused when a cut exists that keeps to these two rules and begins a field, of a name that
//! is `known`, where M has the inside of a value. Then
//!
//! - every cut M of an O in which a known field has vanished into a value is refused, because O
//!   itself is the cut that is found. It does not matter how many pieces moved or where they ended
//!   up.
//! - an O whose `attach` holds `&openid=` passes, because the text cannot be cut there: `bank_type`
//!   follows, sorts before `openid`, and could only be a part of `openid`'s value, which holds no
//!   `&`.
//!
//! That the next name sorts behind is not enough for this. In `attach=a`, `total_fee=9`,
//! `zz=&bank_type=CMB&total_fee=1` the name in the value sorts before `zz`; it is a cut of
//! `attach=a&total_fee=9&zz=` all the same, followed by the true fields.
//!
//! A cut counts even if it lacks fields that a real message always has, because those differ from
//! message to message. So a few values are refused that nobody could misuse: a free text behind
//! `attach` that holds `&` and a known name.
//!
//! What no rule can see is a cut in which a field was added and none has vanished: `attach=a&bb=1`,
//! handed in as `attach=a` and `bb=1`, looks like any message with two fields. It adds fields of
//! names that sort between the value's own name and the next that WeChat Pay sent, and changes none
//! that WeChat Pay sent except the value it came from. Between `attach` and the `bank_type` of a
//! paid order, no documented name lies. An order that is not paid has no `bank_type`: there
//! `attach` can be handed in as `attach` with any of `bank_type` to `is_subscribe`. What makes an
//! order a paid one (`trade_state`, `total_fee`, `transaction_id`, `time_end`) sorts behind its
//! `mch_id` and can't be added.

use crate::Params;
use crate::xml::is_name;

/// The names of the fields that messages about orders, refunds and payouts have.
///
/// For [`Params::ambiguous`], where the endpoint that a message belongs to is not known. A name
/// that ends in `$n` stands for all its numbers.
pub const PAYMENT_NAMES: &[&str] = &[
    "amount",
    "appid",
    "attach",
    "bank_type",
    "cash_fee",
    "cash_fee_type",
    "cash_refund_fee",
    "consume_fee",
    "coupon_count",
    "coupon_fee",
    "coupon_fee_$n",
    "coupon_id_$n",
    "coupon_type_$n",
    "device_info",
    "err_code",
    "err_code_des",
    "fee_type",
    "is_subscribe",
    "mch_id",
    "nonce_str",
    "openid",
    "out_refund_no",
    "out_refund_no_$n",
    "out_trade_no",
    "partner_trade_no",
    "payment_no",
    "prepay_id",
    "refund_channel",
    "refund_channel_$n",
    "refund_count",
    "refund_fee",
    "refund_fee_$n",
    "refund_id",
    "refund_id_$n",
    "refund_status",
    "refund_status_$n",
    "result_code",
    "return_code",
    "return_msg",
    "settlement_refund_fee",
    "settlement_total_fee",
    "sign_type",
    "sub_appid",
    "sub_is_subscribe",
    "sub_mch_id",
    "sub_openid",
    "time_end",
    "total_fee",
    "total_refund_count",
    "trade_state",
    "trade_type",
    "transaction_id",
];

/// Fields whose genuine values hold no `&`, without the numbers behind their names. Whatever is not
/// here may hold anything.
const NEVER_AMPERSAND: &[&str] = &[
    "amount",
    "appid",
    "bank_type",
    "cash_fee",
    "cash_fee_type",
    "cash_refund_fee",
    "check_name",
    "coupon_count",
    "coupon_fee",
    "coupon_id",
    "coupon_refund_count",
    "coupon_refund_fee",
    "coupon_refund_id",
    "coupon_type",
    "detail_id",
    "err_code",
    "fee_type",
    "is_subscribe",
    "mch_id",
    "nonce_str",
    "openid",
    "out_refund_no",
    "out_trade_no",
    "partner_trade_no",
    "payment_amount",
    "payment_no",
    "payment_time",
    "prepay_id",
    "refund_account",
    "refund_channel",
    "refund_count",
    "refund_fee",
    "refund_fee_type",
    "refund_id",
    "refund_status",
    "refund_success_time",
    "result_code",
    "return_code",
    "settlement_refund_fee",
    "settlement_total_fee",
    "sign_type",
    "spbill_create_ip",
    "sub_appid",
    "sub_is_subscribe",
    "sub_mch_id",
    "sub_openid",
    "time_end",
    "time_expire",
    "time_start",
    "total_fee",
    "total_refund_count",
    "trade_state",
    "trade_type",
    "transaction_id",
    "workwx_sign",
    "ww_msg_type",
];

/// The text between two `&`.
struct Piece<'a> {
    /// The field of the message that it stands in.
    field: &'a str,
    /// Whether that field begins here.
    begins: bool,
    /// The name of the field that could begin here.
    name: Option<&'a str>,
    /// Whether a field that begins here ends here too.
    plain: bool,
    /// Whether nothing stands behind the `=`: such a field is not signed, unless its value goes on
    /// behind the `&`.
    empty: bool,
}

/// The field in whose value another one could begin.
pub(crate) fn ambiguous<'a>(params: &'a Params, known: &[&str]) -> Option<&'a str> {
    let pieces: Vec<Piece<'a>> = params
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty())
        .flat_map(|(name, value)| pieces(name, value))
        .collect();
    let ends = can_end(&pieces);
    let begins = can_begin(&pieces);
    let found = pieces
        .iter()
        .zip(begins.iter().zip(ends))
        .find(|(piece, (begins, ends))| {
            let known = |name| known.iter().any(|known| is_named(name, known));
            **begins && *ends && !piece.begins && piece.name.is_some_and(known)
        });
    found.map(|(piece, _)| piece.field)
}

fn pieces<'a>(field: &'a str, value: &'a str) -> impl Iterator<Item = Piece<'a>> {
    value.split('&').enumerate().map(move |(n, part)| {
        let (name, rest) = match part.split_once('=') {
            _ if n == 0 => (Some(field), part),
            Some((name, rest)) => (Some(name).filter(|name| is_name(name)), rest),
            None => (None, part),
        };
        Piece {
            field,
            begins: n == 0,
            // What is called `sign` is not in the text as a field.
            name: name.filter(|name| *name != "sign"),
            plain: name.is_some_and(is_plain),
            empty: rest.is_empty(),
        }
    })
}

/// For each piece, whether the text before it can be cut so that a field begins at the piece.
fn can_begin(pieces: &[Piece<'_>]) -> Vec<bool> {
    // The smallest name of a field that may take in all that follows up to here.
    let mut open: Option<&str> = None;
    let mut before: Option<&Piece<'_>> = None;
    let mut all = Vec::with_capacity(pieces.len());
    for (at, piece) in pieces.iter().enumerate() {
        let follows = |name: &str| {
            at == 0
                || open.is_some_and(|open| open < name)
                || before.is_some_and(|p| !p.empty && p.name.is_some_and(|earlier| earlier < name))
        };
        let begins = piece.name.is_some_and(follows) && !(piece.plain && piece.empty);
        // An empty one takes in the next piece at least, so it counts from the one after that.
        let late = before.filter(|p| p.empty).and_then(open_name);
        let now = Some(piece).filter(|p| begins && !p.empty);
        open = [open, late, now.and_then(open_name)]
            .into_iter()
            .flatten()
            .min();
        before = Some(piece).filter(|_| begins);
        all.push(begins);
    }
    all
}

/// For each piece, whether the text from a field that begins at the piece can be cut to its end.
fn can_end(pieces: &[Piece<'_>]) -> Vec<bool> {
    let mut next: Option<(&Piece<'_>, bool)> = None;
    let mut all: Vec<bool> = Vec::with_capacity(pieces.len());
    for piece in pieces.iter().rev() {
        let ends = match next {
            None => !piece.empty,
            Some((next, next_ends)) if piece.plain => {
                !piece.empty && next_ends && next.name.is_some() && piece.name < next.name
            }
            Some(_) => true,
        };
        next = Some((piece, ends));
        all.push(ends);
    }
    all.reverse();
    all
}

/// The name of a field that may take in what follows.
fn open_name<'a>(piece: &Piece<'a>) -> Option<&'a str> {
    piece.name.filter(|_| !piece.plain)
}

fn is_plain(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c == '_' || c.is_ascii_digit());
    NEVER_AMPERSAND.binary_search(&stem).is_ok()
}

fn is_named(name: &str, known: &str) -> bool {
    let number = known
        .strip_suffix("$n")
        .and_then(|stem| name.strip_prefix(stem));
    match number {
        Some(number) => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        None => name == known,
    }
}
