use http::{Method, StatusCode};

use crate::Api;

/// The endpoint of a request.
#[derive(Clone, Copy)]
pub(crate) enum Route<'a> {
    V2(Api),
    V3(Resource<'a>),
}

/// An endpoint of APIv3, and the numbers in its path.
#[derive(Clone, Copy)]
pub(crate) enum Resource<'a> {
    Certificates,
    Echo,
    /// The endpoint is one of the two that make an order.
    Prepay {
        api: Api,
    },
    TransactionByOutNo {
        out_trade_no: &'a str,
    },
    TransactionById {
        transaction_id: &'a str,
    },
    CloseTransaction {
        out_trade_no: &'a str,
    },
    CreateBatch,
    BatchByOutNo {
        out_batch_no: &'a str,
    },
    BatchById {
        batch_id: &'a str,
    },
    DetailByOutNo {
        out_batch_no: &'a str,
        out_detail_no: &'a str,
    },
    DetailById {
        batch_id: &'a str,
        detail_id: &'a str,
    },
}

impl<'a> Route<'a> {
    /// The endpoint, or the status with which its absence is answered.
    pub(crate) fn of(method: &Method, target: &'a str) -> Result<Self, StatusCode> {
        let path = target.split('?').next().unwrap_or_default();
        match path {
            // APIv2 answers another method in its own way.
            "/mmpaymkttransfers/promotion/paywwsptrans2pocket" => Ok(Self::V2(Api::PayEmployee)),
            "/mmpaymkttransfers/promotion/querywwsptrans2pocket" => Ok(Self::V2(Api::PayoutQuery)),
            "/pay/unifiedorder" => Ok(Self::V2(Api::UnifiedOrder)),
            "/pay/orderquery" => Ok(Self::V2(Api::OrderQuery)),
            "/pay/closeorder" => Ok(Self::V2(Api::CloseOrder)),
            _ => match Resource::of(path) {
                None => Err(StatusCode::NOT_FOUND),
                Some(resource) if resource.method() == method => Ok(Self::V3(resource)),
                Some(_) => Err(StatusCode::METHOD_NOT_ALLOWED),
            },
        }
    }

    pub(crate) fn api(&self) -> Api {
        match self {
            Self::V2(api) => *api,
            Self::V3(resource) => resource.api(),
        }
    }
}

impl<'a> Resource<'a> {
    fn method(&self) -> &'static Method {
        match self {
            Self::Echo
            | Self::CreateBatch
            | Self::Prepay { .. }
            | Self::CloseTransaction { .. } => &Method::POST,
            _ => &Method::GET,
        }
    }

    fn api(&self) -> Api {
        match self {
            Self::Certificates => Api::Certificates,
            Self::Echo => Api::SecurityEcho,
            Self::Prepay { api } => *api,
            Self::TransactionByOutNo { .. } => Api::TransactionByOutNo,
            Self::TransactionById { .. } => Api::TransactionById,
            Self::CloseTransaction { .. } => Api::CloseTransaction,
            Self::CreateBatch => Api::CreateBatch,
            Self::BatchByOutNo { .. } => Api::BatchByOutNo,
            Self::BatchById { .. } => Api::BatchById,
            Self::DetailByOutNo { .. } => Api::TransferDetail,
            Self::DetailById { .. } => Api::TransferDetailById,
        }
    }

    fn of(path: &'a str) -> Option<Self> {
        match path {
            "/v3/certificates" => return Some(Self::Certificates),
            "/v3/security/echo" => return Some(Self::Echo),
            "/v3/partner-transfer/batches" => return Some(Self::CreateBatch),
            _ => {}
        }
        if let Some(path) = path.strip_prefix("/v3/pay/transactions/") {
            return Self::transaction(path);
        }
        Self::batch(path.strip_prefix("/v3/partner-transfer/batches/")?)
    }

    fn transaction(path: &'a str) -> Option<Self> {
        let mut parts = path.split('/');
        let parts = (parts.next()?, parts.next(), parts.next(), parts.next());
        Some(match parts {
            ("native", None, ..) => Self::Prepay {
                api: Api::NativePrepay,
            },
            ("jsapi", None, ..) => Self::Prepay {
                api: Api::JsapiPrepay,
            },
            (_, Some(""), ..) => return None,
            ("id", Some(transaction_id), None, _) => Self::TransactionById { transaction_id },
            ("out-trade-no", Some(out_trade_no), None, _) => {
                Self::TransactionByOutNo { out_trade_no }
            }
            ("out-trade-no", Some(out_trade_no), Some("close"), None) => {
                Self::CloseTransaction { out_trade_no }
            }
            _ => return None,
        })
    }

    fn batch(path: &'a str) -> Option<Self> {
        let mut parts = path.split('/');
        let (by, batch) = (parts.next()?, parts.next()?);
        let detail = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (None, ..) => None,
            (Some("details"), Some(by), Some(number), None) => Some((by, number)),
            _ => return None,
        };
        if batch.is_empty() || detail.is_some_and(|(_, number)| number.is_empty()) {
            return None;
        }
        match (by, detail) {
            ("out-batch-no", None) => Some(Self::BatchByOutNo {
                out_batch_no: batch,
            }),
            ("batch-id", None) => Some(Self::BatchById { batch_id: batch }),
            ("out-batch-no", Some(("out-detail-no", number))) => Some(Self::DetailByOutNo {
                out_batch_no: batch,
                out_detail_no: number,
            }),
            ("batch-id", Some(("detail-id", number))) => Some(Self::DetailById {
                batch_id: batch,
                detail_id: number,
            }),
            _ => None,
        }
    }
}
