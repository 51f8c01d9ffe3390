//! Fields, by where they stand.

use super::refused;
use crate::shop::{CREATE, NOTICE, QUERY, SCAN, TYPES};

#[test]
fn words() {
    refused(&[
        (
            CREATE,
            "price     = {",
            "price     = { name = \"Price\",",
            "makes no Rust name",
        ),
        (
            CREATE,
            "count     = {",
            "extra     = {",
            "has a name that every request or response has",
        ),
        (
            CREATE,
            "count     = {",
            "count     = { name = \"options\",",
            "has a name that every request or response has",
        ),
        (
            CREATE,
            "en = \"Count\", ",
            "",
            "needs `en`: the glossary has no English",
        ),
        (
            CREATE,
            "zh = \"数量\"",
            "zh = \"Número\"",
            "`zh` must be the Chinese label",
        ),
        (
            CREATE,
            ", zh = \"数量\"",
            "",
            "needs `zh`, the Chinese label of the page",
        ),
        (
            CREATE,
            "en = \"Count\"",
            "en = \"Count.\"",
            "`en` and `note` have no full stop",
        ),
        (
            CREATE,
            "en = \"Price\"",
            "note = \"One at least.\", en = \"Price\"",
            "`en` and `note` have no full stop",
        ),
    ]);
}

#[test]
fn what_a_field_is() {
    refused(&[
        (
            CREATE,
            "count     = { type = \"Integer\", ",
            "count     = { ",
            "needs exactly one of",
        ),
        (
            CREATE,
            "state     = { enum = \"Sent\"",
            "state     = { enum = \"Sent\", object = \"Part\"",
            "needs exactly one of",
        ),
        (
            CREATE,
            "kind      = { fixed = \"A\"",
            "kind      = { fixed = \"A\", type = \"String\"",
            "needs exactly one of",
        ),
        (
            CREATE,
            "enum = \"Level\", type = \"Integer\"",
            "enum = \"Level\", type = \"Json\"",
            "an enum is not written as `Json`",
        ),
        (
            CREATE,
            "object = \"Info\", type = \"Json\"",
            "object = \"Info\", type = \"Yaml\"",
            "an object or list is not written as `Yaml`",
        ),
        (
            CREATE,
            "one_of = \"Which\"",
            "one_of = \"Which\", type = \"Json\"",
            "a choice or a group has no `type`",
        ),
        (
            CREATE,
            "one_of = \"Which\"",
            "one_of = \"Part\"",
            "unknown one_of `Part`",
        ),
        (
            CREATE,
            "object = \"Info\"",
            "object = \"Which\"",
            "unknown object `Which`",
        ),
        (
            CREATE,
            "list = \"Part\"",
            "list = \"Missing\"",
            "unknown list `Missing`",
        ),
        (
            CREATE,
            "secret  = { type = \"Sealed\"",
            "secret  = { group = \"Missing\"",
            "unknown group `Missing`",
        ),
        (
            CREATE,
            "from = \"client\"",
            "from = \"server\"",
            "unknown variant `server`",
        ),
    ]);
}

#[test]
fn what_stands_where() {
    let response = "item_id = { type = \"String\", required = true, echo = \"if_present\", en = \"Item number\", zh = \"商品编号\" }\nparts   =";
    refused(&[
        (
            CREATE,
            response,
            "item = { one_of = \"Which\", en = \"It\" }\nparts   =",
            "a choice stands in [request]",
        ),
        (
            CREATE,
            "[response]",
            "[group.Many]\na = { type = \"String\", en = \"A\", zh = \"甲\" }\n\n[response]\nmany = { group = \"Many\", en = \"Many\" }",
            "a group needs `when`",
        ),
        (
            CREATE,
            "[response]",
            "[group.Many]\na = { type = \"String\", en = \"A\", zh = \"甲\" }\n\n[object.Made2]\nmany = { group = \"Many\", en = \"Many\" }\n\n[response]\nmade = { object = \"Made2\", en = \"Made\", zh = \"制成\" }",
            "a group stands in [response]",
        ),
        (
            CREATE,
            "secret  = {",
            "secret  = { when = { item_id = \"A\" },",
            "`when` is for groups",
        ),
        (
            CREATE,
            "parts   = { list = \"Made\"",
            "parts   = { list = \"Made\", count = \"n\"",
            "only a numbered list has a `count`",
        ),
        (
            SCAN,
            "[response]",
            "[list.Coupon]\n\"coupon_$n\" = { type = \"String\", en = \"A\", zh = \"甲\", max_chars = 1 }\n\n[response]\ncoupons = { list = \"Coupon\", en = \"A\", zh = \"甲\" }",
            "a numbered list needs `count`",
        ),
        (
            SCAN,
            "[object.Detail]",
            "coupons = { list = \"Coupon\", count = \"n\", en = \"A\", zh = \"甲\" }\n\n[list.Coupon]\n\"coupon_$n\" = { type = \"String\", en = \"A\", zh = \"甲\", max_chars = 1 }\n\n[object.Detail]",
            "a numbered list stands in [response], a group or another numbered list",
        ),
        (
            CREATE,
            "code    = { type = \"String\", min_chars = 6, max_chars = 32, alphabet = \"0-9A-Za-z*@_|-\"",
            "code    = { object = \"Part\"",
            "choices, groups and numbered lists hold no objects",
        ),
        (
            CREATE,
            "parts     = { list = \"Part\", in = \"body\"",
            "parts     = { list = \"Part\", in = \"query\"",
            "an object goes into the body",
        ),
        (
            SCAN,
            "object = \"Detail\", type = \"Json\", max_chars = 6000",
            "object = \"Detail\"",
            "APIv2 has objects only within a string",
        ),
        (
            CREATE,
            "type = \"Json\", in = \"body\", max_chars = 100",
            "type = \"Json\", in = \"body\"",
            "a string in a request needs either",
        ),
        (
            CREATE,
            "parts     = { list = \"Part\",",
            "parts     = { list = \"Part\", type = \"UrlEncoded\", max_chars = 9,",
            "only an object is url-encoded",
        ),
        (
            CREATE,
            "secret  = { type = \"Sealed\", en = \"Secret\", zh = \"密文\" }",
            "secret  = { fixed = \"A\" }",
            "what is filled in stands in a request",
        ),
        (
            CREATE,
            "mchid     = {",
            "openid    = {",
            "the client fills the IDs of app and merchant in [request] alone",
        ),
        (
            CREATE,
            "weight    = {",
            "mchid = { from = \"client\" }\nweight    = {",
            "the client fills the IDs of app and merchant in [request] alone",
        ),
    ]);
}

