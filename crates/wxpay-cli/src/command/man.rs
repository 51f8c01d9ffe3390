//! `wxpay man`, for those who package the command: its manual pages. Only with the feature `man`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Command, CommandFactory};

use crate::Arguments as Wxpay;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::{help, parse_error, wrap};

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
    clap_mangen::generate_to(broken(help::prepared(Wxpay::command(), lang)), dir)?;
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let page = laid_out(&fs::read_to_string(&path)?);
        let page = match lang {
            Lang::En => page,
            Lang::Zh => in_chinese(&page),
        };
        fs::write(&path, page)?;
    }
    Ok(())
}

/// The command with lines behind its help that a page can show as they are: columns and examples.
fn broken(mut command: Command) -> Command {
    if let Some(text) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(wrap::fit(&text, WIDTH));
    }
    command.mut_subcommands(broken)
}

/// A page that shows those lines as they are.
fn laid_out(page: &str) -> String {
    let (mut laid_out, mut as_it_is) = (String::new(), false);
    for line in page.lines() {
        if as_it_is && line.starts_with(".SH ") {
            laid_out += ".fi\n";
            as_it_is = false;
        }
        laid_out += match line {
            ".SH EXTRA" => ".SH NOTES\n.nf",
            line => line,
        };
        laid_out.push('\n');
        as_it_is |= line == ".SH EXTRA";
    }
    laid_out
}

/// A page whose headings and other words of the generator are in Chinese too.
fn in_chinese(page: &str) -> String {
    let lines = page.lines().map(|line| {
        let heading = HEADINGS.iter().find(|(english, _)| line == *english);
        heading.map_or(line, |(_, chinese)| chinese)
    });
    let page: String = lines.map(|line| format!("{line}\n")).collect();
    let page = WORDS.iter().fold(page, |page, (english, chinese)| {
        page.replace(english, chinese)
    });
    parse_error::fixed_words(&page)
}

const HEADINGS: [(&str, &str); 7] = [
    (".SH NAME", ".SH 名称"),
    (".SH SYNOPSIS", ".SH 用法"),
    (".SH DESCRIPTION", ".SH 说明"),
    (".SH OPTIONS", ".SH 选项"),
    (".SH SUBCOMMANDS", ".SH 命令"),
    (".SH NOTES", ".SH 补充"),
    (".SH VERSION", ".SH 版本"),
];
/// As they are escaped in a page.
const WORDS: [(&str, &str); 4] = [
    (
        "Print help (see a summary with \\*(Aq\\-h\\*(Aq)",
        "显示帮助（\\-h 显示摘要）",
    ),
    (
        "Print help (see more with \\*(Aq\\-\\-help\\*(Aq)",
        "显示帮助（\\-\\-help 显示详情）",
    ),
    ("[\\fIsubcommands\\fR]", "[\\fI命令\\fR]"),
    ("<\\fIsubcommands\\fR>", "<\\fI命令\\fR>"),
];
/// Of a line, with the indentation of a page in 80 columns.
const WIDTH: usize = 72;
