//! Every code of the documents, as the specs have it, and what becomes of a payout that meets it.

use std::sync::Arc;
use std::time::Duration;

use wxpay_api::core::{BusinessError, Certainty, Class, CodeFacts};
use wxpay_api::v2::Endpoint;
use wxpay_api::v2::pay::QueryOrder;
use wxpay_api::v2::wecom::{PayEmployee, QueryEmployeePayment};
use wxpay_api::v3::Endpoint as _;
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_payout::{
    Alarm, MemoryJournal, NotStartedReason, PayEnd, Preparation, QueryEnd, Refusal, RunOptions,
    Settlement, State,
};

use crate::world::{Scripted, intent, payouts_over};

/// What becomes of a payout whose one try meets a code, while the queries find nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    /// Rejected, and goes on under its own number with a corrected payment.
    Correctable,
    /// Rejected, and goes on under its own number once the cause is corrected.
    Keeps,
    /// Unknown, and sent again.
    Repeated,
    /// Unknown, and never sent again.
    Open,
}

/// Code, class as in the specs, end, and whether every other payout waits.
const PAYS: &[(&str, &str, End, bool)] = &[
    ("AMOUNT_LIMIT", "D L", End::Correctable, false),
    ("CA_ERROR", "A C", End::Repeated, true),
    ("FATAL_ERROR", "A", End::Open, false),
    ("HTTP_METHOD_ERROR", "D C", End::Keeps, true),
    ("NAME_MISMATCH", "D", End::Correctable, false),
    ("NOAUTH", "D C", End::Keeps, true),
    ("NOTENOUGH", "D S", End::Keeps, true),
    ("OPENID_ERROR", "D", End::Correctable, false),
    ("PARAM_ERROR", "D C", End::Keeps, true),
    ("SENDNUM_LIMIT", "D L S", End::Keeps, false),
    ("SIGN_ERROR", "D C", End::Keeps, true),
    ("SYSTEMERROR", "A S", End::Repeated, false),
    ("V2_ACCOUNT_SIMPLE_BAN", "D", End::Correctable, false),
    ("WORKWX_MCHID_ERROR", "D C", End::Keeps, true),
    ("WORKWX_SIGN_ERROR", "D C", End::Keeps, true),
    ("XML_ERROR", "D C", End::Keeps, true),
];

const QUERIES: &[(&str, &str)] = &[
    ("CA_ERROR", "Q C"),
    ("FREQ_LIMIT", "Q L"),
    ("NOT_FOUND", "A"),
    ("NO_AUTH", "Q C"),
    ("PARAM_ERROR", "Q C"),
    ("SIGN_ERROR", "Q C"),
    ("SYSTEMERROR", "Q"),
    ("WORKWX_MCHID_ERROR", "Q C"),
    ("WORKWX_SIGN_ERROR", "Q C"),
    ("XML_ERROR", "Q C"),
];

const DETAILS: &[(&str, &str)] = &[
    ("FREQUENCY_LIMITED", "Q L"),
    ("INVALID_REQUEST", "Q C"),
    ("NOT_FOUND", "A"),
    ("PARAM_ERROR", "Q C"),
    ("SIGN_ERROR", "Q C"),
    ("SYSTEM_ERROR", "Q S"),
];

const ORDERS: &[(&str, &str)] = &[("ORDERNOTEXIST", "A"), ("SYSTEMERROR", "Q")];

fn class_text(class: Class) -> String {
    let certainty = match class.certainty {
        Certainty::Definite => "D",
        Certainty::Ambiguous => "A",
        Certainty::QueryFailed => "Q",
    };
    let flags = [
        (class.configuration, " C"),
        (class.limit, " L"),
        (class.same_number, " S"),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(is, text)| is.then_some(text));
    std::iter::once(certainty).chain(flags).collect()
}

fn table(facts: &[CodeFacts]) -> Vec<(&str, String)> {
    let row = |facts: &CodeFacts| {
        let error = BusinessError::new(200, facts.code, "", std::slice::from_ref(facts));
        class_text(error.class())
    };
    facts.iter().map(|facts| (facts.code, row(facts))).collect()
}

