//! The text of an HTTP message, as a log or `curl -i` shows it.

use wxpay_core::InvalidInput;

use super::Capture;

/// Whether the first line is one of a request or a response.
pub(super) fn is_head(text: &[u8]) -> bool {
    let line = text
        .split(|b| *b == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    let last = line.rsplit(|b| *b == b' ').next().unwrap_or_default();
    line.starts_with(b"HTTP/")
        || (last.starts_with(b"HTTP/") && line.first().is_some_and(u8::is_ascii_alphabetic))
        || is_bare(line)
}

/// Whether the line is a method and a target without a version, as request files of editors have
/// it.
fn is_bare(line: &[u8]) -> bool {
    let mut words = line.split(|b| *b == b' ');
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    let known = [&b"GET"[..], b"POST", b"PUT", b"PATCH", b"DELETE"];
    known.contains(&method)
        && (target.starts_with(b"/") || target.starts_with(b"http"))
        && words.next().is_none()
}

pub(super) fn read(text: &[u8]) -> Result<Capture, InvalidInput> {
    let mut capture = Capture::default();
    let (first, mut rest) = line(text);
    let first = utf8(first)?;
    if first.starts_with("HTTP/") {
        let status = first.split(' ').nth(1);
        capture.status = status.and_then(|status| status.parse().ok());
    } else {
        let mut words = first.split(' ').filter(|word| !word.is_empty());
        let (Some(method), Some(target), _, None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(InvalidInput::new(
                "capture",
                "must begin with METHOD TARGET HTTP/1.1; encode spaces in the target as they are sent",
                "必须以“METHOD TARGET HTTP/1.1”开头；目标中的空格请按发送时的样子编码",
            ));
        };
        capture.request = Some((method.to_owned(), target.to_owned()));
    }
    loop {
        let (header, after) = line(rest);
        rest = after;
        if header.is_empty() {
            break;
        }
        let (name, value) = utf8(header)?.split_once(':').ok_or_else(|| {
            InvalidInput::new(
                "capture",
                "must have headers as name: value, then an empty line, then the body",
                "请求头须写成“名称: 值”，其后是空行，再后是报文主体",
            )
        })?;
        capture = capture.header(name.trim(), value.trim());
    }
    read_body(rest, &mut capture);
    Ok(capture)
}

/// Takes what follows the headers as the body, cut where they say that it ends.
pub(super) fn read_body(rest: &[u8], capture: &mut Capture) {
    let chunked = capture.value("Transfer-Encoding") == Some("chunked");
    if let Some(body) = joined_chunks(rest).filter(|_| chunked) {
        capture.body = body;
        return;
    }
    // Most tools show an encoded body decoded; its length is the one before that.
    let encoding = capture.value("Content-Encoding");
    let encoded = encoding.is_some_and(|encoding| encoding != "identity");
    let length = capture
        .value("Content-Length")
        .filter(|_| !encoded)
        .and_then(|value| value.parse::<usize>().ok());
    match length {
        Some(length) if rest.len() == length => capture.body = rest.to_vec(),
        Some(length) => {
            // The editor's line feed after the body.
            let fits = rest
                .get(length..)
                .is_some_and(|end| end.trim_ascii().is_empty());
            if !fits {
                capture.wrong_length = Some(length);
            }
            let body = rest.get(..length).filter(|_| fits).unwrap_or(rest);
            capture.body = body.to_vec();
        }
        None => capture.set_body(rest),
    }
}

/// The body of `Transfer-Encoding: chunked`, if the text is one; most captures show it joined
/// already.
fn joined_chunks(text: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    let mut rest = text;
    loop {
        let (size, after) = line(rest);
        let size = std::str::from_utf8(size).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let (chunk, after) = after.split_at_checked(size)?;
        body.extend_from_slice(chunk);
        let (end, after) = line(after);
        if !end.is_empty() {
            return None;
        }
        rest = after;
    }
}

/// The first line without its end, and the rest.
pub(super) fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = text.splitn(2, |b| *b == b'\n');
    let line = parts.next().unwrap_or_default();
    let rest = parts.next().unwrap_or_default();
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn utf8(line: &[u8]) -> Result<&str, InvalidInput> {
    std::str::from_utf8(line).map_err(|_| {
        InvalidInput::new(
            "capture",
            "must have its first lines in UTF-8",
            "起始行和请求头必须是 UTF-8",
        )
    })
}
