//! What a running sandbox prints.

use std::io::Write;
use std::path::Path;

use wxpay_api::core::TimeFormat;
use wxpay_sandbox::{Control, Fault, Sandbox, SeenRequest};

use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// Says where everything is.
pub(super) fn greet(
    sandbox: &Sandbox,
    control: &Control,
    dir: &Path,
    lang: Lang,
) -> Result<(), Fail> {
    let mut out = stdout();
    let (base_url, page) = (sandbox.base_url(), control.url());
    let (dir, mch_id) = (dir.display(), &sandbox.merchant().mch_id);
    match lang {
        Lang::En => writeln!(
            out,
            "A local WeChat Pay runs at  {base_url}\n\
             Its page and control port   {page}\n\
             Files for clients           {dir}\n\
             Merchant ID                 {mch_id}\n\
             Ctrl-C ends it.\n"
        ),
        Lang::Zh => writeln!(
            out,
            "本地微信支付    {base_url}\n\
             页面与控制端口  {page}\n\
             客户端文件      {dir}\n\
             商户号          {mch_id}\n\
             按 Ctrl-C 结束。\n"
        ),
    }?;
    out.flush()?;
    Ok(())
}

/// Prints each request when it is answered, until the output is closed.
pub(super) async fn follow(sandbox: &Sandbox, lang: Lang) -> Result<(), Fail> {
    let mut watch = sandbox.watch();
    let mut last = 0;
    // Requests end in another order than they come in.
    let mut printed = std::collections::BTreeSet::new();
    loop {
        let seen = sandbox.requests_after(last);
        for request in &seen {
            if over(request) && printed.insert(request.number) {
                print(request, lang)?;
            }
        }
        while printed.remove(&(last + 1)) {
            last += 1;
        }
        if let Some(first) = seen.first() {
            // What is no longer kept will not be printed.
            last = last.max(first.number - 1);
            printed.retain(|number| *number > last);
        }
        if !watch.changed().await {
            return Ok(());
        }
    }
}

/// Whether there is nothing to wait for.
fn over(request: &SeenRequest) -> bool {
    request.ended || request.fault == Some(Fault::Stall)
}

fn print(request: &SeenRequest, lang: Lang) -> Result<(), Fail> {
    let time = request.time.format(TimeFormat::DateTime);
    let time = time.split(' ').next_back().unwrap_or_default();
    let mut line = format!(
        "{time}  #{}  {} {}",
        request.number,
        request.method,
        shown(&request.target)
    );
    for check in &request.signatures {
        let mark = if check.held { '✓' } else { '✗' };
        line += &format!("  {} {mark}", check.kind.as_str());
    }
    if let Some(fault) = &request.fault {
        line += &format!("  [{fault:?}]");
    }
    line += &match request.status {
        Some(status) => format!("  {status}"),
        None => format!("  {}", lang.pick("no answer", "无应答")),
    };
    let mut out = stdout();
    writeln!(out, "{line}")?;
    for check in request.signatures.iter().filter(|check| !check.held) {
        for cause in &check.causes {
            writeln!(
                out,
                "          {}",
                lang.pick(cause.english(), cause.chinese())
            )?;
        }
    }
    out.flush()?;
    Ok(())
}

/// A target that can't steer the terminal, and does not fill it.
fn shown(target: &str) -> String {
    let clean = target.chars().filter(|c| !c.is_control());
    let mut short: String = clean.take(MAX_SHOWN_CHARACTERS).collect();
    if target.chars().count() > MAX_SHOWN_CHARACTERS {
        short.push('…');
    }
    short
}

/// In characters.
const MAX_SHOWN_CHARACTERS: usize = 200;
