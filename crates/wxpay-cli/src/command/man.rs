//! `wxpay man`, for those who package the command: its manual pages. Only with the feature `man`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory;

use crate::Arguments as Wxpay;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::{help, parse_error};

/// Where they go.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder for the pages, one for each command; it is made if it is missing
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let dir = &arguments.dir;
    write(dir, lang).map_err(|error| {
        let shown = dir.display();
        Fail::new(
            format!("can't write the manual pages into {shown}"),
            format!("无法把手册页写入 {shown}"),
        )
        .because(error)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn write(dir: &Path, lang: Lang) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    clap_mangen::generate_to(help::prepared(Wxpay::command(), lang), dir)?;
    if lang == Lang::Zh {
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            fs::write(&path, in_chinese(&fs::read_to_string(&path)?))?;
        }
    }
    Ok(())
}

/// A page whose headings and other words of the generator are in Chinese too.
fn in_chinese(page: &str) -> String {
    let lines = page.lines().map(|line| {
        let heading = HEADINGS.iter().find(|(english, _)| line == *english);
        heading.map_or(line, |(_, chinese)| chinese)
    });
    let page: String = lines.map(|line| format!("{line}\n")).collect();
    parse_error::fixed_words(&page)
}

const HEADINGS: [(&str, &str); 7] = [
    (".SH NAME", ".SH 名称"),
    (".SH SYNOPSIS", ".SH 用法"),
    (".SH DESCRIPTION", ".SH 说明"),
    (".SH OPTIONS", ".SH 选项"),
    (".SH SUBCOMMANDS", ".SH 命令"),
    (".SH EXTRA", ".SH 补充"),
    (".SH VERSION", ".SH 版本"),
];
