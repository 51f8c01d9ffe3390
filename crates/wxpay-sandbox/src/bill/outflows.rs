//! What went out of the accounts to users and to the bank, besides payments to employees.

use crate::bill::flows::{Flow, Source};
use crate::state::State;
use crate::{RedPacket, Transfer, TransferBill};

/// What a transfer to a user took, and what came back of it. Money of sub-merchants is in their own
/// accounts.
pub(crate) fn transfer(bill: &TransferBill, api: &str) -> Vec<Flow> {
    if !bill.is_own() {
        return Vec::new();
    }
    let source = Source {
        business_id: &bill.transfer_bill_no,
        voucher: &bill.out_bill_no,
        applicant: api,
        remark: &bill.terms.transfer_remark,
    };
    let change = bill.terms.transfer_amount.get();
    let (out, back) = (bill.locked_time, bill.released_time);
    let out = out.map(|time| source.flow(time, "商家转账", "商家转账", -change));
    let back = back.map(|time| source.flow(time, "商家转账", "商家转账退款", change));
    out.into_iter().chain(back).collect()
}

/// What a transfer of a batch took, and what came back of it.
pub(crate) fn batch_transfer(transfer: &Transfer, api: &str) -> Vec<Flow> {
    let source = Source {
        business_id: &transfer.detail_id,
        voucher: &transfer.out_detail_no,
        applicant: api,
        remark: &transfer.transfer_remark,
    };
    let change = transfer.total_amount.get();
    let mut flows = vec![source.flow(transfer.initiate_time, "商家转账", "商家转账", -change)];
    if transfer.detail_status == "FAIL" {
        flows.push(source.flow(transfer.update_time, "商家转账", "商家转账退款", change));
    }
    flows
}

/// What a red packet took, and what came back of it.
pub(crate) fn red_packet(packet: &RedPacket, api: &str) -> Vec<Flow> {
    let source = Source {
        business_id: &packet.send_listid,
        voucher: &packet.mch_billno,
        applicant: api,
        remark: &packet.act_name,
    };
    let (out, back) = (packet.total_amount.get(), packet.refund_amount.get());
    let mut flows = vec![source.flow(packet.send_time, "现金红包", "现金红包", -out)];
    if let Some(time) = packet.refund_time.filter(|_| back != 0) {
        flows.push(source.flow(time, "现金红包", "现金红包退款", back));
    }
    flows
}

/// What the merchant withdrew from an account, and what came back of it.
pub(crate) fn withdrawals(state: &State, account: &str, api: &str) -> Vec<Flow> {
    let own = state
        .withdrawals
        .iter()
        .filter(|made| made.terms.sub_mchid.is_none() && made.terms.account_type == account);
    let flows = own.flat_map(|made| {
        let source = Source {
            business_id: &made.withdraw_id,
            voucher: &made.out_request_no,
            applicant: api,
            remark: made.terms.remark.as_deref().unwrap_or_default(),
        };
        let change = made.terms.amount.get();
        let out = source.flow(made.create_time, "充值/提现", "提现", -change);
        let back = made
            .returned_time
            .map(|time| source.flow(time, "充值/提现", "提现退回", change));
        [Some(out), back].into_iter().flatten()
    });
    flows.collect()
}
