//! How one transfer of an APIv3 batch (转账明细单) stands, by the same rules as a payout.

use wxpay_api::v3::partner_transfer::types::FailReason;
use wxpay_core::{Error, ErrorKind, Fen, Progress};

/// How a transfer of a batch stands after a query.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "a transfer that waits must be queried again, and never be started under another number"]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum DetailStanding {
    /// Nothing is certain yet: it is under way, not known so far, or the query failed. Query it
    /// again, some minutes later.
    Wait {
        /// Whether every further query would fail for the same reason: a parameter or a key is
        /// wrong.
        needs_correction: bool,
        /// What is known, for people.
        reason: String,
    },
    /// The money was transferred. It may still come back (`REFUND`, 退票): keep an eye on it while it
    /// can be queried, for 30 days.
    Paid(Fen),
    /// This transfer failed for good, and only this one: the others of its batch have their own
    /// standing.
    Failed(Blame),
    /// The money was transferred and came back (退票). It may be transferred again under another
    /// number.
    Returned,
}

/// Who has to do something before a failed transfer is started again, under another number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum Blame {
    /// The payee: their account or card can't take the money.
    Payee,
    /// The merchant: name, identity card, openid or bank were wrong.
    Data,
    /// Nobody: a limit is used up, tomorrow or next month there is room.
    Limit,
    /// The merchant's settings at WeChat Pay.
    Configuration,
    /// WeChat Pay has stopped it for its risk: a person has to decide, never a program.
    Risk,
    /// Nobody: it was not taken in time.
    Overdue,
    /// The reason is not told, or not known here: a person has to decide.
    Unclear,
}

impl Blame {
    /// Who is to blame for this reason (明细失败原因). It means something beside `FAIL` only.
    pub fn of(reason: Option<&FailReason>) -> Self {
        use FailReason as R;
        match reason {
            Some(
                R::AccountFrozen
                | R::RealNameCheckFail
                | R::AccountNotExist
                | R::RealnameAccountReceivedQuotaExceed
                | R::PayrollCardAlreadyLogout
                | R::PayrollCardAlreadyFrozen
                | R::PayrollCardUnauthorized
                | R::PayrollCardUserNotOpen
                | R::BankCardAccountAbnormal
                | R::BankCardStatusAbnormal
                | R::BankCardCollectionsAboveQuota,
            ) => Self::Payee,
            Some(
                R::NameNotCorrect
                | R::IdCardNotCorrect
                | R::OpenidInvalid
                | R::BankCardBankInfoWrong,
            ) => Self::Data,
            Some(
                R::TransferQuotaExceed
                | R::DayReceivedQuotaExceed
                | R::MonthReceivedQuotaExceed
                | R::DayReceivedCountExceed,
            ) => Self::Limit,
            Some(R::ProductAuthCheckFail) => Self::Configuration,
            Some(R::TransferRisk) => Self::Risk,
            Some(R::OverdueClose) => Self::Overdue,
            Some(_) | None => Self::Unclear,
        }
    }
}

impl DetailStanding {
    /// How a transfer stands by a verified response: by its state (明细状态) alone. `reason` may be
    /// there beside any state, and counts beside `FAIL` only.
    pub fn of_reply(progress: Progress, amount: Fen, reason: Option<&FailReason>) -> Self {
        match progress {
            Progress::Succeeded => Self::Paid(amount),
            Progress::Failed => Self::Failed(Blame::of(reason)),
            Progress::Returned => Self::Returned,
            Progress::Pending => Self::wait("under way (转账中)"),
            Progress::Unknown => Self::wait("a state that is not known here"),
        }
    }

    /// How a transfer stands after a query that failed: as it did before. `NOT_FOUND`, 429 and 5xx
    /// among them say nothing about the money.
    pub fn of_error(error: &Error) -> Self {
        let needs_correction = match error.kind() {
            ErrorKind::Business(business) => business.class().configuration,
            ErrorKind::Invalid(_) | ErrorKind::Signing(_) => true,
            _ => false,
        };
        Self::Wait {
            needs_correction,
            reason: error.to_string(),
        }
    }

    fn wait(reason: &str) -> Self {
        Self::Wait {
            needs_correction: false,
            reason: reason.to_owned(),
        }
    }
}
