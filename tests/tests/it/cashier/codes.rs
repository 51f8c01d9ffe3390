//! Every code that the specs have for a charge, a query and a reversal, and what becomes of a sale
//! that meets it.

use super::front::{Answer, Call, FRONTS, Front, Wire, facts, not_found, told};

/// What becomes of a charge that is refused with a code, while neither query nor reversal knows the
/// order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    /// Two queries confirm it.
    ForGood,
    /// Two queries and a reversal confirm it.
    ForNow,
    /// The number is somebody's: nothing is reversed.
    NumberUsed,
    /// It may be paid: it is waited for, and then reversed.
    Unknown,
    /// The same, and there is an order, whatever the queries say.
    Paying,
}

use End::{ForGood, ForNow, NumberUsed, Paying, Unknown};

const V2_CHARGES: &[(&str, End)] = &[
    ("APPID_MCHID_NOT_MATCH", ForGood),
    ("APPID_NOT_EXIST", ForGood),
    ("AUTHCODEEXPIRE", ForGood),
    ("AUTH_CODE_ERROR", ForGood),
    ("AUTH_CODE_INVALID", ForGood),
    ("BANKERROR", Unknown),
    ("BUYER_MISMATCH", NumberUsed),
    ("INVALID_REQUEST", Unknown),
    ("LACK_PARAMS", ForGood),
    ("MCHID_NOT_EXIST", ForGood),
    ("NOAUTH", ForGood),
    ("NOTENOUGH", ForNow),
    ("NOTSUPORTCARD", ForNow),
    ("NOT_UTF8", ForGood),
    ("ORDERCLOSED", NumberUsed),
    ("ORDERPAID", NumberUsed),
    ("ORDERREVERSED", NumberUsed),
    ("OUT_TRADE_NO_USED", NumberUsed),
    ("PARAM_ERROR", ForGood),
    ("REQUIRE_POST_METHOD", ForGood),
    ("SIGNERROR", ForGood),
    ("SYSTEMERROR", Unknown),
    ("TRADE_ERROR", ForNow),
    ("USERPAYING", Paying),
    ("XML_FORMAT_ERROR", ForGood),
];

const V3_CHARGES: &[(&str, End)] = &[
    ("ACCOUNT_ERROR", ForNow),
    ("APPID_MCHID_NOT_MATCH", ForGood),
    ("AUTH_CODE_EXPIRE", ForGood),
    ("AUTH_CODE_INVALID", ForGood),
    ("BANK_ERROR", Unknown),
    ("FREQUENCY_LIMITED", Unknown),
    ("INVALID_REQUEST", Unknown),
    ("MCH_NOT_EXISTS", ForGood),
    ("NOT_ENOUGH", ForNow),
    ("NO_AUTH", ForGood),
    ("ORDER_CLOSED", NumberUsed),
    ("ORDER_PAID", NumberUsed),
    ("ORDER_REVERSED", NumberUsed),
    ("OUT_TRADE_NO_USED", NumberUsed),
    ("PARAM_ERROR", ForGood),
    ("RULE_LIMIT", ForNow),
    ("SIGN_ERROR", ForGood),
    ("SYSTEM_ERROR", Unknown),
    ("TRADE_ERROR", Unknown),
    ("USERPAYING", Paying),
];

fn charges(front: Front) -> &'static [(&'static str, End)] {
    match front {
        Front::V2 => V2_CHARGES,
        Front::V3 | Front::Partner => V3_CHARGES,
    }
}

/// What a reversal with a code has done, by the documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Effect {
    /// Nothing: a payment that shows up later is believed.
    None,
    /// Perhaps something: such a payment is not believed for five minutes.
    InDoubt,
}

const V2_REVERSALS: &[(&str, Effect)] = &[
    ("INVALID_REQUEST", Effect::InDoubt),
    ("INVALID_TRANSACTIONID", Effect::None),
    ("PARAM_ERROR", Effect::None),
    ("REQUIRE_POST_METHOD", Effect::None),
    ("REVERSE_EXPIRE", Effect::None),
    ("SIGNERROR", Effect::None),
    ("SYSTEMERROR", Effect::InDoubt),
    ("TRADE_ERROR", Effect::InDoubt),
    ("USERPAYING", Effect::None),
];

const V3_REVERSALS: &[(&str, Effect)] = &[
    ("APPID_MCHID_NOT_MATCH", Effect::None),
    ("BANK_ERROR", Effect::InDoubt),
    ("FREQUENCY_LIMITED", Effect::InDoubt),
    ("INVALID_REQUEST", Effect::InDoubt),
    ("MCH_NOT_EXISTS", Effect::None),
    ("NO_AUTH", Effect::None),
    ("ORDER_CLOSED", Effect::InDoubt),
    ("ORDER_NOT_EXIST", Effect::None),
    ("ORDER_REVERSED", Effect::InDoubt),
    ("PARAM_ERROR", Effect::None),
    ("RULE_LIMIT", Effect::None),
    ("SIGN_ERROR", Effect::None),
    ("SYSTEM_ERROR", Effect::InDoubt),
    ("TRADE_ERROR", Effect::InDoubt),
    ("USERPAYING", Effect::None),
];

fn reversals(front: Front) -> &'static [(&'static str, Effect)] {
    match front {
        Front::V2 => V2_REVERSALS,
        Front::V3 | Front::Partner => V3_REVERSALS,
    }
}

fn codes(front: Front, call: Call) -> Vec<&'static str> {
    facts(front, call).iter().map(|facts| facts.code).collect()
}

