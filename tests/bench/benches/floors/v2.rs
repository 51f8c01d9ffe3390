//! APIv2: a request of 17 fields and a reply of 28.

use bytes::Bytes;
use http::Response;
use md5::{Digest, Md5};
use wxpay_api::Max;
use wxpay_api::core::{AppId, DecodeError, Fen, InvalidInput, MchId, OpenId, OutTradeNo, Params};
use wxpay_api::sign::Verified;
use wxpay_api::sign::v2::{Key, SignType, canonical_text};
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};
use wxpay_api::v2::{Client, Credentials, Endpoint, Form, Merchant, Meta, Pending};
use wxpay_test_support::scripted::Scripted;
use wxpay_test_support::{clients, replies};

use crate::Work;
use crate::measure::{Effort, allocations, allocations_with, compare, timed, timed_with};
use crate::report::{Goal, Row};

pub(crate) const WORKS: &[Work] = &[
    ("V2 request of 17 fields: typed → signed → XML", message),
    ("V2 request by the client, as HTTP", request),
    ("V2 reply of 28 fields: parse → verify → typed", reply),
];

/// What the client does, but for the HTTP around it.
fn message(work: &'static str, effort: Effort) -> Row {
    let (order, key) = (UnifiedOrder::sample(), Key::new(clients::API_KEY).unwrap());
    let ours = || {
        let mut params = Params::with_capacity(24, 1024);
        order.write(&mut params);
        params.check_outgoing().unwrap();
        assert_eq!(params.ambiguous(UnifiedOrder::META.names), None);
        params.set_str("appid", "wxd678efh567hg6787");
        params.set_str("mch_id", clients::MCH_ID);
        params.set_str("nonce_str", clients::NONCE);
        params.set_str("sign_type", SignType::Md5.name());
        let sign = key.sign(&params, SignType::Md5);
        params.set_str("sign", &sign);
        params.to_xml()
    };
    let sent = Params::from_xml(ours().as_bytes()).unwrap();
    assert_eq!(sent.len(), 17 + 1, "17 fields and `sign`");
    let text = signed_text(&sent);
    let floor = || Md5::digest(&text);
    Row {
        work,
        floor_is: "MD5 of the signed text",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::Ratio(1.6),
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

fn request(work: &'static str, effort: Effort) -> Row {
    let client = client("1900000109", "wxd678efh567hg6787");
    let order = UnifiedOrder::sample();
    let ours = || client.prepare(&order).unwrap().0;
    let sent = Params::from_xml(ours().body()).unwrap();
    assert_eq!(sent.len(), 17 + 1, "17 fields and `sign`");
    let text = signed_text(&sent);
    let floor = || Md5::digest(&text);
    Row {
        work,
        floor_is: "MD5 of the signed text",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::None,
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

fn reply(work: &'static str, effort: Effort) -> Row {
    let client = client("10000100", "wx2421b1c4370ec43b");
    let query = QueryOrder {
        order: Order::OutTradeNo("1415757673".parse().unwrap()),
        options: Default::default(),
    };
    let answer = replies::v2_signed(&PAID, SignType::Md5);
    let received = Params::from_xml(answer.body()).unwrap();
    assert_eq!(received.len(), 28);
    let input = || (client.prepare(&query).unwrap().1, answer.clone());
    let ours = |(pending, answer): (Pending<'_, QueryOrder>, Response<Bytes>)| {
        pending.finish(answer).unwrap()
    };
    let text = signed_text(&received);
    let floor = || Md5::digest(&text);
    Row {
        work,
        floor_is: "MD5 of the signed text",
        comparison: compare(effort, |n| timed_with(n, input, ours), |n| timed(n, floor)),
        goal: Goal::RatioAndAllocations(7.0, 30),
        allocations: Some((allocations_with(input, ours), allocations(floor))),
    }
}

fn client(mch_id: &str, app_id: &str) -> Client {
    let merchant = Merchant::new(MchId::new(mch_id).unwrap(), AppId::new(app_id).unwrap());
    let credentials =
        Credentials::new(Key::new(clients::API_KEY).unwrap()).sign_type(SignType::Md5);
    Client::builder(merchant, credentials, Scripted::default())
        .nonce(|| Ok(clients::NONCE.to_owned()))
        .build()
        .unwrap()
}

fn signed_text(message: &Params) -> String {
    format!("{}&key={}", canonical_text(message), clients::API_KEY)
}

/// An order (统一下单), as a program would declare an endpoint of its own.
struct UnifiedOrder {
    device_info: String,
    body: String,
    detail: String,
    attach: String,
    out_trade_no: OutTradeNo,
    fee_type: String,
    total_fee: Fen,
    spbill_create_ip: std::net::IpAddr,
    time_start: String,
    time_expire: String,
    notify_url: String,
    trade_type: String,
    openid: OpenId,
}

impl UnifiedOrder {
    fn sample() -> Self {
        Self {
            device_info: "013467007045764".to_owned(),
            body: "腾讯充值中心-QQ会员充值".to_owned(),
            detail: r#"{"goods_detail":[{"goods_id":"iphone6s_16G","quantity":1,"price":528800}]}"#
                .to_owned(),
            attach: "深圳分店".to_owned(),
            out_trade_no: "20150806125346".parse().unwrap(),
            fee_type: "CNY".to_owned(),
            total_fee: Fen::new(528_800),
            spbill_create_ip: [123, 12, 12, 123].into(),
            time_start: "20091225091010".to_owned(),
            time_expire: "20091227091010".to_owned(),
            notify_url: "https://www.weixin.qq.com/wxpay/pay.php".to_owned(),
            trade_type: "JSAPI".to_owned(),
            openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse().unwrap(),
        }
    }
}

impl UnifiedOrder {
    fn write(&self, params: &mut Params) {
        params.set_str("device_info", &self.device_info);
        params.set_str("body", &self.body);
        params.set_str("detail", &self.detail);
        params.set_str("attach", &self.attach);
        params.set_str("out_trade_no", self.out_trade_no.as_str());
        params.set_str("fee_type", &self.fee_type);
        params.set("total_fee", self.total_fee);
        params.set("spbill_create_ip", self.spbill_create_ip);
        params.set_str("time_start", &self.time_start);
        params.set_str("time_expire", &self.time_expire);
        params.set_str("notify_url", &self.notify_url);
        params.set_str("trade_type", &self.trade_type);
        params.set_str("openid", self.openid.as_str());
    }
}

impl Endpoint for UnifiedOrder {
    type Response = ();
    const META: &'static Meta = &Meta::read("bench.unified_order", "/pay/unifiedorder");

    fn encode(&self, form: &mut Form) -> Result<(), InvalidInput> {
        form.text("device_info", &self.device_info, Max::Chars(32))?;
        form.text("body", &self.body, Max::Chars(127))?;
        form.text("detail", &self.detail, Max::Chars(6000))?;
        form.text("attach", &self.attach, Max::Chars(127))?;
        form.id("out_trade_no", &self.out_trade_no)?;
        form.text("fee_type", &self.fee_type, Max::Chars(16))?;
        form.fen("total_fee", self.total_fee, 1..)?;
        form.ip("spbill_create_ip", self.spbill_create_ip, Max::Chars(32))?;
        form.text("time_start", &self.time_start, Max::Chars(14))?;
        form.text("time_expire", &self.time_expire, Max::Chars(14))?;
        form.text("notify_url", &self.notify_url, Max::Chars(256))?;
        form.text("trade_type", &self.trade_type, Max::Chars(16))?;
        form.id("openid", &self.openid)
    }

    fn decode(&self, _: Verified<Params>) -> Result<(), DecodeError> {
        Ok(())
    }
}

const PAID: [(&str, &str); 27] = [
    ("return_code", "SUCCESS"),
    ("return_msg", "OK"),
    ("appid", "wx2421b1c4370ec43b"),
    ("mch_id", "10000100"),
    ("device_info", "1000"),
    ("nonce_str", "TN55wO9Pba5yENl8"),
    ("result_code", "SUCCESS"),
    ("openid", "oUpF8uN95-Ptaags6E_roPHg7AG0"),
    ("is_subscribe", "Y"),
    ("trade_type", "MICROPAY"),
    ("bank_type", "CCB_DEBIT"),
    ("total_fee", "10099"),
    ("settlement_total_fee", "10000"),
    ("fee_type", "CNY"),
    ("cash_fee", "9999"),
    ("cash_fee_type", "CNY"),
    ("coupon_fee", "100"),
    ("coupon_count", "1"),
    ("coupon_id_0", "10000"),
    ("coupon_type_0", "CASH"),
    ("coupon_fee_0", "100"),
    ("transaction_id", "1008450740201411110005820873"),
    ("out_trade_no", "1415757673"),
    ("attach", "订单额外描述"),
    ("time_end", "20141111170043"),
    ("trade_state", "SUCCESS"),
    ("trade_state_desc", "支付成功"),
];
