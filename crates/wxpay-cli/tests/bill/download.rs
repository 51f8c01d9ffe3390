//! A bill is fetched whole and proven, or not at all.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use wxpay_sandbox::{Api, Fault};

use crate::day::{Day, exit, json_of};
use crate::meddler::{Change, Meddler};
use crate::setup::text;

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_fetched_plain_or_packed_for_its_owner_alone() {
    let day = Day::start().await;
    day.fetch();
    let bill = std::fs::read_to_string(day.setup.path("bill.csv")).unwrap();
    assert!(
        bill.starts_with("\u{feff}交易时间,") && bill.contains("`T1,") && !bill.contains("`T3,")
    );
    let mode = std::fs::metadata(day.setup.path("bill.csv"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let packed = day.bill(&[
        "download",
        "trade",
        &day.date,
        "packed.bill",
        "--tar",
        "--json",
    ]);
    assert_eq!(
        json_of(&packed),
        json!({ "file": "packed.bill", "bytes": bill.len(), "date": day.date })
    );
    assert_eq!(
        std::fs::read_to_string(day.setup.path("packed.bill")).unwrap(),
        bill
    );
    for (kind, rows) in [("trade-success", 2), ("trade-refund", 1)] {
        let file = format!("{kind}.bill");
        assert_eq!(exit(&day.bill(&["download", kind, &day.date, &file])), 0);
        let bill = std::fs::read_to_string(day.setup.path(&file)).unwrap();
        assert_eq!(bill.lines().count(), rows + 3, "{kind}");
    }
    assert_eq!(
        day.files(),
        [
            "bill.csv",
            "packed.bill",
            "trade-refund.bill",
            "trade-success.bill"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_altered_byte_anywhere_is_refused_and_leaves_no_file() {
    let mut day = Day::start().await;
    day.fetch();
    let length = std::fs::metadata(day.setup.path("bill.csv")).unwrap().len() as usize;
    std::fs::remove_file(day.setup.path("bill.csv")).unwrap();
    for at in [0, 3, 400, length / 2, length - 3, length - 1] {
        let meddler = Meddler::start(&day.sandbox, Change::Byte(at)).await;
        day.setup.set("base_url", meddler.url.as_str());
        day.setup.file("ca.pem", &meddler.ca_pem);
        for (lang, said) in [
            (
                "en",
                "the file does not have the digest that WeChat Pay gave",
            ),
            ("zh", "文件的摘要与微信支付给出的不一致"),
        ] {
            let output = day.bill(&["download", "trade", &day.date, "bill.csv", "--lang", lang]);
            let err = text(&output.stderr);
            assert!(exit(&output) == 4 && err.contains(said), "{at}: {err}");
            assert_eq!(day.files(), [""; 0], "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_breaks_off_leaves_no_file() {
    let mut day = Day::start().await;
    let api: Api = "v3.billdownload.download_bill".parse().unwrap();
    day.sandbox.inject(api, Fault::TruncatedBody).unwrap();
    let output = day.bill(&["download", "trade", &day.date, "bill.csv"]);
    assert_eq!(exit(&output), 4, "{}", text(&output.stderr));
    assert_eq!(day.files(), [""; 0]);
    let meddler = Meddler::start(&day.sandbox, Change::Cut(1)).await;
    day.setup.set("base_url", meddler.url.as_str());
    day.setup.file("ca.pem", &meddler.ca_pem);
    let output = day.bill(&["download", "trade", &day.date, "bill.csv"]);
    assert_eq!(exit(&output), 4, "{}", text(&output.stderr));
    assert_eq!(day.files(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_arguments_is_said_before_anything_is_sent() {
    let day = Day::start().await;
    day.setup.file("old.bill", "kept");
    std::os::unix::fs::symlink("nowhere", day.setup.path("link.bill")).unwrap();
    let date = day.date.as_str();
    for (arguments, en, zh) in [
        (
            &["trade", date, "old.bill"][..],
            "is not overwritten",
            "不会覆盖",
        ),
        (
            &["trade", date, "link.bill"],
            "is not overwritten",
            "不会覆盖",
        ),
        (
            &["trade", "2026-02-30", "a.bill"],
            "invalid date 2026-02-30",
            "日期 2026-02-30 有误",
        ),
        (
            &["trade", date, "none/a.bill"],
            "can't write none/a.bill",
            "无法写入 none/a.bill",
        ),
        (
            &["trade", date, "a.bill", "--account", "fees"],
            "--account belongs to",
            "仅用于 fund",
        ),
        (
            &["fund", date, "a.bill", "--account", "deposit"],
            "belongs to the bill sub",
            "仅用于 sub",
        ),
        (
            &["sub-merchant-fund", date, "a.bill"],
            "needs a sub-merchant",
            "需要子商户号",
        ),
        (
            &["trade", date, "a.bill", "--sub-mch-id", "x"],
            "invalid sub_mch_id",
            "sub_mch_id 有误",
        ),
        (&["weekly", date, "a.bill"], "invalid value", "weekly"),
    ] {
        for (lang, said) in [("en", en), ("zh", zh)] {
            let output = day.bill(&[&["download", "--lang", lang], arguments].concat());
            let err = text(&output.stderr);
            assert!(
                [1, 2].contains(&exit(&output)) && err.contains(said),
                "{arguments:?}: {err}"
            );
        }
    }
    assert!(day.sandbox.requests().is_empty());
    assert_eq!(std::fs::read(day.setup.path("old.bill")).unwrap(), b"kept");
    assert_eq!(day.files(), ["link.bill", "old.bill"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_that_is_not_there_is_told_with_its_code() {
    let day = Day::start().await;
    let output = day.bill(&["download", "trade", "2001-01-01", "a.bill", "--lang", "zh"]);
    let err = text(&output.stderr);
    assert!(exit(&output) == 4 && err.contains("没有取得账单"), "{err}");
    assert!(
        err.contains("INVALID_REQUEST") || err.contains("NO_STATEMENT_EXIST"),
        "{err}"
    );
    assert_eq!(day.files(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fund_flow_bill_of_the_sandbox_adds_up() {
    let day = Day::start().await;
    for (file, packed) in [("fund.bill", &[][..]), ("packed.bill", &["--tar"])] {
        let fetch = ["download", "fund", &day.date, file];
        let output = day.bill(&[&fetch, packed].concat());
        assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
        let totals = json_of(&day.bill(&["totals", file, "--json"]));
        assert_eq!(
            (&totals["kind"], &totals["agrees"]),
            (&json!("fund"), &json!(true))
        );
        let sums = totals["comparison"]["sums"].as_array().unwrap();
        assert_eq!(sums.len(), 5);
        assert_ne!(sums[0]["of_rows"], json!({ "count": 0 }));
    }
}
