//! Operations by their description: what is sent of a request in JSON, what is refused of it, and
//! what is read.

use futures_executor::block_on;
use wxpay_client::Upload;
use wxpay_client::core::{AppId, DecodeProblem, Effect, Error, ErrorKind, MchId, Params, Resolve};
use wxpay_client::dynamic::{DynamicRequest, DynamicResponse};
use wxpay_client::json::Json;
use wxpay_client::sign::v2::SignType;
use wxpay_client::{v2, v3};
use wxpay_test_support::clients;
use wxpay_test_support::replies::{v2_signed, v3_signed};
use wxpay_test_support::scripted::Scripted;

fn json(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap()
}

fn request(operation: &str, text: &str) -> DynamicRequest {
    DynamicRequest::new(wxpay_catalog::find(operation).unwrap(), json(text))
}

/// The request with members changed, added or, by null, left out.
fn changed(text: &str, change: &str) -> String {
    let (Json::Object(members), Json::Object(changes)) = (json(text), json(change)) else {
        panic!("no objects");
    };
    let kept = members
        .into_iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name.as_str()));
    Json::Object(kept.chain(changes.clone()).collect()).to_text()
}

fn v2_client(transport: Scripted) -> v2::Client {
    clients::v2(SignType::Md5, transport)
}

fn v3_client(transport: Scripted) -> v3::Client {
    let app_id = AppId::new("wx8888888888888888").unwrap();
    let client = clients::v3(transport).app_id(app_id);
    client.sub_merchant(MchId::new("1900000110").unwrap(), None)
}

fn invalid(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Invalid(invalid) => invalid.to_string(),
        other => panic!("not an invalid input: {other}"),
    }
}

/// What is sent in APIv2, or why nothing is.
fn posted(operation: &str, text: &str) -> Result<Params, String> {
    let request = request(operation, text);
    let checked = request.check().map_err(|error| error.to_string());
    let sent = v2_client(Scripted::default())
        .prepare(&request)
        .map(|(sent, _)| Params::from_xml(sent.body()).unwrap())
        .map_err(|error| invalid(&error));
    assert_eq!(checked.err(), sent.as_ref().err().cloned());
    sent
}

/// The target and the body that are sent in APIv3, or why nothing is.
fn called(operation: &str, text: &str) -> Result<(String, String), String> {
    let request = request(operation, text);
    let checked = request.check().map_err(|error| error.to_string());
    let sent = block_on(v3_client(Scripted::default()).prepare(&request))
        .map(|(sent, _)| {
            let body = String::from_utf8(sent.body().to_vec()).unwrap();
            (sent.uri().path_and_query().unwrap().to_string(), body)
        })
        .map_err(|error| invalid(&error));
    assert_eq!(checked.err(), sent.as_ref().err().cloned());
    sent
}

const ORDER: &str = r#"{"body":"服务费","out_trade_no":"20150806125346","total_fee":888,"spbill_create_ip":"::ffff:123.12.12.123",
    "time_start":"2026-05-20T13:29:35+08:00","notify_url":"https://shop.example/n","trade_type":"NATIVE","product_id":"P1",
    "scene_info":{"h5_info":{"type":"Wap","wap_url":"https://shop.example","wap_name":"店"}},"extra":{"new":"x"},"attach":""}"#;

#[test]
fn a_form_is_written_from_its_members() {
    let sent = posted("v2.pay.create_order", ORDER).unwrap();
    for (name, value) in [
        ("body", "服务费"),
        ("out_trade_no", "20150806125346"),
        ("total_fee", "888"),
        ("spbill_create_ip", "123.12.12.123"),
        ("time_start", "20260520132935"),
        ("trade_type", "NATIVE"),
        (
            "scene_info",
            r#"{"h5_info":{"type":"Wap","wap_url":"https://shop.example","wap_name":"店"}}"#,
        ),
        ("new", "x"),
        ("appid", clients::APP_ID),
        ("mch_id", clients::MCH_ID),
        ("sign_type", "MD5"),
    ] {
        assert_eq!(sent.get(name), Some(value), "{name}");
    }
    // An empty text says that there is none.
    assert_eq!(sent.get("attach"), None);
    let settlements = r#"{"usetag":1,"offset":"0","limit":10,"date_start":"2015-08-07","date_end":"20150807","query_split":true}"#;
    let sent = posted("v2.pay.list_settlements", settlements).unwrap();
    assert_eq!(
        (sent.get("usetag"), sent.get("query_split")),
        (Some("1"), Some("true"))
    );
    assert_eq!(
        (sent.get("date_start"), sent.get("date_end")),
        (Some("20150807"), Some("20150807"))
    );
    // Its only digest is MD5, which is not named.
    assert_eq!(sent.get("sign_type"), None);
}

