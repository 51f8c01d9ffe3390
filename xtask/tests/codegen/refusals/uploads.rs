//! Files that are sent or come back, pages, lists in XML, and the client's own fields.

use super::refused;
use crate::shop::{CREATE, LIST, PACKET, PAGE, QUERY, SCAN, TYPES, UPLOAD};

#[test]
fn uploads() {
    refused(&[
        (
            UPLOAD,
            "type = \"File\", in = \"form\"",
            "type = \"File\", in = \"body\"",
            "a file stands `in = \"form\"`",
        ),
        (
            UPLOAD,
            "shop   = { type = \"String\", in = \"body\"",
            "shop   = { type = \"String\", in = \"form\"",
            "a file stands `in = \"form\"`, and nothing else does",
        ),
        (
            UPLOAD,
            "required = true, extensions",
            "extensions",
            "a file is required",
        ),
        (
            UPLOAD,
            "photo  = { type = \"File\", in = \"form\", required = true, extensions = [\"png\", \"jpg\"], max_bytes = 1048576, en = \"Photo\", zh = \"图片\" }\n",
            "",
            "what follows from a file stands in the body beside it",
        ),
        (
            UPLOAD,
            "from = \"file_name\", in = \"body\"",
            "from = \"file_name\", in = \"query\"",
            "what follows from a file stands in the body beside it",
        ),
        (
            UPLOAD,
            "name   = {",
            "other = { type = \"File\", in = \"form\", required = true, en = \"Other\", zh = \"图片\" }\nname   = {",
            "a request has one file at most",
        ),
        (
            UPLOAD,
            "\"POST\"",
            "\"DELETE\"",
            "a file goes with POST or PUT",
        ),
        (
            UPLOAD,
            "\"png\", ",
            "\".png\", ",
            "an extension is of lower-case letters and digits",
        ),
        (
            UPLOAD,
            "\"png\", ",
            "\"\", ",
            "an extension is of lower-case letters and digits",
        ),
        (
            UPLOAD,
            "max_chars = 32, en",
            "max_chars = 32, extensions = [\"png\"], en",
            "`extensions` are those of a file",
        ),
        (
            TYPES,
            "photo_id = {",
            "photo = { type = \"File\", en = \"Photo\", zh = \"图片\" }\nphoto_id = {",
            "a file is uploaded in the [request] of APIv3",
        ),
        (
            SCAN,
            "detail       = {",
            "photo = { type = \"File\", required = true, en = \"Photo\", zh = \"图片\" }\ndetail       = {",
            "a file is uploaded in the [request] of APIv3",
        ),
        (
            SCAN,
            "detail       = {",
            "photo = { from = \"file_name\" }\ndetail       = {",
            "what follows from a file stands in the [request] of APIv3",
        ),
        (
            UPLOAD,
            "\"file_sha256\"",
            "\"file_sha1\"",
            "unknown variant `file_sha1`",
        ),
    ]);
}

#[test]
fn pages() {
    refused(&[
        (
            PAGE,
            "method     = \"GET\"",
            "method     = \"POST\"",
            "a page has `method = \"GET\"`",
        ),
        (
            PAGE,
            "method     = ",
            "effect = \"read\"\nmethod     = ",
            "a page has no `effect` and no `resolve`",
        ),
        (
            PAGE,
            "method     = ",
            "resolve = \"repeat\"\nmethod     = ",
            "a page has no `effect` and no `resolve`",
        ),
        (
            PAGE,
            "method     = ",
            "reply_sign = \"none\"\nmethod     = ",
            "a page has no `reply`",
        ),
        (
            PAGE,
            "method     = ",
            "reply = \"file\"\nmethod     = ",
            "a page has no `reply`",
        ),
        (
            PAGE,
            "\n[request]",
            "\n[response]\na = { type = \"Integer\", en = \"A\", zh = \"数\" }\n\n[request]",
            "a page has no `reply`",
        ),
        (
            PAGE,
            "\n[request]",
            "\n[errors]\nA = { class = \"Q\", en = \"A\", zh = \"数\" }\n\n[request]",
            "a page has no `reply`",
        ),
        (
            PAGE,
            "method     = ",
            "client_cert = true\nmethod     = ",
            "a page has no `client_cert`",
        ),
        (
            PAGE,
            "method     = ",
            "backup_host = true\nmethod     = ",
            "a page has no `client_cert` and no `backup_host`",
        ),
        (
            PAGE,
            "sign_types = [\"MD5\"]\n",
            "",
            "APIv2 needs `sign_types`",
        ),
        (
            QUERY,
            "effect      = \"read\"\n",
            "kind = \"page\"\n",
            "only APIv2 has pages",
        ),
        (
            PAGE,
            "/shop/contract",
            "shop/contract",
            "path must begin with a slash",
        ),
    ]);
}

