//! A file that an operation answers with.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::ArgMatches;
use serde_json::json;
use wxpay_api::transport::ReqwestTransportBuilder;
use wxpay_catalog::{Operation, Reply};

use super::arguments::OUT;
use super::invoice;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::private_file::new_private;

/// Where the file goes.
pub(super) enum Out {
    Stdout,
    File(PathBuf),
}

/// What a file was compared with.
#[derive(Clone, Copy)]
pub(super) enum Proof {
    Nothing,
    /// A digest that came with it, which finds a broken file but says nothing of who made it.
    Digest,
}

impl Out {
    /// Nothing for an operation that answers with fields. A name that is there already is refused
    /// before anything is sent.
    pub(super) fn of(
        operation: &Operation,
        matches: &ArgMatches,
        json: bool,
    ) -> Result<Option<Self>, Fail> {
        if operation.reply != Reply::File && !invoice::is_told_by(operation) {
            return Ok(None);
        }
        let Some(out) = matches.get_one::<String>(OUT) else {
            return Ok(None);
        };
        if out != "-" {
            let path = PathBuf::from(out);
            return if path.symlink_metadata().is_ok() {
                Err(taken(&path))
            } else {
                Ok(Some(Self::File(path)))
            };
        }
        if json {
            return Err(Fail::usage(
                "--json needs a file for the answer: standard output can't hold both",
                "使用 --json 时请用 --out 指定文件：标准输出不能同时输出两者",
            ));
        }
        Ok(Some(Self::Stdout))
    }

    /// Writes it, for its owner alone.
    pub(super) fn write(
        &self,
        bytes: &[u8],
        proof: Proof,
        json: bool,
        lang: Lang,
    ) -> Result<ExitCode, Fail> {
        let Self::File(path) = self else {
            let mut out = stdout();
            out.write_all(bytes)?;
            out.flush()?;
            return Ok(ExitCode::SUCCESS);
        };
        let mut file = new_private(path)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|error| {
                let shown = path.display();
                Fail::new(format!("can't write {shown}"), format!("无法写入 {shown}"))
                    .because(error)
            })?;
        let (shown, length) = (path.display().to_string(), bytes.len());
        if json {
            writeln!(stdout(), "{:#}", json!({ "file": shown, "bytes": length }))?;
        } else {
            let (en, zh) = match proof {
                Proof::Nothing => (
                    "nothing proves them here: compare their digest",
                    "此处未校验摘要，请自行核对",
                ),
                Proof::Digest => (
                    "their digest is right; no signature covers it",
                    "摘要校验通过；该摘要没有签名",
                ),
            };
            let said = lang.pick(
                format!("{shown}: {length} bytes; {en}"),
                format!("{shown}：{length} 字节；{zh}"),
            );
            writeln!(stdout(), "{said}")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The transport of a call that answers with a file.
pub(super) fn limits(builder: ReqwestTransportBuilder) -> ReqwestTransportBuilder {
    builder
        .max_response_bytes(256 * 1024 * 1024)
        .total_timeout(Duration::from_secs(10 * 60))
}

fn taken(path: &Path) -> Fail {
    let shown = path.display();
    Fail::usage(
        format!("{shown} is there already and is not overwritten: give another name"),
        format!("{shown} 已经存在，不会覆盖：请指定其他文件名"),
    )
}
