//! The way to WeChat Pay: its name, its TLS, and its clock.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::DATE;
use wxpay_api::core::Effect;
use wxpay_api::transport::{Hints, Transport};

use super::settings::PRODUCTION;
use super::verdict::Verdict;
use crate::config::Config;
use crate::fail::{Fail, explained};
use crate::lang::Lang;

/// The server's clock, and this one at the same moment.
pub(super) struct Clocks {
    theirs: SystemTime,
    ours: SystemTime,
}

/// The host has an address.
pub(super) async fn dns(config: &Config) -> (Verdict, ()) {
    (look_up(config).await, ())
}

/// The host answers over TLS, and says what time it is.
pub(super) async fn reach(config: &Config) -> (Verdict, Option<Clocks>) {
    match ask(config).await {
        Ok((status, clocks)) => {
            let said = format!("HTTP {status}");
            (
                Verdict::green(format!("TLS works, {said}"), format!("TLS 正常，{said}")),
                clocks,
            )
        }
        Err(fail) => {
            let verdict = Verdict::failed(&fail).advise(
                "allow port 443 to the host through the firewall or set [tls] proxy; \"UnknownIssuer\" means that \
                 another host's certificate answers: a proxy that reads along, or a sandbox without root",
                "请放行到该主机 443 端口的访问或设置 [tls] proxy；若提示 UnknownIssuer，说明应答的不是微信支付的证书：\
                 中间有代理，或沙箱未配置 root",
            );
            (verdict, None)
        }
    }
}

/// The two clocks agree: signatures of APIv3 hold for five minutes.
pub(super) fn clock(clocks: Option<Clocks>) -> Verdict {
    let Some(Clocks { theirs, ours }) = clocks else {
        return Verdict::yellow(
            "can't be compared: the answer has no Date",
            "无法比较：应答中没有 Date",
        )
        .advise("see that NTP sets the clock", "请确认已用 NTP 校时");
    };
    let (apart, side) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead.as_secs(), ("ahead", "快")),
        Err(behind) => (behind.duration().as_secs(), ("behind", "慢")),
    };
    let (en, zh) = (
        format!("this clock is {apart} s {}", side.0),
        format!("本机时钟{} {apart} 秒", side.1),
    );
    let verdict = match apart {
        0..=60 => return Verdict::green(en, zh),
        61..=300 => Verdict::yellow(en, zh),
        _ => Verdict::red(en, zh),
    };
    verdict.advise(
        "set the clock by NTP: beyond 300 s APIv3 refuses every request, and no response verifies",
        "请用 NTP 校时：相差超过 300 秒时 APIv3 会拒绝所有请求，应答也无法通过验签",
    )
}

async fn look_up(config: &Config) -> Verdict {
    if config.proxy().is_some() {
        return Verdict::green("left to the proxy", "由代理解析");
    }
    let uri = config.base_url().unwrap_or(PRODUCTION).parse::<http::Uri>();
    let Some((host, port)) = uri.as_ref().ok().and_then(|uri| {
        let default = if uri.scheme_str() == Some("http") {
            80
        } else {
            443
        };
        Some((
            uri.host()?.trim_matches(['[', ']']),
            uri.port_u16().unwrap_or(default),
        ))
    }) else {
        return Verdict::red("base_url has no host", "base_url 中没有主机名");
    };
    let found = tokio::time::timeout(CHECK_TIMEOUT, tokio::net::lookup_host((host, port))).await;
    let first = match found {
        Ok(Ok(mut addresses)) => addresses.next().ok_or_else(|| "no address".to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer in 10 s".to_owned()),
    };
    match first {
        Ok(address) => {
            let said = format!("{host}: {}", address.ip());
            Verdict::green(said.clone(), said)
        }
        Err(problem) => Verdict::red(format!("{host}: {problem}"), format!("{host}：{problem}"))
            .advise(
                "check the name and this machine's DNS",
                "请检查主机名和本机的 DNS 设置",
            ),
    }
}

/// Asks for nothing in particular; any answer will do.
async fn ask(config: &Config) -> Result<(u16, Option<Clocks>), Fail> {
    let transport = config.transport_without_identity()?;
    let url = config
        .base_url()
        .unwrap_or(PRODUCTION)
        .trim_end_matches('/');
    let request = http::Request::get(format!("{url}/"))
        .extension(Hints::new("doctor", Effect::Read, false))
        .body(Bytes::new())
        .map_err(|error| Fail::new("invalid base_url", "base_url 有误").because(error))?;
    let response = transport.send(request).await.map_err(|error| {
        let [english, chinese] = [Lang::En, Lang::Zh].map(|lang| explained(&error, lang));
        Fail::new(english.join(": "), chinese.join("："))
    })?;
    let ours = SystemTime::now();
    let date = response.headers().get(DATE);
    let theirs = date
        .and_then(|date| date.to_str().ok())
        .and_then(|date| httpdate::parse_http_date(date).ok());
    let clocks = theirs.map(|theirs| Clocks { theirs, ours });
    Ok((response.status().as_u16(), clocks))
}

const CHECK_TIMEOUT: Duration = Duration::from_secs(10);
