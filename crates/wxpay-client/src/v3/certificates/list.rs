use wxpay_core::{Certainty, Class, CodeFacts, DecodeError, InvalidInput, Outcome};
use wxpay_sign::Verified;
use wxpay_sign::v3::Suite;

use crate::Max;
use crate::v3::{Call, Endpoint, Json, Meta, Method};

/// Asks for the list of certificates (获取平台证书列表), whose encrypted members are decrypted here.
pub(super) struct List {
    pub(super) suite: Suite,
}

impl Endpoint for List {
    type Response = Verified<Json>;

    const META: &'static Meta = &Meta::read(
        "v3.certificates.list_certificates",
        Method::Get,
        "/v3/certificates",
    )
    .backup_host()
    .per_second(1000)
    .errors(ERRORS);

    fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
        // Without it, the list is of RSA.
        if self.suite != Suite::Rsa {
            call.query_text("algorithm_type", "SM2", Max::Chars(64))?;
        }
        Ok(())
    }

    fn decode(&self, reply: Verified<Json>) -> Result<Verified<Json>, DecodeError> {
        Ok(reply)
    }
}

const ERRORS: &[CodeFacts] = &[
    // The merchant is in public key mode (微信支付公钥模式).
    CodeFacts::new(
        "RESOURCE_NOT_EXISTS",
        Outcome::ReadFailed,
        Class::new(Certainty::QueryFailed).configuration(),
    ),
    CodeFacts::new(
        "SIGN_ERROR",
        Outcome::ReadFailed,
        Class::new(Certainty::QueryFailed).configuration(),
    ),
    CodeFacts::new(
        "SYSTEM_ERROR",
        Outcome::ReadFailed,
        Class::new(Certainty::QueryFailed).same_number(),
    ),
];
