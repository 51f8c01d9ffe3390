//! With `--lang zh` the command speaks Chinese, also of what goes wrong.

use std::process::Stdio;

use wxpay_sandbox::Sandbox;

use crate::setup::{Setup, text};

/// A command that fails, and what is changed before.
type Failing = (&'static str, fn(&mut Setup));

const FAILING: &[Failing] = &[
    ("doctor --offline", |setup| setup.set("mch_id", "merchant")),
    ("doctor --offline", |setup| setup.set("app_id", "no app")),
    ("doctor --offline", |setup| setup.file("v2_key", " spaces ")),
    ("doctor --offline", |setup| setup.file("wecom", "密钥")),
    ("doctor --offline", |setup| setup.mode("v3_key", 0o640)),
    ("doctor --offline", |setup| {
        setup.file("pub_key.pem", "no key")
    }),
    ("doctor --offline", |setup| {
        setup.file("apiclient_cert.pem", "none")
    }),
    ("doctor --offline", |setup| {
        setup.file("apiclient_key.pem", "none")
    }),
    ("doctor --offline", |setup| {
        setup.set("tls.root", "nothing.pem")
    }),
    ("doctor --offline", |setup| {
        setup.set("base_url", "http://x")
    }),
    ("doctor --offline", |setup| {
        setup.set("platform.certificates", vec!["list.json"]);
    }),
    ("doctor --offline --config nothing.toml", nothing),
    ("doctor", |setup| {
        setup.set("base_url", "https://127.0.0.1:9")
    }),
    ("init", nothing),
    ("init --dir wxpay.toml", nothing),
    ("pay", nothing),
    ("--version=1", nothing),
    ("doctor --offlin", nothing),
    ("call", nothing),
    ("call v2.pay.order_qury", nothing),
    ("call zzzz", nothing),
    ("show", nothing),
    ("show v2.pay.order_qury", nothing),
    ("list --jsn", nothing),
    (
        "call v2.pay.query_order --out-trade-no 1 --extra a",
        nothing,
    ),
    (
        "call v3.billdownload.download_bill --token 1 --out broken.json",
        nothing,
    ),
    ("call v3.pay.payment_notification", nothing),
    ("call v2.pay.query_order", nothing),
    (
        "call v2.pay.query_order --out-trade-no 1 --transaction-id 2",
        nothing,
    ),
    ("call v2.pay.query_order --out-trade-no", nothing),
    (
        "call v2.pay.query_order --out-trade-no 1 --out-trade-no 2",
        nothing,
    ),
    ("call v2.pay.query_order --request nothing.json", nothing),
    ("call v2.pay.query_order --request broken.json", nothing),
    ("call v2.pay.query_order --request list.json", nothing),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.unset("v2.key_file")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.file("v2_key", "short")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.file("v2_key", "")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.file("v2_key", b"\xff\xfe")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.mode("v2_key", 0o644)
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("mch_id", "merchant")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("app_id", "")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.unset("mch_id")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("base_url", "ftp://x")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("base_url", "not a url")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("tls.root", "nothing.pem")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("v2.kei", "x")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("v2.sign_type", "SHA1")
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("v2.key", 5)
    }),
    ("call v2.pay.query_order --out-trade-no 1", |setup| {
        setup.set("platform.certificates", "fech")
    }),
    (
        "call v2.pay.query_order --out-trade-no 1 --config nothing.toml",
        nothing,
    ),
    (
        "call v2.pay.query_order --out-trade-no 1 --config broken.json",
        nothing,
    ),
    ("call v2.wecom.pay_employee --request payment.json", nothing),
    ("call v2.wecom.pay_employee --check-name PERHAPS", nothing),
    (
        "call v3.partner_transfer.query_detail_by_id --batch-id 1 --detail-id 2",
        |setup| {
            setup.file("apiclient_key.pem", "no key");
        },
    ),
    (
        "call v3.partner_transfer.query_detail_by_id --batch-id 1 --detail-id 2",
        |setup| {
            setup.file("apiclient_cert.pem", "no certificate");
        },
    ),
    (
        "call v3.partner_transfer.query_detail_by_id --batch-id 1 --detail-id 2",
        |setup| {
            setup.unset("certificate.private_key");
        },
    ),
    (
        "call v3.partner_transfer.query_detail_by_id --batch-id 1 --detail-id 2",
        |setup| {
            setup.unset("platform.public_key_id");
        },
    ),
    (
        "call v3.partner_transfer.query_detail_by_id --batch-id 1 --detail-id 2",
        |setup| {
            setup.unset("platform.public_key");
            setup.unset("platform.public_key_id");
        },
    ),
    (
        "call v3.partner_transfer.query_detail_by_id --batch-id 1 --detail-id 2",
        |setup| {
            setup.file("pub_key.pem", "no key");
        },
    ),
    ("payout", nothing),
    ("payout run", nothing),
    ("payout run rows.csv", nothing),
    ("payout run nothing.csv --journal j", nothing),
    ("payout run rows.csv --journal j", nothing),
    ("payout run head.csv --journal j", nothing),
    ("payout run gbk.csv --journal j", nothing),
    ("payout run utf16.csv --journal j", nothing),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.setle", "1s")
    }),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.settle", "soon")
    }),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.settle", "")
    }),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.settle", "5 moons")
    }),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.settle", 5)
    }),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.per_second", 0)
    }),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.least_fen", -1)
    }),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.lease", "1s")
    }),
    ("payout run rows.csv --journal j", |setup| {
        setup.set("payout.spbill_create_ip", "x")
    }),
    ("payout status --journal nothing", nothing),
    ("payout export --journal nothing", nothing),
    ("bill", nothing),
    ("bill totals", nothing),
    ("bill totals nothing.bill", nothing),
    ("bill totals broken.json", nothing),
    ("bill show gbk.bill", nothing),
    ("bill show utf16.csv", nothing),
    ("bill totals cut.bill", nothing),
    ("bill totals spoilt.bill", nothing),
    ("bill reconcile gbk.bill --orders rows.csv", nothing),
    ("bill reconcile empty.bill --orders rows.csv", nothing),
    ("bill reconcile empty.bill --orders gbk.csv", nothing),
    ("bill reconcile empty.bill --orders nothing.csv", nothing),
    ("bill download trade 2026-01-31", nothing),
    ("bill download weekly 2026-01-31 a.bill", nothing),
    ("bill download trade yesterday a.bill", nothing),
    ("bill download trade 2026-01-31 broken.json", nothing),
    (
        "bill download trade 2026-01-31 a.bill --account fees",
        nothing,
    ),
    ("bill download sub-merchant-fund 2026-01-31 a.bill", nothing),
    ("bill download trade 2001-01-01 a.bill", nothing),
    ("bill download trade 2026-01-31 a.bill", |setup| {
        setup.set("base_url", "https://127.0.0.1:9")
    }),
    ("sign v2 nothing", nothing),
    ("sign v2 @broken.json", nothing),
    ("sign v2 @broken.xml", nothing),
    ("sign v2 @gbk.csv", nothing),
    ("sign v2 a=1 sign_type=SHA1", nothing),
    ("sign v2 a=1 --sign-type SHA1", nothing),
    ("sign v3 GET", nothing),
    ("sign v3 GET 接口", nothing),
    ("sign v3 GET /v3/x --timestamp then", nothing),
    ("sign v3 GET /v3/x --nonce %", nothing),
    ("sign jsapi id --nonce n", |setup| setup.unset("app_id")),
    ("sign app prepay_id=wx1 --v2 MD5", nothing),
    ("sign app wx1 --partner-id x", nothing),
    ("sign app wx1", |setup| setup.set("v3.mch_id", "1900000100")),
    ("verify @nothing", nothing),
    ("open @nothing", nothing),
    ("open @list.json", nothing),
    ("open --sealed @gbk.csv", nothing),
    ("explain @nothing", nothing),
    ("explain {} -H name", nothing),
    ("explain {} --method GET", nothing),
    ("sandbox ctl pay 1 --control nonsense", nothing),
    ("sandbox ctl pay 1 --control http://127.0.0.1:9", nothing),
    ("sandbox ctl clock advance soon", nothing),
    ("sandbox --listen nowhere", nothing),
    ("completions tcsh", nothing),
];

