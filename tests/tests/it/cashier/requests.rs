//! What is sent, what is refused before, and what is not shown.

use std::error::Error as _;
use std::sync::Arc;

use wxpay_api::core::Outcome;
use wxpay_api::sign::v2::SignType;
use wxpay_api::transport::{Deadline, Failover, Hints, ReqwestTransport, TokioTimer};
use wxpay_cashier::{Cashier, ChargeError, MemoryStore, SaleStore, V2, V3, V3Partner};
use wxpay_tests::clients;

use super::front::{
    Answer, CODE, Call, FRONTS, Front, NUMBER, Wire, partner_charge, sale, v2_charge, v3_charge,
};

#[tokio::test(start_paused = true)]
async fn paths_and_what_goes_with_them() {
    let base = "https://api.mch.weixin.qq.com";
    let order = format!("out-trade-no/{NUMBER}");
    let v3 = format!("{base}/v3/pay/transactions");
    let partner = format!("{base}/v3/pay/partner/transactions");
    for (front, paths) in [
        (
            Front::V2,
            [
                format!("{base}/pay/micropay"),
                format!("{base}/pay/orderquery"),
                format!("{base}/secapi/pay/reverse"),
            ],
        ),
        (
            Front::V3,
            [
                format!("{v3}/codepay"),
                format!("{v3}/{order}"),
                format!("{v3}/{order}/reverse"),
            ],
        ),
        (
            Front::Partner,
            [
                format!("{partner}/codepay"),
                format!("{partner}/{order}"),
                format!("{partner}/{order}/reverse"),
            ],
        ),
    ] {
        let mut queries = vec![Answer::State("NOTPAY"); 5];
        queries.push(Answer::State("REVOKED"));
        let wire = Wire::new(
            front,
            Answer::Lost,
            &queries,
            &[Answer::Reversed(Some("N"))],
        );
        let _ = wire.outcome().await;
        for (call, request) in wire.seen() {
            let path = request.uri().to_string();
            let path = path.split('?').next().unwrap();
            assert_eq!(path, paths[call as usize]);
            // Charge and reversal leave soon or not at all.
            let has_deadline = Deadline::of(&request).is_some();
            assert_eq!(has_deadline, call != Call::Query, "{front:?} {call:?}");
            let hints = request.extensions().get::<Hints>().unwrap();
            let certificate = front == Front::V2 && call == Call::Reverse;
            assert_eq!(hints.client_cert, certificate, "{front:?} {call:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_payment_code_is_refused_before_it_is_sent() {
    for front in FRONTS {
        for code in [
            "",
            "13456789012345678",
            "1345678901234567890",
            "164567890123456789",
            "281234567890123456",
            "13456789012345678x",
            "１３４５６７８９０１２３４５６７８９",
        ] {
            let wire = Wire::new(front, Answer::Lost, &[], &[]);
            let error = wire.charge(code).await.unwrap_err();
            assert!(matches!(error, ChargeError::Invalid(_)));
            let text = error.to_string();
            assert!(text.contains("auth_code: must have 18 digits"), "{text}");
            assert!(code.is_empty() || !text.contains(code), "{text}");
            assert!(wire.seen().is_empty());
        }
    }
}

/// A client that could charge and not reverse would leave an order half open.
#[tokio::test(start_paused = true)]
async fn client_that_lacks_something_charges_nothing() {
    let wire = Wire::new(Front::V3, Answer::Lost, &[], &[]);
    let client = clients::v3(wire.clone());
    let cashier = Cashier::new(
        V3::new(client.clone()),
        MemoryStore::new(),
        TokioTimer::new(),
    );
    let error = cashier.charge(&sale(), &v3_charge(CODE)).await.unwrap_err();
    assert!(error.to_string().contains("app ID"), "{error}");
    let client = client.app_id(super::front::app_id());
    let cashier = Cashier::new(
        V3Partner::new(client),
        MemoryStore::new(),
        TokioTimer::new(),
    );
    let error = cashier
        .charge(&sale(), &partner_charge(CODE))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("sub-merchant"), "{error}");
    assert!(wire.seen().is_empty());
}

/// The certificate that only the reversal needs is looked at before the charge, and before anything
/// is stored.
#[tokio::test]
async fn without_the_client_certificate_nothing_is_charged() {
    let transport = Failover::new(ReqwestTransport::new().unwrap());
    let client = clients::v2_builder(SignType::HmacSha256, transport);
    let client = client.base_url("https://localhost:1").build().unwrap();
    let store = Arc::new(MemoryStore::new());
    let cashier = Cashier::new(V2::new(client), Arc::clone(&store), TokioTimer::new());
    let error = cashier.charge(&sale(), &v2_charge(CODE)).await.unwrap_err();
    let ChargeError::Invalid(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(error.outcome(), Outcome::NotExecuted);
    let text = format!("{error}: {:?}", error.source());
    assert!(text.contains("apiclient_cert.pem"), "{text}");
    assert!(store.load(&sale()).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn code_is_neither_stored_nor_shown() {
    let wire = Wire::new(
        Front::V2,
        Answer::Lost,
        &[Answer::State("NOTPAY")],
        &[Answer::Lost],
    );
    let service = V2::new(clients::v2(SignType::HmacSha256, wire));
    let store = Arc::new(MemoryStore::new());
    let cashier = Cashier::new(service, Arc::clone(&store), TokioTimer::new());
    let outcome = cashier.charge(&sale(), &v2_charge(CODE)).await.unwrap();
    let text = store.load(&sale()).await.unwrap().unwrap();
    assert!(text.contains(NUMBER) && text.contains("v2 1900000109"));
    for shown in [text, format!("{outcome:?} {store:?}")] {
        assert!(!shown.contains(CODE), "{shown}");
        assert!(!shown.contains(clients::API_KEY), "{shown}");
    }
}
