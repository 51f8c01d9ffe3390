//! JSAPI合单下单, APP合单下单, H5合单下单 and Native合单下单.

mod fields;

use http::Method;

use crate::endpoint::Endpoint;
use crate::state::{AskedCombined, PrepayRefusal};
use crate::v3::prepay::{Made, Way};
use crate::v3::{Answer, Request};

pub(crate) use fields::{check_appid, check_mchid};

pub(crate) const JSAPI: Endpoint = Endpoint::v3(
    "v3.combine_transactions.prepay_jsapi",
    &Method::POST,
    "/v3/combine-transactions/jsapi",
    |request| respond(request, Way::Jsapi),
);

pub(crate) const APP: Endpoint = Endpoint::v3(
    "v3.combine_transactions.prepay_app",
    &Method::POST,
    "/v3/combine-transactions/app",
    |request| respond(request, Way::App),
);

pub(crate) const H5: Endpoint = Endpoint::v3(
    "v3.combine_transactions.prepay_h5",
    &Method::POST,
    "/v3/combine-transactions/h5",
    |request| respond(request, Way::H5),
);

pub(crate) const NATIVE: Endpoint = Endpoint::v3(
    "v3.combine_transactions.prepay_native",
    &Method::POST,
    "/v3/combine-transactions/native",
    |request| respond(request, Way::Native),
);

fn respond(request: &Request<'_>, way: Way) -> Result<Answer, Answer> {
    let asked = fields::read(request, way)?;
    perform(asked, request, way)
}

/// Makes the order if it is to take effect, or says once more what was made under this number.
fn perform(asked: AskedCombined, request: &Request<'_>, way: Way) -> Result<Answer, Answer> {
    let shared = request.shared;
    let mut state = shared.state();
    let made = state.prepay_combined(asked, &shared.random, request.commit);
    shared.changed.notify_one();
    let (prepay, _) = made.map_err(|refusal| match refusal {
        PrepayRefusal::Paid => Answer::error(400, "INVALID_REQUEST", "该订单已支付"),
        PrepayRefusal::Closed => Answer::error(400, "ORDER_CLOSED", "订单已关闭"),
        PrepayRefusal::OtherTerms => Answer::error(403, "OUT_TRADE_NO_USED", "商户订单号重复"),
    })?;
    Ok(Answer::ok(Made::new(way, prepay)))
}
