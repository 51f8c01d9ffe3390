//! A spec's own keys.

use super::refused;
use crate::copy::Copy;
use crate::shop::{CLOSE, CREATE, DOWNLOAD, NOTICE, QUERY, SCAN};

#[test]
fn titles_and_documents() {
    refused(&[
        (
            CREATE,
            "title       = \"Creates an item\"\n",
            "",
            "missing field `title`",
        ),
        (
            CREATE,
            "zh          = \"创建商品\"\n",
            "",
            "missing field `zh`",
        ),
        (CREATE, "\"Creates an item\"", "\" \"", "must not be empty"),
        (
            CREATE,
            "\"Creates an item\"",
            "\"Creates an item.\"",
            "a title has no full stop",
        ),
        (
            CREATE,
            "https://pay.weixin.qq.com/",
            "pay.weixin.qq.com/",
            "doc must be the URL of the page",
        ),
        (
            CREATE,
            "\"partner\"",
            "\"friend\"",
            "unknown variant `friend`",
        ),
        (
            CREATE,
            "\"partner\"",
            "\"brand\"",
            "ask for the paths under /brand/, and for no others",
        ),
        (
            CLOSE,
            "\"/v3/shop/items/",
            "\"/brand/shop/items/",
            "ask for the paths under /brand/, and for no others",
        ),
    ]);
}

#[test]
fn effects() {
    refused(&[
        (QUERY, "effect      = \"read\"\n", "", "needs `effect`"),
        (
            CREATE,
            "resolve     = \"v3.shop.query_item\"",
            "resolve     = \"v3.shop.item_notification\"",
            "is not a read operation",
        ),
        (
            CREATE,
            "resolve     = \"v3.shop.query_item\"",
            "resolve     = \"none\"",
            "\"repeat\" and \"none\" need `notes`",
        ),
        (
            CLOSE,
            "notes = \"\"\"\nClosing an item that is closed does nothing.\n\"\"\"\n",
            "",
            "\"repeat\" and \"none\" need `notes`",
        ),
    ]);
}

#[test]
fn notifications() {
    refused(&[
        (
            NOTICE,
            "events = [\"ITEM.CHANGED\"]",
            "events = []",
            "a notification needs its `events`",
        ),
        (
            NOTICE,
            "events = ",
            "effect = \"read\"\nevents = ",
            "a notification has no `effect` and no `resolve`",
        ),
        (
            NOTICE,
            "events = ",
            "path = \"/v3/x\"\nevents = ",
            "a notification has no `method`",
        ),
        (
            NOTICE,
            "events = ",
            "method = \"POST\"\nevents = ",
            "a notification has no `method`",
        ),
        (
            NOTICE,
            "reply  = \"Item\"",
            "reply  = \"Item\"\n\n[request]\na = { type = \"String\", in = \"body\", max_chars = 9, en = \"A\", zh = \"甲\" }",
            "a notification has no `method`",
        ),
        (
            NOTICE,
            "reply  = \"Item\"",
            "reply  = \"Item\"\n\n[errors]\nA = { status = 400, class = \"Q\", en = \"A\", zh = \"甲\" }",
            "a notification has no `method`",
        ),
        (
            NOTICE,
            "reply  = \"Item\"",
            "reply  = \"empty\"",
            "a notification has a content",
        ),
        (
            QUERY,
            "effect      = ",
            "events = [\"A\"]\neffect      = ",
            "`events` is for notifications",
        ),
        (
            SCAN,
            "effect      = \"write\"\n",
            "kind = \"notification\"\nevents = [\"A\"]\n",
            "only APIv3 has notifications of its own",
        ),
    ]);
}

#[test]
fn paths_and_hosts() {
    refused(&[
        (
            QUERY,
            "\"/v3/shop/items/",
            "\"v3/shop/items/",
            "path must begin with a slash",
        ),
        (
            QUERY,
            "{item_id}\"",
            "{item_id}/{other}\"",
            "every {name} of the path must be a request field",
        ),
        (QUERY, "in = \"path\", ", "", "APIv3 needs `in`"),
        (
            CREATE,
            "shop.mch.weixin.qq.com",
            "https://shop.mch.weixin.qq.com",
            "host must be the name of a host",
        ),
        (
            DOWNLOAD,
            "/v3/billdownload/file",
            "/v3/shop/file",
            "must stand in v3/unsigned.toml",
        ),
        (
            CREATE,
            "method      = \"POST\"",
            "method      = \"GET\"",
            "a GET has no body",
        ),
        (
            CREATE,
            "method      = \"POST\"",
            "method      = \"HEAD\"",
            "unknown variant `HEAD`",
        ),
    ]);
}

