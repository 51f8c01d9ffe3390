//! What a spec leaves unsaid, or says in words alone, where a key is checked.

use super::refused;
use crate::shop::{CLOSE, CREATE, DOWNLOAD, NOTICE, ORDER, PAGE, SCAN, TYPES};

/// `download_list.toml` has none: it is a third party's.
#[test]
fn who_may_call_it() {
    const REASON: &str = "needs `roles`";
    refused(&[
        (CLOSE, "roles       = [\"merchant\"]\n", "", REASON),
        (SCAN, "roles       = [\"merchant\"]\n", "", REASON),
        (NOTICE, "roles  = [\"merchant\"]\n", "", REASON),
        (PAGE, "roles      = [\"merchant\"]\n", "", REASON),
        (
            DOWNLOAD,
            "roles       = [\"merchant\"]",
            "roles       = []",
            REASON,
        ),
    ]);
}

/// `close_item.toml` has codes that say what no query tells.
#[test]
fn a_query_where_there_is_none() {
    const REASON: &str = "SYSTEM_ERROR: tells the caller to query";
    const FROM: &str = "The system failed, and no query tells";
    refused(&[
        (CLOSE, FROM, "Query the item, since no query tells", REASON),
        (
            CLOSE,
            FROM,
            "The system failed: query, since no query tells",
            REASON,
        ),
        (CLOSE, FROM, "Wait, query the item and", REASON),
        (
            CLOSE,
            FROM,
            "Wait and query it, since no query tells",
            REASON,
        ),
        (
            CLOSE,
            "\"repeat\"",
            "\"none\"\ncommon_errors = [\"write\"]",
            "SYSTEM_ERROR of `common_errors` tells the caller to query",
        ),
    ]);
}

/// The notes of `create_item.toml` name values too, but none that a condition could name.
#[test]
fn conditions_in_notes() {
    const FROM: &str = "note = \"Only with `ON`, unless the shop counts by weight\"";
    refused(&[
        (
            CREATE,
            FROM,
            "note = \"Only with `ON`\"",
            "count: its note makes it depend on `ON`; say that in `required_if` or `only_if`",
        ),
        (
            CREATE,
            FROM,
            "note = \"Any number. Required with `OFF`, and not with `ON`\"",
            "count: its note makes it depend on `OFF`",
        ),
        (
            CREATE,
            FROM,
            "note = \"Not unless asked. Allowed only where `on_sale` is true\"",
            "count: its note makes it depend on `on_sale`",
        ),
        (
            CREATE,
            "weight    = { type = \"Integer\",",
            "sort = { enum = \"Sent\", required = true, en = \"Sort\", zh = \"类别\" }\nweight = { type = \"Integer\", note = \"Required for `OFF`\",",
            "weight: its note makes it depend on `OFF`",
        ),
    ]);
}

/// The response of `create_item.toml` repeats one number, and has no other of the choice.
#[test]
fn an_echo_of_one_number_alone() {
    refused(&[
        (
            ORDER,
            "[response]\n",
            "[response]\ntransaction_id = { type = \"TransactionId\", en = \"Order number\", zh = \"微信订单号\" }\n",
            "transaction_id: stands in the response too, and needs an `echo` as another member has",
        ),
        (
            CREATE,
            "photo1Url = {",
            "code = {",
            "code: stands in the response too, and needs an `echo` as another member has",
        ),
    ]);
}

#[test]
fn tokens_that_are_printed() {
    const REASON: &str = "a token in a response is a `Secret`";
    refused(&[
        (CREATE, "photo1Url = {", "token = {", REASON),
        (CREATE, "photo1Url = {", "card_token = {", REASON),
        (CREATE, "photo1Url = {", "end_ticket = {", REASON),
        (
            CREATE,
            "parts   = { list = \"Made\"",
            "parts = { list = \"Made\", en = \"Parts\", zh = \"部件\" }\nsign_token = { list = \"String\"",
            REASON,
        ),
        (
            CREATE,
            "part_id = {",
            "part_token = { type = \"String\", en = \"Token\", zh = \"凭证\" }\npart_id = {",
            REASON,
        ),
        (
            TYPES,
            "photo_id = {",
            "token = { type = \"String\", en = \"Token\", zh = \"凭证\" }\nphoto_id = {",
            REASON,
        ),
        (
            ORDER,
            "total_fee = {",
            "pay_token = { type = \"String\", en = \"Token\", zh = \"凭证\" }\ntotal_fee = {",
            REASON,
        ),
    ]);
}
