//! What `wxpay` alone prints: what to do first.

use std::io::Write;
use std::process::ExitCode;

use anstyle::Style;
use textwrap::core::display_width;

use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::{has_colours, stdout};

pub(crate) fn run(lang: Lang) -> Result<ExitCode, Fail> {
    let style = match has_colours() {
        true => Style::new().bold(),
        false => Style::new(),
    };
    let mut out = stdout().lock();
    let version = env!("CARGO_PKG_VERSION");
    let title = lang.pick(
        ": WeChat Pay (微信支付) from a terminal",
        "：在终端中使用微信支付",
    );
    writeln!(out, "{style}wxpay {version}{style:#}{title}")?;
    for (heading, rows) in lang.pick(ENGLISH, CHINESE) {
        writeln!(out, "\n{style}{heading}{style:#}")?;
        for (command, says) in rows {
            let pad = " ".repeat(COMMANDS.saturating_sub(display_width(command)));
            writeln!(out, "  {style}{command}{style:#}{pad}{says}")?;
        }
    }
    writeln!(out, "\n{}", lang.pick(HELP, HELP_IN_CHINESE))?;
    Ok(ExitCode::SUCCESS)
}

/// A heading, and commands with what they do.
type Part = (&'static str, &'static [(&'static str, &'static str)]);

const ENGLISH: [Part; 3] = [
    (
        "To try it, without an account:",
        &[
            ("wxpay demo", "real calls to a WeChat Pay on this machine"),
            (
                "wxpay sandbox",
                "the same for your program, in any language",
            ),
        ],
    ),
    (
        "With your merchant ID and keys:",
        &[
            ("wxpay init", "write a wxpay.toml to fill in"),
            (
                "wxpay doctor",
                "check it before it goes live; no money moves",
            ),
            (
                "wxpay list refund",
                "find an operation; wxpay show NAME explains it",
            ),
            ("wxpay call NAME", "make one call"),
            (
                "wxpay payout run FILE",
                "pay or refund the rows of a CSV file, each once",
            ),
        ],
    ),
    (
        "When a signature is wrong:",
        &[("wxpay explain FILE", "say in words why")],
    ),
];
const CHINESE: [Part; 3] = [
    (
        "先试用，不需要商户号：",
        &[
            ("wxpay demo", "在本机启动沙箱，发起真实调用并逐一核对"),
            ("wxpay sandbox", "启动本机沙箱，供任何语言的程序对接"),
        ],
    ),
    (
        "有商户号和密钥之后：",
        &[
            ("wxpay init", "写一份待填写的 wxpay.toml"),
            ("wxpay doctor", "上线前检查配置，不动用资金"),
            ("wxpay list 退款", "查找接口；wxpay show 接口名 查看说明"),
            ("wxpay call 接口名", "调用一个接口"),
            (
                "wxpay payout run 文件",
                "按 CSV 文件付款或退款，每行只执行一次",
            ),
        ],
    ),
    (
        "签名不对时：",
        &[("wxpay explain 文件", "用文字说明哪里不对")],
    ),
];
const HELP: &str = "\
wxpay --help has all commands, wxpay COMMAND --help explains one.
中文：加上 --lang zh，或将 LANG 设为 zh_CN.UTF-8。";
const HELP_IN_CHINESE: &str = "\
wxpay --help 列出全部命令，wxpay 命令 --help 说明其中一个。
English: add --lang en, or set LANG to en_US.UTF-8.";

/// The column of what a command does, behind the indentation.
const COMMANDS: usize = 24;
