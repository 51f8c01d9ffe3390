//! JSAPI下单, APP下单, H5下单 and Native下单.

mod fields;

use http::Method;
use serde::Serialize;

use crate::Prepay;
use crate::endpoint::Endpoint;
use crate::random::another;
use crate::state::{AskedOrder, Event, PrepayRefusal};
use crate::v3::answer::to_json;
use crate::v3::party::Party;
use crate::v3::{Answer, Content, Request};

/// Where the user pays.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Way {
    Jsapi,
    App,
    H5,
    Native,
}

/// The body of the response.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Made {
    Prepay { prepay_id: String },
    H5 { h5_url: String },
    Native { code_url: String },
}

pub(crate) const JSAPI: Endpoint = Endpoint::v3(
    "v3.pay.prepay_jsapi",
    &Method::POST,
    "/v3/pay/transactions/jsapi",
    |request| respond(request, Party::Merchant, Way::Jsapi),
);

pub(crate) const APP: Endpoint = Endpoint::v3(
    "v3.pay.prepay_app",
    &Method::POST,
    "/v3/pay/transactions/app",
    |request| respond(request, Party::Merchant, Way::App),
);

pub(crate) const H5: Endpoint = Endpoint::v3(
    "v3.pay.prepay_h5",
    &Method::POST,
    "/v3/pay/transactions/h5",
    |request| respond(request, Party::Merchant, Way::H5),
);

pub(crate) const NATIVE: Endpoint = Endpoint::v3(
    "v3.pay.prepay_native",
    &Method::POST,
    "/v3/pay/transactions/native",
    |request| respond(request, Party::Merchant, Way::Native),
);

pub(crate) const PARTNER_JSAPI: Endpoint = Endpoint::v3(
    "v3.pay.partner_prepay_jsapi",
    &Method::POST,
    "/v3/pay/partner/transactions/jsapi",
    |request| respond(request, Party::Partner, Way::Jsapi),
);

pub(crate) const PARTNER_APP: Endpoint = Endpoint::v3(
    "v3.pay.partner_prepay_app",
    &Method::POST,
    "/v3/pay/partner/transactions/app",
    |request| respond(request, Party::Partner, Way::App),
);

pub(crate) const PARTNER_H5: Endpoint = Endpoint::v3(
    "v3.pay.partner_prepay_h5",
    &Method::POST,
    "/v3/pay/partner/transactions/h5",
    |request| respond(request, Party::Partner, Way::H5),
);

pub(crate) const PARTNER_NATIVE: Endpoint = Endpoint::v3(
    "v3.pay.partner_prepay_native",
    &Method::POST,
    "/v3/pay/partner/transactions/native",
    |request| respond(request, Party::Partner, Way::Native),
);

fn respond(request: &Request<'_>, party: Party, way: Way) -> Result<Answer, Answer> {
    let asked = fields::read(request, party, way)?;
    perform(asked, request, way)
}

/// Makes the order if it is to take effect, or says once more what was made under this number.
fn perform(asked: AskedOrder, request: &Request<'_>, way: Way) -> Result<Answer, Answer> {
    let (shared, commit) = (request.shared, request.commit);
    let number = asked.order.out_trade_no.clone();
    let mut state = shared.state();
    let now = state.now();
    let made = state.orders.prepay(asked, now, &shared.random, commit);
    let (prepay, new) = made.map_err(|refusal| match refusal {
        PrepayRefusal::Paid => Answer::error(400, "INVALID_REQUEST", "该订单已支付"),
        PrepayRefusal::Closed => Answer::error(400, "ORDER_CLOSED", "订单已关闭"),
        PrepayRefusal::OtherTerms => Answer::error(403, "OUT_TRADE_NO_USED", "商户订单号重复"),
    })?;
    if let Some(end) = prepay.time_expire.filter(|_| new && commit) {
        let expiry = Event::ExpireOrder {
            out_trade_no: number,
        };
        shared.plan(&mut state, end, expiry);
    }
    Ok(Answer::ok(Made::new(way, prepay)))
}

impl Made {
    pub(crate) fn new(way: Way, prepay: Prepay) -> Self {
        match way {
            Way::Jsapi | Way::App => Self::Prepay {
                prepay_id: prepay.prepay_id,
            },
            Way::H5 => Self::H5 {
                h5_url: prepay.mweb_url.unwrap_or_default(),
            },
            Way::Native => Self::Native {
                code_url: prepay.code_url.unwrap_or_default(),
            },
        }
    }
}

impl Way {
    /// Its name in queries and bills (交易类型).
    pub(crate) fn trade_type(self) -> &'static str {
        match self {
            Self::Jsapi => "JSAPI",
            Self::App => "APP",
            Self::H5 => "MWEB",
            Self::Native => "NATIVE",
        }
    }
}

impl Content for Made {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        let (Self::Prepay { prepay_id: id }
        | Self::H5 { h5_url: id }
        | Self::Native { code_url: id }) = self;
        *id = another(id);
    }

    fn tamper(&mut self) {
        self.become_another();
    }
}