#[test]
fn what_is_sent() {
    refused(&[
        (
            CREATE,
            "price     = { type = \"Fen\", in = \"body\", min = 1, ",
            "price     = { type = \"Fen\", in = \"body\", ",
            "an amount in a request needs a `min` in fen",
        ),
        (
            CREATE,
            "count     = { type = \"Integer\", in = \"body\", min = 1",
            "count     = { type = \"Sealed\", in = \"body\"",
            "is for responses only",
        ),
        (
            CREATE,
            "format = \"rfc3339\", ",
            "",
            "a time in a request needs its `format`",
        ),
        (
            CREATE,
            "format = \"rfc3339\"",
            "format = \"yyyy\"",
            "`format` is rfc3339",
        ),
        (
            CREATE,
            "rate      = {",
            "rate      = { format = \"unix\",",
            "`format` is rfc3339",
        ),
        (
            CREATE,
            "shop      = { type = \"String\", in = \"path\", max_chars = 32",
            "shop      = { type = \"Boolean\", in = \"path\"",
            "only identifiers, strings, numbers, dates and enums go into a path",
        ),
        (
            CREATE,
            "rate      = { type = \"Decimal\", in = \"body\"",
            "rate      = { type = \"Decimal\", in = \"query\"",
            "goes into the body",
        ),
        (
            CREATE,
            "more      = { type = \"Raw\", in = \"body\"",
            "more      = { type = \"Raw\", in = \"query\"",
            "goes into the body",
        ),
        (
            CREATE,
            "list = \"Part\", in = \"body\", max_items = 5",
            "list = \"Part\", in = \"body\"",
            "a list in a request needs `max_items`",
        ),
        (
            CREATE,
            "count     = {",
            "count     = { max_items = 3,",
            "only a list in a request has `min_items` and `max_items`",
        ),
        (
            CREATE,
            "parts   = { list = \"Made\"",
            "parts   = { list = \"Made\", max_items = 5",
            "only a list in a request has `min_items` and `max_items`",
        ),
        (
            CREATE,
            "part_id = {",
            "part_id = { max_chars = 5,",
            "a response is not limited",
        ),
        (
            TYPES,
            "price   = {",
            "price   = { min = 5,",
            "a response is not limited",
        ),
        (
            CREATE,
            "code    = {",
            "code    = { min = 5,",
            "`min` and `max` are for amounts and integers",
        ),
        (
            CREATE,
            "weight    = {",
            "weight    = { in = \"body\",",
            "only an APIv3 request has places",
        ),
        (
            CREATE,
            "part_id = {",
            "part_id = { encrypted = true,",
            "what is encrypted in a response is of type `Sealed`",
        ),
        (
            CREATE,
            "weight    = {",
            "weight    = { encrypted = true,",
            "only a `Secret` in an APIv3 body or query is encrypted",
        ),
        (
            CREATE,
            "shop      = { type = \"String\"",
            "shop      = { type = \"Secret\", encrypted = true",
            "only a `Secret` in an APIv3 body or query is encrypted",
        ),
        (
            SCAN,
            "name         = {",
            "name         = { encrypted = true,",
            "only a `Secret` in an APIv3 body or query is encrypted",
        ),
    ]);
}

