//! Where files stand, and what they are called.

use std::fs;

use crate::copy::Copy;
use crate::shop;

/// Moves a file, or writes one that is new.
fn with(from: Option<&str>, to: &str, text: &str) -> String {
    let copy = Copy::small();
    let target = copy.path(to);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    if to.starts_with("xtask/spec/v3/type/") {
        copy.add_product("v3.type");
    }
    match from {
        Some(from) => fs::rename(copy.path(from), target).unwrap(),
        None => fs::write(target, text).unwrap(),
    }
    copy.refusal()
}

#[test]
fn a_file_in_the_wrong_place_is_named() {
    for (from, to, reason) in [
        (
            shop::CLOSE,
            "xtask/spec/v3/close_item.toml",
            "xtask/spec/v3/close_item.toml: a spec stands in the folder of its product",
        ),
        (
            shop::CLOSE,
            "xtask/spec/v3/shop/close_item.yaml",
            "xtask/spec/v3/shop/close_item.yaml: a spec must be a .toml file",
        ),
        (
            shop::CLOSE,
            "xtask/spec/v3/shop/closeItem.toml",
            "closeItem.toml:1: folder and file must be named in snake_case",
        ),
        (
            shop::CLOSE,
            "xtask/spec/v3/type/close_item.toml",
            "type/close_item.toml:1: folder and file must be named in snake_case",
        ),
        (
            shop::CLOSE,
            "xtask/spec/v3/shop/item_close.toml",
            "item_close.toml:1: `item_close` must begin with a verb",
        ),
        (
            "xtask/spec/glossary.tsv",
            "xtask/spec/words.tsv",
            "xtask/spec/glossary.tsv: ",
        ),
        (
            "xtask/spec/v3/unsigned.toml",
            "xtask/spec/unsigned.toml",
            "xtask/spec/v3/unsigned.toml: ",
        ),
    ] {
        let refusal = with(Some(from), to, "");
        assert!(refusal.contains(reason), "{refusal}");
    }
}

#[test]
fn the_unsigned_paths_are_sorted_and_of_apiv3() {
    for paths in ["[\"/v3/b\", \"/v3/a\"]", "[\"/pay/orderquery\"]"] {
        let text = format!("paths = {paths}\n");
        let refusal = with(None, "xtask/spec/v3/unsigned.toml", &text);
        let reason = "xtask/spec/v3/unsigned.toml:1: paths must begin with /v3/ and be sorted";
        assert!(refusal.contains(reason), "{refusal}");
    }
}

/// Each product is told in a phrase of each language.
#[test]
fn a_product_needs_its_line() {
    let copy = Copy::small();
    for (line, by, reason) in [
        (
            "v3.shop\tgoods of a shop\t商品\n",
            "",
            "products.tsv: needs a line that says what `v3.shop` is for",
        ),
        (
            "v3.shop\tgoods of a shop\t商品",
            "v3.shop\tgoods of a shop",
            "products.tsv:3: must have three columns",
        ),
        (
            "goods of a shop",
            "goods of a shop.",
            "products.tsv:3: the English must be a phrase",
        ),
        (
            "\t商品\n",
            "\tgoods\n",
            "products.tsv:3: the Chinese must be a phrase",
        ),
        (
            "v2.shop",
            "v4.shop",
            "products.tsv:2: there is no product `v4.shop`",
        ),
        (
            "v2.shop",
            "v4.shop",
            "products.tsv:3: `v3.shop` must stand before `v4.shop`",
        ),
    ] {
        let refusal = copy.refusal_of(shop::PRODUCTS, |text| text.replace(line, by));
        assert!(refusal.contains(reason), "{refusal}");
    }
}

/// Nothing is written when something is refused.
#[test]
fn a_refusal_leaves_everything_as_it_is() {
    let copy = Copy::small();
    assert!(copy.run(&[]).status.success());
    let written = copy.path("crates/wxpay-api/src/v3/shop/create_item.rs");
    let before = fs::read(&written).unwrap();
    let spec = copy.path(shop::CREATE);
    let text = fs::read_to_string(&spec).unwrap();
    let text = text
        .replace("max = 100", "max = 90")
        .replace("min = 1, max", "max");
    fs::write(spec, text).unwrap();
    assert!(
        copy.refusal()
            .contains("an amount in a request needs a `min`")
    );
    assert_eq!(fs::read(written).unwrap(), before);
}

#[test]
fn a_problem_is_told_with_its_line() {
    let copy = Copy::small();
    let refusal = copy.refusal_of(shop::QUERY, |text| text.replace("effect ", "affect "));
    assert!(
        refusal.contains("query_item.toml:6: unknown field `affect`"),
        "{refusal}"
    );
}

#[test]
fn a_response_is_shared_by_its_name_in_the_types_alone() {
    let copy = Copy::small();
    let refusal = copy.refusal_of(shop::QUERY, |text| {
        text.replace("reply       = \"Item\"", "reply       = \"Mine\"")
            + "\n[object.Mine]\na = { type = \"String\", en = \"A\", zh = \"甲\" }\n"
    });
    assert!(refusal.contains("`Mine` is none of them"), "{refusal}");
}
