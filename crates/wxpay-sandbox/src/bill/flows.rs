//! Every movement of the merchant's own money, taken from the books.

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, TimeFormat, Timestamp};

use crate::bill::fee;
use crate::bill::outflows::{batch_transfer, red_packet, transfer, withdrawals};
use crate::refund::Shares;
use crate::snapshot::millis;
use crate::state::State;
use crate::{Merchant, Order, PayoutStatus, ProfitSharing};

/// An account (资金账户) of the merchant's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Account {
    /// What users pay (基本账户).
    Basic,
    /// What users are paid from (运营账户).
    Operation,
    /// Fees that are paid in advance (手续费账户), which nobody does here.
    Fees,
}

/// Money that was put into the account for payments, or taken out of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deposit {
    #[serde(with = "millis")]
    pub(crate) time: Timestamp,
    /// In fen; less than nothing if it was taken out.
    pub(crate) change: i64,
}

/// A movement (资金流水).
pub(crate) struct Flow {
    pub(crate) time: Timestamp,
    /// WeChat Pay's number of what it belongs to (微信支付业务单号).
    pub(crate) business_id: String,
    /// 业务名称.
    pub(crate) name: &'static str,
    /// 业务类型.
    pub(crate) kind: &'static str,
    /// In fen; less than nothing if it goes out.
    pub(crate) change: i64,
    /// Who asked for it (资金变更提交申请人).
    pub(crate) applicant: String,
    /// 备注.
    pub(crate) remark: String,
    /// 业务凭证号.
    pub(crate) voucher: String,
}

/// What all flows of something share.
pub(crate) struct Source<'a> {
    pub(crate) business_id: &'a str,
    pub(crate) voucher: &'a str,
    pub(crate) applicant: &'a str,
    pub(crate) remark: &'a str,
}

impl Account {
    /// All that moved in the account, in order.
    pub(crate) fn flows(self, state: &State, merchant: &Merchant) -> Vec<Flow> {
        let mut flows = match self {
            Self::Basic => basic(state, merchant),
            Self::Operation => operation(state, merchant),
            Self::Fees => Vec::new(),
        };
        flows.sort_by_key(|flow| flow.time);
        flows
    }
}

impl Flow {
    /// 资金流水单号: the same whenever it is asked for.
    pub(crate) fn id(&self, merchant: &Merchant) -> String {
        let about = format!("{}/{}/{}", self.business_id, self.voucher, self.kind);
        let hash = digest(&SHA256, about.as_bytes());
        let digits = hash.as_ref().iter().take(10);
        let digits: String = digits.map(|byte| (byte % 10).to_string()).collect();
        let time = self.time.format(TimeFormat::Compact);
        let day = time.get(..8).unwrap_or_default();
        format!("{}{day}{digits}", merchant.mch_id)
    }
}

impl Source<'_> {
    pub(crate) fn flow(
        &self,
        time: Timestamp,
        name: &'static str,
        kind: &'static str,
        change: i64,
    ) -> Flow {
        Flow {
            time,
            business_id: self.business_id.to_owned(),
            name,
            kind,
            change,
            applicant: self.applicant.to_owned(),
            remark: self.remark.to_owned(),
            voucher: self.voucher.to_owned(),
        }
    }
}

/// What users paid and got back, and what was shared. Money of sub-merchants goes to their own
/// accounts.
fn basic(state: &State, merchant: &Merchant) -> Vec<Flow> {
    let own = |order: &&Order| order.is_of(None) && order.was_paid();
    let orders = state.orders.entries().map(|entry| &entry.order);
    let payments = orders.filter(own).flat_map(payment);
    let api = format!("{}API", merchant.mch_id);
    let refunds = state.refunds.all().flat_map(|refund| {
        let order = state.orders.get(&refund.out_trade_no).filter(own);
        let flows = order.map(|order| {
            let source = Source {
                business_id: &refund.refund_id,
                voucher: &refund.out_refund_no,
                applicant: &api,
                remark: refund.reason.as_deref().unwrap_or_default(),
            };
            let amount = Shares::of(refund.refund, order).settlement_refund;
            let (change, fee) = (amount.get(), fee(amount));
            let mut flows = vec![
                source.flow(refund.create_time, "退款", "退还交易手续费", fee),
                source.flow(refund.create_time, "退款", "退款", -change),
            ];
            if refund.status == "CLOSED" {
                let time = refund.status_time;
                flows.push(source.flow(time, "退款", "退款关闭", change));
                flows.push(source.flow(time, "退款", "扣除交易手续费", -fee));
            }
            flows
        });
        flows.unwrap_or_default()
    });
    let sharings = state.sharing.all();
    let shares = sharings.flat_map(|sharing| shares(sharing, &api, merchant));
    let flows = payments.chain(refunds).chain(shares);
    let flows = flows.chain(returns(state, &api, merchant));
    let flows = flows.chain(withdrawals(state, "BASIC", &api));
    flows.filter(|flow| flow.change != 0).collect()
}

