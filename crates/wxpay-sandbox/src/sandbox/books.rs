//! What the sandbox knows of orders, payments and transfers.

use wxpay_core::Fen;

use crate::bill::Deposit;
use crate::state::{Event, OrderEntry};
use crate::{
    Batch, CombinedOrder, Delivery, Media, Order, PayOrderError, Payout, PayoutRules, PayoutSends,
    PayoutStatus, PendingDelivery, Sandbox, StateFileError, Transfer, snapshot, state_file,
};

impl Sandbox {
    /// Adds an order for the queries of both protocols to find, replacing one of the same
    /// `out_trade_no`.
    pub fn add_order(&self, order: Order) {
        let terms = serde_json::Value::Null;
        let mut state = self.shared.state();
        state.orders.add(OrderEntry { order, terms });
    }

    /// Lets a user pay an order, and plans the notification (支付通知) to its `notify_url`, if it has
    /// one: in the protocol that made the order, at once, and then on WeChat Pay's schedule until
    /// it is acknowledged: after 15 s, 15 s, 30 s, 3 min, 10 min, 20 min, 30 min three times, 60
    /// min, 3 h three times and 6 h twice, by the sandbox's clock.
    ///
    /// The sandbox never sends to another host: a `notify_url` that does not lead to `localhost`,
    /// 127.0.0.0/8 or `[::1]` is noted in [`deliveries`](Self::deliveries) as one that can't be
    /// delivered, and that is all.
    ///
    /// The number of a combined order (合单订单), or of an order in it, pays all that are in it.
    ///
    /// # Errors
    /// There is no such order, it is paid already, closed or `PAYERROR` (支付失败), or it is another
    /// user's. It stays as it is.
    pub fn pay_order(&self, out_trade_no: &str, openid: &str) -> Result<(), PayOrderError> {
        let random = &self.shared.random;
        let paid = self.shared.state().pay(out_trade_no, openid, random);
        self.shared.changed.notify_one();
        paid
    }

    /// Every order, in the order in which they were made or added.
    pub fn orders(&self) -> Vec<Order> {
        let state = self.shared.state();
        let entries = state.orders.entries();
        entries.map(|entry| entry.order.clone()).collect()
    }

    /// Every combined order (合单订单), in the order in which they were made.
    pub fn combined_orders(&self) -> Vec<CombinedOrder> {
        let state = self.shared.state();
        let entries = state.combined.entries();
        entries.map(|entry| entry.combined.clone()).collect()
    }

