//! Copies of what the generator reads and writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::shop;

/// Files in which the generator writes some lines.
const PARTLY_WRITTEN: [&str; 3] = [
    "crates/wxpay-api/Cargo.toml",
    "README.md",
    "README.zh-CN.md",
];

pub(crate) struct Copy(tempfile::TempDir);

impl Copy {
    /// Everything that is committed.
    pub(crate) fn whole() -> Self {
        Self::of(&[
            "xtask/spec",
            "crates/wxpay-api/src",
            "crates/wxpay-catalog/src/catalog.bin",
            "crates/wxpay-client/src/v3/unsigned.rs",
            "tests/src/operations/table.rs",
            "docs/operations.md",
            "docs/operations.zh-CN.md",
        ])
    }

    /// [`shop`] alone, which no change of a real spec touches, with nothing written yet.
    pub(crate) fn small() -> Self {
        let copy = Self::of(&[
            "xtask/spec/glossary.tsv",
            "xtask/spec/v3/unsigned.toml",
            "crates/wxpay-api/src/lib.rs",
        ]);
        for (file, text) in shop::FILES {
            let path = copy.path(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        copy
    }

    fn of(parts: &[&str]) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        for part in parts.iter().chain(&PARTLY_WRITTEN) {
            copy_all(&Self::root().join(part), &copy.path(part));
        }
        copy
    }

    pub(crate) fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Says what another product is for, the last by its name.
    pub(crate) fn add_product(&self, name: &str) {
        let path = self.path(shop::PRODUCTS);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{text}{name}\tgoods\t商品\n")).unwrap();
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("codegen")
            .args(arguments)
            .arg("--root")
            .arg(self.0.path())
            .output()
            .unwrap()
    }

    /// What the generator says to the tree as it is, which it must refuse.
    pub(crate) fn refusal(&self) -> String {
        let output = self.run(&[]);
        assert!(!output.status.success(), "nothing is refused");
        String::from_utf8(output.stderr).unwrap()
    }

    /// What it says to a changed spec.
    pub(crate) fn refusal_of(&self, spec: &str, change: impl Fn(&str) -> String) -> String {
        let path = self.path(spec);
        let before = fs::read_to_string(&path).unwrap();
        let after = change(&before);
        assert!(before != after, "the change of {spec} changes nothing");
        fs::write(&path, &after).unwrap();
        let output = self.run(&[]);
        fs::write(&path, before).unwrap();
        assert!(!output.status.success(), "nothing is refused in {after}");
        String::from_utf8(output.stderr).unwrap()
    }
}

pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![folder.with_extension("rs")];
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy_all(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}
