use wxpay_core::Fen;

use crate::evidence::{Message, Refusal};
use crate::hold::{Package, WaitsFor};
use crate::intent::IntentId;
use crate::{Day, Moment, Number};

/// One payout in the journal: one number, and everything that is known of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The caller's name for it.
    pub intent: IntentId,
    /// The [name](crate::Product::name) of what it is paid with. Only that product sends it or asks
    /// about it.
    pub product: String,
    /// The number, which follows from the intent and is never changed.
    pub number: Number,
    /// How many numbers of this intent WeChat Pay declared failed before this one. 0 for the first.
    pub generation: u32,
    /// Counts the changes. A change is only taken from who knew the one before.
    pub version: u64,
    /// Where it stands.
    pub state: State,
    /// A digest of what is paid.
    pub fingerprint: String,
    /// A digest of the payee.
    pub payee: String,
    /// The amount in fen.
    pub amount: Fen,
    /// What is sent, until it is settled.
    pub message: Option<Message>,
    /// The day on whose limits it counts, if it counts.
    pub counted: Option<Day>,
    /// How many tries to pay may have left.
    pub sends: u32,
    /// Whether a try ended without telling whether it paid.
    pub doubt: bool,
    /// The last refusal.
    pub refusal: Option<Refusal>,
    /// How many queries since the last send settled nothing.
    pub queries: u32,
    /// How many `NOT_FOUND`s since the last send count.
    pub not_found: u32,
    /// When the last of them was.
    pub not_found_at: Option<Moment>,
    /// When it was prepared.
    pub prepared_at: Moment,
    /// When the first try began.
    pub first_sent_at: Option<Moment>,
    /// When the last try began.
    pub last_sent_at: Option<Moment>,
    /// Before this, there is nothing to do.
    pub next_at: Moment,
    /// When it was settled.
    pub closed_at: Option<Moment>,
    /// WeChat Pay's number (微信订单号).
    pub payment_no: Option<String>,
    /// What went wrong last, for people.
    pub reason: Option<String>,
    /// Why a person has to look.
    pub alarm: Option<Alarm>,
    /// Who holds it alone, and until when.
    pub lease: Option<Lease>,
    /// The failed number in whose place this one is.
    pub replaces: Option<Number>,
    /// The number that took its place.
    pub replaced_by: Option<Number>,
    /// Whether the next send may carry a new signature: none has left with this one, or a key was
    /// to blame.
    pub resign: bool,
    /// Whether it is a person who declared it failed, and not WeChat Pay.
    pub attested: bool,
    /// Who has to do something before it goes on, if WeChat Pay has taken it and says so.
    pub waits_for: Option<WaitsFor>,
    /// What the front end needs for a user who has to confirm it, until it is settled.
    pub package: Option<Package>,
    /// When WeChat Pay was asked to cancel it, if it was. Then nothing more is sent for it.
    pub cancel_asked_at: Option<Moment>,
}

impl Entry {
    /// One of which nothing has left, and that counts on the day of `now`.
    #[allow(clippy::too_many_arguments)] // each is one column
    pub(crate) fn prepared(
        intent: IntentId,
        product: &str,
        number: Number,
        fingerprint: &str,
        payee: String,
        amount: Fen,
        message: Message,
        now: Moment,
    ) -> Self {
        Self {
            intent,
            product: product.to_owned(),
            number,
            generation: 0,
            version: 0,
            state: State::Prepared,
            fingerprint: fingerprint.to_owned(),
            payee,
            amount,
            message: Some(message),
            counted: Some(now.day()),
            sends: 0,
            doubt: false,
            refusal: None,
            queries: 0,
            not_found: 0,
            not_found_at: None,
            prepared_at: now,
            first_sent_at: None,
            last_sent_at: None,
            next_at: now,
            closed_at: None,
            payment_no: None,
            reason: None,
            alarm: None,
            lease: None,
            replaces: None,
            replaced_by: None,
            resign: true,
            attested: false,
            waits_for: None,
            package: None,
            cancel_asked_at: None,
        }
    }

    /// Whether WeChat Pay knew this payout before this journal had sent it: another journal, or one
    /// that was lost, did.
    pub fn is_found(&self) -> bool {
        self.sends == 0 && self.first_sent_at.is_some()
    }
}

/// Where a payout stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum State {
    /// In the journal; nothing has left.
    Prepared,
    /// A try is under way. After the lease has ended, it is in doubt.
    Sending,
    /// It may have been paid, or may still be.
    Unknown,
    /// WeChat Pay has taken it and holds it until somebody does something. There is no doubt about
    /// it.
    Waiting,
    /// It has been paid.
    Paid,
    /// It was refused, and queries have confirmed that nothing was paid.
    Rejected,
    /// WeChat Pay says that it failed, or a person has attested it.
    Failed,
}