    /// Every attempt to deliver a payment notification that was made, in order; at most as many as
    /// requests are [kept](crate::SandboxBuilder::keep_requests).
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.state().deliveries.iter().cloned().collect()
    }

    /// The payment notifications that are still to be delivered, the next one first.
    pub fn pending_deliveries(&self) -> Vec<PendingDelivery> {
        let state = self.shared.state();
        let planned = state.agenda.planned();
        let pending = planned.filter_map(|planned| match planned.event {
            Event::Deliver(task) => Some(task.pending(planned.due)),
            _ => None,
        });
        pending.collect()
    }

    /// Adds a transfer (转账明细单) for the APIv3 queries to find, replacing one of the same two
    /// numbers.
    pub fn add_transfer(&self, transfer: Transfer) {
        self.shared.state().batches.add_transfer(transfer);
    }

    /// Whether somebody has to approve the merchant's own batches (待付款确认) before they are carried
    /// out. If so, they are `WAIT_PAY` until [`settle_batch`](Self::settle_batch).
    pub fn set_batch_approval(&self, is_needed: bool) {
        self.shared.state().batches.needs_approval = is_needed;
    }

    /// Carries out the transfers of a batch that are still `PROCESSING` or `WAIT_PAY`, and says
    /// whether there is a batch of this number. A batch of the merchant's own is carried out by
    /// itself unless it [has to be approved](Self::set_batch_approval).
    ///
    /// They succeed, unless the name given is not the [registered](Self::register_name) one: that
    /// fails with `NAME_NOT_CORRECT`.
    pub fn settle_batch(&self, out_batch_no: &str) -> bool {
        self.shared.state().settle_batch(out_batch_no)
    }

    /// Sets what a transfer has become, and says whether there is one of these numbers. The texts
    /// go out as they are. The money of an own batch comes back when its transfer is `FAIL`.
    pub fn set_transfer_status(
        &self,
        out_batch_no: &str,
        out_detail_no: &str,
        status: &str,
        fail_reason: Option<&str>,
    ) -> bool {
        self.shared
            .state()
            .set_transfer_status(out_batch_no, out_detail_no, status, fail_reason)
    }

    /// Every batch of transfers that was made by a request, in order.
    pub fn batches(&self) -> Vec<Batch> {
        self.shared.state().batches.all()
    }

    /// Every transfer, by batch and in order, whether a request made it or
    /// [`add_transfer`](Self::add_transfer) did.
    pub fn transfers(&self) -> Vec<Transfer> {
        self.shared.state().batches.transfers()
    }

    /// Every file that was uploaded (上传), in order.
    pub fn uploads(&self) -> Vec<Media> {
        self.shared.state().uploads.all().cloned().collect()
    }

    /// Registers the real name of a user, which `FORCE_CHECK` and batches of transfers are then
    /// held to. A user without one passes with any name.
    pub fn register_name(&self, openid: &str, name: &str) {
        self.shared.state().register_name(openid, name);
    }

    /// Sets the money that payments to employees (向员工付款), transfers to users (商家转账), the merchant's
    /// own batches of transfers (商家转账到零钱) and red packets (现金红包) can be made from. Until this is
    /// called there is no limit. The fund flow bill (资金账单) of the operating account (运营账户) lists
    /// the difference as money put in or taken out.
    pub fn set_balance(&self, balance: Fen) {
        let mut state = self.shared.state();
        state.balance = Some(balance);
        let deposit = Deposit::for_balance(balance, &state, &self.shared.merchant);
        state.deposits.extend(deposit);
    }

    /// The money left for payments, if [`set_balance`](Self::set_balance) was called.
    pub fn balance(&self) -> Option<Fen> {
        self.shared.state().balance
    }

    /// Sets how payments to employees are judged and settled from now on. Those under way settle as
    /// they were to.
    pub fn set_payout_rules(&self, rules: PayoutRules) {
        self.shared.state().payouts.rules = rules.sound();
    }

    /// How payments to employees are judged and settled.
    pub fn payout_rules(&self) -> PayoutRules {
        self.shared.state().payouts.rules.clone()
    }

    /// Sets what a payment has become, and says whether there is one of this number. The balance
    /// stays as it is.
    pub fn set_payout_status(&self, partner_trade_no: &str, status: PayoutStatus) -> bool {
        let mut state = self.shared.state();
        state.payouts.set_status(partner_trade_no, status)
    }

    /// Every payment that was made, in order. One entry is one time that money moved; where
    /// [rules](Self::set_payout_rules) let payments fail, the money of one that is `FAILED` moved
    /// back or not at all.
    pub fn payouts(&self) -> Vec<Payout> {
        self.shared.state().payouts.all()
    }

    /// How many requests to pay named each `partner_trade_no`, in the order in which the numbers
    /// came first: also those that were refused, and those of numbers that have no payment. 100,000
    /// numbers at most are kept.
    pub fn payout_sends(&self) -> Vec<PayoutSends> {
        self.shared.state().payouts.sends()
    }

    /// Forgets all orders, payments, batches, names, notifications, faults and requests, and begins
    /// again as the [builder](crate::SandboxBuilder) set it, but without its snapshot: the clock is
    /// the system's, the seed's choices start over. The keys stay, and so do connections.
    pub fn reset(&self) {
        let mut state = self.shared.state();
        state.clear();
        state.payouts.rules = self.shared.payout_rules.clone();
        self.shared.random.restart();
        drop(state);
        self.shared.changed.notify_one();
    }

    /// Writes the state down as JSON for
    /// [`SandboxBuilder::snapshot`](crate::SandboxBuilder::snapshot): orders, payments, batches,
    /// names, the balance, the rules for payments, the clock, and which notifications were and are
    /// to be delivered. Keys, faults and requests are not in it; names and openids of users are.
    pub fn snapshot(&self) -> String {
        let (_, text) = snapshot::write(&self.shared);
        text
    }

    /// Writes the state to its [file](crate::SandboxBuilder::state_file) now, if it has one and the
    /// file is not up to date.
    ///
    /// # Errors
    /// The file can't be written. The one that was there before is as it was.
    pub async fn save(&self) -> Result<(), StateFileError> {
        state_file::save(&self.shared).await
    }
}
