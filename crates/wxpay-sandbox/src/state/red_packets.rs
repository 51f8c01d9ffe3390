use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Params, Timestamp};

use crate::clock::{day, later};
use crate::random::Random;
use crate::snapshot::params;
use crate::state::money_out::MoneyOut;
use crate::state::{Event, State};
use crate::{ReceiveError, RedPacket, RedPacketClaim, RedPacketKind};

/// The red packets, by merchant order number.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedPackets {
    entries: IndexMap<String, RedPacketEntry>,
    /// How long it takes until one is sent, and until what is left goes back.
    pub(crate) step_ms: u64,
}

/// A red packet and the parameters that asked for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedPacketEntry {
    pub(crate) packet: RedPacket,
    /// Without `nonce_str` and the signatures: what has to be the same when it is asked for again.
    #[serde(with = "params")]
    pub(crate) parameters: Params,
}

/// What users were sent on a day.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) amount: i64,
    pub(crate) packets: u32,
}

impl RedPackets {
    pub(crate) fn get(&self, mch_billno: &str) -> Option<&RedPacket> {
        self.entries.get(mch_billno).map(|entry| &entry.packet)
    }

    pub(crate) fn entry_mut(&mut self, mch_billno: &str) -> Option<&mut RedPacketEntry> {
        self.entries.get_mut(mch_billno)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &RedPacket> {
        self.entries.values().map(|entry| &entry.packet)
    }

    /// What was sent on the day of a moment, to one user and to all. What failed does not count.
    pub(crate) fn of_day(&self, now: Timestamp, openid: &str) -> (Sent, Sent) {
        let (mut user, mut all) = (Sent::default(), Sent::default());
        let sent = self.all().filter(|packet| packet.status != "FAILED");
        for packet in sent.filter(|packet| day(packet.send_time) == day(now)) {
            all.add(packet);
            if packet.re_openid == openid {
                user.add(packet);
            }
        }
        (user, all)
    }

    fn packet_mut(&mut self, mch_billno: &str) -> Option<&mut RedPacket> {
        let entry = self.entries.get_mut(mch_billno);
        entry.map(|entry| &mut entry.packet)
    }
}

impl Sent {
    fn add(&mut self, packet: &RedPacket) {
        self.amount = self.amount.saturating_add(packet.total_amount.get());
        self.packets = self.packets.saturating_add(1);
    }
}

impl State {
    /// Sends a new red packet, whose money is taken already.
    pub(crate) fn send_red_packet(&mut self, entry: RedPacketEntry) {
        let number = entry.packet.mch_billno.clone();
        let back = later(entry.packet.send_time, RECEIVED_WITHIN);
        self.red_packets.entries.insert(number.clone(), entry);
        self.step_red_packet_later(&number);
        let mch_billno = number;
        let expiry = MoneyOut::ReturnRedPacket { mch_billno };
        self.agenda.add(back, Event::MoneyOut(expiry));
    }

    /// Takes the step that WeChat Pay takes on its own.
    pub(crate) fn step_red_packet(&mut self, mch_billno: &str) {
        let packet = self.red_packets.get(mch_billno);
        match packet.map(|packet| &*packet.status) {
            Some("SENDING") => self.set_red_packet(mch_billno, "SENT", None),
            Some("RFUND_ING") => self.set_red_packet(mch_billno, "REFUND", None),
            _ => false,
        };
    }

    /// Begins to give back what nobody has received in time.
    pub(crate) fn return_red_packet(&mut self, mch_billno: &str) {
        let packet = self.red_packets.get(mch_billno);
        if packet.is_some_and(|packet| packet.status == "SENT") {
            self.set_red_packet(mch_billno, "RFUND_ING", None);
            self.step_red_packet_later(mch_billno);
        }
    }

    /// Sets what a red packet has become, and lets what nobody received go back when it is `FAILED`
    /// or `REFUND`. It says whether there is one of this number.
    pub(crate) fn set_red_packet(
        &mut self,
        mch_billno: &str,
        status: &str,
        reason: Option<&str>,
    ) -> bool {
        let now = self.now();
        let Some(packet) = self.red_packets.packet_mut(mch_billno) else {
            return false;
        };
        status.clone_into(&mut packet.status);
        packet.reason = reason.map(str::to_owned);
        let ends = ["FAILED", "REFUND"].contains(&status);
        if ends && packet.refund_time.is_none() {
            let left = packet.left();
            packet.refund_time = Some(now);
            packet.refund_amount = left;
            let balance = self.balance.and_then(|balance| balance.checked_add(left));
            self.balance = balance.or(self.balance);
        }
        true
    }

    /// Lets a user receive a red packet, or a part of it.
    pub(crate) fn receive_red_packet(
        &mut self,
        mch_billno: &str,
        openid: Option<&str>,
        random: &Random,
    ) -> Result<RedPacket, ReceiveError> {
        let now = self.now();
        let number = || mch_billno.to_owned();
        let packet = self
            .red_packets
            .packet_mut(mch_billno)
            .ok_or_else(|| ReceiveError::NoRedPacket(number()))?;
        if packet.status != "SENT" {
            return Err(ReceiveError::NotSent {
                mch_billno: number(),
                status: packet.status.clone(),
            });
        }
        let openid = openid.unwrap_or(&packet.re_openid).to_owned();
        let group = packet.kind == RedPacketKind::Group;
        let first = packet.claims.is_empty();
        if openid != packet.re_openid && (first || !group) {
            return Err(ReceiveError::OtherUser(number()));
        }
        if packet.claims.iter().any(|claim| claim.openid == openid) {
            return Err(ReceiveError::Twice(number()));
        }
        let amount = share(packet, random);
        packet.claims.push(RedPacketClaim {
            openid,
            amount,
            rcv_time: now,
        });
        if packet.claims.len() >= usize::try_from(packet.total_num).unwrap_or(usize::MAX) {
            "RECEIVED".clone_into(&mut packet.status);
        }
        Ok(packet.clone())
    }

    /// Takes a step when its time has come, which may be now.
    fn step_red_packet_later(&mut self, mch_billno: &str) {
        match self.red_packets.step_ms {
            0 => self.step_red_packet(mch_billno),
            millis => {
                let due = later(self.now(), Duration::from_millis(millis));
                let mch_billno = mch_billno.to_owned();
                let step = MoneyOut::StepRedPacket { mch_billno };
                self.agenda.add(due, Event::MoneyOut(step));
            }
        }
    }
}

/// What the next user receives: the last one all that is left, each other a random part of it that
/// leaves 1 fen at least to each who follows.
fn share(packet: &RedPacket, random: &Random) -> Fen {
    let left = packet.left().get();
    let taken = i64::try_from(packet.claims.len()).unwrap_or(i64::MAX);
    let users = i64::from(packet.total_num).saturating_sub(taken);
    if users <= 1 {
        return Fen::new(left);
    }
    let most = (left / users).saturating_mul(2).min(left - (users - 1));
    let about = format!("{}/{taken}", packet.mch_billno);
    Fen::new(random.about(&about).i64(1..=most.max(1)))
}

/// How long users have to receive a red packet.
const RECEIVED_WITHIN: Duration = Duration::from_secs(24 * 3600);
