//! Endpoints whose request is a function, and what the clients make of it.

use wxpay_client::core::{DecodeError, Effect, ErrorKind, InvalidInput, Params, Resolve};
use wxpay_client::json::Json;
use wxpay_client::sign::Verified;
use wxpay_client::sign::v2::SignType;
use wxpay_client::v3::Method;
use wxpay_client::{v2, v3};
use wxpay_test_support::clients;
use wxpay_test_support::scripted::Scripted;

/// A request of APIv2.
struct Posted<F>(F);

impl<F: Fn(&mut v2::Form) -> Result<(), InvalidInput> + Send + Sync> v2::Endpoint for Posted<F> {
    type Response = ();
    const META: &'static v2::Meta = &v2::Meta::read("my.posted", "/my/posted");

    fn encode(&self, form: &mut v2::Form) -> Result<(), InvalidInput> {
        (self.0)(form)
    }

    fn decode(&self, _: Verified<Params>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// A request of APIv3.
pub(crate) struct Called<F>(pub(crate) F);

impl<F: Fn(&mut v3::Call) -> Result<(), InvalidInput> + Send + Sync> v3::Endpoint for Called<F> {
    type Response = ();
    const META: &'static v3::Meta = &v3::Meta::write(
        "my.called",
        Method::Post,
        "/v3/my/{id}/called",
        Resolve::None,
    );

    fn encode(&self, call: &mut v3::Call) -> Result<(), InvalidInput> {
        (self.0)(call)
    }

    fn decode(&self, _: Verified<Json>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// The fields that a client of APIv2 would send.
pub(crate) fn posted_by(
    client: &v2::Client,
    write: impl Fn(&mut v2::Form) -> Result<(), InvalidInput> + Send + Sync,
) -> Result<Params, InvalidInput> {
    match client.prepare(&Posted(write)) {
        Ok((request, _)) => Ok(Params::from_xml(request.body()).unwrap()),
        Err(error) => Err(invalid(error.kind(), error.effect() == Effect::Read)),
    }
}

/// The same of a client of a merchant that is no service provider.
pub(crate) fn posted(
    write: impl Fn(&mut v2::Form) -> Result<(), InvalidInput> + Send + Sync,
) -> Result<Params, InvalidInput> {
    let client = clients::v2(SignType::HmacSha256, Scripted::default());
    posted_by(&client, write)
}

/// What is sent of a request of APIv3: the target, and the body as text.
pub(crate) fn called_by(
    client: &v3::Client,
    write: impl Fn(&mut v3::Call) -> Result<(), InvalidInput> + Send + Sync,
) -> Result<(String, String), InvalidInput> {
    let called = Called(write);
    match futures_executor::block_on(client.prepare(&called)) {
        Ok((request, _)) => {
            let target = request.uri().path_and_query().unwrap().to_string();
            let body = String::from_utf8(request.body().to_vec()).unwrap();
            Ok((target, body))
        }
        Err(error) => Err(invalid(error.kind(), error.effect() == Effect::Write)),
    }
}

/// The same of a client of a merchant that is no service provider.
pub(crate) fn called(
    write: impl Fn(&mut v3::Call) -> Result<(), InvalidInput> + Send + Sync,
) -> Result<(String, String), InvalidInput> {
    called_by(&clients::v3(Scripted::default()), write)
}

/// The text of a body, sent to `/v3/my/1/called`.
pub(crate) fn body(
    write: impl Fn(&mut v3::Body) -> Result<(), InvalidInput> + Send + Sync,
) -> Result<String, InvalidInput> {
    let (target, body) = called(|call| {
        call.path_integer("id", 1, ..)?;
        let mut body = v3::Body::new();
        write(&mut body)?;
        call.body(body);
        Ok(())
    })?;
    assert_eq!(target, "/v3/my/1/called");
    Ok(body)
}

fn invalid(kind: &ErrorKind, named: bool) -> InvalidInput {
    assert!(named, "an error of another endpoint");
    match kind {
        ErrorKind::Invalid(invalid) => invalid.clone(),
        other => panic!("not an invalid input: {other}"),
    }
}
