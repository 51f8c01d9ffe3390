//! What the workspace is built from: nothing with a hole that is known from elsewhere.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> Table {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    text.parse().unwrap()
}

/// Every version of a package in the lock file.
fn locked(package: &str) -> Vec<Vec<u64>> {
    let lock = read("Cargo.lock");
    let packages = lock["package"].as_array().unwrap();
    assert!(packages.len() > 100);
    let versions = packages
        .iter()
        .filter(|entry| entry["name"].as_str() == Some(package));
    versions
        .map(|entry| numbers(entry["version"].as_str().unwrap()))
        .collect()
}

fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap();
    plain.split('.').map(|part| part.parse().unwrap()).collect()
}

fn members() -> Vec<(String, Table)> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    let mut paths: Vec<String> = crates
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| format!("crates/{name}"))
        .collect();
    paths.extend(["tests".to_owned(), "xtask".to_owned()]);
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.clone(), read(&format!("{path}/Cargo.toml"))))
        .collect()
}

#[test]
fn vulnerable_versions_are_not_locked() {
    for (package, floor, advisory) in [
        ("quick-xml", "0.41.0", "RUSTSEC-2026-0194 and 0195"),
        ("h2", "0.4.16", "RUSTSEC-2026-0258"),
        (
            "rustls-webpki",
            "0.103.13",
            "RUSTSEC-2026-0049, 0098, 0099 and 0104",
        ),
        ("aws-lc-sys", "0.39.0", "RUSTSEC-2026-0044 to 0048"),
        ("bytes", "1.11.1", "RUSTSEC-2026-0007"),
        ("time", "0.3.47", "RUSTSEC-2026-0009"),
        ("tokio-postgres", "0.7.18", "RUSTSEC-2026-0178 and 0180"),
        ("postgres-protocol", "0.6.12", "RUSTSEC-2026-0179"),
        ("tracing-subscriber", "0.3.20", "RUSTSEC-2025-0055"),
        ("rand", "0.8.6", "RUSTSEC-2026-0097"),
        ("anyhow", "1.0.103", "RUSTSEC-2026-0190"),
        ("lru", "0.18.2", "RUSTSEC-2026-0002 and 0253"),
    ] {
        for version in locked(package) {
            assert!(
                version >= numbers(floor),
                "{package} {version:?}: {advisory}"
            );
        }
    }
    for version in locked("rand") {
        let between = version >= numbers("0.9.0") && version < numbers("0.9.3");
        assert!(!between && version != numbers("0.10.0"), "rand {version:?}");
    }
}

#[test]
fn abandoned_and_unwanted_crates_are_not_locked() {
    for (package, why) in [
        ("rustls-pemfile", "RUSTSEC-2025-0134: not maintained"),
        ("backoff", "RUSTSEC-2025-0012: not maintained"),
        ("paste", "RUSTSEC-2024-0436: not maintained"),
        ("hickory-proto", "RUSTSEC-2026-0118 and 0119"),
        ("openssl", "a second TLS"),
        ("openssl-sys", "a second TLS"),
        ("native-tls", "a second TLS"),
        ("sqlx", "drags in rsa"),
    ] {
        assert!(locked(package).is_empty(), "{package}: {why}");
    }
}

#[test]
fn rsa_in_pure_rust_is_off_by_default() {
    let sign = read("crates/wxpay-sign/Cargo.toml");
    let dependency = &sign["dependencies"]["rsa"];
    assert_eq!(dependency["optional"], Value::Boolean(true));
    let turned_on: Vec<&str> = sign["features"]
        .as_table()
        .unwrap()
        .iter()
        .filter(|(_, parts)| parts.as_array().unwrap().contains(&"dep:rsa".into()))
        .map(|(feature, _)| feature.as_str())
        .collect();
    assert_eq!(turned_on, ["rust-crypto"]);
    for (path, manifest) in members() {
        let Some(default) = manifest
            .get("features")
            .and_then(|features| features.get("default"))
        else {
            continue;
        };
        assert!(!default.to_string().contains("rust-crypto"), "{path}");
    }
}

/// XXE came back in other SDKs through a second parser.
#[test]
fn one_crate_reads_xml() {
    let readers = [
        "quick-xml",
        "xml-rs",
        "xml",
        "roxmltree",
        "xmlparser",
        "serde-xml-rs",
        "minidom",
        "xmltree",
    ];
    let mut found = Vec::new();
    for (path, manifest) in members() {
        for part in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(part).and_then(Value::as_table) else {
                continue;
            };
            for reader in readers {
                if dependencies.contains_key(reader) {
                    found.push(format!("{path}: {reader}"));
                }
            }
        }
    }
    assert_eq!(found, ["crates/wxpay-core: quick-xml"]);
}