impl State {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Prepared,
        Self::Sending,
        Self::Unknown,
        Self::Waiting,
        Self::Paid,
        Self::Rejected,
        Self::Failed,
    ];

    /// Its name in a journal, such as `prepared`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Waiting => "waiting",
            Self::Paid => "paid",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }

    /// Whether this is an end.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Paid | Self::Rejected | Self::Failed)
    }
}

/// Why a person has to look at a payout.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)] // the journal keeps every one
pub enum Alarm {
    /// WeChat Pay paid another amount or another payee under this number.
    Mismatch,
    /// WeChat Pay knows this number with other parameters (`FATAL_ERROR`): someone else uses it.
    ParametersDiffer,
    /// The refusal is caused by the merchant's settings or keys.
    Configuration,
    /// A code that the documents do not list: ask WeChat Pay's support.
    UnlistedCode,
    /// It is not settled a day after it was first sent.
    Overdue,
    /// It can't be queried much longer (25 of 30 days are over): look into the bill.
    QueryWindowCloses,
    /// It can't be queried any more (30 days): look into the bill.
    QueryWindowClosed,
    /// It may not be sent again any more (7 days), and WeChat Pay still does not know it.
    ResendWindowClosed,
    /// WeChat Pay can't bring a refund to the payer's account (退款异常): a person has to settle it.
    Abnormal,
    /// It was paid after it had been declared rejected or failed; or, if it is not paid itself, an
    /// earlier number of its intent was. Nothing more is sent for this intent.
    PaidLate,
}

impl Alarm {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Mismatch,
        Self::ParametersDiffer,
        Self::Configuration,
        Self::UnlistedCode,
        Self::Overdue,
        Self::QueryWindowCloses,
        Self::QueryWindowClosed,
        Self::ResendWindowClosed,
        Self::Abnormal,
        Self::PaidLate,
    ];

    /// Its name in a journal, such as `parameters_differ`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::ParametersDiffer => "parameters_differ",
            Self::Configuration => "configuration",
            Self::UnlistedCode => "unlisted_code",
            Self::Overdue => "overdue",
            Self::QueryWindowCloses => "query_window_closes",
            Self::QueryWindowClosed => "query_window_closed",
            Self::ResendWindowClosed => "resend_window_closed",
            Self::Abnormal => "abnormal",
            Self::PaidLate => "paid_late",
        }
    }

    /// What to do about it, for people.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Mismatch => {
                "look it up at WeChat Pay: this number paid another amount or payee; do not pay it again"
            }
            Self::ParametersDiffer => {
                "find out which program or file sent this number with other fields; never change the number"
            }
            Self::Configuration => {
                "correct the merchant's settings or keys, then run it again with the same journal"
            }
            Self::UnlistedCode => "ask WeChat Pay's support about the code, then resolve it",
            Self::Overdue => {
                "unknown for more than a day: resolve it and read its reason; never pay it under another intent"
            }
            Self::QueryWindowCloses => {
                "look it up in the bill (账单) soon: it can be queried for 30 days only"
            }
            Self::QueryWindowClosed => {
                "look it up in the bill (账单): it can't be queried any more"
            }
            Self::ResendWindowClosed => {
                "look it up in the bill (账单); 10 days after the last send a person may attest that it failed"
            }
            Self::Abnormal => {
                "the payer's account can't take the refund: settle it at the merchant platform (交易中心) or by an abnormal refund (发起异常退款); never refund it under another number"
            }
            Self::PaidLate => {
                "paid after it had been booked as not paid: correct your books; nothing more is sent for this intent"
            }
        }
    }

    /// The same in Chinese.
    pub const fn advice_zh(&self) -> &'static str {
        match self {
            Self::Mismatch => {
                "请到微信支付商户平台核对：该单号付款的金额或收款人与日志不符，切勿再次付款"
            }
            Self::ParametersDiffer => {
                "请查明是哪个程序或文件用同一单号提交了不同的参数；切勿更换单号"
            }
            Self::Configuration => "请先修正商户配置或密钥，再用同一付款日志重新运行",
            Self::UnlistedCode => "请向微信支付客服咨询该错误码，然后再次查询结果",
            Self::Overdue => "超过一天仍未有结果：请查询结果并查看原因；切勿换一个名称重新付款",
            Self::QueryWindowCloses => "请尽快核对账单：微信支付只支持查询 30 天内的付款",
            Self::QueryWindowClosed => "已超过可查询期限，请核对账单",
            Self::ResendWindowClosed => "请核对账单；最后一次发送满 10 天后，可由人工确认付款失败",
            Self::Abnormal => {
                "退款无法退回用户原账户：请在商户平台（交易中心）手动处理，或调用“发起异常退款”接口；切勿换单号再次退款"
            }
            Self::PaidLate => {
                "该笔付款在记为未付之后又付款成功：请更正账目；此付款意图不会再发送任何请求"
            }
        }
    }
}

/// The right to work on a payout alone for a while.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs)] // what the journal keeps of it
pub struct Lease {
    /// Who holds it: a new name for every attempt.
    pub holder: String,
    /// When it ends.
    pub until: Moment,
}
