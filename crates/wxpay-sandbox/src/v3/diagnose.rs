//! Why a signature of APIv3 did not hold: the usual mistakes are tried until one gives the
//! signature that came.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RsaParameters,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::HOST;
use percent_encoding::percent_decode_str;

use crate::exchange::Call;
#[cfg(feature = "sm")]
use crate::platform::sm::SmPublicKey;
use crate::platform::{MerchantKey, RsaKey};
use crate::signature::SignatureCause;
use crate::v3::authorization::Authorization;

/// A piece of the text, and the mistake in it, if there is one.
type Part<T> = (T, Option<SignatureCause>);

/// The causes, and the text that was signed if it is known.
pub(crate) fn diagnose(
    call: &Call,
    members: &Authorization<'_>,
    merchant: &MerchantKey,
) -> (Vec<SignatureCause>, Option<String>) {
    let Ok(signature) = STANDARD.decode(members.signature) else {
        let cause = SignatureCause::malformed(
            "The signature is not base64.",
            "signature 不是 base64 编码。",
        );
        return (vec![cause], None);
    };
    if let Some((causes, text)) = search(call, members, merchant) {
        return (causes, Some(text));
    }
    let whole = members.message(call.method.as_str(), &call.target, &call.body);
    if call.form().is_some() && merchant.signed(&whole, members.signature) {
        let cause = SignatureCause::other_message(
            "The whole body of the upload was signed; only the text of its part meta is.",
            "签名用了上传请求的整个报文主体，应当只用 meta 部分的 JSON 文本。",
        );
        return (vec![cause], None);
    }
    let message = members.message(call.method.as_str(), &call.target, call.signed_body());
    let cause = match merchant {
        MerchantKey::Rsa(key) => by_rsa(key, &message, &signature),
        #[cfg(feature = "sm")]
        MerchantKey::Sm(key) => by_sm2(key, &message, &signature),
    };
    (vec![cause], None)
}

/// How the signature was made, if not as it has to be.
fn by_rsa(key: &RsaKey, message: &[u8], signature: &[u8]) -> SignatureCause {
    let algorithms: [(&str, &RsaParameters); 3] = [
        ("RSA-PSS with SHA-256", &RSA_PSS_2048_8192_SHA256),
        (
            "RSA PKCS#1 v1.5 with SHA-1",
            &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        ),
        ("RSA PKCS#1 v1.5 with SHA-512", &RSA_PKCS1_2048_8192_SHA512),
    ];
    for (name, algorithm) in algorithms {
        if key.signed_with(algorithm, message, signature) {
            return SignatureCause::other_algorithm(name);
        }
    }
    if key.made(signature) {
        SignatureCause::other_text()
    } else {
        SignatureCause::other_private_key()
    }
}

/// The same for SM2, of which a signature does not tell whose it is.
#[cfg(feature = "sm")]
fn by_sm2(key: &SmPublicKey, message: &[u8], signature: &[u8]) -> SignatureCause {
    if key.signed_raw(message, signature) {
        return SignatureCause::other_sm2(
            "The two numbers of the signature stand one after the other",
            "签名是 r 与 s 直接拼接的 64 字节",
        );
    }
    if key.signed_without_id(message, signature) {
        return SignatureCause::other_sm2(
            "It was made for a signer without an ID",
            "签名时没有使用签名者 ID",
        );
    }
    SignatureCause::unknown()
}

/// Fewer mistakes are likelier, and more than two at a time are not tried.
fn search(
    call: &Call,
    members: &Authorization<'_>,
    merchant: &MerchantKey,
) -> Option<(Vec<SignatureCause>, String)> {
    let (targets, bodies, forms) = (targets(call), bodies(call.signed_body()), forms());
    for mistakes in 1..=2 {
        for (target, of_target) in &targets {
            for (body, of_body) in &bodies {
                for (form, of_form) in &forms {
                    let causes = [of_target, of_body, of_form].into_iter().flatten();
                    if causes.clone().count() != mistakes {
                        continue;
                    }
                    let text = form(call.method.as_str(), target, members, body);
                    if merchant.signed(text.as_bytes(), members.signature) {
                        return Some((causes.cloned().collect(), text));
                    }
                }
            }
        }
    }
    None
}

fn targets(call: &Call) -> Vec<Part<String>> {
    let target = &call.target;
    let (path, _) = target.split_once('?').unwrap_or((target, ""));
    let host = call.headers.get(HOST).and_then(|host| host.to_str().ok());
    let mut targets = vec![(target.clone(), None)];
    let mut add = |other: String, english: &str, chinese: &str| {
        if other != *target {
            let cause = SignatureCause::other_message(english, chinese);
            targets.push((other, Some(cause)));
        }
    };
    add(
        path.to_owned(),
        "The path was signed without its query.",
        "签名时漏了 URL 中的查询参数。",
    );
    for scheme in ["https://", "http://", ""] {
        add(
            format!("{scheme}{}{target}", host.unwrap_or_default()),
            "The whole URL was signed; only path and query are.",
            "签名用了完整 URL，应当只用路径和查询参数。",
        );
    }
    add(
        percent_decode_str(target).decode_utf8_lossy().into_owned(),
        "The URL was signed before it was percent-encoded; it is signed as it is sent.",
        "签名用了编码前的 URL，应当用实际发送的（编码后的）URL。",
    );
    add(
        target.replace("%20", "+"),
        "The URL was signed with + for a space, and sent with %20.",
        "签名时空格写成 +，发送时写成 %20。",
    );
    add(
        target.trim_start_matches("/v3").to_owned(),
        "The path was signed without /v3.",
        "签名时路径漏了 /v3。",
    );
    add(
        target.trim_start_matches('/').to_owned(),
        "The path was signed without its leading slash.",
        "签名时路径漏了开头的斜杠。",
    );
    targets
}

