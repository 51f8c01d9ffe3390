use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Value, json};
use wxpay_core::Timestamp;

use crate::clock::later;
use crate::notice::{FundsEvent, FundsTold};
use crate::random::{ALPHANUMERIC, DIGITS, Random};
use crate::state::money_out::MoneyOut;
use crate::state::{Event, State};
use crate::v3::with_millis;
use crate::{AuthorizationError, TransferAuthorization, TransferAuthorizationTerms, TransferBill};

/// The authorizations of transfers without confirmation, by merchant authorization number.
pub(crate) type TransferAuthorizations = IndexMap<String, TransferAuthorization>;

/// Why an authorization is not made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AuthorizationRefusal {
    OtherTerms,
    /// The user has agreed to it, or it is closed.
    Decided,
    /// The user has as many for the scene as there may be.
    TooMany,
}

impl State {
    /// The authorization of a number, unless it is forgotten: one that the user did not agree to
    /// is, after 30 days.
    pub(crate) fn authorization(&self, number: &str) -> Option<&TransferAuthorization> {
        let now = self.now();
        let found = self.authorizations.get(number)?;
        (!found.is_forgotten(now)).then_some(found)
    }

    /// The authorization that is in force under one of the two numbers.
    pub(crate) fn authorization_in_force(
        &self,
        out_authorization_no: Option<&str>,
        authorization_id: Option<&str>,
    ) -> Option<&TransferAuthorization> {
        let found = match (out_authorization_no, authorization_id) {
            (Some(number), _) => self.authorizations.get(number),
            (None, Some(id)) => {
                let mut all = self.authorizations.values();
                all.find(|one| one.authorization_id.as_deref() == Some(id))
            }
            (None, None) => None,
        };
        found.filter(|one| one.state == "TAKING_EFFECT")
    }

    /// Asks the user for an authorization if that is to take effect, or gives the one that was
    /// asked for.
    pub(crate) fn ask_authorization(
        &mut self,
        number: &str,
        terms: TransferAuthorizationTerms,
        random: &Random,
        commit: bool,
    ) -> Result<TransferAuthorization, AuthorizationRefusal> {
        let now = self.now();
        let earlier = self.authorizations.get_mut(number);
        if let Some(earlier) = earlier.filter(|earlier| !earlier.is_forgotten(now)) {
            if earlier.terms != terms {
                return Err(AuthorizationRefusal::OtherTerms);
            }
            if earlier.state != "WAIT_USER_CONFIRM" {
                return Err(AuthorizationRefusal::Decided);
            }
            if commit {
                earlier.requests = earlier.requests.saturating_add(1);
            }
            return Ok(earlier.clone());
        }
        let open = self.authorizations.values().filter(|one| {
            let (of, same) = (&one.terms, &terms);
            one.state != "CLOSED"
                && (&of.openid, &of.transfer_scene_id) == (&same.openid, &same.transfer_scene_id)
        });
        if open.count() >= MAX_OPEN_OF_USER {
            return Err(AuthorizationRefusal::TooMany);
        }
        let made = TransferAuthorization::new(number, terms, now, random);
        if commit {
            self.authorizations.insert(number.to_owned(), made.clone());
            let expiry = MoneyOut::ExpireAuthorization {
                out_authorization_no: number.to_owned(),
                create_time: now.unix_millis(),
            };
            let due = later(now, Duration::from_secs(24 * 3600));
            self.agenda.add(due, Event::MoneyOut(expiry));
        }
        Ok(made)
    }

    /// Lets the user agree to an authorization.
    pub(crate) fn confirm_authorization(
        &mut self,
        number: &str,
        random: &Random,
    ) -> Result<TransferAuthorization, AuthorizationError> {
        let now = self.now();
        let found = self.authorization_in(number, "WAIT_USER_CONFIRM")?;
        "TAKING_EFFECT".clone_into(&mut found.state);
        found.authorization_id = Some(random.text(DIGITS, 28));
        found.authorize_time = Some(now);
        let found = found.clone();
        self.tell_of_authorization(&found, FundsEvent::AuthorizationConfirmed, random);
        Ok(found)
    }

    /// Closes an authorization that is in force, as its user or WeChat Pay does.
    pub(crate) fn end_authorization(
        &mut self,
        number: &str,
        reason: &str,
        random: &Random,
    ) -> Result<TransferAuthorization, AuthorizationError> {
        self.authorization_in(number, "TAKING_EFFECT")?;
        let closed = self.close_authorization(number, reason, random, true);
        closed.ok_or_else(|| AuthorizationError::NoAuthorization(number.to_owned()))
    }

