use std::time::Duration;

use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::asked::Asked;
use crate::fail::Fail;

/// Asks the control port.
pub(super) struct Client {
    http: reqwest::Client,
    url: Url,
}

impl Client {
    pub(super) fn new(url: &str) -> Result<Self, Fail> {
        let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "http");
        let url = parsed.ok_or_else(|| {
            Fail::usage(
                format!("{url} is not an http:// URL"),
                format!("{url} 不是 http:// 地址"),
            )
        })?;
        let http = reqwest::Client::builder()
            .no_proxy()
            // It is plain HTTP: a machine without any authority of the web can ask too.
            .tls_certs_only([])
            .timeout(REQUEST_TIMEOUT)
            .build()
            .map_err(|error| unreachable(&url).because(error))?;
        Ok(Self { http, url })
    }

    /// Asks, and gives the answer unless it is an error.
    pub(super) async fn ask(&self, asked: &Asked) -> Result<Value, Fail> {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().push("v1").extend(&asked.path);
        }
        if let Some((name, value)) = asked.query {
            url.query_pairs_mut().append_pair(name, &value.to_string());
        }
        let mut request = self.http.request(asked.method.clone(), url);
        request = request.header(CONTENT_TYPE, "application/json");
        if !asked.body.is_null() {
            request = request.body(asked.body.to_string());
        }
        let failed = |error: reqwest::Error| unreachable(&self.url).because(error.without_url());
        let answer = request.send().await.map_err(failed)?;
        let fine = answer.status().is_success();
        let body = answer.bytes().await.map_err(failed)?;
        let body: Value = serde_json::from_slice(&body).map_err(|_| {
            let url = &self.url;
            Fail::new(
                format!("{url} is not the control port of a sandbox"),
                format!("{url} 不是沙箱的控制端口"),
            )
        })?;
        if fine {
            return Ok(body);
        }
        let message = body
            .pointer("/error/message")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Err(Fail::new(message, format!("沙箱拒绝了：{message}")))
    }
}

fn unreachable(url: &Url) -> Fail {
    Fail::new(
        format!(
            "no sandbox answers at {url}: start one by `wxpay sandbox`, or name its port by --control"
        ),
        format!("{url} 没有沙箱应答：请用 `wxpay sandbox` 启动，或用 --control 指定端口"),
    )
}

/// Moving the clock by a day takes as long as the callbacks do.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(300);