#[test]
fn no_code_of_the_specs_is_left_out() {
    fn names<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
        table.iter().map(|(code, _)| *code).collect()
    }
    for front in FRONTS {
        assert_eq!(names(charges(front)), codes(front, Call::Pay), "{front:?}");
        assert_eq!(
            names(reversals(front)),
            codes(front, Call::Reverse),
            "{front:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn every_code_of_a_charge() {
    for front in FRONTS {
        for (code, end) in charges(front) {
            let nothing = [not_found(front)];
            let wire = Wire::new(front, Answer::Code(code), &nothing, &nothing);
            let outcome = wire.outcome().await;
            let reverses = wire.count(Call::Reverse);
            let (expected, count) = match end {
                ForGood => ("not paid: Refused", 0..=0),
                ForNow => ("not paid: Refused", 1..=1),
                NumberUsed => ("open: NotKnown", 0..=0),
                Unknown => ("open: Reversing", 5..=10),
                Paying => ("open: CustomerPaying", 5..=10),
            };
            assert_eq!(told(&outcome), expected, "{front:?} {code}");
            assert!(
                count.contains(&reverses),
                "{front:?} {code}: {reverses} reversals"
            );
            assert_eq!(wire.count(Call::Pay), 1);
        }
    }
}

/// No document says how the reversal of an order is answered that WeChat Pay does not know. Over
/// APIv2 it may be a code that leaves it in doubt: a code that was used needs no reversal, and a
/// refusal that can pass waits for its ten minutes.
#[tokio::test(start_paused = true)]
async fn used_code_needs_no_reversal() {
    for (code, expected, reverses) in [
        ("AUTH_CODE_ERROR", "not paid: Refused", 0..=0),
        ("AUTHCODEEXPIRE", "not paid: Refused", 0..=0),
        ("NOTSUPORTCARD", "open: Reversing", 5..=12),
    ] {
        let queries = [not_found(Front::V2)];
        let unknown = [Answer::Code("TRADE_ERROR")];
        let wire = Wire::new(Front::V2, Answer::Code(code), &queries, &unknown);
        assert_eq!(told(&wire.outcome().await), expected, "{code}");
        assert!(reverses.contains(&wire.count(Call::Reverse)), "{code}");
    }
}

/// A payment that a copy of the request has made is found after every one of them, but for a number
/// that was used before.
#[tokio::test(start_paused = true)]
async fn payment_is_found_after_every_code_of_a_charge() {
    for front in FRONTS {
        for (code, end) in charges(front) {
            let queries = [not_found(front), Answer::State("SUCCESS")];
            let wire = Wire::new(front, Answer::Code(code), &queries, &[]);
            let outcome = told(&wire.outcome().await);
            let expected = if *end == NumberUsed {
                "open: OtherPayment"
            } else {
                "paid"
            };
            assert_eq!(outcome, expected, "{front:?} {code}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_code_of_a_reversal() {
    for front in FRONTS {
        for (code, effect) in reversals(front) {
            let mut queries = vec![Answer::State("NOTPAY"); 5];
            queries.push(Answer::State("SUCCESS"));
            let wire = Wire::new(front, Answer::Lost, &queries, &[Answer::Code(code)]);
            let outcome = told(&wire.outcome().await);
            let expected = match effect {
                // The order is not paid, and too old to be reversed.
                _ if *code == "REVERSE_EXPIRE" => "open: TooOld",
                Effect::None => "paid",
                Effect::InDoubt => "open: PaidWhileReversing",
            };
            assert_eq!(outcome, expected, "{front:?} {code}");
            assert_eq!(wire.count(Call::Reverse), 1, "{front:?} {code}");
        }
    }
}

/// An order that is not paid is reversed again after every code but one, which says that it is too
/// late.
#[tokio::test(start_paused = true)]
async fn reversal_is_repeated_after_every_code() {
    for front in FRONTS {
        for (code, _) in reversals(front) {
            let queries = [Answer::State("NOTPAY")];
            let wire = Wire::new(front, Answer::Lost, &queries, &[Answer::Code(code)]);
            let outcome = told(&wire.outcome().await);
            if *code == "REVERSE_EXPIRE" {
                assert_eq!(outcome, "open: TooOld");
                assert_eq!(wire.count(Call::Reverse), 1);
            } else {
                assert_eq!(outcome, "open: Reversing", "{front:?} {code}");
                assert!(wire.count(Call::Reverse) > 5, "{front:?} {code}");
            }
        }
    }
}

/// No refusal of a query says anything about the payment.
#[tokio::test(start_paused = true)]
async fn every_code_of_a_query() {
    for front in FRONTS {
        for code in codes(front, Call::Query) {
            let queries = [
                Answer::Code(code),
                Answer::Code(code),
                Answer::State("SUCCESS"),
            ];
            let wire = Wire::new(front, Answer::Lost, &queries, &[]);
            assert_eq!(told(&wire.outcome().await), "paid", "{front:?} {code}");
            assert_eq!(wire.count(Call::Query), 3);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_state_of_an_order() {
    for front in FRONTS {
        for (state, expected) in [
            ("SUCCESS", "paid"),
            ("REFUND", "refunded"),
            ("CLOSED", "not paid: Closed"),
            ("REVOKED", "not paid: Reversed"),
            ("PAYERROR", "not paid: Failed"),
            ("NOTPAY", "open: Reversing"),
            ("USERPAYING", "open: Reversing"),
            ("ACCEPT", "open: Reversing"),
            ("A_NEW_STATE", "open: Reversing"),
        ] {
            let refused = Answer::Code("USERPAYING");
            let wire = Wire::new(front, Answer::Lost, &[Answer::State(state)], &[refused]);
            let outcome = told(&wire.outcome().await);
            let expected = if state == "USERPAYING" {
                "open: CustomerPaying"
            } else {
                expected
            };
            assert_eq!(outcome, expected, "{front:?} {state}");
        }
    }
}