#[test]
fn what_only_the_other_protocol_has() {
    let before = "reply_sign  = \"none\"\n";
    refused(&[
        (
            SCAN,
            before,
            "reply_sign  = \"none\"\nmethod = \"POST\"\n",
            "APIv2 posts: leave `method` out",
        ),
        (
            SCAN,
            before,
            "reply_sign  = \"none\"\nper_second = 5\n",
            "`per_second` is for APIv3",
        ),
        (
            SCAN,
            before,
            "reply_sign  = \"none\"\naccepted = true\n",
            "`accepted` is for APIv3",
        ),
        (
            SCAN,
            before,
            "reply_sign  = \"none\"\nserial = \"required\"\n",
            "`serial` is for APIv3",
        ),
        (SCAN, before, "", "APIv2 needs `reply_sign`"),
        (
            SCAN,
            "sign_types  = [\"MD5\"]\n",
            "",
            "APIv2 needs `sign_types`",
        ),
        (
            SCAN,
            "sign_types  = [\"MD5\"]",
            "sign_types  = []",
            "must not be empty",
        ),
        (
            SCAN,
            "out_trade_no = {",
            "out_trade_no = { in = \"body\",",
            "only an APIv3 request has places",
        ),
        (
            QUERY,
            "effect      = ",
            "client_cert = true\neffect      = ",
            "APIv3 asks for no client certificate",
        ),
        (
            QUERY,
            "effect      = ",
            "sign_types = [\"MD5\"]\neffect      = ",
            "APIv3 has one signature",
        ),
        (
            QUERY,
            "effect      = ",
            "reply_sign = \"required\"\neffect      = ",
            "APIv3 signs its responses",
        ),
        (
            QUERY,
            "effect      = ",
            "workwx_sign = \"pay\"\neffect      = ",
            "APIv3 has no `workwx_sign`",
        ),
    ]);
}

#[test]
fn replies() {
    refused(&[
        (
            QUERY,
            "reply       = \"Item\"",
            "reply       = \"Missing\"",
            "`Missing` is none of them",
        ),
        (
            QUERY,
            "[request]",
            "[response]\nitem_id = { type = \"String\", en = \"Number\", zh = \"编号\" }\n\n[request]",
            "`reply` and `[response]` exclude each other",
        ),
        (
            CREATE,
            "common_errors = [\"write\"]",
            "common_errors = [\"others\"]",
            "errors.toml has no `others`",
        ),
    ]);
}

#[test]
fn codes() {
    refused(&[
        (
            CREATE,
            "class = \"D\"",
            "class = \"D X\"",
            "a class is A, D or Q",
        ),
        (
            CREATE,
            "class = \"D\"",
            "class = \"A\"",
            "only a definite code",
        ),
        (
            CREATE,
            "en = \"No such item\"",
            "en = \"\"",
            "needs `en` and the Chinese `zh`",
        ),
        (
            CREATE,
            "zh = \"商品不存在\"",
            "zh = \"none\"",
            "needs `en` and the Chinese `zh`",
        ),
        (
            CREATE,
            "NO_ITEM = {",
            "SOME = { status = 400, class = \"D\", outcome = \"unknown\", en = \"A\", zh = \"甲\" }\nNO_ITEM = {",
            "error codes must be sorted",
        ),
        (
            SCAN,
            "NOTENOUGH   = { class",
            "NOTENOUGH   = { status = 400, class",
            "an APIv2 code has none",
        ),
    ]);
}

#[test]
fn apiv2_answers_in_fields() {
    let copy = Copy::small();
    let refusal = copy.refusal_of(SCAN, |text| {
        let (before, _) = text.split_once("[response]").unwrap();
        before.replace("[request]", "reply = \"empty\"\n\n[request]")
    });
    assert!(
        refusal.contains("micropay.toml:4: APIv2 answers in fields"),
        "{refusal}"
    );
}
