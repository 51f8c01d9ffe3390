//! A control port that always answers the same.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use serde_json::{Value, json};

/// It answers until the test ends.
pub(super) struct Control {
    pub(super) url: String,
}

impl Control {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap());
            }
        });
        Self { url }
    }
}

/// Reads the head of a request, and answers by its path.
fn answer(mut stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let path = first.split(' ').nth(1).unwrap();
    let body = told(path).to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
}

fn told(path: &str) -> Value {
    match path {
        "/v1/status" => json!({
            "base_url": "https://localhost:7443",
            "mch_id": "1900000109",
            "clock": {"now": "2026-01-31T08:00:00+08:00", "frozen": true},
            "requests": 3,
        }),
        "/v1/requests" => {
            json!({"requests": [seen(1, "/pay/orderquery", true), seen(3, LONG, false)]})
        }
        "/v1/requests/3" => seen(3, LONG, false),
        "/v1/orders" => json!({"orders": [
            {
                "out_trade_no": "ORDER20260131000000000000000001",
                "total_fee": 12800,
                "trade_type": "JSAPI",
                "trade_state": "SUCCESS",
                "time_end": "2026-01-31T08:00:00+08:00",
            },
            {
                "out_trade_no": "ORDER2",
                "total_fee": 100,
                "trade_type": "NATIVE",
                "trade_state": "NOTPAY",
                "time_end": null,
            },
        ]}),
        other => json!({ "path": other }),
    }
}

fn seen(number: u64, target: &str, held: bool) -> Value {
    let causes = json!([{
        "code": "missing",
        "en": "There is no Authorization.",
        "zh": "缺少 Authorization。",
    }]);
    json!({
        "number": number,
        "time": "2026-01-31T08:00:00+08:00",
        "method": "POST",
        "target": target,
        "headers": {"content-type": "application/json", "host": "localhost:7443"},
        "body": "{\"transaction_id\":\"4200000001\"}",
        "signatures": [{
            "kind": if held { "sign" } else { "Authorization" },
            "held": held,
            "causes": if held { json!([]) } else { causes },
            "text": "POST\n/v3/x\n1796000000\nnonce\n{}\n",
            "signed_text": null,
            "expected": null,
            "received": null,
        }],
        "status": if held { 200 } else { 401 },
        "reply": "{\"code\":\"SIGN_ERROR\",\"message\":\"签名错误\"}",
    })
}

const LONG: &str =
    "/v3/pay/partner/transactions/out-trade-no/ORDER20260131000000000000000001/close";