#[test]
fn lists_in_xml_and_files_of_apiv2() {
    refused(&[
        (
            PACKET,
            "reply_sign   = \"none\"",
            "reply_sign   = \"required\"",
            "how a signature covers a list in XML is not known",
        ),
        (
            PACKET,
            ", element = \"claim\"",
            "",
            "a list in XML, and nothing else, names its `element`",
        ),
        (
            PACKET,
            "element = \"claim\"",
            "element = \"a claim\"",
            "a list in XML, and nothing else, names its `element`",
        ),
        (
            PACKET,
            "type = \"Fen\"",
            "element = \"claim\", type = \"Fen\"",
            "a list in XML, and nothing else, names its `element`",
        ),
        (
            PACKET,
            "list = \"Claim\"",
            "object = \"Claim\"",
            "only a list of objects in the [response] of APIv2 stands in XML",
        ),
        (
            PACKET,
            "billno = {",
            "more = { list = \"Claim\", type = \"Xml\", element = \"claim\", max_items = 2, max_chars = 9, en = \"More\", zh = \"更多\" }\nbillno = {",
            "only a list of objects in the [response] of APIv2 stands in XML",
        ),
        (
            LIST,
            "reply_sign = \"none\"",
            "reply_sign = \"required\"",
            "a file carries no signature",
        ),
        (
            LIST,
            "reply      = \"file\"",
            "reply      = \"empty\"",
            "APIv2 answers in fields or with a file",
        ),
    ]);
}

#[test]
fn what_would_make_no_rust() {
    refused(&[
        (
            SCAN,
            "object = \"Detail\", type = \"Json\"",
            "list = \"String\", max_items = 3, type = \"Json\"",
            "a list within a string holds objects",
        ),
        (
            SCAN,
            "total_fee    = {",
            "total_fee    = { echo = true,",
            "an echo is of an identifier, a string or an enum",
        ),
    ]);
}

#[test]
fn the_fields_of_the_client() {
    refused(&[
        (
            PACKET,
            "\"wxappid\"",
            "\"appid\"",
            "names another field than `appid`",
        ),
        (
            PACKET,
            "mch_id_field = \"\"",
            "mch_id_field = \"mch_id\"",
            "names another field than `mch_id`",
        ),
        (
            PACKET,
            "\"wxappid\"",
            "\"wx appid\"",
            "names another field than `appid`",
        ),
        (
            PAGE,
            "nonce      = false",
            "nonce      = true",
            "leave `nonce = true` out",
        ),
        (
            PACKET,
            "result_code  = false",
            "result_code  = true",
            "leave `result_code = true` out",
        ),
        (
            PACKET,
            "merchant_reply = false",
            "merchant_reply = true",
            "leave `merchant_reply = true` out",
        ),
        (
            CREATE,
            "method      = ",
            "nonce = false\nmethod      = ",
            "`nonce` is for APIv2",
        ),
        (
            CREATE,
            "method      = ",
            "result_code = false\nmethod      = ",
            "`result_code` is for APIv2",
        ),
        (
            CREATE,
            "method      = ",
            "merchant_reply = false\nmethod      = ",
            "`merchant_reply` is for APIv2",
        ),
        (
            CREATE,
            "method      = ",
            "app_id_field = \"x\"\nmethod      = ",
            "is for APIv2: an APIv3 request names its fields itself",
        ),
        (
            CREATE,
            "method      = ",
            "mch_id_field = \"x\"\nmethod      = ",
            "is for APIv2: an APIv3 request names its fields itself",
        ),
    ]);
}
