use serde_json::Value;
use wxpay_core::Timestamp;
use wxpay_sandbox::{AmountField, Transfer};

use crate::client::Client;

pub(crate) const TARGET: &str =
    "/v3/partner-transfer/batches/out-batch-no/plfk2020042013/details/out-detail-no/x23zy545Bd5436";

#[tokio::test]
async fn a_transfer_is_reported_signed_with_its_name_sealed() {
    let client = Client::start().await;
    client.sandbox.add_transfer(transfer());
    let reply = client.get_signed(TARGET).await.unwrap();
    assert_eq!(reply.status(), 200);
    assert!(reply.headers().contains_key("request-id"));
    let (body, _, signed) = client.read(reply).await;
    assert!(signed);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["total_amount"], 200_000);
    assert_eq!(body["sp_mchid"], client.sandbox.merchant().mch_id.as_str());
    assert_eq!(body["update_time"].as_str().unwrap().len(), 29);
    assert_eq!(
        client.open(body["username"].as_str().unwrap()),
        "欧阳修".as_bytes()
    );

    let mut renamed = transfer();
    renamed.amount_field = AmountField::TransferAmount;
    renamed.raw_username = Some("757b340b45ebef54".to_owned());
    client.sandbox.add_transfer(renamed);
    let reply = client.get_signed(TARGET).await.unwrap();
    let body: Value = serde_json::from_slice(&client.read(reply).await.0).unwrap();
    assert_eq!(body["transfer_amount"], 200_000);
    assert_eq!(body.get("total_amount"), None);
    assert_eq!(body["username"], "757b340b45ebef54");
}

#[tokio::test]
async fn authorization_is_held_to_the_request_as_it_was_sent() {
    let client = Client::start().await;
    client.sandbox.add_transfer(transfer());
    // Its clock stands still, so that the last second of the window can be tried.
    let frozen = Timestamp::now();
    client.sandbox.freeze_clock(frozen);
    let now = frozen.unix();
    let good = client.authorization(TARGET, now);
    let with_query = format!("{TARGET}?a=%20b");
    let merchant = client.sandbox.merchant();

    for (target, authorization, status) in [
        (&*with_query, client.authorization(&with_query, now), 200),
        (&*with_query, good.clone(), 401),
        (TARGET, client.authorization(TARGET, now - 300), 200),
        (TARGET, client.authorization(TARGET, now + 300), 200),
        (TARGET, client.authorization(TARGET, now - 301), 401),
        (TARGET, client.authorization(TARGET, now + 301), 401),
        (TARGET, good.replace(&merchant.serial_no, "00"), 401),
        (
            TARGET,
            good.replace(merchant.mch_id.as_str(), "1230000109"),
            401,
        ),
        (TARGET, good.replace("RSA2048", "RSA"), 401),
        (TARGET, good.replace("signature=\"", "signature=\"A"), 401),
        (TARGET, good.clone() + ",mchid=\"1\"", 401),
    ] {
        let reply = client.get(target, &authorization).await.unwrap();
        assert_eq!(reply.status(), status, "{authorization}");
        let unsigned = !reply.headers().contains_key("wechatpay-signature");
        assert_eq!(unsigned, status == 401);
        let body: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        assert_eq!(body["code"] == "SIGN_ERROR", status == 401);
    }
    let seen = client.sandbox.requests();
    assert_eq!(seen[0].target, with_query);
    assert!(
        seen.iter()
            .all(|request| request.signatures[0].held == (request.status == Some(200)))
    );
}

#[tokio::test]
async fn errors_have_the_status_and_code_of_the_documents() {
    let client = Client::start().await;
    let reply = client.get_signed(TARGET).await.unwrap();
    assert_eq!(reply.status(), 404);
    let (body, _, signed) = client.read(reply).await;
    assert!(signed);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["code"], "NOT_FOUND");

    let reply = client
        .get_signed(&TARGET.replace("plfk", "plfk-"))
        .await
        .unwrap();
    assert_eq!(reply.status(), 400);
    let body: Value = serde_json::from_slice(&client.read(reply).await.0).unwrap();
    assert_eq!(body["detail"]["field"], "out_batch_no");

    let reply = client.without.get(client.url(TARGET)).send().await.unwrap();
    assert_eq!(reply.status(), 400);
    let reply = client
        .without
        .post(client.url(TARGET))
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 405);
    let reply = client.get_signed("/v3/certificates").await.unwrap();
    assert_eq!(reply.status(), 404);

    client
        .sandbox
        .freeze_clock(Timestamp::from_unix(1_554_208_460).unwrap());
    let authorization = client.authorization(TARGET, Timestamp::now().unix());
    let reply = client.get(TARGET, &authorization).await.unwrap();
    assert_eq!(reply.status(), 401);
    let reply = client.get_signed(TARGET).await.unwrap();
    assert_eq!(client.read(reply).await.1, 1_554_208_460);
}

pub(crate) fn transfer() -> Transfer {
    let mut transfer = Transfer::new("plfk2020042013", "x23zy545Bd5436", 200_000);
    transfer.username = "欧阳修".to_owned();
    transfer
}
