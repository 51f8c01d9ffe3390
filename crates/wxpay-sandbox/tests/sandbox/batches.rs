use serde_json::{Value, json};
use wxpay_core::Fen;
use wxpay_sandbox::{Api, Fault, Trust};

use crate::client::Client;
use crate::v3::TrustedKey;

pub(crate) const BATCHES: &str = "/v3/partner-transfer/batches";

#[tokio::test]
async fn a_batch_is_made_once_and_found_by_every_number() {
    let client = Client::start().await;
    let key = client.public_key();
    let (status, made) = create(&client, &key, &batch(&key)).await;
    assert_eq!(status, 200);
    assert_eq!(made["out_batch_no"], "plfk2020042013");
    assert_eq!(made["create_time"].as_str().unwrap().len(), 29);
    let batch_id = made["batch_id"].as_str().unwrap();

    // Encrypted again, the same request; with another name, another one.
    assert_eq!(
        create(&client, &key, &batch(&key)).await,
        (200, made.clone())
    );
    let mut other = batch(&key);
    other["transfer_detail_list"][0]["user_name"] = json!(key.seal("李四"));
    let (status, refused) = create(&client, &key, &other).await;
    assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));
    let batches = client.sandbox.batches();
    assert_eq!((batches.len(), batches[0].requests), (1, 2));
    assert_eq!(batches[0].terms.total_amount, Fen::new(300));
    assert_eq!(
        batches[0].terms.transfers[0].user_name.as_deref(),
        Some("张三")
    );
    assert_eq!(client.sandbox.transfers().len(), 2);

    let by_out_no = format!("{BATCHES}/out-batch-no/plfk2020042013");
    let by_id = format!("{BATCHES}/batch-id/{batch_id}");
    for path in [&by_out_no, &by_id] {
        let found = get(&client, &format!("{path}?need_query_detail=true")).await;
        assert_eq!(found["batch_status"], "PROCESSING");
        assert_eq!(found["batch_id"], made["batch_id"]);
        assert_eq!(
            (&found["total_amount"], &found["total_num"]),
            (&json!(300), &json!(2))
        );
        assert_eq!(found.get("transfer_detail_list"), None);
    }
    assert!(client.sandbox.settle_batch("plfk2020042013"));
    assert!(!client.sandbox.settle_batch("plfk2020042014"));
    let found = get(&client, &format!("{by_id}?need_query_detail=true")).await;
    assert_eq!(found["batch_status"], "FINISHED");
    assert_eq!(
        (&found["success_amount"], &found["success_num"]),
        (&json!(300), &json!(2))
    );
    let details = found["transfer_detail_list"].as_array().unwrap();
    assert_eq!(details.len(), 2);
    assert_eq!(details[1]["out_detail_no"], "D2");

    let detail_id = details[1]["detail_id"].as_str().unwrap();
    let detail = get(&client, &format!("{by_id}/details/detail-id/{detail_id}")).await;
    assert_eq!(detail["transfer_amount"], 200);
    assert_eq!(detail["appid"], "wxf636efh567hg4356");
    assert_eq!(
        client.open(detail["username"].as_str().unwrap()),
        "欧阳修".as_bytes()
    );
    let same = get(&client, &format!("{by_out_no}/details/out-detail-no/D2")).await;
    assert_eq!(same["total_amount"], 200);
    assert_eq!(same["detail_id"], detail_id);
    assert_eq!(same["detail_status"], "SUCCESS");
}

