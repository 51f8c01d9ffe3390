//! What happens on its own to money that goes out.

use serde::{Deserialize, Serialize};

use crate::Protocol;
use crate::notice::{FundsTold, Task, Told};
use crate::random::Random;
use crate::state::{Event, State};

/// Something that happens on its own to money that goes out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum MoneyOut {
    /// A transfer to a user takes the step that follows a state.
    StepTransferBill { out_bill_no: String, from: String },
    /// The user can no longer confirm a transfer.
    ExpireTransferBill { out_bill_no: String },
    /// The user can no longer agree to an authorization.
    ExpireAuthorization {
        out_authorization_no: String,
        /// When it was asked for, in milliseconds since 1970: the number may be used again.
        create_time: i64,
    },
    /// A red packet takes the step that WeChat Pay takes on its own.
    StepRedPacket { mch_billno: String },
    /// A red packet can no longer be received.
    ReturnRedPacket { mch_billno: String },
    /// A batch of the merchant's own is carried out.
    SettleBatch { out_batch_no: String },
    /// A withdrawal has come to the bank.
    SettleWithdrawal { withdraw_id: String },
    /// The electronic receipt of a transfer is made.
    FinishReceipt { out_bill_no: String },
}

impl State {
    /// Carries out an event.
    pub(crate) fn move_money_out(&mut self, event: &MoneyOut, random: &Random) {
        match event {
            MoneyOut::StepTransferBill { out_bill_no, from } => {
                self.step_transfer_bill(out_bill_no, from, random);
            }
            MoneyOut::ExpireTransferBill { out_bill_no } => {
                self.expire_transfer_bill(out_bill_no, random);
            }
            MoneyOut::ExpireAuthorization {
                out_authorization_no,
                create_time,
            } => self.expire_authorization(out_authorization_no, *create_time, random),
            MoneyOut::StepRedPacket { mch_billno } => self.step_red_packet(mch_billno),
            MoneyOut::ReturnRedPacket { mch_billno } => self.return_red_packet(mch_billno),
            MoneyOut::SettleBatch { out_batch_no } => {
                self.settle_batch(out_batch_no);
            }
            MoneyOut::SettleWithdrawal { withdraw_id } => {
                self.settle_withdrawal(withdraw_id, random);
            }
            MoneyOut::FinishReceipt { out_bill_no } => self.finish_receipt(out_bill_no),
        }
    }

    /// Plans a notification of APIv3.
    pub(crate) fn tell_of_funds(
        &mut self,
        told: FundsTold,
        number: &str,
        url: &str,
        random: &Random,
    ) {
        let now = self.now();
        let (told, url) = (Told::Funds(told), url.to_owned());
        let task = Task::new(told, number, Protocol::V3, url, now, random);
        self.agenda.add(now, Event::Deliver(Box::new(task)));
    }
}
