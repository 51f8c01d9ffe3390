//! How transfers of a batch stand: every documented state, reason and code.

use wxpay_api::core::{
    BusinessError, Effect, Error, ErrorKind, Fen, FromWire, InvalidInput, Progress, SigningError,
    TransportError,
};
use wxpay_api::v3::Endpoint;
use wxpay_api::v3::partner_transfer::{
    QueryDetailByOutDetailNo, types::DetailStatus, types::FailReason,
};
use wxpay_payout::{Blame, DetailStanding};

const AMOUNT: Fen = Fen::new(200_000);

fn standing(status: &str, reason: Option<&str>) -> DetailStanding {
    let status = DetailStatus::from_wire(status).unwrap();
    let reason = reason.and_then(FailReason::from_wire);
    DetailStanding::of_reply(status.progress(), AMOUNT, reason.as_ref())
}

#[test]
fn state_decides_and_no_reason_beside_it() {
    for reason in [None, Some("ACCOUNT_FROZEN"), Some("NEW_REASON")] {
        assert_eq!(standing("SUCCESS", reason), DetailStanding::Paid(AMOUNT));
        assert_eq!(standing("REFUND", reason), DetailStanding::Returned);
        for open in ["INIT", "PROCESSING", "WAIT_PAY", ""] {
            let open = standing(open, reason);
            assert!(
                matches!(
                    open,
                    DetailStanding::Wait {
                        needs_correction: false,
                        ..
                    }
                ),
                "{open:?}"
            );
        }
    }
    assert_eq!(
        standing("FAIL", None),
        DetailStanding::Failed(Blame::Unclear)
    );
}

#[test]
fn every_documented_reason_has_somebody_to_blame() {
    for (blame, reasons) in [
        (
            Blame::Payee,
            "ACCOUNT_FROZEN REAL_NAME_CHECK_FAIL ACCOUNT_NOT_EXIST REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED \
             PAYROLL_CARD_ALREADY_LOGOUT PAYROLL_CARD_ALREADY_FROZEN PAYROLL_CARD_UNAUTHORIZED \
             PAYROLL_CARD_USER_NOT_OPEN BANK_CARD_ACCOUNT_ABNORMAL BANK_CARD_STATUS_ABNORMAL \
             BANK_CARD_COLLECTIONS_ABOVE_QUOTA",
        ),
        (
            Blame::Data,
            "NAME_NOT_CORRECT ID_CARD_NOT_CORRECT OPENID_INVALID BANK_CARD_BANK_INFO_WRONG",
        ),
        (
            Blame::Limit,
            "TRANSFER_QUOTA_EXCEED DAY_RECEIVED_QUOTA_EXCEED MONTH_RECEIVED_QUOTA_EXCEED \
             DAY_RECEIVED_COUNT_EXCEED",
        ),
        (Blame::Configuration, "PRODUCT_AUTH_CHECK_FAIL"),
        (Blame::Risk, "TRANSFER_RISK"),
        (Blame::Overdue, "OVERDUE_CLOSE"),
        (Blame::Unclear, "SOMETHING_NEW"),
    ] {
        for reason in reasons.split_whitespace() {
            assert_eq!(
                standing("FAIL", Some(reason)),
                DetailStanding::Failed(blame),
                "{reason}"
            );
        }
    }
}

/// No error of a query says anything about the transfer, whatever its code.
#[test]
fn failed_queries_wait() {
    let error = |kind| DetailStanding::of_error(&Error::new("v3", Effect::Read, kind));
    let coded = |code: &str| {
        let business = BusinessError::new(400, code, "", QueryDetailByOutDetailNo::META.errors);
        error(ErrorKind::from(business))
    };
    for (codes, correction) in [
        (
            "FREQUENCY_LIMITED NOT_FOUND SYSTEM_ERROR SOMETHING_NEW",
            false,
        ),
        ("INVALID_REQUEST PARAM_ERROR SIGN_ERROR", true),
    ] {
        for code in codes.split_whitespace() {
            let DetailStanding::Wait {
                needs_correction, ..
            } = coded(code)
            else {
                panic!("{code}")
            };
            assert_eq!(needs_correction, correction, "{code}");
        }
    }
    // What can't even be asked has to be corrected here first.
    for kind in [
        ErrorKind::from(InvalidInput::new(
            "out_detail_no",
            "must not be empty",
            "不能为空",
        )),
        SigningError::new("the HSM is locked").into(),
    ] {
        let standing = error(kind);
        assert!(
            matches!(
                standing,
                DetailStanding::Wait {
                    needs_correction: true,
                    ..
                }
            ),
            "{standing:?}"
        );
    }
    let cut = error(TransportError::maybe_sent("cut").into());
    assert!(matches!(
        cut,
        DetailStanding::Wait {
            needs_correction: false,
            ..
        }
    ));
}

#[test]
fn progress_that_is_not_known_waits() {
    let unknown = DetailStanding::of_reply(Progress::Unknown, AMOUNT, None);
    assert!(matches!(unknown, DetailStanding::Wait { .. }));
}