#[test]
fn each_rule_of_a_description_is_told() {
    for (change, told) in [
        (r#"{"body":null}"#, "body: is required"),
        (r#"{"body":""}"#, "body: is required"),
        (r#"{"body":[]}"#, "body: must be a string"),
        (
            r#"{"total_fee":0}"#,
            "total_fee: must be at least 1 fen, is 0",
        ),
        (
            r#"{"total_fee":1.5}"#,
            "total_fee: must be a whole number of fen",
        ),
        (
            r#"{"spbill_create_ip":"x"}"#,
            "spbill_create_ip: must be an IP address",
        ),
        (
            r#"{"time_start":"x"}"#,
            "time_start: must be a time, such as 2015-05-20T13:29:35+08:00",
        ),
        (
            r#"{"product_id":null}"#,
            "product_id: is required when trade_type is NATIVE",
        ),
        (r#"{"out_trade_no":"a b"}"#, "out_trade_no: "),
        (
            r#"{"other":1}"#,
            "other: is not a field of this request; there are version, ",
        ),
        (
            r#"{"sub_mch_id":"1"}"#,
            "sub_mch_id: is filled in by the client: leave it out",
        ),
        (
            r#"{"extra":{"body":"x"}}"#,
            "body: is a field of this request",
        ),
        (r#"{"extra":1}"#, "extra: must be an object"),
        (
            r#"{"scene_info":1}"#,
            "scene_info.request: must be an object of its fields",
        ),
        (r#"{"scene_info":"{"}"#, "scene_info: must be JSON"),
        (
            r#"{"scene_info":{"h5_info":{"type":"Wap"}}}"#,
            "scene_info.h5_info.wap_url: is required when type is Wap",
        ),
    ] {
        let request = changed(ORDER, change);
        let text = request_error(&request);
        assert!(text.starts_with(told), "{change}: {text}");
    }
    posted(
        "v2.pay.create_order",
        &changed(ORDER, r#"{"product_id":null,"trade_type":"APP"}"#),
    )
    .unwrap();
    let asked = |text: &str| posted("v2.pay.query_order", text).map(drop);
    asked(r#"{"out_trade_no":"20150806125346"}"#).unwrap();
    for wrong in [
        "{}",
        r#"{"out_trade_no":"20150806125346","transaction_id":"4200001"}"#,
    ] {
        let told = asked(wrong).unwrap_err();
        assert!(
            told.ends_with("needs exactly one of transaction_id, out_trade_no"),
            "{told}"
        );
    }
    assert_eq!(
        asked("[]").unwrap_err(),
        "request: must be an object of its fields"
    );
}

/// Why an order is not sent. What extra members may be is only known when it is sent.
fn request_error(text: &str) -> String {
    let request = request("v2.pay.create_order", text);
    let sent = v2_client(Scripted::default()).prepare(&request).map(drop);
    invalid(&sent.unwrap_err())
}

#[test]
fn a_query_is_written_from_its_members() {
    let (target, body) = called(
        "v3.new_tax_control_fapiao.query_title_url",
        r#"{"fapiao_apply_id":"a_1","source":"WEB","openid":"o1","total_amount":5,"must_input_phone":false,"extra":{"new":1}}"#,
    )
    .unwrap();
    assert_eq!(
        target,
        "/v3/new-tax-control-fapiao/user-title/title-url?sub_mchid=1900000110&fapiao_apply_id=a_1&source=WEB\
         &appid=wx8888888888888888&openid=o1&total_amount=5&must_input_phone=false&new=1"
    );
    assert_eq!(body, "");
    let (target, _) = called(
        "v3.marketing_favor.list_stocks",
        r#"{"offset":0,"limit":10,"stock_creator_mchid":"9856888","create_start_time":"2015-05-20T13:29:35+08:00"}"#,
    )
    .unwrap();
    assert_eq!(
        target,
        "/v3/marketing/favor/stocks?offset=0&limit=10&stock_creator_mchid=9856888\
         &create_start_time=2015-05-20T13%3A29%3A35%2B08%3A00"
    );
    let (target, _) = called(
        "v3.marketing_partnerships.list_partnerships",
        r#"{"authorized_data":{"business_type":"FAVOR_STOCK"}}"#,
    )
    .unwrap();
    assert_eq!(
        target,
        "/v3/marketing/partnerships?authorized_data=%7B%22business_type%22%3A%22FAVOR_STOCK%22%7D"
    );
    let limit = called(
        "v3.marketing_favor.list_stocks",
        r#"{"offset":0,"limit":11,"stock_creator_mchid":"9856888"}"#,
    );
    assert_eq!(limit.unwrap_err(), "limit: must be at most 10, is 11");
    let (target, body) = called("v3.pay.close_order", r#"{"out_trade_no":"121775|2"}"#).unwrap();
    assert_eq!(target, "/v3/pay/transactions/out-trade-no/121775%7C2/close");
    assert_eq!(body, r#"{"mchid":"1900000109"}"#);
}

const MEAL: &str = r#"{"out_shop_no":"1","login_token":"t","order_entry":"e","total_amount":9,"discount_amount":0,"user_amount":9,
    "status":"CREATE_DEAL","action_time":"2018-06-08T10:34:56+08:00","out_order_no":"1","people_count":2,
    "dish_list":[{"out_dish_no":"1","name":"汤","price":1,"unit":"BY_SHARE","count":"1.5"}]}"#;

#[test]
fn a_body_is_written_from_its_members() {
    let (target, body) = called("v3.catering.sync_order_status", MEAL).unwrap();
    assert_eq!(target, "/v3/catering/orders/sync-status");
    let sent = json(&body);
    assert_eq!(sent.get("sp_mchid"), Some(&Json::from(clients::MCH_ID)));
    assert_eq!(sent.get("sub_mchid"), Some(&Json::from("1900000110")));
    assert_eq!(sent.get("total_amount"), Some(&Json::from(9)));
    assert_eq!(sent.get("people_count"), Some(&Json::from(2)));
    assert_eq!(
        sent.get("action_time"),
        Some(&Json::from("2018-06-08T10:34:56+08:00"))
    );
    let dish = r#"[{"out_dish_no":"1","name":"汤","price":1,"unit":"BY_SHARE","count":1.5}]"#;
    assert_eq!(sent.get("dish_list"), Some(&json(dish)));
    for (change, told) in [
        (r#"{"dish_list":{}}"#, "dish_list: must be a list"),
        (
            r#"{"dish_list":[]}"#,
            "dish_list: must have 1 to 1000 members, has 0",
        ),
        (
            r#"{"dish_list":[1]}"#,
            "dish_list[0].request: must be an object of its fields",
        ),
        (
            r#"{"dish_list":[{"out_dish_no":"1"}]}"#,
            "dish_list[0].name: is required",
        ),
        (
            r#"{"people_count":"x"}"#,
            "people_count: must be a whole number",
        ),
        (
            r#"{"dish_list":[{"out_dish_no":"1","name":"a","price":1,"unit":"BY_SHARE","count":"x"}]}"#,
            "dish_list[0].count: must be a decimal number",
        ),
    ] {
        let refused = called("v3.catering.sync_order_status", &changed(MEAL, change));
        assert_eq!(refused.unwrap_err(), told, "{change}");
    }
}

#[test]
fn a_file_is_given_beside_the_members_or_as_one() {
    const UPLOAD: &str = "v3.merchant_service.upload_image";
    let sent = |request: &DynamicRequest| {
        let checked = request.check();
        let prepared = block_on(v3_client(Scripted::default()).prepare(request));
        assert_eq!(checked.is_err(), prepared.is_err());
        prepared
            .map(|(sent, _)| String::from_utf8(sent.body().to_vec()).unwrap())
            .map_err(|error| invalid(&error))
    };
    let file = Upload::new("a.png", "abc");
    let beside = request(UPLOAD, "{}").file("file", file.clone());
    let body = sent(&beside).unwrap();
    let meta = format!(r#"{{"filename":"a.png","sha256":"{}"}}"#, file.sha256());
    assert!(
        body.contains(&meta) && body.contains("filename=\"a.png\""),
        "{body}"
    );
    let within = request(UPLOAD, r#"{"file":{"name":"a.png","content":"YWJj"}}"#);
    assert_eq!(sent(&within).unwrap(), body);
    for (wrong, told) in [
        (
            within.file("file", file.clone()),
            "file: must be given once",
        ),
        (
            beside.clone().file("file", file.clone()),
            "file: must be given once",
        ),
        (
            beside.clone().file("other", file.clone()),
            "other: is not a file of this request",
        ),
        (
            beside.clone().file("sha256", file),
            "sha256: is not a file of this request",
        ),
        (request(UPLOAD, "{}"), "file: is required"),
        (
            request(UPLOAD, r#"{"file":"a.png"}"#),
            "file: must be an object of `name` and `content`",
        ),
        (
            request(UPLOAD, "{}").file("file", Upload::new("a.gif", "abc")),
            "file: must have a name that ends with one of jpg, png, bmp",
        ),
    ] {
        let said = sent(&wrong).unwrap_err();
        assert!(said.starts_with(told), "{said}");
    }
    assert_eq!(
        format!("{beside:?}"),
        format!("DynamicRequest {{ operation: {UPLOAD:?}, .. }}")
    );
    assert_eq!(beside.operation().name, UPLOAD);
}

fn answered(
    operation: &str,
    text: &str,
    fields: &[(&str, &str)],
) -> Result<DynamicResponse, Error> {
    let success = [("return_code", "SUCCESS"), ("result_code", "SUCCESS")];
    let reply = v2_signed(&[&success, fields].concat(), SignType::Md5);
    let client = v2_client(Scripted::answering(reply));
    block_on(client.send(&request(operation, text)))
}

fn problem(error: &Error) -> (String, DecodeProblem) {
    match error.kind() {
        ErrorKind::Decode(error) => (error.field().to_owned(), error.problem().clone()),
        other => panic!("not a problem of the response: {other}"),
    }
}

#[test]
fn the_fields_of_a_response_have_their_types() {
    const QUERY: &str = "v2.pay.query_order";
    const ASKED: &str = r#"{"out_trade_no":"20150806125346"}"#;
    let paid = [
        ("trade_state", "SUCCESS"),
        ("out_trade_no", "20150806125346"),
        ("transaction_id", "4200001"),
        ("total_fee", "888"),
        ("coupon_count", "1"),
        ("coupon_id_0", "c1"),
        ("coupon_fee_0", "5"),
        ("unknown", "x"),
    ];
    let response = answered(QUERY, ASKED, &paid).unwrap();
    let fields = &response.fields;
    assert_eq!(
        fields.get("out_trade_no"),
        Some(&Json::from("20150806125346"))
    );
    assert_eq!(fields.get("attach"), Some(&Json::Null));
    let money = fields.get("paid").unwrap();
    assert_eq!(money.get("total_fee"), Some(&Json::from(888)));
    assert_eq!(money.get("cash_fee"), Some(&Json::Null));
    assert_eq!(
        money.get("coupons").unwrap().to_text(),
        r#"[{"coupon_id":"c1","coupon_type":null,"coupon_fee":5}]"#
    );
    assert_eq!(fields.get("unknown"), None);
    assert_eq!(response.message.get("unknown"), Some(&Json::from("x")));
    assert_eq!(response.file, None);

    // What is required of a paid order is not required of another.
    let unpaid = [
        ("trade_state", "NOTPAY"),
        ("out_trade_no", "20150806125346"),
    ];
    let response = answered(QUERY, ASKED, &unpaid).unwrap();
    assert_eq!(response.fields.get("paid"), Some(&Json::Null));
    for (without, field) in [(2, "transaction_id"), (3, "total_fee"), (0, "trade_state")] {
        let mut fields = paid.to_vec();
        fields.remove(without);
        let error = answered(QUERY, ASKED, &fields).unwrap_err();
        assert_eq!(problem(&error), (field.to_owned(), DecodeProblem::Missing));
    }
    let mut other = paid.to_vec();
    other[1].1 = "20150806125347";
    let error = answered(QUERY, ASKED, &other).unwrap_err();
    assert_eq!(
        problem(&error),
        ("out_trade_no".to_owned(), DecodeProblem::Mismatch)
    );
    let by_id = r#"{"transaction_id":"4200001"}"#;
    answered(QUERY, by_id, &paid).unwrap();
    other[2].1 = "4200002";
    let error = answered(QUERY, by_id, &other).unwrap_err();
    assert_eq!(
        problem(&error),
        ("transaction_id".to_owned(), DecodeProblem::Mismatch)
    );
}

#[test]
fn lists_within_lists_are_read_by_their_numbers() {
    let fields = [
        ("out_trade_no", "20150806125346"),
        ("transaction_id", "4200001"),
        ("refund_count", "2"),
        ("out_refund_no_0", "r0"),
        ("out_refund_no_1", "r1"),
        ("coupon_refund_count_1", "2"),
        ("coupon_refund_id_1_0", "a"),
        ("coupon_refund_id_1_1", "b"),
        ("coupon_refund_fee_1_1", "7"),
    ];
    let asked = r#"{"out_trade_no":"20150806125346"}"#;
    let response = answered("v2.pay.query_refund", asked, &fields).unwrap();
    let Some(Json::List(refunds)) = response.fields.get("refunds") else {
        panic!("no list");
    };
    let numbers: Vec<_> = refunds
        .iter()
        .map(|refund| refund.get("out_refund_no"))
        .collect();
    assert_eq!(numbers, [Some(&Json::from("r0")), Some(&Json::from("r1"))]);
    assert_eq!(refunds[0].get("coupons"), Some(&Json::List(Vec::new())));
    assert_eq!(
        refunds[1].get("coupons").unwrap().to_text(),
        r#"[{"coupon_type":null,"coupon_refund_id":"a","coupon_refund_fee":null},{"coupon_type":null,"coupon_refund_id":"b","coupon_refund_fee":7}]"#
    );
}

#[test]
fn the_members_of_a_response_have_their_types() {
    let read = |text: &str| {
        let reply = v3_signed(200, text, clients::NOW);
        let client = v3_client(Scripted::answering(reply));
        let request = request(
            "v3.marketing_favor.list_stocks",
            r#"{"offset":0,"limit":10,"stock_creator_mchid":"9856888"}"#,
        );
        block_on(client.send(&request))
    };
    let message = r#"{"total_count":1,"new":"x","data":[{"stock_id":"1","status":"running","no_cash":true,"distributed_coupons":5}]}"#;
    let response = read(message).unwrap();
    assert_eq!(response.fields.get("total_count"), Some(&Json::from(1)));
    assert_eq!(response.fields.get("limit"), Some(&Json::Null));
    let Some(Json::List(stocks)) = response.fields.get("data") else {
        panic!("no list");
    };
    assert_eq!(stocks[0].get("no_cash"), Some(&Json::from(true)));
    assert_eq!(stocks[0].get("distributed_coupons"), Some(&Json::from(5)));
    assert_eq!(stocks[0].get("stock_use_rule"), Some(&Json::Null));
    assert_eq!(response.message.to_text(), message);
    assert_eq!(
        read("{}").unwrap().fields.get("data"),
        Some(&Json::List(Vec::new()))
    );
    for (text, field, told) in [
        (
            r#"{"data":[{"status":"running"}]}"#,
            "data[0].stock_id",
            DecodeProblem::Missing,
        ),
        (
            r#"{"data":[{"stock_id":"1","status":"a","no_cash":"x"}]}"#,
            "data[0].no_cash",
            DecodeProblem::Malformed,
        ),
        (
            r#"{"total_count":"x"}"#,
            "total_count",
            DecodeProblem::Malformed,
        ),
        (r#"{"data":{}}"#, "data", DecodeProblem::Malformed),
    ] {
        assert_eq!(problem(&read(text).unwrap_err()), (field.to_owned(), told));
    }
}

#[test]
fn a_description_has_the_facts_of_its_operation() {
    let meta = v2::Endpoint::meta(&request("v2.pay.create_order", "{}"));
    assert_eq!(
        (meta.name, meta.path),
        ("v2.pay.create_order", "/pay/unifiedorder")
    );
    assert_eq!(meta.effect, Effect::Write);
    assert_eq!(meta.resolve, Some(Resolve::Query("v2.pay.query_order")));
    assert!(meta.backup_host && !meta.client_cert && meta.reply_signed && meta.nonce);
    assert_eq!(meta.sign_types, v2::SignTypes::Either);
    assert!(meta.names.contains(&"scene_info") && meta.names.contains(&"err_code"));
    assert!(meta.names.is_sorted());
    assert!(!meta.errors.is_empty());
    let meta = v2::Endpoint::meta(&request("v2.pay.list_settlements", "{}"));
    assert_eq!((meta.effect, meta.resolve), (Effect::Read, None));
    assert_eq!(meta.sign_types, v2::SignTypes::Md5Only);
    let meta = v3::Endpoint::meta(&request("v3.pay.close_order", "{}"));
    assert_eq!(
        (meta.method, meta.effect),
        (v3::Method::Post, Effect::Write)
    );
    assert_eq!(
        meta.resolve,
        Some(Resolve::Query("v3.pay.query_order_by_out_trade_no"))
    );
    let meta = v3::Endpoint::meta(&request("v3.catering.sync_order_status", "{}"));
    assert_eq!(meta.resolve, Some(Resolve::Repeat));
    let meta = v3::Endpoint::meta(&request("v3.marketing_favor.list_stocks", "{}"));
    assert_eq!((meta.method, meta.effect), (v3::Method::Get, Effect::Read));
    // Facts are made once.
    let again = v3::Endpoint::meta(&request("v3.marketing_favor.list_stocks", "{}"));
    assert!(std::ptr::eq(meta, again));
}