fn bodies(body: &[u8]) -> Vec<Part<String>> {
    // A body that is not text is checked as it is, and can't be one of these.
    let body = String::from_utf8_lossy(body).into_owned();
    let mut bodies = vec![(body.clone(), None)];
    let mut add = |other: String, english: &str, chinese: &str| {
        if bodies.iter().all(|(known, _)| *known != other) {
            bodies.push((other, Some(SignatureCause::other_message(english, chinese))));
        }
    };
    add(
        String::new(),
        "An empty body was signed; the bytes that are sent have to be.",
        "签名用了空的报文主体，应当用实际发送的字节。",
    );
    add(
        body.trim().to_owned(),
        "The body was signed without the spaces around it.",
        "签名时去掉了报文主体前后的空白。",
    );
    let again = "The body was written again after signing, in another form; sign the very bytes that are sent.";
    let chinese = "签名后报文主体被重新序列化，格式变了；应当对实际发送的字节签名。";
    for (colon, comma) in [(":", ","), (": ", ", ")] {
        let spaced = respaced(&body, colon, comma);
        add(escaped(&spaced), again, chinese);
        add(spaced, again, chinese);
    }
    if body.is_empty() {
        for other in ["{}", "null", "[]"] {
            add(
                other.to_owned(),
                "A body was signed, but none was sent.",
                "签名时有报文主体，发送时却没有。",
            );
        }
    }
    bodies
}

type Form = fn(&str, &str, &Authorization<'_>, &str) -> String;

fn forms() -> Vec<Part<Form>> {
    let mut forms: Vec<Part<Form>> = vec![(
        |method, target, of, body| {
            format!(
                "{method}\n{target}\n{}\n{}\n{body}\n",
                of.timestamp, of.nonce_str
            )
        },
        None,
    )];
    let mut add = |form: Form, english: &str, chinese: &str| {
        forms.push((form, Some(SignatureCause::other_message(english, chinese))));
    };
    add(
        |method, target, of, body| {
            format!(
                "{method}\n{target}\n{}\n{}\n{body}",
                of.timestamp, of.nonce_str
            )
        },
        "The last line of the text has no line feed.",
        "待签名串最后一行缺少换行符。",
    );
    add(
        |method, target, of, _| format!("{method}\n{target}\n{}\n{}\n", of.timestamp, of.nonce_str),
        "The line of the body is missing; without a body it is empty, but still there.",
        "待签名串缺少报文主体那一行；没有主体时也要有空行。",
    );
    add(
        |method, target, of, body| {
            let (time, nonce) = (of.timestamp, of.nonce_str);
            format!("{method}\r\n{target}\r\n{time}\r\n{nonce}\r\n{body}\r\n")
        },
        "The lines end in CR LF; they have to end in LF alone.",
        "待签名串的换行是 \\r\\n，应为 \\n。",
    );
    add(
        |method, target, of, body| {
            let (time, nonce) = (of.timestamp, of.nonce_str);
            format!("{method}\\n{target}\\n{time}\\n{nonce}\\n{body}\\n")
        },
        "The line feeds were signed as a backslash and an n.",
        "待签名串里的换行写成了反斜杠加 n。",
    );
    add(
        |method, target, of, body| {
            format!(
                "{method}\n{target}\n{}\n{}\n{body}\n",
                of.nonce_str, of.timestamp
            )
        },
        "The nonce was signed before the timestamp; it comes after it.",
        "nonce_str 排在了 timestamp 前面，应在其后。",
    );
    add(
        |method, target, of, body| {
            let method = method.to_ascii_lowercase();
            format!(
                "{method}\n{target}\n{}\n{}\n{body}\n",
                of.timestamp, of.nonce_str
            )
        },
        "The method was signed in lower case.",
        "签名时 HTTP 方法用了小写。",
    );
    for wrong in ["GET", "POST"] {
        let form: Form = match wrong {
            "GET" => |_, target, of, body| {
                format!(
                    "GET\n{target}\n{}\n{}\n{body}\n",
                    of.timestamp, of.nonce_str
                )
            },
            _ => |_, target, of, body| {
                format!(
                    "POST\n{target}\n{}\n{}\n{body}\n",
                    of.timestamp, of.nonce_str
                )
            },
        };
        add(
            form,
            &format!("It was signed for {wrong}, and sent with another method."),
            &format!("签名时方法是 {wrong}，发送时是另一个。"),
        );
    }
    forms
}

/// JSON with other spaces between its tokens.
fn respaced(json: &str, colon: &str, comma: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted {
            text.push(c);
            (quoted, escaped) = (c != '"' || escaped, c == '\\' && !escaped);
            continue;
        }
        match c {
            ':' => text.push_str(colon),
            ',' => text.push_str(comma),
            c if c.is_ascii_whitespace() => {}
            c => {
                quoted = c == '"';
                text.push(c);
            }
        }
    }
    text
}

/// JSON with `\u` for what is not ASCII.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}
