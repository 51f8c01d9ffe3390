//! The products: what their server answers, how their payments come to an end, and how long the
//! engine waits for it.

use std::time::Duration;

use wxpay_core::{Certainty, Class, Fen};
use wxpay_payout::{Hold, Limits, Package, PayEnd, Refusal, Rules, WaitsFor};

use super::chance::Chance;
use super::course::Stage;
use super::world::{HOUR, MINUTE, SECOND};

/// The products.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// Payments to employees (向员工付款).
    Employee,
    /// Transfers that the user confirms (商家转账).
    Transfer,
    /// Refunds of orders (退款).
    Refund,
    /// Red packets (现金红包).
    RedPacket,
    /// Batches of one transfer (商家转账到零钱).
    Batch,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [
        Self::Employee,
        Self::Transfer,
        Self::Refund,
        Self::RedPacket,
        Self::Batch,
    ];

    /// Whether WeChat Pay takes a payment first, and it ends later.
    pub(crate) fn waits(self) -> bool {
        self != Self::Employee
    }

    /// Whether what waits can be cancelled.
    pub(crate) fn is_cancelled(self) -> bool {
        self == Self::Transfer
    }

    /// Whether WeChat Pay tells of ends in notifications.
    pub(crate) fn notifies(self) -> bool {
        matches!(self, Self::Transfer | Self::Refund | Self::Batch)
    }

    /// The product's own, but for queries about what waits for persons, of which fewer do.
    pub(crate) fn rules(self) -> Rules {
        let mut rules = Rules::default();
        match self {
            Self::Employee => {}
            Self::Transfer | Self::Batch => rules.resend_for = 48 * 60 * A_MINUTE,
            Self::Refund => {
                let minutes = [1, 1, 1, 1, 1, 5, 10, 20, 30, 60];
                rules.query_waits = minutes.map(|minutes| A_MINUTE * minutes).to_vec();
            }
            Self::RedPacket => rules.not_found_gap = A_MINUTE * 20,
        }
        if self.waits() {
            rules.waiting_pace = A_MINUTE * 720;
        }
        rules
    }

    pub(crate) fn limits(self) -> Limits {
        let mut limits = Limits::none();
        match self {
            Self::Employee => return Limits::default(),
            Self::RedPacket => {
                limits.most = Some(Fen::new(20_000));
                limits.midnight_guard = Duration::from_secs(30);
            }
            Self::Refund => limits.payee_gap = A_MINUTE,
            Self::Transfer | Self::Batch => {}
        }
        limits
    }

    /// Enough for everything that ends; a process that does not is stopped here, and judged as it
    /// stands.
    pub(crate) fn most_polls(self) -> usize {
        if self.waits() { 1200 } else { 3000 }
    }

    /// A refusal that is definite, if nothing else is in doubt.
    pub(super) fn definite(self, chance: &mut Chance) -> PayEnd {
        let class = Class::new(Certainty::Definite);
        let money = class.same_number();
        let refusals = match self {
            Self::Employee => [
                ("NAME_MISMATCH", class),
                ("NOTENOUGH", money),
                ("NOAUTH", class.configuration()),
                ("SENDNUM_LIMIT", class.limit().same_number()),
            ],
            Self::Transfer => [
                ("PARAM_ERROR", class.configuration()),
                ("NOT_ENOUGH", money),
                ("NO_AUTH", class.configuration()),
                ("QUOTA_EXCEED", class.limit().same_number()),
            ],
            Self::Refund => [
                ("PARAM_ERROR", class.configuration()),
                ("NOT_ENOUGH", money),
                ("NO_AUTH", class.configuration()),
                ("MCH_NOT_EXISTS", class),
            ],
            Self::RedPacket => [
                ("NO_AUTH", class),
                ("NOTENOUGH", money),
                ("API_METHOD_CLOSED", class.configuration().same_number()),
                ("SENDNUM_LIMIT", class.limit().same_number()),
            ],
            Self::Batch => [
                ("ACCOUNTERROR", class),
                ("NOT_ENOUGH", money),
                ("NO_AUTH", class.configuration()),
                ("QUOTA_EXCEED", class.limit().same_number()),
            ],
        };
        let [first, second, third, fourth] = refusals;
        let (code, class) = match chance.below(4) {
            0 => first,
            1 => second,
            2 => third,
            _ => fourth,
        };
        PayEnd::Refused(Refusal::new(code, class, ""))
    }

    /// The code of a number that WeChat Pay knows with other parameters.
    pub(super) const fn differs(self) -> &'static str {
        match self {
            Self::Employee | Self::RedPacket => "FATAL_ERROR",
            Self::Transfer | Self::Refund | Self::Batch => "INVALID_REQUEST",
        }
    }

    /// What a request is answered whose payment is taken, or was taken before, and is at this
    /// stage.
    pub(super) fn taken(self, stage: Stage) -> PayEnd {
        let hold = |who, said| PayEnd::Waiting(Hold::new(who, said));
        match (self, stage) {
            (Self::Transfer, Stage::Holds(WaitsFor::User, said)) => PayEnd::Waiting(
                Hold::new(WaitsFor::User, said).package(Some(Package::new("package"))),
            ),
            (Self::Transfer, Stage::Holds(who, said)) => hold(who, said),
            (Self::Transfer, _) => open("ALREADY_EXISTS"),
            (Self::Refund, Stage::Holds(who, said)) => hold(who, said),
            (Self::Refund, Stage::Paid) => hold(WaitsFor::WeChatPay, "SUCCESS"),
            (Self::Refund, _) => PayEnd::Unclear("the response says CLOSED".to_owned()),
            (Self::RedPacket, Stage::Holds(WaitsFor::Repetition, _)) => open("PROCESSING"),
            (Self::RedPacket, Stage::Failed("FAILED")) => open("SEND_FAILED"),
            (Self::RedPacket, _) => hold(WaitsFor::Receiver, "SENT"),
            (Self::Batch | Self::Employee, _) => hold(WaitsFor::WeChatPay, "ACCEPTED"),
        }
    }

    /// What becomes of a payment that is taken now, and when.
    pub(super) fn plan(self, now: i64, chance: &mut Chance) -> Vec<(i64, Stage)> {
        let mut plan = Plan {
            at: now,
            stages: Vec::with_capacity(4),
            chance,
        };
        match self {
            Self::Employee => plan.then(Stage::Paid),
            Self::Transfer => plan.transfer(),
            Self::Refund => plan.refund(),
            Self::RedPacket => plan.red_packet(),
            Self::Batch => plan.batch(),
        }
        plan.stages
    }
}

