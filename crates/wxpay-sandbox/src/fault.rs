use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Protocol;

/// The endpoints of the sandbox.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Api {
    /// 向员工付款: `POST /mmpaymkttransfers/promotion/paywwsptrans2pocket`.
    PayEmployee,
    /// 查询付款记录: `POST /mmpaymkttransfers/promotion/querywwsptrans2pocket`.
    PayoutQuery,
    /// 统一下单: `POST /pay/unifiedorder`.
    UnifiedOrder,
    /// 查询订单: `POST /pay/orderquery`.
    OrderQuery,
    /// 关闭订单: `POST /pay/closeorder`.
    CloseOrder,
    /// Native下单: `POST /v3/pay/transactions/native`.
    NativePrepay,
    /// JSAPI下单: `POST /v3/pay/transactions/jsapi`.
    JsapiPrepay,
    /// 商户订单号查询订单: `GET /v3/pay/transactions/out-trade-no/{out_trade_no}`.
    TransactionByOutNo,
    /// 微信支付订单号查询订单: `GET /v3/pay/transactions/id/{transaction_id}`.
    TransactionById,
    /// 关闭订单: `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close`.
    CloseTransaction,
    /// 商家明细单号查询明细单:
    /// `GET /v3/partner-transfer/batches/out-batch-no/{out_batch_no}/details/out-detail-no/{out_detail_no}`.
    TransferDetail,
    /// 微信明细单号查询明细单: `GET /v3/partner-transfer/batches/batch-id/{batch_id}/details/detail-id/{detail_id}`.
    TransferDetailById,
    /// 发起批量转账: `POST /v3/partner-transfer/batches`.
    CreateBatch,
    /// 商家批次单号查询批次单: `GET /v3/partner-transfer/batches/out-batch-no/{out_batch_no}`.
    BatchByOutNo,
    /// 微信支付批次单号查询批次单: `GET /v3/partner-transfer/batches/batch-id/{batch_id}`.
    BatchById,
    /// 获取平台证书列表: `GET /v3/certificates`.
    Certificates,
    /// 商户签名验签／加解密测试: `POST /v3/security/echo`.
    SecurityEcho,
}

/// A way for one answer to go wrong.
///
/// The request is read and its signatures are checked as ever. "Took effect" means what the request would have done
/// without the fault: a payment is in the ledger, a batch of transfers is accepted, unless the request was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The request takes no effect and the connection is closed.
    DropBeforeCommit,
    /// The request took effect and the connection is closed.
    DropAfterCommit,
    /// The request took effect; the answer announces its length, and half of it comes before the connection is closed.
    TruncatedBody,
    /// The request took effect; a gateway answers for it with status 502 and a page of HTML.
    Html502,
    /// The request took effect; the answer is status 200 and nothing.
    EmptyBody,
    /// The request takes no effect and is answered with an error code: `err_code` of APIv2, `code` of APIv3 (with the
    /// status that the documents give it, or 400).
    ErrorCode {
        /// The code, such as `SYSTEMERROR`.
        code: String,
        /// `err_code_des` of APIv2, `message` of APIv3.
        message: String,
    },
    /// The request took effect and is answered with an error code all the same.
    ErrorCodeAfterCommit {
        /// The code, such as `SYSTEMERROR`.
        code: String,
        /// `err_code_des` of APIv2, `message` of APIv3.
        message: String,
    },
    /// The request took effect; `return_code` is `FAIL`, with `result_code` and `err_code` beside it if a code is given,
    /// as in the documents' sample of 企业付款. APIv2 only.
    ReturnCodeFail {
        /// `return_msg`.
        message: String,
        /// `err_code`, if there is to be one.
        code: Option<String>,
    },
    /// The answer's signature is one of another text. Signed replies only.
    WrongSignature,
    /// The answer has no signature. Signed replies only.
    MissingSignature,
    /// The answer was signed an hour ago, correctly. APIv3 only.
    StaleSignature,
    /// The answer's signature is a probe (签名探测): it begins with `WECHATPAY/SIGNTEST/`. APIv3 only.
    ProbeSignature,
    /// The answer is signed, but names a key in `Wechatpay-Serial` that does not exist. APIv3 only.
    UnknownSerial,
    /// The answer was signed, then an amount, a state, a code or whatever matters most in it was changed. Signed replies
    /// only.
    TamperedBody,
    /// The answer is authentic and correctly signed, but about another number: another `serial_no` beside the certificate,
    /// in the list of them, and another text from the echo.
    OtherReply,
    /// The request took effect; the answer takes this long.
    Delay(Duration),
    /// The request is held for this long, and is read, checked and takes effect after that: also when the client has closed
    /// the connection meanwhile. The time is real time, not that of the sandbox's clock.
    DelayBeforeCommit(Duration),
    /// The request took effect; the answer never comes, and the connection stays open.
    Stall,
}

