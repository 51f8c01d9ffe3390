//! A curl command line, as people paste it and browsers and tools write it.

use wxpay_core::InvalidInput;

use super::Capture;

pub(super) fn read(text: &[u8]) -> Result<Capture, InvalidInput> {
    let text = std::str::from_utf8(text)
        .map_err(|_| {
            InvalidInput::new(
                "capture",
                "must be UTF-8 when it is a command line",
                "命令行必须是 UTF-8",
            )
        })?
        .replace("\\\r\n", "\\\n");
    let mut words = shlex::split(&ansi_quotes(&text))
        .ok_or_else(|| InvalidInput::new("capture", "must close every quote", "引号必须成对"))?
        .into_iter()
        .skip_while(|word| word != "curl")
        .skip(1);

    let mut method = None;
    let mut url = None;
    let mut data: Vec<String> = Vec::new();
    let mut get = false;
    let mut capture = Capture::default();
    while let Some(word) = words.next() {
        let (option, value) = split(&word);
        if !option.starts_with('-') {
            url = Some(word);
            continue;
        }
        if !TAKES_VALUE.contains(&option) {
            get |= matches!(option, "-G" | "--get");
            if matches!(option, "-I" | "--head") {
                method = Some("HEAD".to_owned());
            }
            continue;
        }
        let option = option.to_owned();
        let value = value
            .map(ToOwned::to_owned)
            .or_else(|| words.next())
            .ok_or_else(|| {
                InvalidInput::new(
                    "capture",
                    format!("must have a value after {option}"),
                    format!("{option} 之后必须有值"),
                )
            })?;
        match option.as_str() {
            "-X" | "--request" => method = Some(value),
            "--url" => url = Some(value),
            "-H" | "--header" => {
                if let Some((name, value)) = value.split_once(':') {
                    capture = capture.header(name.trim(), value.trim());
                }
            }
            "--json" | "-d" | "--data" | "--data-ascii" | "--data-binary" | "--data-raw" => {
                if value.starts_with('@') && option != "--data-raw" {
                    return Err(InvalidInput::new(
                        "capture",
                        format!("must hold the body itself, not {value}: put it after --data-raw"),
                        format!(
                            "必须包含请求体本身，而不是 {value}：请把请求体写在 --data-raw 之后"
                        ),
                    ));
                }
                data.push(value);
            }
            _ => {}
        }
    }
    let mut url = url.ok_or_else(|| {
        InvalidInput::new(
            "capture",
            "must name a URL after curl",
            "curl 之后必须有 URL",
        )
    })?;
    let body = data.join("&");
    if get && !data.is_empty() {
        let mark = if url.contains('?') { '&' } else { '?' };
        url.push(mark);
        url.push_str(&body);
    } else {
        capture.body = body.into_bytes();
    }
    let default = if data.is_empty() || get {
        "GET"
    } else {
        "POST"
    };
    let method = method.unwrap_or_else(|| default.to_owned());
    Ok(capture.request(&method, &url))
}

/// The option and the value that is joined to it, as in `-XPOST` and `--url=…`.
fn split(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((option, value)) if TAKES_VALUE.contains(&option) => (option, Some(value)),
            _ => (word, None),
        };
    }
    // Short options may stand together, as in `-kX POST`; the first that takes a value ends them.
    for (at, c) in word.char_indices().skip(1) {
        let end = at + c.len_utf8();
        let option = TAKES_VALUE
            .iter()
            .find(|option| option.len() == 2 && option.ends_with(c));
        if let (Some(option), true) = (option, word.starts_with('-')) {
            let value = word.get(end..).filter(|value| !value.is_empty());
            return (option, value);
        }
    }
    (word, None)
}

/// Turns `$'…'` with its escapes, which browsers write, into plain quotes.
fn ansi_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '$') if chars.peek() == Some(&'\'') => {
                chars.next();
                out.push('\'');
                ansi_quoted(&mut chars, &mut out);
                out.push('\'');
                continue;
            }
            // The line goes on.
            (None, '\\') if chars.peek() == Some(&'\n') => {
                chars.next();
                out.push(' ');
                continue;
            }
            (None | Some('"'), '\\') => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        out.push(c);
    }
    out
}

fn ansi_quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    while let Some(c) = chars.next() {
        let c = match c {
            '\'' => return,
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('u') => {
                    let digits: String = chars.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&digits, 16).ok();
                    code.and_then(char::from_u32).unwrap_or('\u{FFFD}')
                }
                Some(c) => c,
                None => return,
            },
            c => c,
        };
        if c == '\'' {
            out.push_str("'\\''");
        } else {
            out.push(c);
        }
    }
}

/// The options of curl that take a value, as far as they are seen in such commands.
const TAKES_VALUE: &[&str] = &[
    "-A",
    "-E",
    "-F",
    "-H",
    "-T",
    "-X",
    "-b",
    "-c",
    "-d",
    "-e",
    "-m",
    "-o",
    "-u",
    "-w",
    "-x",
    "--cacert",
    "--cert",
    "--cert-type",
    "--connect-timeout",
    "--cookie",
    "--data",
    "--data-ascii",
    "--data-binary",
    "--data-raw",
    "--data-urlencode",
    "--form",
    "--header",
    "--json",
    "--key",
    "--max-time",
    "--output",
    "--pass",
    "--proxy",
    "--request",
    "--resolve",
    "--retry",
    "--url",
    "--user",
    "--user-agent",
    "--write-out",
];