    /// Closes an authorization, whatever its state, if that is to take effect. It is told to have
    /// been closed if the user had agreed to it.
    pub(crate) fn close_authorization(
        &mut self,
        number: &str,
        reason: &str,
        random: &Random,
        commit: bool,
    ) -> Option<TransferAuthorization> {
        let now = self.now();
        let found = self.authorizations.get_mut(number)?;
        let mut closed = found.clone();
        if closed.state == "CLOSED" {
            return (!closed.is_forgotten(now)).then_some(closed);
        }
        "CLOSED".clone_into(&mut closed.state);
        closed.close_time = Some(now);
        closed.close_reason = Some(reason.to_owned());
        if commit {
            *found = closed.clone();
            if closed.authorize_time.is_some() {
                self.tell_of_authorization(&closed, FundsEvent::AuthorizationClosed, random);
            }
        }
        Some(closed)
    }

    /// Closes an authorization that the user has not agreed to in time.
    pub(crate) fn expire_authorization(&mut self, number: &str, created: i64, random: &Random) {
        let found = self.authorizations.get(number);
        if found.is_some_and(|found| {
            found.state == "WAIT_USER_CONFIRM" && found.create_time.unix_millis() == created
        }) {
            self.close_authorization(number, OVERDUE, random, true);
        }
    }

    /// Makes the authorization that was asked for with a transfer, whose user has taken the money
    /// and agreed.
    pub(crate) fn authorize_with(&mut self, bill: &TransferBill, random: &Random) {
        let asked = bill.terms.authorization_info.as_ref();
        let Some(asked) = asked.filter(|_| bill.agreed) else {
            return;
        };
        let terms = TransferAuthorizationTerms {
            appid: bill.terms.appid.clone(),
            openid: bill.terms.openid.clone(),
            transfer_scene_id: bill.terms.transfer_scene_id.clone(),
            user_display_name: asked.user_display_name.clone(),
            user_recv_perception: bill.terms.user_recv_perception.clone(),
            authorization_notify_url: asked.authorization_notify_url.clone(),
        };
        let number = &asked.out_authorization_no;
        // What can't be done is not told.
        if self.ask_authorization(number, terms, random, true).is_ok() {
            let _ = self.confirm_authorization(number, random);
        }
    }

    fn authorization_in(
        &mut self,
        number: &str,
        state: &str,
    ) -> Result<&mut TransferAuthorization, AuthorizationError> {
        let found = self.authorizations.get_mut(number);
        let missing = || AuthorizationError::NoAuthorization(number.to_owned());
        let found = found.ok_or_else(missing)?;
        if found.state == state {
            return Ok(found);
        }
        Err(AuthorizationError::State {
            out_authorization_no: number.to_owned(),
            state: found.state.clone(),
        })
    }

    fn tell_of_authorization(
        &mut self,
        about: &TransferAuthorization,
        event: FundsEvent,
        random: &Random,
    ) {
        let mut resource = json!({
            "out_authorization_no": about.out_authorization_no,
            "appid": about.terms.appid,
            "openid": about.terms.openid,
            "user_display_name": about.terms.user_display_name,
            "authorization_id": about.authorization_id,
            "state": about.state,
            "authorize_time": about.authorize_time.map(with_millis),
        });
        if let (Some(members), Some(info)) = (resource.as_object_mut(), about.close_info()) {
            members.insert("close_info".to_owned(), info);
        }
        let told = FundsTold { event, resource };
        let url = about.terms.authorization_notify_url.clone();
        self.tell_of_funds(told, &about.out_authorization_no, &url, random);
    }
}

impl TransferAuthorization {
    fn new(
        number: &str,
        terms: TransferAuthorizationTerms,
        now: Timestamp,
        random: &Random,
    ) -> Self {
        Self {
            out_authorization_no: number.to_owned(),
            authorization_id: None,
            terms,
            state: "WAIT_USER_CONFIRM".to_owned(),
            package_info: format!("0002-{}==", random.text(ALPHANUMERIC, 62)),
            create_time: now,
            authorize_time: None,
            close_time: None,
            close_reason: None,
            requests: 1,
        }
    }

    /// When and why it was closed (关闭信息), if it was.
    pub(crate) fn close_info(&self) -> Option<Value> {
        let time = self.close_time?;
        Some(json!({
            "close_time": with_millis(time),
            "close_reason": self.close_reason,
        }))
    }

    fn is_forgotten(&self, now: Timestamp) -> bool {
        let overdue = self.close_reason.as_deref() == Some(OVERDUE);
        let closed = self.close_time.filter(|_| overdue);
        closed.is_some_and(|time| now.unix().saturating_sub(time.unix()) > UNCONFIRMED_SECONDS)
    }
}

const OVERDUE: &str = "USER_OVERDUE_UNCONFIRMED";

/// The most authorizations of a user for one scene that are closed not yet.
const MAX_OPEN_OF_USER: usize = 5;

/// How long one is kept that the user did not agree to: 30 days, in seconds.
const UNCONFIRMED_SECONDS: i64 = 30 * 24 * 3600;
