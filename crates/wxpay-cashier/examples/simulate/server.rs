//! WeChat Pay's side: orders, users who pay or cancel, requests that arrive late or twice, answers
//! that are out of date.
//!
//! What it may do is bounded, and the cashier's rules rest on the bounds: a request is executed
//! within 4 minutes, its second copy within 8 seconds; a query answers with what was true 4 seconds
//! ago at most; and an order that was reversed with success can't be paid. Whether a number can
//! that was reversed before it had an order is up to the seed.

use std::collections::BTreeMap;

use super::chance::Chance;
use super::world::SECOND;

/// WeChat Pay's books.
#[derive(Debug)]
pub(crate) struct Server {
    orders: BTreeMap<String, Order>,
    /// What is under way, by its time.
    events: BTreeMap<(i64, u64), Event>,
    count: u64,
    unknown: Unknown,
    /// Numbers whose requests are refused again, however often they come.
    refused: BTreeMap<String, &'static str>,
}

/// What a reversal does when there is no order.
#[derive(Clone, Copy, Debug)]
enum Unknown {
    /// It is done, and a query shows it.
    Shown,
    /// It is done, and no query shows it.
    Hidden,
    /// It says that it is done, and keeps nothing of it.
    Forgotten,
    /// It says that there is none.
    NotFound,
    /// It gives a code that leaves it in doubt.
    Doubtful,
}

#[derive(Debug)]
struct Order {
    amount: i64,
    created_at: i64,
    paid_at: Option<i64>,
    status: Status,
    /// What queries could see, from when on.
    seen: Vec<(i64, Status)>,
    /// How often a reversal still says that it has to be called again.
    recalls: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Status {
    NotPay,
    UserPaying,
    Paid,
    PayError,
    Revoked,
    /// Reversed before it arrived, and not shown by queries.
    Blocked,
}

/// Something that arrives or happens later.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Pay { number: String, amount: i64 },
    Reverse { number: String },
    UserEnds { number: String, end: Status },
}

/// What the business said.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The order, as the books have it.
    Found {
        status: Status,
        amount: i64,
        paid_at: Option<i64>,
    },
    /// The reversal, and whether to call again.
    Reversed {
        call_again: bool,
    },
    NotFound,
    Code(&'static str),
}