/// A fault that does not exist for an endpoint.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("replies of {api:?} can't have {fault:?}")]
#[non_exhaustive]
pub struct InjectError {
    /// The endpoint.
    pub api: Api,
    /// The fault.
    pub fault: Fault,
}

impl Api {
    /// Every endpoint.
    pub const ALL: &[Self] = &[
        Self::PayEmployee,
        Self::PayoutQuery,
        Self::UnifiedOrder,
        Self::OrderQuery,
        Self::CloseOrder,
        Self::NativePrepay,
        Self::JsapiPrepay,
        Self::TransactionByOutNo,
        Self::TransactionById,
        Self::CloseTransaction,
        Self::TransferDetail,
        Self::TransferDetailById,
        Self::CreateBatch,
        Self::BatchByOutNo,
        Self::BatchById,
        Self::Certificates,
        Self::SecurityEcho,
    ];

    /// A short name for people to type: `pay_employee` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::PayEmployee => "pay_employee",
            Self::PayoutQuery => "payout_query",
            Self::UnifiedOrder => "unified_order",
            Self::OrderQuery => "order_query",
            Self::CloseOrder => "close_order",
            Self::NativePrepay => "native_prepay",
            Self::JsapiPrepay => "jsapi_prepay",
            Self::TransactionByOutNo => "transaction_by_out_no",
            Self::TransactionById => "transaction_by_id",
            Self::CloseTransaction => "close_transaction",
            Self::TransferDetail => "transfer_detail",
            Self::TransferDetailById => "transfer_detail_by_id",
            Self::CreateBatch => "create_batch",
            Self::BatchByOutNo => "batch_by_out_no",
            Self::BatchById => "batch_by_id",
            Self::Certificates => "certificates",
            Self::SecurityEcho => "security_echo",
        }
    }

    /// The endpoint of a [`name`](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|api| api.name() == name)
    }

    /// The protocol that it speaks.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::PayEmployee
            | Self::PayoutQuery
            | Self::UnifiedOrder
            | Self::OrderQuery
            | Self::CloseOrder => Protocol::V2,
            _ => Protocol::V3,
        }
    }

    /// Whether its messages are JSON, signed with RSA.
    fn is_v3(self) -> bool {
        self.protocol() == Protocol::V3
    }

    /// Whether its replies carry a signature.
    fn is_signed(self) -> bool {
        !matches!(self, Self::PayEmployee | Self::PayoutQuery)
    }
}

impl Fault {
    /// [`ErrorCode`](Self::ErrorCode).
    pub fn error_code(code: &str, message: &str) -> Self {
        Self::ErrorCode {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// [`ErrorCodeAfterCommit`](Self::ErrorCodeAfterCommit).
    pub fn error_code_after_commit(code: &str, message: &str) -> Self {
        Self::ErrorCodeAfterCommit {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// Whether replies of `api` can go wrong in this way.
    pub fn applies_to(&self, api: Api) -> bool {
        match self {
            // The reply of a closing has no body in APIv3, and no number in APIv2.
            Self::TamperedBody | Self::TruncatedBody if api == Api::CloseTransaction => false,
            Self::OtherReply if matches!(api, Api::CloseOrder | Api::CloseTransaction) => false,
            Self::WrongSignature | Self::MissingSignature | Self::TamperedBody => api.is_signed(),
            Self::StaleSignature | Self::ProbeSignature | Self::UnknownSerial => api.is_v3(),
            Self::ReturnCodeFail { .. } => !api.is_v3(),
            _ => true,
        }
    }
}

impl InjectError {
    pub(crate) fn new(api: Api, fault: &Fault) -> Self {
        Self {
            api,
            fault: fault.clone(),
        }
    }
}
