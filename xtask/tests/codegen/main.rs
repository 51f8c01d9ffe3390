//! The generator writes what is committed, and refuses broken specs.
#![allow(clippy::unwrap_used, clippy::panic)]

mod copy;
mod refusals;
mod shop;

use std::fs;

use self::copy::Copy;

#[test]
fn the_committed_code_is_what_the_specs_say() {
    let output = Copy::whole().run(&["--check"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_touched_file_is_found_and_mended() {
    let copy = Copy::small();
    assert!(copy.run(&[]).status.success());
    for file in [
        "crates/wxpay-api/src/v2/shop/query_order.rs",
        "crates/wxpay-api/src/v2.rs",
        "crates/wxpay-api/Cargo.toml",
        "crates/wxpay-catalog/src/catalog.bin",
        "crates/wxpay-client/src/v3/unsigned.rs",
        "tests/src/operations/table.rs",
        "docs/operations.md",
        "docs/operations.zh-CN.md",
    ] {
        let path = copy.path(file);
        let before = fs::read(&path).unwrap();
        // In a manifest only what stands between the markers is the generator's.
        let mut touched = before.clone();
        match touched.windows(3).position(|found| found == b"v2-") {
            Some(at) => touched.insert(at + 1, b'9'),
            None => touched.truncate(before.len() - 1),
        }
        fs::write(&path, touched).unwrap();
        let check = copy.run(&["--check"]);
        assert!(!check.status.success(), "{file}");
        assert!(String::from_utf8_lossy(&check.stderr).contains(file));
        assert!(copy.run(&[]).status.success());
        assert_eq!(fs::read(&path).unwrap(), before, "{file}");
    }
    let stray = copy.path("crates/wxpay-api/src/v2/shop/stray.rs");
    fs::write(&stray, "").unwrap();
    assert!(!copy.run(&["--check"]).status.success());
    assert!(copy.run(&[]).status.success());
    assert!(!stray.exists());
    let by_hand = copy.path("crates/wxpay-api/src/lib.rs");
    assert!(by_hand.exists(), "what is written by hand stays");
}

#[test]
fn a_removed_spec_takes_its_code_along() {
    let copy = Copy::small();
    assert!(copy.run(&[]).status.success());
    let file = copy.path("crates/wxpay-api/src/v3/shop/create_item.rs");
    assert!(file.exists());
    fs::remove_dir_all(copy.path("xtask/spec/v3/shop")).unwrap();
    let refusal = copy.refusal();
    assert!(
        refusal.contains("products.tsv:3: there is no product `v3.shop`"),
        "{refusal}"
    );
    let products = copy.path(shop::PRODUCTS);
    let text = fs::read_to_string(&products).unwrap();
    fs::write(
        &products,
        text.replace("v3.shop\tgoods of a shop\t商品\n", ""),
    )
    .unwrap();
    assert!(copy.run(&[]).status.success());
    assert!(!file.exists());
    let manifest = fs::read_to_string(copy.path("crates/wxpay-api/Cargo.toml")).unwrap();
    assert!(!manifest.contains("v3-shop = "));
}

/// What a request may have beside path, query and body: headers of its own, another `Accept`, a
/// sealed member of the query.
#[test]
fn headers_and_sealed_queries_are_written() {
    let copy = Copy::small();
    assert!(copy.run(&[]).status.success());
    let file = copy.path("crates/wxpay-api/src/v3/shop/create_item.rs");
    let written = fs::read_to_string(file).unwrap();
    for call in [
        r#"call.query_sealed("owner", value, Max::Bytes(214))?"#,
        r#"call.header("X-Key", value, Max::Chars(64))?"#,
        r#"check_text("X-Key", value, 0, "0-9a-f")?;"#,
        r#"check_text("owner", value.expose(), 0, "0-9X")?;"#,
        r#"check_text("code", value, 6, "0-9A-Za-z*@_|-")?;"#,
        "(编码), 6 to 32 characters, only characters of `0-9A-Za-z*@_|-`.",
        r#".accept("image/png")"#,
        r#".host("shop.mch.weixin.qq.com")"#,
        ".serial_required()",
    ] {
        assert!(written.contains(call), "{call}: {written}");
    }
}

#[test]
fn times_and_days_are_written_in_their_forms() {
    let copy = Copy::small();
    assert!(copy.run(&[]).status.success());
    let file = copy.path("crates/wxpay-api/src/v3/shop/create_item.rs");
    let written = fs::read_to_string(file).unwrap();
    for call in [
        r#"call.query_time("since", value, TimeFormat::Rfc3339)?"#,
        r#"call.query_time("until", value, TimeFormat::Compact)?"#,
        r#"call.query_time("shown_at", value, TimeFormat::DateTime)?"#,
        r#"call.query_time("sold_at", value, TimeFormat::Unix)?"#,
        r#"call.query_date("day", *value, DateFormat::Dashed)?"#,
        r#"call.query_date("night", *value, DateFormat::Compact)?"#,
        r#"photo1_url: fields.optional("photo1Url")?"#,
    ] {
        assert!(written.contains(call), "{call}: {written}");
    }
}

/// A shared object is a response by itself, and stands within others: the response then holds it.
#[test]
fn a_response_can_hold_what_others_have_as_a_member() {
    let copy = Copy::small();
    assert!(copy.run(&[]).status.success());
    let read = |file: &str| fs::read_to_string(copy.path(file)).unwrap();
    let query = read("crates/wxpay-api/src/v3/shop/query_item.rs");
    assert!(query.contains("pub item: Item,"), "{query}");
    assert!(
        query.contains(r#"check_text("item_id", &self.item_id, 32, "")?;"#),
        "{query}"
    );
    assert!(query.contains("(商品编号), 32 characters."), "{query}");
    assert!(query.contains("item: Item::read(&fields)?,"), "{query}");
    let create = read("crates/wxpay-api/src/v3/shop/create_item.rs");
    assert!(
        create.contains(r#"likes: fields.objects("likes", Item::read)?"#),
        "{create}"
    );
    let shop = read("crates/wxpay-api/src/v3/shop.rs");
    assert!(
        shop.contains("pub use query_item::{QueryItem, QueryItemResponse, query_item};"),
        "{shop}"
    );
    // The notification has the same object and a name of its own.
    assert!(
        shop.contains("pub use item_notification::ItemNotification;"),
        "{shop}"
    );
}

/// What one product sends, another may receive under the same name.
#[test]
fn products_know_nothing_of_each_others_types() {
    let copy = Copy::small();
    let folder = copy.path("xtask/spec/v3/store");
    fs::create_dir_all(&folder).unwrap();
    copy.add_product("v3.store");
    fs::write(
        folder.join("types.toml"),
        "[object.Item]\nitem_id = { type = \"String\", max_chars = 9, en = \"Item number\", zh = \"商品编号\" }\n",
    )
    .unwrap();
    fs::write(
        folder.join("add_item.toml"),
        r#"title   = "Adds an item"
zh      = "添加商品"
doc     = "https://pay.weixin.qq.com/doc/v3/merchant/10"
method  = "POST"
path    = "/v3/store/items"
effect  = "write"
resolve = "v3.shop.query_item"
roles   = ["merchant"]
reply   = "empty"

[request]
item = { object = "Item", in = "body", required = true, en = "Item", zh = "商品" }
"#,
    )
    .unwrap();
    let output = copy.run(&[]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn what_the_client_adds_can_have_other_names_or_none() {
    let copy = Copy::small();
    assert!(copy.run(&[]).status.success());
    let read = |file: &str| fs::read_to_string(copy.path(file)).unwrap();
    let packet = read("crates/wxpay-api/src/v2/shop/query_packet.rs");
    for fact in [
        r#".app_id_field(Some("wxappid"))"#,
        ".mch_id_field(None)",
        ".nested_reply()",
        ".no_result_code()",
        ".no_merchant_reply()",
        r#"fields.xml_list("claims", "claim", Claim::read)?"#,
    ] {
        assert!(packet.contains(fact), "{fact}: {packet}");
    }
    let page = read("crates/wxpay-api/src/v2/shop/open_contract.rs");
    assert!(page.contains("impl Page for OpenContract"), "{page}");
    assert!(page.contains(".no_nonce()"), "{page}");
    let list = read("crates/wxpay-api/src/v2/shop/download_list.rs");
    assert!(list.contains(".file_reply()"), "{list}");
    assert!(list.contains("fn decode_file("), "{list}");
    let upload = read("crates/wxpay-api/src/v3/shop/upload_photo.rs");
    for line in [
        r#"call.file("photo", &self.photo, &["png", "jpg"], Some(1048576))?"#,
        r#"body.set("name", self.photo.name());"#,
        r#"body.set("digest", self.photo.sha256());"#,
    ] {
        assert!(upload.contains(line), "{line}: {upload}");
    }
}

/// The generated files know nothing of each other's products, so that each stands without the
/// others.
#[test]
fn a_product_imports_from_the_layers_below_and_its_own_version() {
    let allowed = [
        "std::",
        "bytes::",
        "serde::",
        "wxpay_client::",
        "wxpay_core::",
        "wxpay_sign::",
        "super::",
    ];
    let source = Copy::root().join("crates/wxpay-api/src");
    let mut files = 0;
    for version in ["v2", "v3"] {
        let own = format!("crate::{version}::types::");
        for path in copy::rust_files(&source.join(version)) {
            let text = fs::read_to_string(&path).unwrap();
            for line in text.lines() {
                let code = line.trim_start();
                let Some(used) = code.strip_prefix("use ") else {
                    // Outside comments, a path from the crate's root is an import by another name.
                    assert!(
                        code.starts_with("//") || !code.contains("crate::"),
                        "{}: {line}",
                        path.display()
                    );
                    continue;
                };
                let fits =
                    used.starts_with(&own) || allowed.iter().any(|start| used.starts_with(start));
                assert!(fits, "{}: {line}", path.display());
            }
            files += 1;
        }
    }
    assert!(files > 20, "{files}");
}