impl Server {
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let unknown = match chance.below(5) {
            0 => Unknown::Shown,
            1 => Unknown::Hidden,
            2 => Unknown::Forgotten,
            3 => Unknown::Doubtful,
            _ => Unknown::NotFound,
        };
        Self {
            orders: BTreeMap::new(),
            events: BTreeMap::new(),
            count: 0,
            unknown,
            refused: BTreeMap::new(),
        }
    }

    pub(crate) fn status(&self, number: &str) -> Option<Status> {
        self.orders.get(number).map(|order| order.status)
    }

    /// An order that was paid before.
    pub(crate) fn add_paid(&mut self, number: &str, amount: i64, at: i64) {
        let order = Order::new(amount, at, Status::Paid);
        self.orders.insert(number.to_owned(), order);
    }

    pub(crate) fn later(&mut self, at: i64, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    /// What is due by then.
    pub(crate) fn next_event(&mut self, until: i64) -> Option<(i64, Event)> {
        let entry = self.events.first_entry()?;
        let at = entry.key().0;
        (at <= until).then(|| (at, entry.remove()))
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.events.is_empty()
    }

    pub(crate) fn happen(&mut self, event: Event, now: i64, chance: &mut Chance) -> String {
        match event {
            Event::Pay { number, amount } => {
                let answer = self.pay(&number, amount, now, chance);
                format!("    the charge of {number} arrives: {answer:?}")
            }
            Event::Reverse { number } => {
                let answer = self.reverse(&number, now, chance);
                format!("    the reversal of {number} arrives: {answer:?}")
            }
            Event::UserEnds { number, end } => {
                if let Some(order) = self.orders.get_mut(&number)
                    && matches!(order.status, Status::UserPaying | Status::NotPay)
                {
                    order.enter(end, now);
                }
                format!("    {number} is {:?}", self.status(&number))
            }
        }
    }

    pub(crate) fn pay(
        &mut self,
        number: &str,
        amount: i64,
        now: i64,
        chance: &mut Chance,
    ) -> Answer {
        if let Some(order) = self.orders.get_mut(number) {
            return order.pay_again(now, chance);
        }
        if let Some(code) = self.refused.get(number) {
            return Answer::Code(code);
        }
        let (status, code) = match chance.below(100) {
            0..40 => (Some(Status::Paid), None),
            40..65 => (Some(Status::UserPaying), Some("USERPAYING")),
            65..72 => (None, Some(chance.word(&FOR_GOOD))),
            // Too little money, whether or not it leaves an order. It may be there a little later.
            72..75 => (None, Some("NOTENOUGH")),
            75..79 => (Some(Status::NotPay), Some("NOTENOUGH")),
            79..82 => (Some(Status::PayError), Some("NOTENOUGH")),
            82..84 => (None, Some("SYSTEMERROR")),
            84..88 => (Some(Status::NotPay), Some("BANKERROR")),
            88..92 => (Some(Status::Paid), Some("SYSTEMERROR")),
            92..95 => (Some(Status::UserPaying), Some("SYSTEMERROR")),
            95..97 => (Some(Status::PayError), Some("TRADE_ERROR")),
            _ => (Some(Status::Paid), Some("BRAND_NEW_CODE")),
        };
        if let Some(code) = code.filter(|code| FOR_GOOD.contains(code)) {
            self.refused.insert(number.to_owned(), code);
        }
        if let Some(status) = status {
            let mut order = Order::new(amount, now, status);
            order.recalls = chance.one_of(&[0, 0, 0, 1, 3]);
            let answer = order.answer();
            self.orders.insert(number.to_owned(), order);
            self.let_user_end(number, status, code, now, chance);
            if code.is_none() {
                return answer;
            }
        }
        Answer::Code(code.unwrap_or("SYSTEMERROR"))
    }

    /// The user enters the password or cancels, or the bank comes to an end.
    fn let_user_end(
        &mut self,
        number: &str,
        status: Status,
        code: Option<&str>,
        now: i64,
        chance: &mut Chance,
    ) {
        let slow = chance.one_of(&[1, 4, 9, 14, 20, 30, 40, 44, 46, 50, 56, 70, 90]) * SECOND;
        let after = now + i64::try_from(slow + chance.below(3_000)).unwrap_or(0);
        let end = match (status, code) {
            (Status::UserPaying, _) => match chance.below(10) {
                0..6 => Status::Paid,
                6..8 => Status::PayError,
                _ => Status::NotPay,
            },
            (Status::NotPay, Some("BANKERROR")) if chance.percent(60) => Status::Paid,
            (Status::NotPay, Some("BANKERROR")) => Status::PayError,
            _ => return,
        };
        let number = number.to_owned();
        self.later(after, Event::UserEnds { number, end });
    }

    pub(crate) fn reverse(&mut self, number: &str, now: i64, chance: &mut Chance) -> Answer {
        let Some(order) = self.orders.get_mut(number) else {
            let status = match self.unknown {
                Unknown::Shown => Status::Revoked,
                Unknown::Hidden => Status::Blocked,
                Unknown::Forgotten => return Answer::Reversed { call_again: false },
                Unknown::NotFound => return Answer::NotFound,
                Unknown::Doubtful => return Answer::Code("TRADE_ERROR"),
            };
            let order = Order::new(0, now, status);
            self.orders.insert(number.to_owned(), order);
            return Answer::Reversed { call_again: false };
        };
        if now - order.created_at > 7 * 86_400_000 {
            return Answer::Code("REVERSE_EXPIRE");
        }
        match order.status {
            Status::UserPaying => Answer::Code("USERPAYING"),
            Status::Revoked if chance.percent(20) => Answer::Code("ORDER_REVERSED"),
            Status::Revoked | Status::Blocked => Answer::Reversed { call_again: false },
            Status::NotPay | Status::PayError | Status::Paid => {
                let call_again = order.recalls > 0;
                order.recalls = order.recalls.saturating_sub(1);
                // It may be reversed already when it asks to be called again.
                if !call_again || chance.percent(30) {
                    order.enter(Status::Revoked, now);
                }
                Answer::Reversed { call_again }
            }
        }
    }

    /// What a query sees, which may be out of date.
    pub(crate) fn query(&self, number: &str, now: i64, chance: &mut Chance) -> Answer {
        let lag = chance.one_of(&[0, 0, 0, 0, 1_000, 4_000]);
        let at = now - i64::try_from(lag).unwrap_or(0);
        let Some(order) = self.orders.get(number) else {
            return Answer::NotFound;
        };
        let seen = order.seen.iter().rev().find(|(from, _)| *from <= at);
        match seen {
            None | Some((_, Status::Blocked)) => Answer::NotFound,
            Some((_, status)) => Answer::Found {
                status: *status,
                amount: order.amount,
                paid_at: order.paid_at,
            },
        }
    }
}

impl Order {
    fn new(amount: i64, now: i64, status: Status) -> Self {
        Self {
            amount,
            created_at: now,
            paid_at: (status == Status::Paid).then_some(now),
            status,
            seen: vec![(now, status)],
            recalls: 0,
        }
    }

    fn enter(&mut self, status: Status, now: i64) {
        if status == Status::Paid {
            self.paid_at = Some(now);
        }
        self.status = status;
        self.seen.push((now, status));
    }

    fn answer(&self) -> Answer {
        Answer::Found {
            status: self.status,
            amount: self.amount,
            paid_at: self.paid_at,
        }
    }

    /// Another request with this number.
    fn pay_again(&mut self, now: i64, chance: &mut Chance) -> Answer {
        // The code may be looked at before the number is.
        if chance.percent(20) {
            return Answer::Code(chance.word(&["AUTHCODEEXPIRE", "AUTH_CODE_ERROR"]));
        }
        match self.status {
            Status::Paid => Answer::Code(chance.word(&["ORDERPAID", "INVALID_REQUEST"])),
            Status::Revoked | Status::Blocked => Answer::Code("ORDERREVERSED"),
            Status::UserPaying => Answer::Code(chance.word(&["USERPAYING", "OUT_TRADE_NO_USED"])),
            Status::PayError => Answer::Code(chance.word(&["TRADE_ERROR", "OUT_TRADE_NO_USED"])),
            // There is money now.
            Status::NotPay if chance.percent(50) => {
                self.enter(Status::Paid, now);
                self.answer()
            }
            Status::NotPay => Answer::Code("NOTENOUGH"),
        }
    }
}

const FOR_GOOD: [&str; 5] = [
    "AUTHCODEEXPIRE",
    "AUTH_CODE_ERROR",
    "AUTH_CODE_INVALID",
    "PARAM_ERROR",
    "NOAUTH",
];
