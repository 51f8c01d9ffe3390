//! A product that WeChat Pay does not have, with every shape that a spec can have.

pub(crate) const CREATE: &str = "xtask/spec/v3/shop/create_item.toml";
pub(crate) const QUERY: &str = "xtask/spec/v3/shop/query_item.toml";
pub(crate) const CLOSE: &str = "xtask/spec/v3/shop/close_item.toml";
pub(crate) const NOTICE: &str = "xtask/spec/v3/shop/item_notification.toml";
pub(crate) const DOWNLOAD: &str = "xtask/spec/v3/shop/download_items.toml";
pub(crate) const TYPES: &str = "xtask/spec/v3/shop/types.toml";
pub(crate) const COMMON: &str = "xtask/spec/v3/errors.toml";
pub(crate) const SCAN: &str = "xtask/spec/v2/shop/micropay.toml";
pub(crate) const ORDER: &str = "xtask/spec/v2/shop/query_order.toml";
pub(crate) const UPLOAD: &str = "xtask/spec/v3/shop/upload_photo.toml";
pub(crate) const PAGE: &str = "xtask/spec/v2/shop/open_contract.toml";
pub(crate) const PACKET: &str = "xtask/spec/v2/shop/query_packet.toml";
pub(crate) const LIST: &str = "xtask/spec/v2/shop/download_list.toml";

pub(crate) const PRODUCTS: &str = "xtask/spec/products.tsv";

pub(crate) const FILES: [(&str, &str); 14] = [
    (
        PRODUCTS,
        "product\ten\tzh\nv2.shop\tgoods, paid by code\t门店商品\nv3.shop\tgoods of a shop\t商品\n",
    ),
    (CREATE, include_str!("shop/create_item.toml")),
    (QUERY, include_str!("shop/query_item.toml")),
    (CLOSE, include_str!("shop/close_item.toml")),
    (NOTICE, include_str!("shop/item_notification.toml")),
    (DOWNLOAD, include_str!("shop/download_items.toml")),
    (TYPES, include_str!("shop/types.toml")),
    (COMMON, include_str!("shop/errors.toml")),
    (ORDER, include_str!("shop/query_order.toml")),
    (SCAN, include_str!("shop/micropay.toml")),
    (UPLOAD, include_str!("shop/upload_photo.toml")),
    (PAGE, include_str!("shop/open_contract.toml")),
    (PACKET, include_str!("shop/query_packet.toml")),
    (LIST, include_str!("shop/download_list.toml")),
];
