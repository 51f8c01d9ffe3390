//! Payment notifications that must be about the payment that the shop expects. These two kinds are
//! the project's own.

use wxpay_api::core::{AppId, Fen, InvalidInput, MchId, OutTradeNo, Params};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::{v2, v3};

use super::notice::{v2_sign_type, v3_notice};
use super::{Case, Got, Malformed, Refusal};

struct Expectation {
    out_trade_no: OutTradeNo,
    total: Fen,
    mch_id: MchId,
    app_id: AppId,
}

impl Expectation {
    fn read(case: &Case<'_>) -> Result<Self, Malformed> {
        let broken = |error: InvalidInput| Malformed::new(error.to_string());
        Ok(Self {
            out_trade_no: OutTradeNo::new(case.text("out_trade_no")?).map_err(broken)?,
            total: Fen::new(case.integer("total")?),
            mch_id: MchId::new(case.text("mch_id")?).map_err(broken)?,
            app_id: AppId::new(case.text("appid")?).map_err(broken)?,
        })
    }
}

pub(super) fn v2(case: &Case<'_>) -> Result<Got, Malformed> {
    let (body, key) = (case.bytes("xml")?, case.text("key")?);
    let expected = Expectation::read(case)?;
    let paid = Key::new(key)
        .map_err(Refusal::from)
        .and_then(|key| v2_paid(key, &body, &expected));
    Ok(got(paid))
}

fn v2_paid(key: Key, body: &[u8], expected: &Expectation) -> Result<Fen, Refusal> {
    let message = Params::from_xml(body).unwrap_or_default();
    let sign_type = v2_sign_type(&message).unwrap_or(SignType::Md5);
    let notice = v2::Notices::new(key, sign_type).payment(body)?;
    let paid = notice.expect(
        &expected.out_trade_no,
        expected.total,
        &expected.mch_id,
        &expected.app_id,
    )?;
    Ok(paid.total_fee)
}

pub(super) fn v3(case: &Case<'_>) -> Result<Got, Malformed> {
    let expected = Expectation::read(case)?;
    let paid = v3_notice(case)?.and_then(|notice| {
        let paid = v3::PaymentNotice::read(&notice)?.expect(
            &expected.out_trade_no,
            expected.total,
            &expected.mch_id,
            &expected.app_id,
        )?;
        Ok(paid.total)
    });
    Ok(got(paid))
}

fn got(paid: Result<Fen, Refusal>) -> Got {
    match paid {
        Ok(total) => Got::default().is("paid", true).is("total", total.get()),
        Err(refusal) => Got::default().is("paid", false).refused(refusal),
    }
}