fn nothing(_: &mut Setup) {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failing_commands_say_no_english_sentence() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut wrong = Vec::new();
    for (arguments, change) in FAILING {
        let mut setup = Setup::new(&sandbox);
        write_files(&setup);
        change(&mut setup);
        let arguments: Vec<&str> = arguments
            .split(' ')
            .filter(|word| word.contains(char::is_alphanumeric))
            .collect();
        let mut command = setup.command(&[&["--lang", "zh"], &arguments[..]].concat());
        let output = command.stdin(Stdio::null()).output().unwrap();
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(
            !output.status.success(),
            "{arguments:?} did not fail: {said}"
        );
        assert!(said.contains(is_chinese), "{arguments:?}: {said}");
        if let Some(sentence) = english(&said) {
            wrong.push(format!("{arguments:?}: {sentence}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_help_has_no_english_sentence() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    for command in [
        "--help",
        "-h",
        "demo --help",
        "init --help",
        "doctor --help",
        "call --help",
        "call v2.wecom.pay_employee --help",
        "call v3.partner_transfer.create_batch -h",
        "list --help",
        "show --help",
        "payout --help",
        "payout run --help",
        "payout status --help",
        "payout resolve --help",
        "payout export --help",
        "bill --help",
        "bill download --help",
        "bill show -h",
        "bill totals --help",
        "bill reconcile --help",
        "sandbox ctl --help",
        "verify --help",
        "open --help",
        "completions -h",
    ] {
        let arguments: Vec<&str> = command.split(' ').collect();
        let output = setup.run(&[&["--lang", "zh"], &arguments[..]].concat());
        let said = text(&output.stdout);
        assert!(output.status.success() && said.contains("用法："), "{said}");
        assert_eq!(english(&said), None, "{command}\n{said}");
    }
}

fn write_files(setup: &Setup) {
    for (file, bytes) in [
        ("broken.json", &b"{\"a\": 1,}"[..]),
        ("list.json", b"[1]"),
        ("broken.xml", b"<xml><a>1</a>"),
        (
            "payment.json",
            b"{\"amount\": 1.5, \"partner_trade_no\": \"1\"}",
        ),
        (
            "gbk.csv",
            b"intent,openid,amount_fen,desc\na,o,100,\xb1\xa8\n",
        ),
        ("utf16.csv", b"\xff\xfei\0n\0"),
        ("empty.bill", b""),
        ("gbk.bill", b"\xbd\xbb\xd2\xd7\xca\xb1\xbc\xe4,\xb9\xab\n"),
        (
            "cut.bill",
            "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n".as_bytes(),
        ),
        (
            "spoilt.bill",
            "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n2018/2/1 4:21,5,1,a,b,c,1,2,d,e,f\n".as_bytes(),
        ),
        (
            "head.csv",
            "intent,intent,openid,金额,re_user_nmae\na,o,100,d\n".as_bytes(),
        ),
        (
            "rows.csv",
            "intent,openid,amount_fen,desc,check_name,ww_msg_type,agentid,spbill_create_ip\n\
             a 1,o,1.5,,MAYBE,SOME,x,y\n\
             b,o,99,d,FORCE_CHECK,,,\n\
             c,o,20001,\"two\nlines\",,,,\n\
             c,o,100,d,,,,\n\
             d,o,100\n\
             ,,,,,,,\n\
             2E+15,o,100,d,,,,\n\
             =1,,100,d,,,,\n\
             e,o,20001,d,,APPROVAL_MSG,,127.0.0.1\n"
                .as_bytes(),
        ),
    ] {
        setup.file(file, bytes);
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The first run of four English words with nothing but spaces between them. Names on the wire,
/// values, paths and options have other characters in them, or commas between them; code stands
/// between backticks.
fn english(said: &str) -> Option<String> {
    let is_word = |word: &&str| {
        let word = word.trim_matches(|c| "()'\".:;".contains(c));
        word.chars().any(|c| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_alphabetic() || c == '\'')
    };
    said.lines().find_map(|line| {
        let words: Vec<&str> = line
            .split('`')
            .step_by(2)
            .flat_map(|part| part.split(|c: char| c == ' ' || "：；（）“”".contains(c)))
            .filter(|word| word.contains(char::is_alphanumeric))
            .collect();
        let run = words.windows(4).find(|words| words.iter().all(is_word))?;
        Some(run.join(" "))
    })
}

#[test]
fn an_english_sentence_is_seen() {
    for text in [
        "错误：x: must be made of",
        "原因：unknown field `kei`, expected one of `key`",
        "  Print help (see a summary with '-h')",
        "（expected a string here）",
    ] {
        assert!(english(text).is_some(), "{text}");
    }
    for text in [
        "用法：wxpay call v2.pay.query_order <--transaction-id <TEXT>>",
        "[可用的值：bash, elvish, fish, powershell, zsh]",
        "用法：wxpay payout run --journal <FILE> <FILE.csv>",
        "微信支付 WeChat Pay 的 API",
    ] {
        assert_eq!(english(text), None);
    }
}
