//! What HTTP clients print while they work: `curl -v`, the wire log of Apache HttpClient, the log
//! of OkHttp.

use std::borrow::Cow;

use wxpay_core::InvalidInput;

use super::{Capture, http};

/// One exchange of a log: the text of the request and, if there is one, of its response.
#[derive(Default)]
struct Exchange {
    request: Vec<u8>,
    reply: Vec<u8>,
}

/// Reads the last message of a log: the response if there is one, else the request. `None` if the
/// text is not such a log.
pub(super) fn read(text: &[u8]) -> Option<Result<Capture, InvalidInput>> {
    let exchange = curl(text)
        .or_else(|| wire(text))
        .or_else(|| ok_http(text))?;
    if exchange.reply.is_empty() {
        return http::is_head(&exchange.request).then(|| http::read(&exchange.request));
    }
    let request = http::read(&exchange.request).ok();
    let answered = request
        .as_ref()
        .and_then(Capture::target)
        .map(ToOwned::to_owned);
    Some(http::read(&exchange.reply).map(|mut reply| {
        reply.answers = answered;
        reply
    }))
}

/// `> ` before what is sent, `< ` before the head of what comes, `* ` before remarks.
fn curl(text: &[u8]) -> Option<Exchange> {
    let begins = |line: &[u8]| {
        line.starts_with(b"< HTTP/") || line.strip_prefix(b"> ").is_some_and(http::is_head)
    };
    if !lines(text).any(begins) {
        return None;
    }
    let mut exchange = Exchange::default();
    let mut body: Vec<u8> = Vec::new();
    for line in lines(text.strip_suffix(b"\n").unwrap_or(text)) {
        let remark = [&b"* "[..], b"{ [", b"} ["];
        if begins(line) {
            if line.starts_with(b">") {
                exchange.request.clear();
            }
            exchange.reply.clear();
        }
        if let Some(head) = line.strip_prefix(b">") {
            push_line(&mut exchange.request, head.trim_ascii());
            body.clear();
        } else if let Some(head) = line
            .strip_prefix(b"<")
            .filter(|head| head.trim_ascii().is_empty() || head.starts_with(b" "))
        {
            push_line(&mut exchange.reply, head.trim_ascii());
            body.clear();
        } else if !remark.iter().any(|remark| line.starts_with(remark)) {
            body.extend_from_slice(line);
            body.push(b'\n');
        }
    }
    // curl puts its last remark behind a body that does not end in a line feed.
    let left = find(&body, b"* Connection #").and_then(|at| body.get(..at));
    let body = left.unwrap_or(&body);
    let head = if exchange.reply.is_empty() {
        &mut exchange.request
    } else {
        &mut exchange.reply
    };
    if !head.ends_with(b"\n\n") {
        head.push(b'\n');
    }
    head.extend_from_slice(body);
    Some(exchange)
}

/// `… http-outgoing-0 >> "POST / HTTP/1.1[\r][\n]"`.
fn wire(text: &[u8]) -> Option<Exchange> {
    let mut exchange = Exchange::default();
    let mut found = false;
    for line in lines(text) {
        if find(line, b"http-outgoing-")
            .or_else(|| find(line, b"wire"))
            .is_none()
        {
            continue;
        }
        let sent = find(line, b">> \"");
        let came = find(line, b"<< \"");
        let (at, sends) = match (sent, came) {
            (Some(sent), Some(came)) => (sent.min(came), sent < came),
            (Some(sent), None) => (sent, true),
            (None, Some(came)) => (came, false),
            (None, None) => continue,
        };
        let quoted = line.get(at + 4..).unwrap_or_default().trim_ascii_end();
        let Some(quoted) = quoted.strip_suffix(b"\"") else {
            continue;
        };
        let bytes = unmarked(quoted);
        let to = if sends {
            &mut exchange.request
        } else {
            &mut exchange.reply
        };
        if http::is_head(&bytes) {
            to.clear();
        }
        to.extend_from_slice(&bytes);
        found = true;
    }
    found.then_some(exchange)
}

/// `--> POST https://… http/1.1` to `--> END POST`, and `<-- 200 OK https://…` to `<-- END HTTP`.
fn ok_http(text: &[u8]) -> Option<Exchange> {
    let mut exchange = Exchange::default();
    let mut into: Option<&mut Vec<u8>> = None;
    let mut found = false;
    for line in lines(text) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"--> END") || line.starts_with(b"<-- END") {
            into = None;
        } else if let Some(first) = line.strip_prefix(b"--> ") {
            let mut words = first.split(|b| *b == b' ');
            let (method, url) = (words.next()?, words.next()?);
            if !method.iter().all(u8::is_ascii_uppercase) {
                return None;
            }
            exchange.request = [method, b" ", url, b" HTTP/1.1\n"].concat();
            exchange.reply.clear();
            into = Some(&mut exchange.request);
            found = true;
        } else if let Some(first) = line.strip_prefix(b"<-- ") {
            let status = first.split(|b| *b == b' ').next()?;
            if !status.iter().all(u8::is_ascii_digit) {
                continue;
            }
            exchange.reply = [b"HTTP/1.1 ", status, b"\n"].concat();
            into = Some(&mut exchange.reply);
            found = true;
        } else if let Some(into) = &mut into {
            push_line(into, line);
        }
    }
    found.then_some(exchange)
}

/// The bytes behind the marks `[\r]`, `[\n]` and `[0xe4]`.
fn unmarked(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'[') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let marked = match rest {
            [b'[', b'\\', b'r', b']', after @ ..] => Some((b'\r', after)),
            [b'[', b'\\', b'n', b']', after @ ..] => Some((b'\n', after)),
            [b'[', b'0', b'x', digits @ ..] => hex_mark(digits),
            _ => None,
        };
        let (byte, after) = marked.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(bytes)
}

/// One or two digits and the closing bracket.
fn hex_mark(text: &[u8]) -> Option<(u8, &[u8])> {
    let end = text.iter().take(3).position(|b| *b == b']')?;
    let digits = std::str::from_utf8(text.get(..end)?).ok()?;
    let byte = u8::from_str_radix(digits, 16).ok()?;
    Some((byte, text.get(end + 1..)?))
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| *b == b'\n')
}

fn push_line(to: &mut Vec<u8>, line: &[u8]) {
    to.extend_from_slice(line);
    to.push(b'\n');
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