/// The specs say what the documents do, code by code, with none left out.
#[test]
fn every_code_is_classified() {
    let own = |codes: &[(&'static str, &str)]| -> Vec<(&str, String)> {
        codes
            .iter()
            .map(|(code, class)| (*code, (*class).to_owned()))
            .collect()
    };
    let pays: Vec<_> = PAYS
        .iter()
        .map(|(code, class, ..)| (*code, *class))
        .collect();
    assert_eq!(table(PayEmployee::META.errors), own(&pays));
    assert_eq!(table(QueryEmployeePayment::META.errors), own(QUERIES));
    assert_eq!(table(QueryDetailByOutDetailNo::META.errors), own(DETAILS));
    assert_eq!(table(QueryOrder::META.errors), own(ORDERS));
    assert_eq!(
        PAYS.len() + QUERIES.len() + DETAILS.len() + ORDERS.len(),
        34
    );
}

fn refusal(code: &str, facts: &'static [CodeFacts]) -> Refusal {
    Refusal::new(
        code,
        BusinessError::new(200, code, "", facts).class(),
        "words",
    )
}

/// Meets a code with one try, and says how the payout ends and whether a second one was begun.
async fn meet(code: &str) -> (End, bool, Option<Alarm>) {
    let journal = Arc::new(MemoryJournal::new());
    let met = PayEnd::Refused(refusal(code, PayEmployee::META.errors));
    let rest = (0..99).map(|_| PayEnd::Unclear("cut".to_owned()));
    let service = Scripted::new(std::iter::once(met).chain(rest), []);
    let payouts = payouts_over(Arc::clone(&journal), service.clone());
    let options = RunOptions::new()
        .at_once(std::num::NonZeroUsize::MIN)
        .patience(Duration::from_secs(600));
    let result = payouts
        .run([intent("one", 100), intent("two", 100)], options)
        .await;
    let halts = result
        .not_started
        .iter()
        .any(|line| matches!(line.reason, NotStartedReason::Halted(_)));
    let entry = wxpay_payout::Journal::by_intent(&*journal, &"one".parse().unwrap()).await;
    let entry = entry.unwrap().unwrap();
    let end = match entry.state {
        State::Rejected
            if entry
                .refusal
                .as_ref()
                .is_some_and(Refusal::is_about_the_payment) =>
        {
            End::Correctable
        }
        State::Rejected => End::Keeps,
        State::Unknown if entry.sends > 1 => End::Repeated,
        State::Unknown => End::Open,
        state => panic!("{code}: {state:?}"),
    };
    (end, halts, entry.alarm)
}

#[tokio::test(start_paused = true)]
async fn every_code_has_its_end() {
    for (code, _, end, halts) in PAYS {
        let met = meet(code).await;
        assert_eq!((met.0, met.1), (*end, *halts), "{code}");
    }
}

/// Codes that no document lists, near misses of those that one does, and none at all: never a
/// reason for another number.
#[tokio::test(start_paused = true)]
async fn unknown_codes_leave_it_open() {
    let near = PAYS.iter().flat_map(|(code, ..)| {
        [
            code.to_lowercase(),
            format!("{code} "),
            format!(" {code}"),
            format!("{code}S"),
            code.replace('_', "-"),
            code.chars().rev().collect(),
        ]
    });
    let others = (0..120).map(|number| format!("NEW_CODE_{number}"));
    let siblings = [
        "",
        "SEND_FAILED",
        "FREQ_LIMIT",
        "MONEY_LIMIT",
        "成功",
        "SUCCESS",
        "NOT_FOUND",
    ];
    let codes: Vec<String> = near
        .chain(others)
        .chain(siblings.map(str::to_owned))
        .filter(|code| !PAYS.iter().any(|(known, ..)| known == code))
        .collect();
    assert!(codes.len() >= 200, "{}", codes.len());
    for code in codes {
        let refusal = refusal(&code, PayEmployee::META.errors);
        assert!(
            !refusal.stops_everybody() && !refusal.is_about_the_payment(),
            "{code}"
        );
        let service = Scripted::new([PayEnd::Refused(refusal)], []);
        let payouts = payouts_over(MemoryJournal::new(), service.clone());
        let Preparation::Ready(prepared) = payouts.prepare(&intent("one", 100)).await.unwrap()
        else {
            panic!("it is new")
        };
        let mut settlement = payouts.send(prepared).await.unwrap();
        // Not found, and then sent again.
        for _ in 0..2 {
            let Settlement::Unknown(unknown) = settlement else {
                panic!("{code}: {settlement:?}")
            };
            assert_eq!(unknown.alarm(), Some(&Alarm::UnlistedCode), "{code}");
            settlement = payouts.resolve(unknown).await.unwrap();
        }
        assert!(
            matches!(settlement, Settlement::Paid(_)),
            "{code}: {settlement:?}"
        );
        assert_eq!(service.messages().len(), 2, "{code}");
    }
}

/// A refused query says nothing about the payout, whatever its code.
#[tokio::test(start_paused = true)]
async fn refused_queries_leave_it_as_it_was() {
    for (code, class) in QUERIES.iter().filter(|(code, _)| *code != "NOT_FOUND") {
        let refusal = refusal(code, QueryEmployeePayment::META.errors);
        let queries = (0..50).map(|_| QueryEnd::Refused(refusal.clone()));
        let service = Scripted::new([PayEnd::Unclear("cut".to_owned())], queries);
        let payouts = payouts_over(MemoryJournal::new(), service.clone());
        let options = RunOptions::new().patience(Duration::from_secs(600));
        let result = payouts.run([intent("one", 100)], options).await;
        let [line] = &result.unknown[..] else {
            panic!("{code}: {result:?}")
        };
        let alarm = class.contains('C').then_some(Alarm::Configuration);
        assert_eq!(
            (line.alarm.clone(), service.messages().len()),
            (alarm, 1),
            "{code}"
        );
        assert_eq!(line.reason, format!("{code}: words"));
    }
}
