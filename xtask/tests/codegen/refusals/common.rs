//! The mistakes that are made most.

use super::refused;
use crate::shop::{CREATE, DOWNLOAD, ORDER, QUERY, SCAN};

#[test]
fn a_write_that_is_described_wrongly() {
    refused(&[
        (
            SCAN,
            "client_cert = true",
            "client_certs = true",
            "unknown field `client_certs`",
        ),
        (
            SCAN,
            "max_chars = 64",
            "max_char = 64",
            "unknown field `max_char`",
        ),
        (
            SCAN,
            "resolve     = \"v2.shop.query_order\"\n",
            "",
            "a write must name in `resolve`",
        ),
        (
            SCAN,
            "v2.shop.query_order",
            "v2.shop.micropay",
            "is not a read operation",
        ),
        (
            SCAN,
            "v2.shop.query_order",
            "v2.shop.missing",
            "is not a read operation",
        ),
        (
            SCAN,
            "effect      = \"write\"",
            "effect      = \"read\"",
            "a read has nothing to resolve",
        ),
        (SCAN, "CA_ERROR ", "ZZ_ERROR ", "error codes must be sorted"),
        (
            SCAN,
            "class = \"D L\"",
            "class = \"L D\"",
            "a class is A, D or Q",
        ),
        (
            SCAN,
            "outcome = \"unknown\", en = \"The client",
            "en = \"The client",
            "a write's code needs an `outcome`",
        ),
        (
            SCAN,
            "class = \"A C\", outcome = \"unknown\"",
            "class = \"A C\", outcome = \"not_executed\"",
            "only a definite code",
        ),
        (
            SCAN,
            "max_chars = 64, ",
            "",
            "a string in a request needs either `max_chars` or `max_bytes`",
        ),
        (
            SCAN,
            "max_chars = 64",
            "max_chars = 64, max_bytes = 64",
            "a string in a request needs either",
        ),
        (
            SCAN,
            "min = 1, ",
            "",
            "an amount in a request needs a `min`",
        ),
        (
            SCAN,
            "type = \"Fen\"",
            "type = \"Money\"",
            "unknown type `Money`",
        ),
        (
            SCAN,
            "enum = \"Check\"",
            "enum = \"Missing\"",
            "unknown enum `Missing`",
        ),
        (
            SCAN,
            "check = \"FORCE\"",
            "check = \"SOME\"",
            "is not a value of `check`",
        ),
        (
            SCAN,
            "required_if = { check",
            "required_if = { total_fee",
            "is not an enum or a Boolean of this table",
        ),
        (
            SCAN,
            "sign_types  = [\"MD5\"]",
            "sign_types  = [\"MD5\", \"HMAC-SHA256\"]",
            "takes MD5 alone",
        ),
        (
            SCAN,
            "reply_sign  = \"none\"\n",
            "",
            "APIv2 needs `reply_sign`",
        ),
        (
            SCAN,
            ", echo = true",
            "",
            "an unsigned response must repeat a number",
        ),
    ]);
}

#[test]
fn a_read_that_is_described_wrongly() {
    refused(&[
        (
            ORDER,
            "out_trade_no   = { type = \"OutTradeNo\", en = \"Merchant order number\", zh = \"商户订单号\" }\n",
            "",
            "a choice needs two members",
        ),
        (
            ORDER,
            "count = \"coupon_count\", ",
            "",
            "a numbered list needs `count`",
        ),
        (
            ORDER,
            "when = { trade_state = \"SUCCESS\" }, ",
            "",
            "a group needs `when`",
        ),
        (
            ORDER,
            "progress = \"failed\", ",
            "",
            "either every value has a `progress` or none",
        ),
        (
            ORDER,
            "class = \"A\", en",
            "class = \"A\", outcome = \"unknown\", en",
            "a read's has none",
        ),
        (
            ORDER,
            "zh = \"代金券ID\"",
            "zh = \"\"",
            "needs `zh`, the Chinese label",
        ),
        (
            ORDER,
            "[group.Paid]",
            "[group.Coupon]",
            "another table is called `Coupon`",
        ),
        (
            ORDER,
            "trade_state  = {",
            "trade_state  = { name = \"type\",",
            "makes no Rust name",
        ),
        (
            ORDER,
            "path        = \"/pay/orderquery\"",
            "path        = \"/pay/micropay\"",
            "another spec has this method and path",
        ),
        (
            ORDER,
            "echo = true, en",
            "echo = false, en",
            "leave `echo = false` out",
        ),
        (
            ORDER,
            "zh          = \"查询订单\"",
            "zh          = \"Queries an order\"",
            "`zh` must be the Chinese title",
        ),
        (
            ORDER,
            "effect      = ",
            "accept      = \"*/*\"\neffect      = ",
            "`accept` is for APIv3",
        ),
        (
            ORDER,
            "effect      = ",
            "digest_header = \"X\"\neffect      = ",
            "`digest_header` is for APIv3",
        ),
        (
            QUERY,
            "effect ",
            "digest_header = \"X\"\neffect ",
            "`digest_header` is for `reply = \"file\"`",
        ),
        (
            DOWNLOAD,
            "effect ",
            "digest_header = \"X\"\neffect ",
            "take its path out of v3/unsigned.toml",
        ),
        (
            ORDER,
            "order = { one_of = \"Order\"",
            "order = { one_of = \"Order\", only_if = { order = \"X\" }",
            "`only_if` is for optional fields of requests",
        ),
        (
            ORDER,
            "SUCCESS  = {",
            "SUCCESS  = { name = \"Notpay\",",
            "another variant is called `Notpay`",
        ),
        (
            CREATE,
            "only_if = { on_sale = true }",
            "only_if = { count = true }",
            "the condition's `count` must itself be required",
        ),
        (
            CREATE,
            "only_if = { on_sale = true }",
            "only_if = { on_sale = \"true\" }",
            "is true or false, without quotes",
        ),
        (
            CREATE,
            "secret  = {",
            "secret  = { only_if = { item_id = \"A\" },",
            "`only_if` is for optional fields of requests",
        ),
        (
            QUERY,
            "method      = \"GET\"\n",
            "",
            "APIv3 needs a `method`",
        ),
        (QUERY, "in = \"path\", ", "", "go together"),
        (QUERY, "{item_id}", "{item_no}", "go together"),
        (
            CREATE,
            "status = 404, ",
            "",
            "an APIv3 code has its HTTP `status`",
        ),
        (
            QUERY,
            "title       = ",
            "titel       = ",
            "unknown field `titel`",
        ),
    ]);
}

#[test]
fn headers_that_are_not_the_operations_own() {
    refused(&[
        (
            CREATE,
            "serial      = \"required\"",
            "serial      = \"sometimes\"",
            "unknown variant `sometimes`",
        ),
        (CREATE, "image/png", "application/json", "leave it out"),
        (
            CREATE,
            "image/png",
            "图片",
            "`accept` must be printable ASCII",
        ),
        (
            CREATE,
            "X-Key     = {",
            "Wechatpay-Serial = {",
            "is not a header of the operation's own",
        ),
        (
            CREATE,
            "X-Key     = {",
            "\"X Key\" = { name = \"x_key\",",
            "is not a header of the operation's own",
        ),
        (
            CREATE,
            "X-Key     = { type = \"String\"",
            "X-Key     = { type = \"Secret\"",
            "a header is of type `String`",
        ),
        (
            CREATE,
            "X-Key     = {",
            "x-key = { name = \"other\", type = \"String\", in = \"header\", max_chars = 9, en = \"Key\", zh = \"键\" }\nX-Key     = {",
            "X-Key: another field has this header",
        ),
    ]);
}
