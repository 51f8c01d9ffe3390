//! The files of electronic invoices, fetched by the command that asks for their URL.

use std::fs;

use serde_json::json;
use wxpay_sandbox::{Api, Fault, Sandbox};

use super::{exit, json_of, run};
use crate::setup::{Setup, text};

const FILES: &[&str] = &[
    "call",
    "v3.new_tax_control_fapiao.query_fapiao_files",
    "--fapiao-apply-id",
    "A1",
];

fn provider(sandbox: &Sandbox) -> Setup {
    let mut setup = Setup::new(sandbox);
    setup.set("sub_mch_id", "1900000109");
    setup
}

/// Issues two invoices of one application.
fn issue(setup: &Setup) {
    let fapiao = |id: &str| {
        json!({
            "fapiao_id": id,
            "total_amount": 11_300,
            "need_list": false,
            "items": [{
                "tax_code": "3010101020203000000",
                "quantity": 100_000_000,
                "total_amount": 11_300,
                "tax_rate": 1_300,
                "discount": false,
            }],
        })
    };
    let request = json!({
        "scene": "WITH_WECHATPAY",
        "fapiao_apply_id": "A1",
        "buyer_information": { "type": "INDIVIDUAL", "name": "张三" },
        "fapiao_information": [fapiao("F1"), fapiao("F2")],
    });
    setup.file("issue.json", request.to_string());
    let issue = ["call", "v3.new_tax_control_fapiao.issue_fapiao", "--yes"];
    let output = run(setup, &issue, &["--json", "issue.json"]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_fetched_by_the_command_that_asks_where_it_is() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = provider(&sandbox);
    issue(&setup);
    let value = json_of(&run(&setup, FILES, &["--json"]));
    let list = value["fapiao_download_info_list"].as_array().unwrap();
    assert_eq!(list.len(), 2, "{value}");

    let output = run(&setup, FILES, &["--fapiao-id", "F2", "--out", "F2.pdf"]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    let file = fs::read(setup.path("F2.pdf")).unwrap();
    assert!(file.starts_with(b"%PDF-"));
    let said = text(&output.stdout);
    assert!(
        said.contains(&format!("F2.pdf: {} bytes", file.len())),
        "{said}"
    );
    let seen = sandbox.requests().pop().unwrap();
    assert!(seen.target.contains("&fapiao_id=F2"), "{}", seen.target);
    assert!(seen.headers.get("authorization").is_none());

    // A name that is there is refused before anything is sent.
    let before = sandbox.requests().len();
    let output = run(&setup, FILES, &["--fapiao-id", "F2", "--out", "F2.pdf"]);
    assert_eq!((exit(&output), sandbox.requests().len()), (2, before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_can_not_be_had_is_none() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = provider(&sandbox);
    issue(&setup);
    let output = run(&setup, FILES, &["--out", "F.pdf"]);
    assert_eq!(exit(&output), 2);
    let said = text(&output.stderr);
    assert!(said.contains("--fapiao-id"), "{said}");
    let said = text(&run(&setup, FILES, &["--out", "F.pdf", "--lang", "zh"]).stderr);
    assert!(said.contains("多张发票"), "{said}");

    let download = Api::named("v3.download_invoice").unwrap();
    let fault = Fault::ErrorCode {
        code: "INVALID_REQUEST".to_owned(),
        message: "链接已失效，请重新获取".to_owned(),
    };
    sandbox.inject(download, fault).unwrap();
    let one = ["--fapiao-id", "F1", "--out", "F.pdf"];
    let output = run(&setup, FILES, &one);
    assert_eq!(exit(&output), 4);
    let said = text(&output.stderr);
    assert!(said.contains("链接已失效"), "{said}");
    assert!(!setup.path("F.pdf").exists());
}
