//! A workspace of four specs, and a folder that describes the same.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

pub(crate) struct Shop(tempfile::TempDir);

/// What the command printed.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) is_success: bool,
    pub(crate) lines: Vec<String>,
    pub(crate) problems: Vec<String>,
}

const FILES: [(&str, &str); 13] = [
    ("xtask/spec/glossary.tsv", "field\tlabel\ten\n"),
    (
        "xtask/spec/products.tsv",
        "product\ten\tzh\nv2.shop\tgoods\t商品\nv3.shop\tgoods\t商品\n",
    ),
    ("xtask/spec/v3/unsigned.toml", "paths = []\n"),
    (
        "xtask/spec/v3/errors.toml",
        include_str!("shop/errors.toml"),
    ),
    (
        "xtask/spec/v3/shop/create_order.toml",
        include_str!("shop/create_order.toml"),
    ),
    (
        "xtask/spec/v3/shop/query_order.toml",
        include_str!("shop/query_order.toml"),
    ),
    (
        "xtask/spec/v3/shop/upload_photo.toml",
        include_str!("shop/upload_photo.toml"),
    ),
    (
        "xtask/spec/v2/shop/pay_order.toml",
        include_str!("shop/pay_order.toml"),
    ),
    (
        "described/create_order.json",
        include_str!("described/create_order.json"),
    ),
    (
        "described/query_order.json",
        include_str!("described/query_order.json"),
    ),
    (
        "described/upload_photo.json",
        include_str!("described/upload_photo.json"),
    ),
    (
        "described/v2/pay_order.json",
        include_str!("described/v2/pay_order.json"),
    ),
    (
        "described/counts.json",
        include_str!("described/counts.json"),
    ),
];

impl Shop {
    pub(crate) fn new() -> Self {
        let shop = Self(tempfile::tempdir().unwrap());
        for (file, text) in FILES {
            shop.write(file, text);
        }
        shop
    }

    pub(crate) fn known(&self, text: &str) {
        self.write("xtask/known.toml", text);
    }

    pub(crate) fn remove_descriptions(&self) {
        fs::remove_dir_all(self.path("described")).unwrap();
        self.write("described/counts.json", "{}");
    }

    /// The command, with the files as they are.
    pub(crate) fn drift(&self) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("drift")
            .arg(self.path("described"))
            .arg("--root")
            .arg(self.0.path())
            .output()
            .unwrap();
        let lines = |text: Vec<u8>| {
            let text = String::from_utf8(text).unwrap();
            text.lines().map(str::to_owned).collect()
        };
        Output {
            is_success: output.status.success(),
            lines: lines(output.stdout),
            problems: lines(output.stderr),
        }
    }

    /// The command after one change of a description, which is taken back.
    pub(crate) fn changed(&self, file: &str, pointer: &str, value: Value) -> Output {
        let before = self.describe(file, pointer, value);
        let output = self.drift();
        fs::write(self.path("described").join(file), before).unwrap();
        output
    }

    /// Changes a description, and returns what it was; `null` takes the member out.
    pub(crate) fn describe(&self, file: &str, pointer: &str, value: Value) -> String {
        let path = self.path("described").join(file);
        let before = fs::read_to_string(&path).unwrap();
        let mut json: Value = serde_json::from_str(&before).unwrap();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = json.pointer_mut(parent).unwrap();
        match (parent, value) {
            (Value::Object(members), Value::Null) => {
                members.remove(name).unwrap();
            }
            (Value::Object(members), value) => {
                members.insert(name.to_owned(), value);
            }
            (Value::Array(items), value) => {
                *items.get_mut(name.parse::<usize>().unwrap()).unwrap() = value;
            }
            (parent, _) => panic!("{parent}"),
        }
        fs::write(&path, json.to_string()).unwrap();
        before
    }

    /// Changes a spec of APIv3, for good.
    pub(crate) fn respecify(&self, file: &str, from: &str, to: &str) {
        let path = self.path("xtask/spec/v3/shop").join(file);
        let before = fs::read_to_string(&path).unwrap();
        let after = before.replacen(from, to, 1);
        assert!(before != after, "{from} is not in {file}");
        fs::write(path, after).unwrap();
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }
}

impl Output {
    /// What was printed before the counts.
    pub(crate) fn differences(&self) -> &[String] {
        self.lines.split_last().unwrap().1
    }
}
