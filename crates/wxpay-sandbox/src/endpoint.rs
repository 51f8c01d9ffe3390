//! What the sandbox has to know of an endpoint, and the list of those with behaviour.

use http::Method;
use wxpay_catalog::{Field, Operation, Place, Version};

use crate::{Protocol, v2, v3};

/// An endpoint. One with behaviour is made in its own file and listed in [`ENDPOINTS`], and one
/// without in `described`; routing, faults and the page follow from that.
pub(crate) struct Endpoint {
    /// The full name, which the client library uses too.
    pub(crate) name: &'static str,
    pub(crate) method: &'static Method,
    /// The path, in which `{name}` stands for a part that differs.
    pub(crate) path: &'static str,
    pub(crate) reply: Reply,
    pub(crate) handler: Handler,
}

/// What can go wrong with a response follows from what it has.
#[derive(Clone, Copy)]
pub(crate) struct Reply {
    /// Whether it is signed.
    pub(crate) signed: bool,
    /// Whether it has a body.
    pub(crate) body: bool,
    /// Whether it says what it is about.
    pub(crate) subject: bool,
}

/// What answers a request.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    V2 {
        respond: fn(&mut v2::Request<'_>) -> Result<v2::Message, v2::Refusal>,
        /// How it says that a request is not done.
        refusals: v2::Refusals,
    },
    /// What answers with a file, and with a message only if it does not.
    V2File {
        respond: fn(&mut v2::Request<'_>) -> Result<v2::File, v2::Refusal>,
        refusals: v2::Refusals,
    },
    V3 {
        respond: fn(&v3::Request<'_>) -> Result<v3::Answer, v3::Answer>,
        /// Whether the key that the request names signs the response.
        signed_as_named: bool,
        /// Whether the request brings a file.
        upload: bool,
    },
    /// What anyone is answered who has its URL.
    V3Open {
        respond: fn(&v3::Request<'_>) -> Result<v3::Answer, v3::Answer>,
    },
    /// What has no behaviour of its own and is answered by its description.
    Described(&'static Operation),
}

impl Endpoint {
    /// An endpoint of APIv3 with a signed response about what was asked.
    pub(crate) const fn v3(
        name: &'static str,
        method: &'static Method,
        path: &'static str,
        respond: fn(&v3::Request<'_>) -> Result<v3::Answer, v3::Answer>,
    ) -> Self {
        Self {
            name,
            method,
            path,
            reply: Reply::SIGNED,
            handler: Handler::V3 {
                respond,
                signed_as_named: true,
                upload: false,
            },
        }
    }

    /// An endpoint of APIv3 that takes a file.
    pub(crate) const fn v3_upload(
        name: &'static str,
        path: &'static str,
        respond: fn(&v3::Request<'_>) -> Result<v3::Answer, v3::Answer>,
    ) -> Self {
        Self {
            handler: Handler::V3 {
                respond,
                signed_as_named: true,
                upload: true,
            },
            ..Self::v3(name, &Method::POST, path, respond)
        }
    }

    pub(crate) const fn protocol(&self) -> Protocol {
        match self.handler {
            Handler::V2 { .. } | Handler::V2File { .. } => Protocol::V2,
            Handler::V3 { .. } | Handler::V3Open { .. } => Protocol::V3,
            Handler::Described(operation) => match operation.version {
                Version::V2 => Protocol::V2,
                _ => Protocol::V3,
            },
        }
    }

    /// The name of the part with the file, if requests bring one.
    pub(crate) fn file_part(&self) -> Option<&'static str> {
        match self.handler {
            Handler::V3 { upload: true, .. } => Some("file"),
            Handler::Described(operation) => {
                let mut fields = operation.request.iter();
                let file = fields.find(|field| field.place == Some(Place::Form));
                file.map(Field::wire)
            }
            _ => None,
        }
    }

    /// Whether it answers requests of this method. APIv2 answers another one in its own way.
    pub(crate) fn takes(&self, method: &Method) -> bool {
        self.protocol() == Protocol::V2 || self.method == method
    }

    /// The parts of a path that stand for the parts in braces, if it is a path of this endpoint.
    pub(crate) fn parts<'a>(&self, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let (mut wanted, mut given) = (self.path.split('/'), path.split('/'));
        let mut parts = Vec::new();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(parts),
                (Some(wanted), Some(given)) => {
                    let name = wanted.strip_prefix('{');
                    match name.and_then(|name| name.strip_suffix('}')) {
                        Some(name) if !given.is_empty() => parts.push((name, given)),
                        None if wanted == given => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}

impl Reply {
    /// A signed response about what was asked.
    pub(crate) const SIGNED: Self = Self {
        signed: true,
        body: true,
        subject: true,
    };

    /// A response about what was asked, without a signature.
    pub(crate) const UNSIGNED: Self = Self {
        signed: false,
        ..Self::SIGNED
    };
}

/// Every endpoint with behaviour of its own, in the order in which people are shown them.
pub(crate) const ENDPOINTS: &[&Endpoint] = &[
    &v2::pay_employee::ENDPOINT,
    &v2::query_employee_payment::ENDPOINT,
    &v2::red_packet::send::WECOM,
    &v2::red_packet::query::WECOM,
    &v2::red_packet::send::NORMAL,
    &v2::red_packet::send::GROUP,
    &v2::red_packet::send::MINI_PROGRAM,
    &v2::red_packet::query::ENDPOINT,
    &v2::create_order::ENDPOINT,
    &v2::query_order::ENDPOINT,
    &v2::close_order::ENDPOINT,
    &v2::pay_by_code::ENDPOINT,
    &v2::reverse_order::ENDPOINT,
    &v2::create_refund::ENDPOINT,
    &v2::query_refund::ENDPOINT,
    &v2::download_bill::ENDPOINT,
    &v2::download_fund_bill::ENDPOINT,
    &v2::sharing::add_receiver::ENDPOINT,
    &v2::sharing::remove_receiver::ENDPOINT,
    &v2::sharing::share::SINGLE,
    &v2::sharing::share::MULTI,
    &v2::sharing::finish::ENDPOINT,
    &v2::sharing::query::ENDPOINT,
    &v2::sharing::create_return::ENDPOINT,
    &v2::sharing::query_return::ENDPOINT,
    &v2::sharing::unsplit::ENDPOINT,
    &v2::sharing::max_ratio::ENDPOINT,
    &v3::prepay::JSAPI,
    &v3::prepay::APP,
    &v3::prepay::H5,
    &v3::prepay::NATIVE,
    &v3::query_order::BY_OUT_TRADE_NO,
    &v3::query_order::BY_ID,
    &v3::close_order::ENDPOINT,
    &v3::pay_by_code::ENDPOINT,
    &v3::reverse_order::ENDPOINT,
    &v3::prepay::PARTNER_JSAPI,
    &v3::prepay::PARTNER_APP,
    &v3::prepay::PARTNER_H5,
    &v3::prepay::PARTNER_NATIVE,
    &v3::query_order::PARTNER_BY_OUT_TRADE_NO,
    &v3::query_order::PARTNER_BY_ID,
    &v3::close_order::PARTNER,
    &v3::pay_by_code::PARTNER,
    &v3::reverse_order::PARTNER,
    &v3::prepay_combined::JSAPI,
    &v3::prepay_combined::APP,
    &v3::prepay_combined::H5,
    &v3::prepay_combined::NATIVE,
    &v3::query_combined::ENDPOINT,
    &v3::close_combined::ENDPOINT,
    &v3::create_refund::ENDPOINT,
    &v3::query_refund::ENDPOINT,
    &v3::apply_abnormal_refund::ENDPOINT,
    &v3::apply_trade_bill::ENDPOINT,
    &v3::apply_fund_bill::ENDPOINT,
    &v3::download_bill::ENDPOINT,
    &v3::sharing::add_receiver::ENDPOINT,
    &v3::sharing::remove_receiver::ENDPOINT,
    &v3::sharing::create_order::ENDPOINT,
    &v3::sharing::unfreeze::ENDPOINT,
    &v3::sharing::query_order::ENDPOINT,
    &v3::sharing::create_return::ENDPOINT,
    &v3::sharing::query_return::ENDPOINT,
    &v3::sharing::unsplit::ENDPOINT,
    &v3::sharing::max_ratio::ENDPOINT,
    &v3::create_batch::ENDPOINT,
    &v3::query_batch::BY_OUT_BATCH_NO,
    &v3::query_batch::BY_ID,
    &v3::query_detail::BY_OUT_DETAIL_NO,
    &v3::query_detail::BY_ID,
    &v3::create_own_batch::ENDPOINT,
    &v3::query_own_batch::BY_OUT_BATCH_NO,
    &v3::query_own_batch::BY_ID,
    &v3::query_own_detail::BY_OUT_DETAIL_NO,
    &v3::query_own_detail::BY_ID,
    &v3::mch_transfer::create::ENDPOINT,
    &v3::mch_transfer::create::AUTHORIZING,
    &v3::mch_transfer::create::AUTHORIZED,
    &v3::mch_transfer::authorize::CREATE,
    &v3::mch_transfer::authorize::QUERY,
    &v3::mch_transfer::authorize::CLOSE,
    &v3::mch_transfer::query::BY_OUT_BILL_NO,
    &v3::mch_transfer::query::BY_ID,
    &v3::mch_transfer::cancel::ENDPOINT,
    &v3::mch_transfer::apply_receipt::BY_OUT_BILL_NO,
    &v3::mch_transfer::apply_receipt::BY_ID,
    &v3::mch_transfer::query_receipt::BY_OUT_BILL_NO,
    &v3::mch_transfer::query_receipt::BY_ID,
    &v3::mch_transfer::download_receipt::ENDPOINT,
    &v3::mch_transfer::create::PARTNER,
    &v3::mch_transfer::query::PARTNER,
    &v3::mch_transfer::cancel::PARTNER,
    &v3::mch_transfer::apply_receipt::PARTNER,
    &v3::mch_transfer::query_receipt::PARTNER,
    &v3::invoices::issue::FORMER,
    &v3::invoices::issue::GENERAL,
    &v3::invoices::issue::PASSENGER_TRANSPORT,
    &v3::invoices::issue::REAL_ESTATE_LEASING,
    &v3::invoices::issue::REFINED_OIL,
    &v3::invoices::query::ENDPOINT,
    &v3::invoices::files::QUERY,
    &v3::invoices::files::FILE,
    &v3::withdrawals::CREATE,
    &v3::withdrawals::BY_OUT_REQUEST_NO,
    &v3::withdrawals::BY_ID,
    &v3::withdrawals::SUB_CREATE,
    &v3::withdrawals::SUB_BY_OUT_REQUEST_NO,
    &v3::withdrawals::SUB_BY_ID,
    &v3::upload::FILE,
    &v3::upload::VIDEO,
    &v3::complaints::list::ENDPOINT,
    &v3::complaints::query::ENDPOINT,
    &v3::complaints::history::ENDPOINT,
    &v3::complaints::reply::ENDPOINT,
    &v3::complaints::complete::ENDPOINT,
    &v3::complaints::decide_refund::ENDPOINT,
    &v3::complaints::notify_url::CREATE,
    &v3::complaints::notify_url::QUERY,
    &v3::complaints::notify_url::UPDATE,
    &v3::complaints::notify_url::DELETE,
    &v3::upload::IMAGE,
    &v3::download_image::ENDPOINT,
    &v3::brand_upload::ENDPOINT,
    &v3::certificates::ENDPOINT,
    &v3::echo::ENDPOINT,
];
