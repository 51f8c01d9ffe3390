//! Operations that answer with a file.

use wxpay_api::core::{TimeFormat, Timestamp};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_written_once_and_over_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut order = Order::paid("20150806125346", 10_099);
    let before = Timestamp::now().unix() - 2 * 24 * 60 * 60;
    order.time_end = Timestamp::from_unix(before).unwrap();
    let time = order.time_end.format(TimeFormat::DateTime);
    sandbox.add_order(order.clone());
    // A file may be longer than a message.
    for n in 0..8_000 {
        order.out_trade_no = format!("LONG{n}");
        order.attach = Some("table 4 ".repeat(12));
        sandbox.add_order(order.clone());
    }
    let setup = Setup::new(&sandbox);
    let apply = ["call", "v3.bill.apply_trade_bill", "--json", "--bill-date"];
    let output = run(&setup, &apply, &[&time[..10]]);
    assert_eq!(
        exit(&output),
        0,
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    let url = json_of(&output)["download_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, token) = url.split_once("token=").unwrap();
    let download = ["call", "v3.billdownload.download_bill", "--token", token];

    let output = run(&setup, &download, &[]);
    assert_eq!(exit(&output), 2);
    assert!(text(&output.stderr).contains("--out <FILE>"));
    setup.file("there.csv", "kept");
    let before = sandbox.requests().len();
    for (lang, said) in [("en", "is not overwritten"), ("zh", "不会覆盖")] {
        let output = run(&setup, &download, &["--out", "there.csv", "--lang", lang]);
        let err = text(&output.stderr);
        assert!(exit(&output) == 2 && err.contains(said), "{err}");
    }
    assert_eq!(exit(&run(&setup, &download, &["--out", "-", "--json"])), 2);
    assert_eq!(sandbox.requests().len(), before);
    assert_eq!(std::fs::read(setup.path("there.csv")).unwrap(), b"kept");

    let output = run(&setup, &download, &["--out", "bill.csv", "--json"]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    let bill = std::fs::read_to_string(setup.path("bill.csv")).unwrap();
    assert!(bill.contains("20150806125346") && bill.len() > 1024 * 1024);
    assert_eq!(
        json_of(&output),
        json!({"file": "bill.csv", "bytes": bill.len()})
    );
    let output = run(&setup, &download, &["--out", "-"]);
    assert_eq!((exit(&output), text(&output.stdout)), (0, bill));
    // A failure leaves no file.
    let missing = ["call", "v3.billdownload.download_bill", "--token", "none"];
    assert_eq!(exit(&run(&setup, &missing, &["--out", "none.csv"])), 4);
    assert!(!setup.path("none.csv").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_named_by_its_path() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let upload = ["call", "v3.merchant_service.upload_image", "--yes"];
    let missing = run(&setup, &upload, &["--file", "none.png"]);
    assert_eq!(exit(&missing), 2);
    let err = text(&missing.stderr);
    assert!(err.contains("file: can't read none.png"), "{err}");

    setup.file("photo.gif", b"GIF89a");
    for (lang, said) in [("en", "ends with one of jpg, png, bmp"), ("zh", "扩展名")] {
        let refused = run(&setup, &upload, &["--file", "photo.gif", "--lang", lang]);
        let err = text(&refused.stderr);
        assert!(exit(&refused) == 2 && err.contains(said), "{err}");
    }
    assert!(sandbox.requests().is_empty());

    setup.file("photo.png", b"\x89PNG");
    setup.file("request.json", br#"{"file": "photo.png"}"#);
    for how in [["--file", "photo.png"], ["--request", "request.json"]] {
        run(&setup, &upload, &how);
        let requests = sandbox.requests();
        let sent = format!("{:?}", requests.last().unwrap());
        assert!(
            sent.contains("/v3/merchant-service/images/upload"),
            "{sent}"
        );
    }
    assert_eq!(sandbox.requests().len(), 2);

    for (lang, said) in [("en", "must be a regular file"), ("zh", "必须是普通文件")] {
        let folder = run(&setup, &upload, &["--file", ".", "--lang", lang]);
        let err = text(&folder.stderr);
        assert!(exit(&folder) == 2 && err.contains(said), "{err}");
    }
    assert_eq!(sandbox.requests().len(), 2);
}

/// Longer than any message may be, and than what is put together in memory.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_has_any_size() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let path = setup.path("numbers.csv");
    let file = std::fs::File::create(path).unwrap();
    file.set_len(20 << 20).unwrap();
    let import = [
        "call",
        "v3.marketing.upload_agreement_numbers",
        "--yes",
        "--package-id",
        "8473295",
        "--bank-type",
        "ICBC_DEBIT",
    ];
    let sent = run(&setup, &import, &["--file", "numbers.csv", "--json"]);
    assert_eq!(exit(&sent), 0, "{}", text(&sent.stderr));
    let seen = sandbox.requests();
    let length = seen[0].headers["content-length"].to_str().unwrap();
    assert!(length.parse::<u64>().unwrap() > 20 << 20, "{length}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_told_by_its_url() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let page = [
        "call",
        "v2.papay.sign_contract_jsapi",
        "--plan-id",
        "12535",
        "--contract-code",
        "100000",
        "--request-serial",
        "1000",
        "--contract-display-account",
        "微信代扣",
        "--notify-url",
        "https://weixin.qq.com",
        "--timestamp",
        "1414488825",
    ];
    let output = run(&setup, &page, &[]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    let url = text(&output.stdout);
    assert!(
        url.starts_with(&format!("{}/papay/entrustweb?appid=", sandbox.base_url())),
        "{url}"
    );
    let shown = json_of(&run(&setup, &page, &["--json"]));
    assert_eq!(shown["url"], url.trim_end());
    assert!(
        sandbox.requests().is_empty(),
        "the browser asks, not the command"
    );
    let shown = text(&run(&setup, &["show", "v2.papay.sign_contract_jsapi"], &[]).stdout);
    assert!(shown.contains("the user's browser opens"), "{shown}");
}
