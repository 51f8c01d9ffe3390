//! A transport that plays a script in memory, to test one's own handling of what goes wrong. Here
//! the answer to a payout is lost, the query finds nothing yet, and the payout goes out again under
//! the same number.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use wxpay_api::core::{Fen, Outcome, Params};
use wxpay_api::sign::{v2::Key, workwx::AppSecret};
use wxpay_api::transport::{Deadline, Transport, TransportError, bytes::Bytes, http};
use wxpay_api::v2::{Client, Credentials, Merchant, wecom};

type Answer = Result<http::Response<Bytes>, TransportError>;

/// Gives the answers of the script, one after the other, and keeps the requests.
#[derive(Debug, Default)]
struct Scripted {
    script: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<http::Request<Bytes>>>,
}

impl Scripted {
    fn then(self, answer: Answer) -> Self {
        self.script
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(answer);
        self
    }

    fn then_reply(self, xml: &'static str) -> Self {
        self.then(Ok(http::Response::new(Bytes::from_static(xml.as_bytes()))))
    }
}

#[async_trait::async_trait]
impl Transport for Scripted {
    async fn send(&self, request: http::Request<Bytes>) -> Answer {
        if let Some(deadline) = Deadline::of(&request) {
            deadline.check()?;
        }
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        let answer = self
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        answer.unwrap_or_else(|| Err(TransportError::not_sent("the script has ended")))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scripted = Scripted::default()
        .then(Err(TransportError::maybe_sent("the connection broke")))
        .then_reply(NOT_FOUND)
        .then_reply(PAID);
    let scripted = Arc::new(scripted);
    let merchant = Merchant::new("1900000109".parse()?, "wxd678efh567hg6787".parse()?);
    let credentials = Credentials::new(Key::new("192006250b4c09247ec02edce69f6a2d")?).workwx(
        AppSecret::new("e2iRt65YoVSAsf0DNNq9jKmhWgs0ffhUKJFW42GTDPc")?,
    );
    let client = Client::builder(merchant, credentials, Arc::clone(&scripted)).build()?;

    let payment = wecom::PayEmployee {
        partner_trade_no: "100000982017072019616".parse()?,
        openid: "ohO4Gt7wVPxIT1A9GjFaMYMiZY1s".parse()?,
        check_name: wecom::pay_employee::CheckName::NoCheck,
        amount: Fen::new(100),
        desc: "six months without an accident".to_owned(),
        spbill_create_ip: [10, 2, 3, 10].into(),
        ww_msg_type: wecom::pay_employee::MessageType::NormalMsg,
        act_name: "product launch".to_owned(),
        options: wecom::pay_employee::PayEmployeeOptions::default(),
    };
    let query = wecom::QueryEmployeePayment {
        partner_trade_no: payment.partner_trade_no.clone(),
        options: Default::default(),
    };

    let lost = client
        .send(&payment)
        .await
        .err()
        .ok_or("the script says that it is lost")?;
    assert_eq!(lost.outcome(), Outcome::Unknown);
    let nothing = client
        .send(&query)
        .await
        .err()
        .ok_or("the script says that it is not found")?;
    assert_eq!(nothing.outcome(), Outcome::ReadFailed);
    let paid = client.send(&payment).await?;
    assert_eq!(paid.payment_no.to_string(), "1000018301201505190181489473");

    let requests = scripted
        .requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let sent: Vec<Params> = requests
        .iter()
        .map(|request| Params::from_xml(request.body()))
        .collect::<Result<_, _>>()?;
    let [first, _, second] = sent.as_slice() else {
        return Err("three requests, and no more".into());
    };
    for field in ["partner_trade_no", "openid", "amount"] {
        assert_eq!(first.get(field), second.get(field));
    }
    Ok(())
}

const NOT_FOUND: &str = "<xml><return_code>SUCCESS</return_code><result_code>FAIL</result_code>\
    <err_code>NOT_FOUND</err_code></xml>";
const PAID: &str = "<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code>\
    <mch_id>1900000109</mch_id><partner_trade_no>100000982017072019616</partner_trade_no>\
    <payment_no>1000018301201505190181489473</payment_no><payment_time>2026-11-24 10:00:00</payment_time></xml>";