/// A code that says nothing for certain.
pub(super) fn open(code: &str) -> PayEnd {
    let class = Class::new(Certainty::Ambiguous);
    PayEnd::Refused(Refusal::new(code, class, ""))
}

struct Plan<'a> {
    at: i64,
    stages: Vec<(i64, Stage)>,
    chance: &'a mut Chance,
}

impl Plan<'_> {
    fn then(&mut self, stage: Stage) {
        self.stages.push((self.at, stage));
    }

    fn pass(&mut self, times: &[u64]) {
        let time = self.chance.one_of(times);
        self.at += i64::try_from(time).unwrap_or(0);
    }

    fn pass_some_of(&mut self, most: u64) {
        let time = self.chance.below(most);
        self.at += i64::try_from(time).unwrap_or(0);
    }

    /// ACCEPTED, PROCESSING, WAIT_USER_CONFIRM, TRANSFERING, and an end.
    fn transfer(&mut self) {
        if self.chance.percent(50) {
            self.then(Stage::Holds(WaitsFor::Repetition, "ACCEPTED"));
            self.pass(&[SECOND, MINUTE]);
            self.then(Stage::Holds(WaitsFor::Repetition, "PROCESSING"));
            self.pass(&[SECOND, MINUTE, HOUR]);
        }
        if self.chance.percent(10) {
            return self.then(Stage::Failed("FAIL"));
        }
        self.then(Stage::Holds(WaitsFor::User, "WAIT_USER_CONFIRM"));
        if self.chance.percent(20) {
            // It is closed by itself, which may take longer than a day.
            self.pass(&[24 * HOUR, 26 * HOUR]);
            return self.then(Stage::Failed("FAIL"));
        }
        self.pass_some_of(24 * HOUR);
        if self.chance.percent(40) {
            self.then(Stage::Holds(WaitsFor::User, "TRANSFERING"));
            self.pass(&[SECOND, MINUTE, HOUR]);
        }
        let fails = self.chance.percent(5);
        self.then(if fails {
            Stage::Failed("FAIL")
        } else {
            Stage::Paid
        });
    }

    /// PROCESSING, then SUCCESS, CLOSED, or ABNORMAL, which a person of the merchant settles.
    fn refund(&mut self) {
        self.then(Stage::Holds(WaitsFor::WeChatPay, "PROCESSING"));
        self.pass(&[SECOND, MINUTE, 10 * MINUTE, HOUR, 24 * HOUR]);
        match self.chance.below(100) {
            0..15 => return self.then(Stage::Failed("CLOSED")),
            15..40 => {
                self.then(Stage::Holds(WaitsFor::Merchant, "ABNORMAL"));
                self.pass(&[MINUTE, HOUR, 30 * HOUR]);
                if self.chance.percent(50) {
                    self.then(Stage::Holds(WaitsFor::WeChatPay, "PROCESSING"));
                    self.pass(&[SECOND, HOUR]);
                }
            }
            40..45 => {
                self.then(Stage::Other);
                self.pass(&[MINUTE, HOUR]);
            }
            _ => {}
        }
        self.then(Stage::Paid);
    }

    /// SENDING, SENT, and then RECEIVED, or after a day RFUND_ING and REFUND.
    fn red_packet(&mut self) {
        if self.chance.percent(30) {
            self.then(Stage::Holds(WaitsFor::Repetition, "SENDING"));
            self.pass(&[SECOND, MINUTE, HOUR]);
        }
        if self.chance.percent(10) {
            return self.then(Stage::Failed("FAILED"));
        }
        self.then(Stage::Holds(WaitsFor::Receiver, "SENT"));
        if self.chance.percent(70) {
            self.pass_some_of(24 * HOUR);
            return self.then(Stage::Paid);
        }
        self.pass(&[24 * HOUR, 25 * HOUR]);
        self.then(Stage::Holds(WaitsFor::WeChatPay, "RFUND_ING"));
        self.pass(&[SECOND, MINUTE, HOUR]);
        self.then(Stage::Failed("REFUND"));
    }

    /// ACCEPTED, or WAIT_PAY until a person approves it; then the one transfer of it is under way,
    /// and ends.
    fn batch(&mut self) {
        if self.chance.percent(30) {
            self.then(Stage::Holds(WaitsFor::Approver, "WAIT_PAY"));
            self.pass(&[MINUTE, HOUR, 24 * HOUR]);
            if self.chance.percent(20) {
                return self.then(Stage::Failed("MERCHANT_NOT_CONFIRM"));
            }
        }
        self.then(Stage::Holds(WaitsFor::WeChatPay, "ACCEPTED"));
        self.pass(&[SECOND, MINUTE, 10 * MINUTE, HOUR]);
        if self.chance.percent(10) {
            self.then(Stage::Other);
            self.pass(&[MINUTE, HOUR]);
        }
        let fails = self.chance.percent(20);
        self.then(if fails {
            Stage::Failed("FAIL")
        } else {
            Stage::Paid
        });
    }
}

const A_MINUTE: Duration = Duration::from_secs(60);
