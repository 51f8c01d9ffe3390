//! What `[payout]` of the configuration lacks or has wrong.

use crate::office::{Office, said};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_is_missing_is_one_mistake_however_many_rows_need_it() {
    let office = Office::open().await;
    let settings = std::fs::read_to_string(office.folder.path().join("wxpay.toml")).unwrap();
    let lines = settings
        .lines()
        .filter(|line| !line.starts_with("act_name") && !line.starts_with("spbill_create_ip"));
    office.write("wxpay.toml", &lines.collect::<Vec<_>>().join("\n"));
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,desc,act_name\na,o,100,d,\nb,o,100,d,x\nc,o,100,d,\nd,o,100,d,\n",
    );
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(2));
    let english = said(&output);
    for mistake in [
        "rows.csv: act_name is missing: set act_name in [payout] of the configuration, or fill in its column (3 rows need it, \
         the first on line 2)\n",
        "rows.csv: spbill_create_ip is missing: set spbill_create_ip in [payout] of the configuration, or add a column of \
         this name (4 rows need it, the first on line 2)\n",
        "error: 2 mistakes; nothing was paid",
    ] {
        assert!(english.contains(mistake), "{mistake}\n{english}");
    }
    let chinese = said(&office.run("run rows.csv --journal j --lang zh"));
    for mistake in [
        "缺少 act_name：请在配置文件的 [payout] 中设置 act_name，或填写该列（共 3 行需要它，首行是第 2 行）",
        "缺少 spbill_create_ip：请在配置文件的 [payout] 中设置 spbill_create_ip，或增加同名的列（共 4 行需要它，首行是第 2 行）",
    ] {
        assert!(chinese.contains(mistake), "{mistake}\n{chinese}");
    }
    assert!(office.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_says_when_it_does_not_go_to_wechat_pay() {
    let office = Office::open().await;
    office.write_rows(1);
    let url = office.sandbox.base_url().to_owned();
    for (lang, notes) in [
        (
            "en",
            [
                format!("Requests go to {url}, which is not WeChat Pay's own host."),
                "Only the certificate authority in ca.pem is trusted".to_owned(),
            ],
        ),
        (
            "zh",
            [
                format!("请求将发往 {url}，这不是微信支付的正式地址。"),
                "只信任 ca.pem 中的证书颁发机构".to_owned(),
            ],
        ),
    ] {
        let output = office.run(&format!("run rows.csv --journal j --lang {lang}"));
        assert!(output.status.success(), "{}", said(&output));
        for note in notes {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains(&note), "{note}\n{said}");
        }
    }
    // What is attested rests on one more query, so it is said there too.
    let attest = "attest intent-0 --journal j --who me --evidence none";
    let output = office.run(attest);
    let note = format!("Requests go to {url}");
    assert!(said(&output).contains(&note), "{}", said(&output));
}
