//! What each kind of failure says about the money, in one table.

use bytes::Bytes;
use wxpay_core::{
    BusinessError, Certainty, Class, CodeFacts, DecodeError, Effect, Error, ErrorKind,
    InvalidInput, Outcome, ProtocolError, Sent, SigningError, TransportError, VerificationError,
    VerificationFailure,
};

const TABLE: &[CodeFacts] = &[
    CodeFacts::new(
        "DEFINITE",
        Outcome::NotExecuted,
        Class::new(Certainty::Definite),
    ),
    CodeFacts::new("OPEN", Outcome::Unknown, Class::new(Certainty::Ambiguous)),
];

#[test]
fn a_write_is_unknown_unless_it_is_proven_not_executed() {
    use Outcome::{NotExecuted, Unknown};
    let business = |code| ErrorKind::from(BusinessError::new(200, code, "", TABLE));
    let cases: Vec<(ErrorKind, Outcome)> = vec![
        (InvalidInput::new("a", "b", "c").into(), NotExecuted),
        (SigningError::new("x").into(), NotExecuted),
        (TransportError::not_sent("x").into(), NotExecuted),
        (TransportError::maybe_sent("x").into(), Unknown),
        (ProtocolError::new(502, "x").into(), Unknown),
        (
            VerificationError::from(VerificationFailure::Mismatch).into(),
            Unknown,
        ),
        (DecodeError::missing("x").into(), Unknown),
        (business("DEFINITE"), NotExecuted),
        (business("OPEN"), Unknown),
        (business("NOT_IN_THE_TABLE"), Unknown),
        (business(""), Unknown),
    ];
    for (kind, outcome) in cases {
        let shown = format!("{kind:?}");
        let error = Error::new("test", Effect::Write, kind);
        assert_eq!(
            (error.outcome(), error.must_query()),
            (outcome, outcome == Unknown),
            "{shown}"
        );
    }
}

#[test]
fn a_failed_read_never_says_not_executed() {
    for kind in [
        ErrorKind::from(InvalidInput::new("a", "b", "c")),
        TransportError::not_sent("x").into(),
        BusinessError::new(200, "DEFINITE", "", TABLE).into(),
    ] {
        let error = Error::new("test", Effect::Read, kind);
        assert_eq!(
            (error.outcome(), error.must_query()),
            (Outcome::ReadFailed, true)
        );
    }
}

#[test]
fn errors_are_one_word_and_keep_their_source() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    let error = Error::new(
        "v2.x.y",
        Effect::Write,
        TransportError::maybe_sent("connection reset"),
    );
    assert_eq!(
        error.to_string(),
        "v2.x.y: no complete response; the request may have been sent"
    );
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "connection reset"
    );
    let ErrorKind::Transport(transport) = error.kind() else {
        panic!()
    };
    assert_eq!(transport.sent(), Sent::Maybe);
}

#[test]
fn server_text_can_not_steer_a_terminal() {
    let error = ProtocolError::new(200, "\u{1b}[31mred\nforged line").with_code(Some("A\u{7}"));
    assert_eq!(
        error.to_string(),
        "HTTP 200: A\\u{7}: \\u{1b}[31mred\\nforged line"
    );
    let error = BusinessError::new(200, "A\n", "x\r", TABLE);
    assert_eq!(error.to_string(), "A\\n: x\\r");
    let long = BusinessError::new(200, "A", &"字".repeat(1000), TABLE);
    assert!(long.message().chars().count() < 300);
    assert!(
        !BusinessError::new(200, "A", "a\u{202E}b", TABLE)
            .message()
            .contains('\u{202E}')
    );
    // Each of the characters that turn the direction of a line or end it.
    for steers in [
        "\u{2028}", "\u{2066}", "\u{2069}", "\u{200E}", "\u{200F}", "\u{9b}",
    ] {
        let error = ProtocolError::new(200, &format!("a{steers}b"));
        assert!(!error.claimed_message().contains(steers), "{steers:?}");
    }
    let whole = "字".repeat(256);
    assert_eq!(ProtocolError::new(200, &whole).claimed_message(), whole);
}

#[test]
fn an_error_keeps_what_support_asks_for() {
    let error = Error::new("v2.x.y", Effect::Write, ProtocolError::new(502, "x"))
        .with_reply(Bytes::from_static(b"<html>"))
        .with_request_id(Some("08A1"));
    assert_eq!(error.endpoint(), "v2.x.y");
    assert_eq!(error.effect(), Effect::Write);
    assert_eq!(error.raw_reply(), Some(&b"<html>"[..]));
    assert_eq!(error.request_id(), Some("08A1"));
    assert!(error.business().is_none());
    let shown = format!("{error:?}");
    assert!(
        shown.contains("Unknown") && shown.contains("08A1"),
        "{shown}"
    );
    assert!(!shown.contains("<html>"), "{shown}");
}

#[test]
fn a_refusal_is_told_with_its_code() {
    let kind = BusinessError::new(400, "OPEN", "later", TABLE);
    let error = Error::new("v2.x.y", Effect::Write, kind);
    let business = error.business().unwrap();
    assert_eq!(
        (business.status(), business.code(), business.message()),
        (400, "OPEN", "later")
    );
    let protocol = ProtocolError::new(429, "slow down").with_code(Some("RATELIMIT_EXCEEDED"));
    assert_eq!(protocol.status(), 429);
    assert_eq!(protocol.claimed_code(), Some("RATELIMIT_EXCEEDED"));
    assert_eq!(protocol.claimed_message(), "slow down");
}