#[test]
fn what_is_read() {
    refused(&[
        (
            CREATE,
            "secret  = {",
            "secret  = { also = [\"hidden\"],",
            "`also` is for required fields of APIv3 responses",
        ),
        (
            CREATE,
            "price     = {",
            "price     = { also = [\"cost\"],",
            "`also` is for required fields of APIv3 responses",
        ),
        (
            SCAN,
            "transaction_id = {",
            "transaction_id = { also = [\"id\"],",
            "`also` is for required fields of APIv3 responses",
        ),
        (
            SCAN,
            "[response]",
            "[list.Coupon]\n\"coupon_$n\" = { type = \"String\", required = true, en = \"A\", zh = \"甲\" }\n\n[response]\ncoupons = { list = \"Coupon\", count = \"n\", en = \"A\", zh = \"甲\" }",
            "a member of a numbered list is never required",
        ),
        (
            CREATE,
            "price     = {",
            "price     = { required_if = { state = \"ON\" },",
            "is required always or on a condition, not both",
        ),
        (
            CREATE,
            "part_id = {",
            "part_id = { echo = true,",
            "an echo stands in [response] or [request]",
        ),
        (
            CREATE,
            "secret  = {",
            "secret  = { echo = true,",
            "echoes a field that is not in the request",
        ),
    ]);
}

#[test]
fn conditions() {
    refused(&[
        (
            TYPES,
            "state = [\"ON\", \"SOLD\"]",
            "state = \"ON\", item_id = \"A\"",
            "a condition names one field and its values",
        ),
        (
            TYPES,
            "state = [\"ON\", \"SOLD\"]",
            "state = []",
            "a condition names one field and its values",
        ),
        (
            TYPES,
            "state = [\"ON\", \"SOLD\"]",
            "state = [\"ON\", \"GONE\"]",
            "`GONE` is not a value of `state`",
        ),
        (
            TYPES,
            "state = [\"ON\", \"SOLD\"]",
            "state = true",
            "is not a value of `state`",
        ),
        (
            TYPES,
            "state = [\"ON\", \"SOLD\"]",
            "missing = \"ON\"",
            "is not an enum or a Boolean of this table",
        ),
        (
            CREATE,
            "code    = {",
            "code    = { required_if = { item_id = \"A\" },",
            "a condition stands in [request], [response] or an object",
        ),
        (
            CREATE,
            "code    = {",
            "code    = { only_if = { item_id = \"A\" },",
            "a condition stands in [request], [response] or an object",
        ),
        (
            CREATE,
            "required_if = { on_sale = true }, only_if",
            "required_if = { price = true }, only_if",
            "the condition's `price` is not an enum or a Boolean of this table",
        ),
        (
            CREATE,
            "required_if = { on_sale = true }, only_if",
            "required_if = { on_sale = \"true\" }, only_if",
            "`on_sale` is true or false, without quotes",
        ),
        (
            NOTICE,
            "reply  = \"Item\"",
            "[response]\na = { type = \"String\", required_if = { b = \"A\" }, en = \"A\", zh = \"甲\" }",
            "is not an enum or a Boolean of this table",
        ),
        (
            QUERY,
            "item_id = {",
            "item_id = { only_if = { item_id = \"A\" },",
            "`only_if` is for optional fields of requests",
        ),
    ]);
}

#[test]
fn the_shortest_text_and_its_characters() {
    const PLACE: &str = "`min_chars` and `alphabet` are for a `String` or a `Secret` that is sent";
    const LENGTH: &str = "`min_chars` is 2 or more, and at most `max_chars`";
    const ALPHABET: &str = "an `alphabet` has each character once, in order, `-` at its end";
    refused(&[
        (
            CREATE,
            "list = \"String\",",
            "list = \"String\", alphabet = \"a-z\",",
            PLACE,
        ),
        (
            CREATE,
            "{ type = \"Fen\",",
            "{ type = \"Fen\", min_chars = 2,",
            PLACE,
        ),
        (
            CREATE,
            "photo1Url = { type = \"String\",",
            "photo1Url = { type = \"String\", alphabet = \"a-z\",",
            PLACE,
        ),
        (CREATE, "min_chars = 6", "min_chars = 1", LENGTH),
        (CREATE, "min_chars = 6", "min_chars = 33", LENGTH),
        (
            CREATE,
            "max_bytes = 214,",
            "min_chars = 2, max_bytes = 214,",
            LENGTH,
        ),
        (CREATE, "\"0-9a-f\"", "\"\"", ALPHABET),
        (CREATE, "\"0-9a-f\"", "\"a-f0-9\"", ALPHABET),
        (CREATE, "\"0-9a-f\"", "\"0-99\"", ALPHABET),
        (CREATE, "\"0-9a-f\"", "\"9-0\"", ALPHABET),
        (CREATE, "\"0-9a-f\"", "\"-0-9\"", ALPHABET),
        (CREATE, "\"0-9a-f\"", "\"0-9 a-f\"", ALPHABET),
        (CREATE, "\"0-9a-f\"", "\"0-9`\"", ALPHABET),
        (CREATE, "\"0-9a-f\"", "\"0-9汉\"", ALPHABET),
    ]);
}
