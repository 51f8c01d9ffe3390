use indexmap::IndexMap;
use serde_json::Value;
use wxpay_core::Timestamp;

use crate::clock::later;
use crate::payment_code::code_of_v2;
use crate::random::{DIGITS, Random};
use crate::state::{Event, OrderEntry, State};
use crate::{Api, CodeBehaviour, CodePayment, Order, PaymentCode};

/// The payment codes that were made or used.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    entries: IndexMap<String, PaymentCode>,
}

/// What a request asks for that charges a payment code.
pub(crate) struct AskedCharge {
    pub(crate) order: Order,
    pub(crate) api: Api,
    pub(crate) description: String,
    pub(crate) auth_code: String,
    /// Until when the order can be paid, if there is an end.
    pub(crate) time_expire: Option<Timestamp>,
    /// All that has to be the same when it is asked for again.
    pub(crate) terms: Value,
}

/// Why a payment code is not charged.
#[derive(Debug)]
pub(crate) enum ChargeRefusal {
    /// It is no payment code.
    NoCode,
    /// It was used for another order.
    CodeUsed,
    /// The order of this number is paid.
    Paid,
    Closed,
    Reversed,
    /// The order of this number is another one.
    OtherTerms,
    /// The payment failed, with this code of APIv2.
    Failed(String),
}

impl Codes {
    /// Makes a code.
    pub(crate) fn make(&mut self, behaviour: CodeBehaviour, random: &Random) -> PaymentCode {
        let auth_code = format!("10{}", random.text(DIGITS, 16));
        let code = PaymentCode::new(auth_code, behaviour, random);
        self.add(code.clone());
        code
    }

    pub(crate) fn add(&mut self, code: PaymentCode) {
        self.entries.insert(code.auth_code.clone(), code);
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &PaymentCode> {
        self.entries.values()
    }

    /// The code that a cashier scanned, if it is one.
    fn find(&self, auth_code: &str, random: &Random) -> Option<PaymentCode> {
        let made = self.entries.get(auth_code).cloned();
        made.or_else(|| PaymentCode::of_digits(auth_code, random))
    }
}

impl State {
    /// Charges a code if it is to take effect, or tells what became of the order of this number.
    /// The order is paid, or the user is being asked for the password.
    pub(crate) fn charge(
        &mut self,
        asked: AskedCharge,
        random: &Random,
        commit: bool,
    ) -> Result<Order, ChargeRefusal> {
        let now = self.now();
        if let Some(earlier) = self.orders.entry(&asked.order.out_trade_no) {
            return again(earlier, &asked);
        }
        let mut code = self
            .codes
            .find(&asked.auth_code, random)
            .ok_or(ChargeRefusal::NoCode)?;
        if code.used_by.is_some() {
            return Err(ChargeRefusal::CodeUsed);
        }
        let failure = match &code.behaviour {
            CodeBehaviour::Fails { code } => Some(code_of_v2(code).to_owned()),
            _ => None,
        };
        if let Some(failure) = failure.as_deref().filter(|code| BEFORE.contains(code)) {
            return Err(ChargeRefusal::Failed(failure.to_owned()));
        }

        let number = asked.order.out_trade_no.clone();
        let mut order = asked.order;
        order.openid.clone_from(&code.openid);
        order.code_payment = Some(CodePayment {
            api: asked.api,
            description: asked.description,
            auth_code: asked.auth_code,
            openid: code.openid.clone(),
            create_time: now,
            failure: failure.clone(),
        });
        order.time_end = now;
        match (&code.behaviour, failure.as_deref()) {
            (CodeBehaviour::AsksPassword { .. }, _) => {
                order.enter("USERPAYING", "需要用户输入支付密码");
            }
            (_, Some(failure)) if !OPEN.contains(&failure) => {
                order.enter("PAYERROR", "支付失败(其他原因，如银行返回失败)");
            }
            _ => {}
        }
        if commit {
            let (order, terms) = (order.clone(), asked.terms);
            self.orders.add(OrderEntry { order, terms });
            if let Some(end) = asked.time_expire {
                let out_trade_no = number.clone();
                self.agenda.add(end, Event::ExpireOrder { out_trade_no });
            }
            code.used_by = Some(number.clone());
            self.codes.add(code.clone());
        }
        if let Some(failure) = failure {
            return Err(ChargeRefusal::Failed(failure));
        }
        match code.behaviour {
            CodeBehaviour::AsksPassword { ends_after, pays } if commit => {
                let end = Event::EndPassword {
                    out_trade_no: number,
                    pays,
                };
                self.agenda.add(later(now, ends_after), end);
            }
            CodeBehaviour::Pays if commit => {
                let paid = self.orders.pay(&number, &code.openid, now, random);
                return Ok(paid.cloned().unwrap_or(order));
            }
            _ => {}
        }
        Ok(order)
    }

    /// Ends the asking for a password, unless it has ended already.
    pub(crate) fn end_password(&mut self, number: &str, pays: bool, random: &Random) {
        let now = self.now();
        let Some(order) = self.orders.get(number) else {
            return;
        };
        let Some(payer) = order.payer().map(str::to_owned) else {
            return;
        };
        if order.trade_state != "USERPAYING" {
            return;
        }
        if pays {
            // An order that is being paid can be, and the payer is its own.
            let _ = self.orders.pay(number, &payer, now, random);
        } else {
            let _ = self.orders.give_up(number);
        }
    }
}

/// What is answered when a number comes that has an order.
fn again(earlier: &OrderEntry, asked: &AskedCharge) -> Result<Order, ChargeRefusal> {
    let order = &earlier.order;
    let made = order.code_payment.as_ref();
    let made = made.filter(|made| made.api == asked.api && earlier.terms == asked.terms);
    match (&*order.trade_state, made) {
        ("SUCCESS" | "REFUND", _) => Err(ChargeRefusal::Paid),
        ("CLOSED", _) => Err(ChargeRefusal::Closed),
        ("REVOKED", _) => Err(ChargeRefusal::Reversed),
        (_, None) => Err(ChargeRefusal::OtherTerms),
        ("USERPAYING", Some(_)) => Ok(order.clone()),
        (_, Some(made)) => {
            let failure = made.failure.as_deref().unwrap_or("TRADE_ERROR");
            Err(ChargeRefusal::Failed(failure.to_owned()))
        }
    }
}

/// With these the code was refused, and there is no order.
const BEFORE: [&str; 3] = ["AUTHCODEEXPIRE", "AUTH_CODE_ERROR", "AUTH_CODE_INVALID"];

/// With these the end of the payment is open.
const OPEN: [&str; 2] = ["SYSTEMERROR", "BANKERROR"];
