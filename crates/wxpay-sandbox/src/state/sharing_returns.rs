use serde_json::Value;
use wxpay_core::Fen;

use crate::random::{DIGITS, Random};
use crate::state::sharing::Entry;
use crate::state::{SharingRefusal, State};
use crate::{ProfitReturn, ProfitSharing};

/// What a request asks for that takes a share back.
pub(crate) struct AskedReturn {
    pub(crate) out_return_no: String,
    pub(crate) return_mchid: String,
    pub(crate) amount: Fen,
    pub(crate) description: String,
    pub(crate) terms: Value,
}

impl State {
    /// Takes a share back if it is to take effect, or gives what was taken back earlier under this
    /// number.
    pub(crate) fn take_back(
        &mut self,
        sharing: &ProfitSharing,
        asked: AskedReturn,
        random: &Random,
        commit: bool,
    ) -> Result<ProfitReturn, SharingRefusal> {
        let now = self.now();
        if let Some(earlier) = self.sharing.returns.get_mut(&asked.out_return_no) {
            let same = earlier.made.out_order_no == sharing.out_order_no;
            if !same || earlier.terms != asked.terms {
                return Err(SharingRefusal::OtherTerms);
            }
            if commit {
                earlier.made.requests = earlier.made.requests.saturating_add(1);
            }
            return Ok(earlier.made.clone());
        }
        let mut shares = sharing.shares.iter();
        let share = shares.find(|share| {
            let to_merchant = share.kind == "MERCHANT_ID" && share.account == asked.return_mchid;
            to_merchant && share.result == "SUCCESS"
        });
        let share = share.ok_or(SharingRefusal::NoReceiver)?;
        let age = now.unix().saturating_sub(sharing.create_time.unix());
        let earlier = self
            .sharing
            .returns
            .values()
            .map(|entry| &entry.made)
            .filter(|made| made.out_order_no == sharing.out_order_no);
        if age > LATEST || earlier.clone().count() >= MAX_RETURNS_OF_REQUEST {
            return Err(SharingRefusal::TooMany);
        }
        let of_share = earlier
            .filter(|made| made.return_mchid == asked.return_mchid && made.result != "FAILED");
        let back = of_share.fold(asked.amount.get(), |sum, made| {
            sum.saturating_add(made.amount.get())
        });
        if back > share.amount.get() {
            return Err(SharingRefusal::NotEnough);
        }
        let made = ProfitReturn {
            out_return_no: asked.out_return_no,
            return_id: format!("3009{}", random.text(DIGITS, 24)),
            out_order_no: sharing.out_order_no.clone(),
            return_mchid: asked.return_mchid,
            amount: asked.amount,
            description: asked.description,
            result: "PROCESSING".to_owned(),
            fail_reason: None,
            create_time: now,
            finish_time: None,
            requests: 1,
        };
        if commit {
            let number = made.out_return_no.clone();
            let (made, terms) = (made.clone(), asked.terms);
            self.sharing.returns.insert(number, Entry { made, terms });
        }
        Ok(made)
    }

    /// Ends a return: with a reason the receiver keeps the money. It says whether there is one of
    /// this number.
    pub(crate) fn end_return(&mut self, out_return_no: &str, fail_reason: Option<&str>) -> bool {
        let now = self.now();
        let Some(entry) = self.sharing.returns.get_mut(out_return_no) else {
            return false;
        };
        let result = if fail_reason.is_some() {
            "FAILED"
        } else {
            "SUCCESS"
        };
        result.clone_into(&mut entry.made.result);
        entry.made.fail_reason = fail_reason.map(str::to_owned);
        entry.made.finish_time = Some(now);
        true
    }

    /// Ends a return that is in process.
    pub(crate) fn settle_return(&mut self, out_return_no: &str, random: &Random) {
        let found = self.sharing.returns.get(out_return_no);
        let Some(made) = found.map(|entry| entry.made.clone()) else {
            return;
        };
        if made.result != "PROCESSING" {
            return;
        }
        self.end_return(out_return_no, None);
        if let Some(sharing) = self.sharing.get(&made.out_order_no).cloned() {
            let numbers = [&*made.return_id, &*made.out_return_no];
            let back = (&*made.return_mchid, made.amount, &*made.description);
            self.tell_sharing("分账回退", &sharing, numbers, back, random);
        }
    }
}

/// How long a share can be taken back, in seconds: 180 days.
const LATEST: i64 = 180 * 24 * 3600;

/// The most returns of one request.
const MAX_RETURNS_OF_REQUEST: usize = 50;
