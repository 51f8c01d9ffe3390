//! Red packets that users receive.

use std::time::Duration;

use crate::{ReceiveError, RedPacket, Sandbox};

impl Sandbox {
    /// Every red packet (现金红包), in the order in which they were sent.
    pub fn red_packets(&self) -> Vec<RedPacket> {
        self.shared.state().red_packets.all().cloned().collect()
    }

    /// Lets a user receive a red packet that is `SENT` (领取红包), and gives what has become of it: the
    /// user that it was sent to, unless another one is named. Only one that several users share
    /// (裂变红包) can be received by others, and only after that user.
    ///
    /// What nobody receives within 24 hours of the sandbox's clock goes back to the merchant.
    ///
    /// # Errors
    /// There is no such red packet, it is not `SENT`, or it is not for the user. It stays as it is.
    pub fn receive_red_packet(
        &self,
        mch_billno: &str,
        openid: Option<&str>,
    ) -> Result<RedPacket, ReceiveError> {
        let random = &self.shared.random;
        let mut state = self.shared.state();
        state.receive_red_packet(mch_billno, openid, random)
    }

    /// Sets what a red packet has become, and says whether there is one of this number. The texts
    /// go out as they are. The money of one that is `FAILED` or `REFUND` goes back.
    pub fn set_red_packet_status(
        &self,
        mch_billno: &str,
        status: &str,
        reason: Option<&str>,
    ) -> bool {
        let mut state = self.shared.state();
        state.set_red_packet(mch_billno, status, reason)
    }

    /// Sets how long red packets are `SENDING` before they are `SENT`, and `RFUND_ING` before they
    /// are `REFUND`, from now on. At first it is not a time. A request to send one that is
    /// `SENDING` is answered with `PROCESSING`.
    pub fn set_red_packet_step(&self, step: Duration) {
        let millis = u64::try_from(step.as_millis());
        self.shared.state().red_packets.step_ms = millis.unwrap_or(u64::MAX);
    }
}
