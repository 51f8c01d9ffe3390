//! `wxpay init`: what it writes is read by the other commands, and says every setting there is. The
//! guide names them too.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use wxpay_sandbox::{Order, Sandbox};

use crate::setup::text;

const LANGUAGES: [&str; 2] = ["en", "zh"];

fn wxpay(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
    command.args(arguments).env_clear().current_dir(folder);
    command.output().unwrap()
}

/// A folder with what `init` writes, and what it said.
fn written(lang: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = wxpay(folder.path(), &["init", "--lang", lang]);
    assert!(output.status.success(), "{output:?}");
    (folder, text(&output.stdout))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The settings that the program takes, by section: it lists them when it meets another.
fn every_setting() -> BTreeMap<&'static str, Vec<String>> {
    let sections = [
        "",
        "v2",
        "v3",
        "wecom",
        "certificate",
        "platform",
        "tls",
        "payout",
        "payout.transfer",
        "payout.red-packet",
        "payout.refund",
    ];
    let of = |section: &str| {
        let folder = tempfile::tempdir().unwrap();
        let head = if section.is_empty() {
            String::new()
        } else {
            format!("[{section}]\n")
        };
        let file = folder.path().join("wxpay.toml");
        fs::write(&file, format!("{head}no_setting = 1\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(folder.path().join("rows.csv"), "").unwrap();
        let arguments = [
            "payout",
            "run",
            "rows.csv",
            "--journal",
            "j",
            "--lang",
            "en",
        ];
        let said = text(&wxpay(folder.path(), &arguments).stderr);
        let (_, known) = said
            .split_once("unknown field `no_setting`, expected ")
            .unwrap_or_else(|| panic!("{section}: {said}"));
        let names = known.split('`').skip(1).step_by(2).map(str::to_owned);
        names.collect::<Vec<_>>()
    };
    sections.map(|section| (section, of(section))).into()
}

/// The same text with every setting in force: no line of a setting begins with `#`.
fn in_force(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let setting = line.strip_prefix("# ").unwrap_or(line);
        let name = setting.split(" = ").next().unwrap_or_default();
        let is_setting = setting.contains(" = ")
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let is_section = setting.starts_with('[') && setting.ends_with(']');
        if is_setting || is_section {
            setting
        } else {
            line
        }
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Fills a setting in, as a person would: without the `#`.
fn fill(text: &mut String, name: &str, value: &str) {
    let begin = format!("{name} = ");
    let is_it = |line: &&str| line.trim_start_matches("# ").starts_with(&begin);
    let line = text.lines().find(is_it).unwrap().to_owned();
    *text = text.replacen(&line, &format!("{begin}\"{value}\""), 1);
}

#[test]
fn programs_read_what_it_wrote_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let output = wxpay(folder.path(), &["init", "--dir", "live", "--json"]);
    assert!(output.status.success(), "{output:?}");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["file"], "live/wxpay.toml");
    assert_eq!(said["check"], "wxpay doctor --config live/wxpay.toml");
    let config = fs::read_to_string(folder.path().join("live/wxpay.toml")).unwrap();
    for name in said["needs"].as_array().unwrap() {
        assert!(config.contains(&name.to_string()), "{name}");
    }
}

#[test]
fn a_command_without_any_settings_tells_of_it() {
    let folder = tempfile::tempdir().unwrap();
    for (lang, told) in [
        ("en", "there is no wxpay.toml here: `wxpay init` writes one"),
        ("zh", "可用 `wxpay init` 生成"),
    ] {
        let call = [
            "call",
            "v2.pay.query_order",
            "--out-trade-no",
            "ORDER-1",
            "--lang",
            lang,
        ];
        let output = wxpay(folder.path(), &call);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output.stderr).contains(told), "{output:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filled_in_it_passes_the_doctor_and_calls() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_order(Order::paid("ORDER-1", 10_099));
    let merchant = sandbox.merchant();
    for lang in LANGUAGES {
        let (folder, said) = written(lang);
        let path = folder.path().join("wxpay.toml");
        let mut config = fs::read_to_string(&path).unwrap();
        fill(&mut config, "mch_id", merchant.mch_id.as_str());
        fill(&mut config, "app_id", merchant.appid.as_str());
        fill(&mut config, "base_url", sandbox.base_url());
        fill(&mut config, "public_key_id", &merchant.platform_key_id);
        config = config.replace("# [tls]\n# root", "[tls]\nroot");
        fs::write(&path, config).unwrap();
        for (name, content) in [
            ("v2_key.txt", merchant.api_v2_key.expose()),
            ("v3_key.txt", merchant.api_v3_key.expose()),
            ("apiclient_cert.pem", &merchant.client_cert_pem),
            ("apiclient_key.pem", merchant.client_key_pem.expose()),
            ("pub_key.pem", &merchant.platform_public_key_pem),
        ] {
            assert!(said.contains(name), "{name}: {said}");
            let file = folder.path().join(name);
            fs::write(&file, content).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::write(folder.path().join("ca.pem"), sandbox.ca_pem()).unwrap();

        let output = wxpay(folder.path(), &["doctor", "--json"]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["level"], "green", "{report:#}");
        assert_eq!(output.status.code(), Some(0));
        for call in ["v2.pay.query_order", "v3.pay.query_order_by_out_trade_no"] {
            let output = wxpay(folder.path(), &["call", call, "--out-trade-no", "ORDER-1"]);
            assert_eq!(output.status.code(), Some(0), "{output:?}");
        }
    }
}

#[test]
fn each_setting_is_told_of_in_both_languages() {
    let settings = every_setting();
    let texts = LANGUAGES.map(|lang| {
        let (folder, _) = written(lang);
        let path = folder.path().join("wxpay.toml");
        in_force(&fs::read_to_string(path).unwrap())
    });
    let tables = texts.each_ref().map(|text| {
        let table: toml::Table = text.parse().unwrap();
        table
    });
    let keys = |table: &toml::Table| table.keys().cloned().collect::<Vec<_>>();
    for table in &tables {
        for (section, names) in &settings {
            let told = match *section {
                "" => keys(table),
                section => {
                    let mut parts = section.split('.');
                    let table = &table[parts.next().unwrap()];
                    let table = parts.fold(table, |table, part| &table[part]);
                    keys(table.as_table().unwrap())
                }
            };
            let is_section = |name: &str| settings.contains_key(&*format!("{section}.{name}"));
            for name in told.iter().filter(|name| !is_section(name)) {
                assert!(names.contains(name), "[{section}] {name} is no setting");
            }
            // What payouts wait for is in the guide alone.
            let missing = names.iter().find(|name| !told.contains(name));
            if !section.starts_with("payout") {
                assert_eq!(missing, None, "[{section}]");
            }
        }
    }
    // Both languages set the same, but for words.
    let values = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let words = [
            "act_name",
            "transfer_remark",
            "reason",
            "send_name",
            "wishing",
            "remark",
        ];
        let lines = lines.filter(|line| !words.iter().any(|word| line.starts_with(word)));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(values(&texts[0]), values(&texts[1]));
}

#[test]
fn the_guide_names_each_setting_and_each_variable() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let settings = every_setting();
    let folder = tempfile::tempdir().unwrap();
    let help = text(&wxpay(folder.path(), &["doctor", "--help"]).stdout);
    let variables = help
        .split("[env: ")
        .skip(1)
        .filter_map(|rest| rest.split([']', '=']).next());
    let mut variables: Vec<&str> = variables.collect();
    assert!(variables.len() >= 15, "{variables:?}");
    variables.extend(["WXPAY_V2_KEY", "WXPAY_V3_KEY", "WXPAY_WECOM_SECRET"]);
    for lang in LANGUAGES {
        let page = fs::read_to_string(root.join(lang).join("configuration.md")).unwrap();
        for (section, names) in &settings {
            let sections = [
                "v2",
                "v3",
                "wecom",
                "certificate",
                "platform",
                "tls",
                "payout",
            ];
            for name in names
                .iter()
                .filter(|name| !sections.contains(&name.as_str()))
            {
                assert!(
                    page.contains(&format!("`{name}`")),
                    "{lang}: [{section}] {name}"
                );
            }
            assert!(
                page.contains(&format!("`[{section}]`")) || section.is_empty(),
                "{section}"
            );
        }
        for variable in &variables {
            assert!(
                page.contains(&format!("`{variable}`")),
                "{lang}: {variable}"
            );
        }
    }
}

#[test]
fn what_is_there_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wxpay.toml");
    fs::write(&path, "mine").unwrap();
    let output = wxpay(folder.path(), &["init", "--lang", "en"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("left as it is"), "{output:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");

    // A link that leads nowhere is something that is there.
    let dangling = folder.path().join("other");
    fs::create_dir(&dangling).unwrap();
    symlink(folder.path().join("elsewhere"), dangling.join("wxpay.toml")).unwrap();
    let output = wxpay(folder.path(), &["init", "--dir", "other"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("elsewhere").exists());
}

#[test]
fn the_file_and_its_new_folder_are_the_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let output = wxpay(
        folder.path(),
        &["init", "--dir", "shop/live", "--lang", "en"],
    );
    assert!(output.status.success(), "{output:?}");
    let said = text(&output.stdout);
    assert!(
        said.contains("wxpay doctor --config shop/live/wxpay.toml"),
        "{said}"
    );
    let dir = folder.path().join("shop/live");
    assert_eq!((mode(&dir), mode(&dir.join("wxpay.toml"))), (0o700, 0o600));
}
