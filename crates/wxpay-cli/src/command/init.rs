//! A configuration to fill in.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::private_file::new_private;

/// Where to write it.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder for `wxpay.toml` and the files that it names; made if it is not there
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Print JSON: the file, those that it names, and the command that checks it
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let file = arguments.dir.join(NAME);
    make_folder(&arguments.dir)?;
    write(&file, lang.pick(ENGLISH, CHINESE))?;

    let shown = file.display();
    let next = lang.pick(NEXT, NEXT_ZH);
    let doctor = if arguments.dir == Path::new(".") {
        "wxpay doctor".to_owned()
    } else {
        format!("wxpay doctor --config {shown}")
    };
    if arguments.json {
        let said = json!({ "file": shown.to_string(), "needs": NEEDS, "check": doctor });
        writeln!(stdout(), "{said:#}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = next
        .replace("{file}", &shown.to_string())
        .replace("{doctor}", &doctor);
    stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn make_folder(dir: &Path) -> Result<(), Fail> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        // Keys are going to lie in it.
        builder.mode(0o700);
    }
    builder.create(dir).map_err(|error| {
        let shown = dir.display();
        Fail::usage(
            format!("can't make the folder {shown}"),
            format!("无法创建目录 {shown}"),
        )
        .because(error)
    })
}

/// Writes a file that is not there yet, for its owner alone. A half of it is not left behind.
fn write(file: &Path, text: &str) -> Result<(), Fail> {
    if file.symlink_metadata().is_ok() {
        return Err(is_there(file));
    }
    let mut new = new_private(file)?;
    let written = new
        .write_all(text.as_bytes())
        .and_then(|()| new.sync_all())
        .inspect_err(|_| drop(fs::remove_file(file)));
    written.map_err(|error: io::Error| {
        let shown = file.display();
        Fail::usage(format!("can't write {shown}"), format!("无法写入 {shown}")).because(error)
    })
}

fn is_there(file: &Path) -> Fail {
    let shown = file.display();
    Fail::usage(
        format!("{shown} is there already, and is left as it is: name another folder by --dir"),
        format!("{shown} 已存在，未作任何改动：请用 --dir 指定其他目录"),
    )
}

const NAME: &str = "wxpay.toml";
/// The files that it names.
const NEEDS: [&str; 5] = [
    "apiclient_cert.pem",
    "apiclient_key.pem",
    "pub_key.pem",
    "v2_key.txt",
    "v3_key.txt",
];
const ENGLISH: &str = include_str!("init/wxpay.en.toml");
const CHINESE: &str = include_str!("init/wxpay.zh.toml");

const NEXT: &str = "\
Wrote {file}, which only you can read. Next:

1. Put these files into its folder, each with mode 600, or change their names in it:
   apiclient_cert.pem   the merchant's API certificate (商户API证书), and
   apiclient_key.pem    its private key: both from the merchant platform, 账户中心 → API安全
   pub_key.pem          WeChat Pay's public key (微信支付公钥): the same page
   v2_key.txt           the APIv2 key (APIv2密钥), and nothing else
   v3_key.txt           the APIv3 key (APIv3密钥), and nothing else
2. Fill in mch_id, app_id and public_key_id, and take away the # in front of each. Delete what you do not use.
3. Check it: {doctor}
";

const NEXT_ZH: &str = "\
已写入 {file}，只有您本人可以读取。接下来：

1. 把以下文件放到它所在的目录，权限设为 600；也可以在其中改成别的文件名：
   apiclient_cert.pem   商户API证书
   apiclient_key.pem    商户API私钥：与证书一样，来自商户平台 账户中心 → API安全
   pub_key.pem          微信支付公钥：同一页面
   v2_key.txt           APIv2密钥，文件中只有密钥
   v3_key.txt           APIv3密钥，文件中只有密钥
2. 填写 mch_id、app_id 和 public_key_id，并去掉各行开头的 #；不使用的部分可以删除。
3. 检查：{doctor}
";
