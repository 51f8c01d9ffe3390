use std::time::Duration;

use wxpay_core::{Fen, OutTradeNo};

use crate::evidence::Payment;
use crate::outcome::{Proof, Told};
use crate::sale::SaleId;

/// All that is known of the last charge for a sale. It is what the shop stores.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Record {
    pub(crate) sale: SaleId,
    /// The protocol and the merchant that it was charged by.
    pub(crate) account: String,
    pub(crate) revision: u64,
    pub(crate) number: OutTradeNo,
    /// The numbers of earlier charges for this sale, each proven not paid.
    pub(crate) earlier: Vec<OutTradeNo>,
    pub(crate) amount: Fen,
    /// When it was begun, in milliseconds since 1970 by the wall clock.
    pub(crate) began_at: i64,
    /// The call that charges has ended. If not, it may be under way, or the program has died in it.
    pub(crate) is_sent: bool,
    /// How much time has provably passed since the charge was sent, whatever happened to the
    /// clocks.
    pub(crate) elapsed: Duration,
    pub(crate) charge: Charge,
    pub(crate) seen: Seen,
    /// How many queries in a row did not know the order, none having known it before.
    pub(crate) not_known: u32,
    /// How many queries in a row were not answered.
    pub(crate) unanswered: u32,
    pub(crate) reversal: Reversal,
    /// The shop wants it reversed, paid or not.
    pub(crate) cancel: bool,
    /// When the last query ended.
    pub(crate) last_query: Option<Duration>,
    /// What the last response said that settled nothing, for people.
    pub(crate) note: Option<String>,
    pub(crate) end: Option<End>,
}

/// What the response to the charge said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Charge {
    /// Nothing that counts: it may have been paid.
    Unknown,
    /// The user is asked for the password.
    Paying,
    /// It was refused.
    Refused { told: Told, kind: Refused },
}

/// What a refusal of the charge is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refused {
    /// For a cause that no later copy of the request could escape: the code is too old or used, or
    /// a parameter is wrong.
    ForGood,
    /// For a cause that can pass, such as too little money.
    ForNow,
    /// The number had an order before.
    NumberUsed,
}

/// The most that queries have told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    /// Not even that there is an order.
    Nothing,
    /// The order, not paid then.
    Unpaid,
    /// The order, while the user was asked for the password.
    Paying,
    /// The payment.
    Paid(Payment),
    /// A payment of another amount.
    OtherAmount(Fen),
    /// A payment that belongs to another order with the same number.
    OtherPayment,
}

/// How far a reversal has come.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Reversal {
    pub(crate) sent: u32,
    /// When the last one ended, or was about to leave.
    pub(crate) last: Duration,
    pub(crate) stand: Stand,
    /// The last one met no order.
    pub(crate) found_nothing: bool,
    /// The seven days are over by WeChat Pay's clock.
    pub(crate) too_late: bool,
}

/// What all reversals together may have done.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Stand {
    #[default]
    None,
    /// Each was refused.
    Refused,
    /// One of them may have been executed, or may be yet.
    InDoubt,
    /// WeChat Pay asks to be called again.
    CallAgain,
    /// WeChat Pay says that it is done.
    Accepted,
}

/// A proven end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum End {
    Paid(Payment),
    NotPaid(Proof),
    Refunded,
}

impl Seen {
    /// Whether it is a payment that can't be the one for this sale.
    pub(crate) const fn is_other(&self) -> bool {
        matches!(self, Self::OtherAmount(_) | Self::OtherPayment)
    }
}

impl Record {
    pub(crate) fn new(sale: SaleId, account: String, number: OutTradeNo, amount: Fen) -> Self {
        Self {
            sale,
            account,
            revision: 0,
            number,
            earlier: Vec::new(),
            amount,
            began_at: 0,
            is_sent: false,
            elapsed: Duration::ZERO,
            charge: Charge::Unknown,
            seen: Seen::Nothing,
            not_known: 0,
            unanswered: 0,
            reversal: Reversal::default(),
            cancel: false,
            last_query: None,
            note: None,
            end: None,
        }
    }

    /// Whether the number had an order before this charge.
    pub(crate) fn number_was_used(&self) -> bool {
        self.is_refused(Refused::NumberUsed)
    }

    pub(crate) fn is_refused(&self, wanted: Refused) -> bool {
        matches!(&self.charge, Charge::Refused { kind, .. } if *kind == wanted)
    }

    /// The refusal of the charge, if it was refused.
    pub(crate) fn told(&self) -> Option<&Told> {
        match &self.charge {
            Charge::Refused { told, .. } => Some(told),
            Charge::Unknown | Charge::Paying => None,
        }
    }
}
