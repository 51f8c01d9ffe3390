//! What a command reads: a text among the arguments, a file or standard input.

use std::fs;
use std::io::{Read, stdin};
use std::path::Path;

use wxpay_explain::Capture;

use crate::fail::Fail;

/// A captured message and what belongs to it.
#[derive(clap::Args)]
pub(crate) struct CaptureArgs {
    /// The message: a curl command line, HTTP text, XML or JSON. A file, @FILE, the text itself,
    /// or - for standard input
    #[arg(default_value = "-")]
    input: String,
    /// A header that was captured apart from the body, as "Name: value"; may be given several times
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// The method of the request, if only its body is given
    #[arg(long, value_name = "METHOD", requires = "url")]
    method: Option<String>,
    /// The URL of the request, or its path and query, if only its body is given; without --method,
    /// that of the request which a response answers
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl CaptureArgs {
    pub(crate) fn read(&self) -> Result<Capture, Fail> {
        let text = message(&self.input)?;
        // A request without a body has nothing but its method, URL and headers; and a response may
        // be empty.
        let mut capture = if text.trim_ascii().is_empty() && self.url.is_some() {
            Capture::of_body(Vec::new())
        } else {
            Capture::read(&text).map_err(|error| {
                Fail::usage("can't read the message", "无法读取报文").because(error)
            })?
        };
        for header in &self.header {
            let (name, value) = header.split_once(':').ok_or_else(|| {
                Fail::usage(
                    format!("a header must be \"Name: value\", and is {header:?}"),
                    format!("请求头应为 \"名称: 值\"，实际为 {header:?}"),
                )
            })?;
            capture = capture.header(name.trim(), value.trim());
        }
        Ok(match (&self.method, &self.url) {
            (Some(method), Some(url)) => capture.request(method, url),
            (None, Some(url)) => capture.reply_to(url),
            (_, None) => capture,
        })
    }
}

/// The bytes of a message. Its file can be named without `@`, since no message reads like the name
/// of one.
fn message(argument: &str) -> Result<Vec<u8>, Fail> {
    let path = Path::new(argument);
    let is_text = argument.trim_start().starts_with(['<', '{', '[']);
    let is_word = !argument.contains(|c: char| c.is_whitespace() || "@=:".contains(c));
    // `request.xml` is meant as a file, also when it is not there.
    let is_named = !is_text && (path.is_file() || is_word && path.extension().is_some());
    if argument != "-" && is_named {
        return file(path);
    }
    bytes(argument)
}

/// The bytes of an argument: itself, those of `@FILE`, or for `-` those of standard input.
pub(crate) fn bytes(argument: &str) -> Result<Vec<u8>, Fail> {
    if argument == "-" {
        let mut bytes = Vec::new();
        let read = stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes);
        read.map_err(|error| {
            Fail::usage("can't read standard input", "无法读取标准输入").because(error)
        })?;
        return within(bytes);
    }
    let Some(path) = argument.strip_prefix('@') else {
        if Path::new(argument).is_file() {
            return Err(Fail::usage(
                format!("{argument} is the name of a file: write @{argument} to read it"),
                format!("{argument} 是文件名：要读取它，请写作 @{argument}"),
            ));
        }
        return Ok(argument.as_bytes().to_vec());
    };
    file(Path::new(path))
}

/// The bytes of a file.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Fail> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        let shown = path.display();
        Fail::usage(format!("can't read {shown}"), format!("无法读取 {shown}")).because(error)
    })?;
    within(bytes)
}

/// The same as a text.
pub(crate) fn text(argument: &str) -> Result<String, Fail> {
    utf8(bytes(argument)?)
}

pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, Fail> {
    String::from_utf8(bytes)
        .map_err(|error| Fail::usage("the text is not UTF-8", "文本不是 UTF-8").because(error))
}

fn within(bytes: Vec<u8>) -> Result<Vec<u8>, Fail> {
    if bytes.len() as u64 > LIMIT {
        return Err(Fail::usage(
            "the input has more than 16 MiB",
            "输入超过 16 MiB",
        ));
    }
    Ok(bytes)
}

/// Bytes; no signed message is larger.
const LIMIT: u64 = 16 * 1024 * 1024;
