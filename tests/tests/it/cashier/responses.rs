//! Responses that prove nothing, and those that prove something.

use wxpay_cashier::Outcome;

use super::front::{Answer, Call, FRONTS, Front, Wire, told};

fn worthless() -> Vec<Answer> {
    vec![
        Answer::Unsigned("SUCCESS"),
        Answer::Forged("SUCCESS"),
        Answer::Garbage,
        Answer::Gateway,
        Answer::Lost,
        Answer::Changed("SUCCESS", &[("out_trade_no", "till-3-0043-a")]),
        Answer::Changed("SUCCESS", &[("transaction_id", "")]),
    ]
}

#[tokio::test(start_paused = true)]
async fn nothing_is_believed_that_is_not_proven() {
    for front in FRONTS {
        for answer in worthless() {
            // To the charge: the query decides.
            for (query, expected) in [("SUCCESS", "paid"), ("PAYERROR", "not paid: Failed")] {
                let wire = Wire::new(front, answer.clone(), &[Answer::State(query)], &[]);
                assert_eq!(
                    told(&wire.outcome().await),
                    expected,
                    "{front:?} {answer:?}"
                );
                assert_eq!(wire.count(Call::Query), 1, "{front:?} {answer:?}");
            }
            // To the query: the next one decides.
            let queries = [answer.clone(), Answer::State("PAYERROR")];
            let wire = Wire::new(front, Answer::Lost, &queries, &[]);
            let outcome = told(&wire.outcome().await);
            assert_eq!(outcome, "not paid: Failed", "{front:?} {answer:?}");
            assert_eq!(wire.count(Call::Query), 2);
            // To the reversal: it is in doubt.
            let mut queries = vec![Answer::State("NOTPAY"); 5];
            queries.push(Answer::State("SUCCESS"));
            let reverses = std::slice::from_ref(&answer);
            let wire = Wire::new(front, Answer::Lost, &queries, reverses);
            let outcome = told(&wire.outcome().await);
            let taken = front != Front::V2
                && matches!(answer, Answer::Changed("SUCCESS", [("transaction_id", _)]));
            let expected = if taken {
                // The number is right, and more is not asked of the response to a reversal.
                "open: Reversing"
            } else {
                "open: PaidWhileReversing"
            };
            assert_eq!(outcome, expected, "{front:?} {answer:?}");
        }
    }
}

