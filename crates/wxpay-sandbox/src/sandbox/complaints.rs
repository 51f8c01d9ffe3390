//! Users who complain.

use crate::state::Act;
use crate::{ComplainError, Complaint, ComplaintTerms, Sandbox};

impl Sandbox {
    /// Lets the user of a paid order complain (投诉), and gives the complaint. It is told to the URL
    /// that was set by `/v3/merchant-service/complaint-notifications`, and so is all that happens
    /// to it.
    ///
    /// # Errors
    /// The order is not there or not paid.
    pub fn complain(
        &self,
        out_trade_no: &str,
        terms: ComplaintTerms,
    ) -> Result<Complaint, ComplainError> {
        let random = &self.shared.random;
        let made = self.shared.state().complain(out_trade_no, terms, random);
        self.shared.changed.notify_one();
        made
    }

    /// Lets the user write to the merchant (用户留言), who is to reply.
    ///
    /// # Errors
    /// There is no such complaint.
    pub fn write_in_complaint(
        &self,
        complaint_id: &str,
        text: &str,
    ) -> Result<Complaint, ComplainError> {
        self.user_acts(complaint_id, "USER_RESPONSE", "USER_RESPONSE", text, |_| {})
    }

    /// Lets the user complain once more (用户继续投诉), so that the complaint is `PENDING` again.
    ///
    /// # Errors
    /// There is no such complaint.
    pub fn complain_again(
        &self,
        complaint_id: &str,
        text: &str,
    ) -> Result<Complaint, ComplainError> {
        let (operate_type, action_type) = ("USER_CONTINUE_COMPLAINT", "CONTINUE_COMPLAINT");
        self.user_acts(complaint_id, operate_type, action_type, text, |complaint| {
            "PENDING".clone_into(&mut complaint.state);
            complaint.user_complaint_times = complaint.user_complaint_times.saturating_add(1);
        })
    }

    /// Every complaint, in the order in which they came.
    pub fn complaints(&self) -> Vec<Complaint> {
        let state = self.shared.state();
        state.complaints.entries.values().cloned().collect()
    }

    /// Where complaints are told (投诉通知回调地址), if anywhere.
    pub fn complaint_notify_url(&self) -> Option<String> {
        self.shared.state().complaints.notify_url.clone()
    }

    fn user_acts(
        &self,
        complaint_id: &str,
        operate_type: &str,
        action_type: &str,
        text: &str,
        change: impl FnOnce(&mut Complaint),
    ) -> Result<Complaint, ComplainError> {
        let act = Act {
            operator: "投诉人",
            operate_type,
            action_type: Some(action_type),
            details: Some(text),
            images: Vec::new(),
        };
        let random = &self.shared.random;
        let mut state = self.shared.state();
        let made = state.act(complaint_id, act, random, |complaint| {
            complaint.incoming_user_response = true;
            change(complaint);
        });
        self.shared.changed.notify_one();
        made.ok_or_else(|| ComplainError::NoComplaint(complaint_id.to_owned()))
    }
}