#[tokio::test]
async fn transfers_end_as_they_are_told_to() {
    let client = Client::start_with(Trust::Certificates).await;
    client.sandbox.register_name("o-2", "欧阳");
    let key = client.certificates().remove(0);
    assert_eq!(create(&client, &key, &batch(&key)).await.0, 200);
    let set = |number, status, reason| {
        client
            .sandbox
            .set_transfer_status("plfk2020042013", number, status, reason)
    };
    assert!(!set("D3", "FAIL", None));
    assert!(client.sandbox.settle_batch("plfk2020042013"));
    let transfers = client.sandbox.transfers();
    assert_eq!(transfers[0].detail_status, "SUCCESS");
    assert_eq!(
        transfers[1].fail_reason.as_deref(),
        Some("NAME_NOT_CORRECT")
    );

    let path = format!("{BATCHES}/out-batch-no/plfk2020042013?need_query_detail=true");
    let listed = async |more: &str| {
        let reply = client.send(&format!("{path}{more}"), None, None).await;
        let (status, found) = client.read_signed(reply, &key).await;
        assert_eq!(status, 200);
        assert_eq!(
            (&found["fail_num"], &found["fail_amount"]),
            (&json!(1), &json!(200))
        );
        let details = found["transfer_detail_list"].as_array().unwrap().clone();
        details
            .iter()
            .map(|detail| detail["out_detail_no"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, ["D1", "D2"]);
    assert_eq!(listed("&detail_status=FAIL").await, ["D2"]);
    assert_eq!(listed("&detail_status=SUCCESS&offset=1").await, [""; 0]);
    assert_eq!(listed("&offset=1&limit=20").await, ["D2"]);
    assert!(set("D2", "REFUND", None));
    assert_eq!(listed("&detail_status=REFUND").await, ["D2"]);
}

#[tokio::test]
async fn what_goes_wrong_says_nothing_about_the_batch() {
    let client = Client::start().await;
    let key = client.public_key();
    for (n, (fault, made)) in [
        (Fault::DropBeforeCommit, false),
        (Fault::error_code("SYSTEM_ERROR", "系统异常"), false),
        (Fault::DropAfterCommit, true),
        (
            Fault::error_code_after_commit("SYSTEM_ERROR", "系统异常"),
            true,
        ),
        (Fault::Html502, true),
        (Fault::OtherReply, true),
    ]
    .into_iter()
    .enumerate()
    {
        let mut asked = batch(&key);
        asked["out_batch_no"] = json!(format!("A{n}"));
        client.sandbox.inject(CREATE_BATCH, fault.clone()).unwrap();
        let status = try_create(&client, &key, &asked).await;
        match fault {
            Fault::DropBeforeCommit | Fault::DropAfterCommit => assert_eq!(status, None),
            Fault::Html502 => assert_eq!(status, Some(502)),
            Fault::OtherReply => assert_eq!(status, Some(200)),
            _ => assert_eq!(status, Some(500)),
        }
        let batches = client.sandbox.batches();
        let found = batches
            .iter()
            .any(|batch| batch.out_batch_no == format!("A{n}"));
        assert_eq!(found, made, "{fault:?}");
        assert_eq!(create(&client, &key, &asked).await.0, 200);
        assert_eq!(client.sandbox.batches().len(), n + 1);
    }
    let refused = client.sandbox.inject(
        QUERY_BATCH_BY_ID,
        Fault::ReturnCodeFail {
            message: "系统繁忙".to_owned(),
            code: None,
        },
    );
    assert!(refused.is_err());
}

pub(crate) async fn create(client: &Client, key: &TrustedKey, batch: &Value) -> (u16, Value) {
    let body = batch.to_string();
    let reply = client.send(BATCHES, Some(&key.serial), Some(&body)).await;
    client.read_signed(reply, key).await
}

async fn try_create(client: &Client, key: &TrustedKey, batch: &Value) -> Option<u16> {
    let body = batch.to_string();
    let reply = client.try_send(BATCHES, Some(&key.serial), Some(&body));
    Some(reply.await.ok()?.status().as_u16())
}

async fn get(client: &Client, target: &str) -> Value {
    let reply = client.send(target, None, None).await;
    let (status, body) = client.read_signed(reply, &client.public_key()).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// Two transfers of three yuan in all.
pub(crate) fn batch(key: &TrustedKey) -> Value {
    json!({
        "sub_mchid": "1900000109",
        "sub_appid": "wxf636efh567hg4356",
        "authorization_type": "INFORMATION_AUTHORIZATION_TYPE",
        "out_batch_no": "plfk2020042013",
        "batch_name": "2019年1月深圳分部报销单",
        "batch_remark": "2019年1月深圳分部报销单",
        "total_amount": 300,
        "total_num": 2,
        "transfer_detail_list": [
            {
                "out_detail_no": "D1",
                "transfer_amount": 100,
                "transfer_remark": "2020年4月报销",
                "openid": "o-1",
                "user_name": key.seal("张三"),
            },
            {
                "out_detail_no": "D2",
                "transfer_amount": 200,
                "transfer_remark": "2020年4月报销",
                "openid": "o-2",
                "user_name": key.seal("欧阳修"),
                "user_id_card": key.seal("11010119000101001X"),
            },
        ],
        "transfer_purpose": "REIMBURSEMENT",
    })
}

const CREATE_BATCH: Api = Api::named("v3.partner_transfer.create_batch").unwrap();

const QUERY_BATCH_BY_ID: Api = Api::named("v3.partner_transfer.query_batch_by_id").unwrap();