/// The same for refusals without a signature, and states without one.
#[tokio::test(start_paused = true)]
async fn bad_news_is_not_believed_either() {
    for front in FRONTS {
        for state in ["PAYERROR", "CLOSED", "REVOKED"] {
            for answer in [
                Answer::Unsigned(state),
                Answer::Forged(state),
                Answer::Changed(state, &[("out_trade_no", "till-3-0043-a")]),
            ] {
                let queries = [answer.clone(), Answer::State("SUCCESS")];
                let wire = Wire::new(front, Answer::Lost, &queries, &[]);
                assert_eq!(told(&wire.outcome().await), "paid", "{front:?} {answer:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn charge_is_paid_by_all_conditions_of_its_document() {
    for front in FRONTS {
        let wire = Wire::new(front, Answer::State("SUCCESS"), &[], &[]);
        assert_eq!(told(&wire.outcome().await), "paid", "{front:?}");
        assert_eq!(wire.seen().len(), 1);
    }
    let doubtful: [(Front, &[(&str, &str)]); 5] = [
        (Front::V2, &[("trade_type", "")]),
        (Front::V2, &[("trade_type", "NATIVE")]),
        (Front::V3, &[("out_trade_no", "")]),
        (Front::V3, &[("amount", "")]),
        (Front::Partner, &[("out_trade_no", "")]),
    ];
    for (front, changes) in doubtful {
        let pay = Answer::Changed("SUCCESS", changes);
        let wire = Wire::new(front, pay, &[Answer::State("SUCCESS")], &[]);
        assert_eq!(told(&wire.outcome().await), "paid", "{front:?} {changes:?}");
        assert_eq!(wire.count(Call::Query), 1, "{front:?} {changes:?}");
    }
    // Another amount, in the response or in the query.
    for (front, changes) in [
        (Front::V2, &[("total_fee", "1801")]),
        (Front::V3, &[("amount", r#"{"total":1801}"#)]),
        (Front::Partner, &[("amount", r#"{"total":1801}"#)]),
    ] {
        let other = Answer::Changed("SUCCESS", changes);
        let wire = Wire::new(front, other.clone(), &[other], &[]);
        assert_eq!(told(&wire.outcome().await), "open: OtherAmount");
        assert_eq!(wire.count(Call::Reverse), 0);
    }
}

/// APIv3 answers 202 while the user is asked, with a state or with a code.
#[tokio::test(start_paused = true)]
async fn customer_who_is_asked_is_waited_for() {
    for front in FRONTS {
        let pays = match front {
            Front::V2 => vec![Answer::Code("USERPAYING")],
            Front::V3 | Front::Partner => vec![
                Answer::Code("USERPAYING"),
                Answer::State("USERPAYING"),
                Answer::Changed("USERPAYING", &[("out_trade_no", ""), ("trade_type", "")]),
            ],
        };
        for pay in pays {
            let queries = [Answer::State("USERPAYING"), Answer::State("SUCCESS")];
            let wire = Wire::new(front, pay.clone(), &queries, &[]);
            assert_eq!(told(&wire.outcome().await), "paid", "{front:?} {pay:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn order_of_another_merchant_is_not_ours() {
    for (front, changes) in [
        (Front::V2, &[("mch_id", "1900000111")]),
        (Front::V2, &[("sub_mch_id", "1900000111")]),
        (Front::V3, &[("mchid", "1900000111")]),
        (Front::Partner, &[("sp_mchid", "1900000111")]),
        (Front::Partner, &[("sub_mchid", "1900000111")]),
    ] {
        let queries = [
            Answer::Changed("SUCCESS", changes),
            Answer::State("PAYERROR"),
        ];
        let wire = Wire::new(front, Answer::Lost, &queries, &[]);
        let outcome = told(&wire.outcome().await);
        assert_eq!(outcome, "not paid: Failed", "{front:?} {changes:?}");
    }
}

/// The provider's number is the same in all of them, so the sub-merchant's has to be compared.
#[tokio::test(start_paused = true)]
async fn order_of_another_sub_merchant_is_not_ours() {
    let other: &[_] = &[("sub_mch_id", "1900000111")];
    let own: &[_] = &[("sub_mch_id", "1900000110")];
    for (changes, expected) in [(own, "paid"), (other, "not paid: Failed")] {
        // To the charge and to the query.
        let answer = Answer::Changed("SUCCESS", changes);
        let wire = Wire::new(Front::V2, answer.clone(), &[Answer::State("PAYERROR")], &[]);
        assert_eq!(
            told(&wire.outcome_of_sub_merchant().await),
            expected,
            "{changes:?}"
        );
        let queries = [answer, Answer::State("PAYERROR")];
        let wire = Wire::new(Front::V2, Answer::Lost, &queries, &[]);
        assert_eq!(
            told(&wire.outcome_of_sub_merchant().await),
            expected,
            "{changes:?}"
        );
    }
    // To the reversal: it is in doubt.
    let mut queries = vec![Answer::State("NOTPAY"); 5];
    queries.push(Answer::State("SUCCESS"));
    for (changes, expected) in [
        (
            &[("recall", "N"), ("sub_mch_id", "1900000110")],
            "open: Reversing",
        ),
        (
            &[("recall", "N"), ("sub_mch_id", "1900000111")],
            "open: PaidWhileReversing",
        ),
    ] {
        let reverses = [Answer::Changed("REVOKED", changes)];
        let wire = Wire::new(Front::V2, Answer::Lost, &queries, &reverses);
        assert_eq!(
            told(&wire.outcome_of_sub_merchant().await),
            expected,
            "{changes:?}"
        );
    }
}

/// A state that is not known here may be that of a payment: it is asked about again, and said in
/// the log.
#[tokio::test(start_paused = true)]
async fn unknown_state_is_not_taken_for_unpaid() {
    for front in FRONTS {
        let mut queries = vec![Answer::State("USERPAYING"); 4];
        let new = Answer::State("A_NEW_STATE");
        queries.extend([new.clone(), new.clone(), Answer::State("SUCCESS")]);
        let wire = Wire::new(front, Answer::Lost, &queries, &[]);
        assert_eq!(told(&wire.outcome().await), "paid", "{front:?}");
        assert_eq!(wire.count(Call::Reverse), 0);

        // The number of another order is not reversed, so the query has the last word.
        let wire = Wire::new(front, Answer::Code("OUT_TRADE_NO_USED"), &[new], &[]);
        let Outcome::Open(open) = wire.outcome().await else {
            panic!("it is open");
        };
        let last = open.last_response().unwrap();
        assert!(last.contains("A_NEW_STATE"), "{last}");
    }
}

/// `recall` of APIv2.
#[tokio::test(start_paused = true)]
async fn reversal_is_done_when_it_says_so() {
    for (recall, expected, reverses) in [
        (Some("N"), "not paid: Reversed", 1),
        (Some("Y"), "not paid: Reversed", 2),
        (None, "not paid: Reversed", 2),
    ] {
        let mut queries = vec![Answer::State("NOTPAY"); 5];
        if recall != Some("N") {
            queries.push(Answer::State("NOTPAY"));
        }
        queries.push(Answer::State("REVOKED"));
        let answers = [Answer::Reversed(recall), Answer::Reversed(Some("N"))];
        let wire = Wire::new(Front::V2, Answer::Lost, &queries, &answers);
        assert_eq!(told(&wire.outcome().await), expected);
        assert_eq!(wire.count(Call::Reverse), reverses, "{recall:?}");
    }
}

/// A success of APIv3 has no `recall`. Without the number it is in doubt.
#[tokio::test(start_paused = true)]
async fn reversal_of_version_3_names_its_order() {
    for front in [Front::V3, Front::Partner] {
        let mut queries = vec![Answer::State("NOTPAY"); 5];
        queries.push(Answer::State("SUCCESS"));
        for (answer, expected) in [
            (Answer::Reversed(None), "open: Reversing"),
            (
                Answer::Changed("REVOKED", &[("out_trade_no", "")]),
                "open: PaidWhileReversing",
            ),
        ] {
            let wire = Wire::new(front, Answer::Lost, &queries, &[answer]);
            assert_eq!(told(&wire.outcome().await), expected);
        }
    }
}