fn payment(order: &Order) -> [Flow; 2] {
    let source = Source {
        business_id: &order.transaction_id,
        voucher: &order.out_trade_no,
        applicant: "system",
        remark: "",
    };
    let amount = order.settlement_total_fee.unwrap_or(order.total_fee);
    let time = order.time_end;
    [
        source.flow(time, "交易", "交易", amount.get()),
        source.flow(time, "交易", "扣除交易手续费", -fee(amount)),
    ]
}

/// What the merchant shared, and what it received of the orders of its sub-merchants.
fn shares(sharing: &ProfitSharing, api: &str, merchant: &Merchant) -> Vec<Flow> {
    let shares = sharing.shares.iter();
    let flows = shares.filter_map(|share| {
        let time = share.finish_time.filter(|_| share.result == "SUCCESS")?;
        let to_own = share.account == merchant.mch_id.as_str();
        let change = match &sharing.sub_mchid {
            None => -share.amount.get(),
            Some(_) if to_own => share.amount.get(),
            Some(_) => return None,
        };
        let source = Source {
            business_id: &sharing.order_id,
            voucher: &share.detail_id,
            applicant: api,
            remark: &share.description,
        };
        Some(source.flow(time, "分账", "分账", change))
    });
    flows.collect()
}

/// What came back of it.
fn returns(state: &State, api: &str, merchant: &Merchant) -> Vec<Flow> {
    let returns = state.sharing.returns.values().map(|entry| &entry.made);
    let flows = returns.filter_map(|made| {
        let time = made.finish_time.filter(|_| made.result == "SUCCESS")?;
        let sharing = state.sharing.get(&made.out_order_no)?;
        let from_own = made.return_mchid == merchant.mch_id.as_str();
        let change = match &sharing.sub_mchid {
            None => made.amount.get(),
            Some(_) if from_own => -made.amount.get(),
            Some(_) => return None,
        };
        let source = Source {
            business_id: &sharing.order_id,
            voucher: &made.return_id,
            applicant: api,
            remark: &made.description,
        };
        Some(source.flow(time, "分账", "分账回退", change))
    });
    flows.collect()
}

/// What users were paid, and what was put in for that. A payment that failed took nothing.
fn operation(state: &State, merchant: &Merchant) -> Vec<Flow> {
    let api = format!("{}API", merchant.mch_id);
    let payouts = state.payouts.entries().map(|entry| &entry.payout);
    let payouts = payouts.filter(|payout| !matches!(payout.status, PayoutStatus::Failed { .. }));
    let payouts = payouts.map(|payout| {
        let source = Source {
            business_id: &payout.payment_no,
            voucher: &payout.partner_trade_no,
            applicant: &api,
            remark: &payout.desc,
        };
        let change = -payout.amount.get();
        source.flow(payout.transfer_time, "企业付款", "企业付款", change)
    });
    let deposits = state.deposits.iter().enumerate().map(|(n, deposit)| {
        let id = format!("{}{n:06}", deposit.time.unix_millis());
        let source = Source {
            business_id: &id,
            voucher: &id,
            applicant: "system",
            remark: "",
        };
        let kind = if deposit.change < 0 {
            "提现"
        } else {
            "充值"
        };
        source.flow(deposit.time, "充值/提现", kind, deposit.change)
    });
    let transfers = state.transfer_bills.entries.values();
    let transfers = transfers.flat_map(|bill| transfer(bill, &api));
    let packets = state.red_packets.all();
    let packets = packets.flat_map(|packet| red_packet(packet, &api));
    let batches = state.batches.own_transfers();
    let batches = batches.flat_map(|transfer| batch_transfer(transfer, &api));
    let flows = deposits.chain(payouts).chain(transfers).chain(batches);
    let flows = flows.chain(packets);
    flows.chain(withdrawals(state, "OPERATION", &api)).collect()
}

/// What is in the account for payments, in fen: less than nothing if more was paid than put in.
pub(crate) fn operating_balance(state: &State, merchant: &Merchant) -> i64 {
    let flows = Account::Operation.flows(state, merchant);
    let flows = flows.iter().map(|flow| flow.change);
    flows.fold(0, i64::saturating_add)
}

impl Deposit {
    /// What makes a balance of what there is, unless it is that already.
    pub(crate) fn for_balance(balance: Fen, state: &State, merchant: &Merchant) -> Option<Self> {
        let change = balance
            .get()
            .saturating_sub(operating_balance(state, merchant));
        let time = state.now();
        (change != 0).then_some(Self { time, change })
    }
}
