//! What is not answered with success, and why.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How many operations are answered with success.
pub(super) const ANSWERED: usize = 1122;

/// How many of all operations can change something.
pub(super) const WRITES: usize = 708;

/// Pages that the browser of a user opens; `wxpay call` prints their address and sends nothing.
pub(super) const PAGES: &[&str] = &[
    "v2.papay.partner_sign_contract_jsapi",
    "v2.papay.sign_contract_jsapi",
    "v2.realname.get_access_token",
];

/// Operations that share method and path with another one, which is the one that the sandbox sees.
pub(super) static SAME_PATH: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    BTreeMap::from([(
        "v3.apply4subject.cancel_application_by_id",
        "v3.apply4subject.cancel_application_by_business_code",
    )])
});

/// Operations with behaviour that refuse a made request, and the code with which they do: it asks
/// for what is not in the books.
pub(super) static REFUSED: LazyLock<BTreeMap<&str, &str>> =
    LazyLock::new(|| BTreeMap::from(CODES.map(|(name, code)| (name, code))));

const CODES: [(&str, &str); 84] = [
    ("v2.pay.close_order", "ORDERNOTEXIST"),
    ("v2.pay.create_refund", "INVALID_TRANSACTIONID"),
    ("v2.pay.download_bill", "20001"),
    ("v2.pay.download_fund_flow", "NO_BILL_EXIST"),
    ("v2.pay.pay_by_payment_code", "USERPAYING"),
    ("v2.pay.query_order", "ORDERNOTEXIST"),
    ("v2.pay.query_refund", "REFUNDNOTEXIST"),
    ("v2.pay.reverse_order", "INVALID_TRANSACTIONID"),
    (
        "v2.profit_sharing.create_multi_profit_sharing",
        "INVALID_TRANSACTIONID",
    ),
    ("v2.profit_sharing.create_return", "ORDERNOTEXIST"),
    (
        "v2.profit_sharing.create_single_profit_sharing",
        "INVALID_TRANSACTIONID",
    ),
    (
        "v2.profit_sharing.finish_profit_sharing",
        "INVALID_TRANSACTIONID",
    ),
    (
        "v2.profit_sharing.query_profit_sharing",
        "INVALID_TRANSACTIONID",
    ),
    ("v2.profit_sharing.query_return", "ORDERNOTEXIST"),
    ("v2.profit_sharing.query_unsplit_amount", "INVALID_REQUEST"),
    ("v2.red_packet.query_red_packet", "NOT_FOUND"),
    ("v2.red_packet.send_group_red_packet", "PARAM_ERROR"),
    ("v2.red_packet.send_mini_program_red_packet", "MONEY_LIMIT"),
    ("v2.red_packet.send_red_packet", "PARAM_ERROR"),
    ("v2.wecom.query_red_packet", "NOT_FOUND"),
    ("v2.wecom.send_red_packet", "PARAM_ERROR"),
    ("v3.bill.apply_fund_flow_bill", "INVALID_REQUEST"),
    ("v3.bill.apply_trade_bill", "INVALID_REQUEST"),
    ("v3.billdownload.download_bill", "INVALID_REQUEST"),
    ("v3.certificates.list_certificates", "RESOURCE_NOT_EXISTS"),
    ("v3.combine_transactions.close_order", "ORDERNOTEXIST"),
    ("v3.combine_transactions.prepay_jsapi", "PARAM_ERROR"),
    (
        "v3.combine_transactions.query_order_by_out_trade_no",
        "ORDERNOTEXIST",
    ),
    (
        "v3.ecommerce_fund.query_withdrawal_by_id",
        "ORDER_NOT_EXIST",
    ),
    ("v3.fund_app.apply_receipt_by_id", "PARAM_ERROR"),
    ("v3.fund_app.apply_receipt_by_out_bill_no", "PARAM_ERROR"),
    ("v3.fund_app.cancel_transfer", "NOT_FOUND"),
    ("v3.fund_app.close_user_confirm_authorization", "NOT_FOUND"),
    (
        "v3.fund_app.create_transfer_with_authorization",
        "INVALID_REQUEST",
    ),
    (
        "v3.fund_app.create_user_confirm_authorization",
        "PARAM_ERROR",
    ),
    ("v3.fund_app.partner_apply_receipt", "PARAM_ERROR"),
    ("v3.fund_app.partner_cancel_transfer", "PARAM_ERROR"),
    ("v3.fund_app.partner_create_transfer", "PARAM_ERROR"),
    ("v3.fund_app.partner_query_receipt", "PARAM_ERROR"),
    (
        "v3.fund_app.partner_query_transfer_by_out_bill_no",
        "PARAM_ERROR",
    ),
    ("v3.fund_app.query_receipt_by_id", "PARAM_ERROR"),
    ("v3.fund_app.query_receipt_by_out_bill_no", "PARAM_ERROR"),
    ("v3.fund_app.query_transfer_by_id", "PARAM_ERROR"),
    ("v3.fund_app.query_user_confirm_authorization", "NOT_FOUND"),
    ("v3.fund_app.transfer_to_authorized_user", "INVALID_REQUEST"),
    ("v3.merchant.query_withdrawal_by_id", "ORDER_NOT_EXIST"),
    (
        "v3.merchant.query_withdrawal_by_out_request_no",
        "ORDER_NOT_EXIST",
    ),
    ("v3.merchant_service.complete_complaint", "PARAM_ERROR"),
    ("v3.merchant_service.download_image", "PARAM_ERROR"),
    (
        "v3.merchant_service.list_negotiation_history",
        "PARAM_ERROR",
    ),
    ("v3.merchant_service.query_complaint", "PARAM_ERROR"),
    (
        "v3.merchant_service.query_complaint_notify_url",
        "RESOURCE_NOT_EXISTS",
    ),
    ("v3.merchant_service.reply_complaint", "PARAM_ERROR"),
    (
        "v3.merchant_service.update_complaint_notify_url",
        "RESOURCE_NOT_EXISTS",
    ),
    ("v3.merchant_service.update_refund_progress", "PARAM_ERROR"),
    // All of them are made with the number of the first one.
    (
        "v3.new_tax_control_fapiao.issue_general_fapiao",
        "RESOURCE_ALREADY_EXISTS",
    ),
    (
        "v3.new_tax_control_fapiao.issue_passenger_transport_fapiao",
        "RESOURCE_ALREADY_EXISTS",
    ),
    (
        "v3.new_tax_control_fapiao.issue_real_estate_leasing_fapiao",
        "RESOURCE_ALREADY_EXISTS",
    ),
    (
        "v3.new_tax_control_fapiao.issue_refined_oil_fapiao",
        "RESOURCE_ALREADY_EXISTS",
    ),
    ("v3.partner_transfer.create_batch", "PARAM_ERROR"),
    ("v3.partner_transfer.query_batch_by_id", "NOT_FOUND"),
    (
        "v3.partner_transfer.query_batch_by_out_batch_no",
        "NOT_FOUND",
    ),
    ("v3.partner_transfer.query_detail_by_id", "NOT_FOUND"),
    (
        "v3.partner_transfer.query_detail_by_out_detail_no",
        "NOT_FOUND",
    ),
    ("v3.pay.close_order", "ORDER_NOT_EXIST"),
    ("v3.pay.partner_close_order", "ORDER_NOT_EXIST"),
    ("v3.pay.partner_pay_by_payment_code", "AUTH_CODE_INVALID"),
    ("v3.pay.partner_query_order_by_id", "ORDER_NOT_EXIST"),
    (
        "v3.pay.partner_query_order_by_out_trade_no",
        "ORDER_NOT_EXIST",
    ),
    ("v3.pay.partner_reverse_order", "ORDER_NOT_EXIST"),
    ("v3.pay.pay_by_payment_code", "AUTH_CODE_INVALID"),
    ("v3.pay.reverse_order", "ORDER_NOT_EXIST"),
    ("v3.profitsharing.create_order", "RESOURCE_NOT_EXISTS"),
    ("v3.profitsharing.create_return", "RESOURCE_NOT_EXISTS"),
    ("v3.profitsharing.query_order", "RESOURCE_NOT_EXISTS"),
    ("v3.profitsharing.query_return", "RESOURCE_NOT_EXISTS"),
    (
        "v3.profitsharing.query_unsplit_amount",
        "RESOURCE_NOT_EXISTS",
    ),
    ("v3.profitsharing.unfreeze_order", "RESOURCE_NOT_EXISTS"),
    ("v3.refund.apply_abnormal_refund", "PARAM_ERROR"),
    ("v3.refund.create_refund", "RESOURCE_NOT_EXISTS"),
    ("v3.refund.query_refund", "RESOURCE_NOT_EXISTS"),
    ("v3.transfer.query_batch_by_id", "NOT_FOUND"),
    ("v3.transfer.query_detail_by_id", "NOT_FOUND"),
    ("v3.transferdownload.download_sign_file", "INVALID_REQUEST"),
];
