use super::emit::type_name;
use super::names::camel;
use super::spec::{Effect, Endpoint, Method, ReplySign, SignType, Version};

/// A doc comment of these lines.
pub(crate) fn comment(text: &str) -> String {
    text.trim_end()
        .lines()
        .map(|line| {
            if line.is_empty() {
                "///\n".to_owned()
            } else {
                format!("/// {line}\n")
            }
        })
        .collect()
}

/// What the request struct says of its endpoint.
pub(crate) fn of_endpoint(endpoint: &Endpoint) -> String {
    let spec = &endpoint.spec;
    let method = match endpoint.method() {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let mut text = format!(
        "{}.\n\n`{method} {}` ([document]({}))\n\n",
        spec.title.get_ref(),
        spec.path.get_ref(),
        spec.doc.get_ref(),
    );
    if let Some(notes) = &spec.notes {
        text += notes;
        text.push('\n');
    }
    text += &facts(endpoint);
    if !spec.errors.is_empty() {
        text += "\n# Errors\n\nThe documented codes";
        text += match spec.effect.get_ref() {
            Effect::Write => {
                ", with what they leave of the outcome. Any other code is `Unknown`.\n\n"
            }
            Effect::Read => {
                ". None of them, and no other failure, says that what was asked about did not happen.\n\n"
            }
        };
        for (code, facts) in &spec.errors {
            let facts = facts.get_ref();
            let status = facts
                .status
                .map(|status| format!(" ({status})"))
                .unwrap_or_default();
            text += &format!(
                "- `{code}`{status}: {}.{}\n",
                facts.doc,
                class(&facts.class)
            );
        }
    }
    comment(&text)
}

/// The facts that a caller has to provide for or may rely on.
fn facts(endpoint: &Endpoint) -> String {
    let spec = &endpoint.spec;
    let mut facts = Vec::new();
    if let Some(resolve) = &spec.resolve {
        let mut parts = resolve.get_ref().split('.');
        let (version, product, name) = (parts.next(), parts.next(), parts.next());
        if let (Some(version), Some(product), Some(name)) = (version, product, name) {
            let path = format!("crate::{version}::{product}::{}", camel(name));
            facts.push(format!(
                "Changes things; an unknown outcome is settled by [`{}`]({path}).",
                camel(name)
            ));
        }
    }
    if spec.client_cert {
        facts.push("Needs the merchant's client certificate (双向证书).".to_owned());
    }
    if let Some(types) = &spec.sign_types {
        let workwx = if spec.workwx_sign.is_some() {
            ", over the `workwx_sign` too"
        } else {
            ""
        };
        facts.push(match types.get_ref().as_slice() {
            [SignType::Md5] => format!("Signed with MD5{workwx}; `sign_type` is not sent."),
            [SignType::HmacSha256] => "Signed with HMAC-SHA256.".to_owned(),
            _ => "Signed with MD5 or HMAC-SHA256, as the credentials say.".to_owned(),
        });
    }
    match spec.reply_sign.as_ref().map(|sign| sign.get_ref()) {
        Some(ReplySign::None) => facts.push("The reply is not signed.".to_owned()),
        Some(ReplySign::Required) => facts.push("The reply must be signed.".to_owned()),
        None if endpoint.version == Version::V3 => {}
        None => {}
    }
    if spec.backup_host {
        facts.push(
            "The document names the backup host `api2.mch.weixin.qq.com` (备用域名).".to_owned(),
        );
    }
    if let Some(calls) = spec.per_second {
        facts.push(format!("At most {calls} calls a second for one merchant."));
    }
    facts.iter().map(|fact| format!("- {fact}\n")).collect()
}

/// A class in words; what is clear from the effect is not said.
fn class(class: &str) -> String {
    let words: Vec<&str> = class
        .split(' ')
        .filter_map(|letter| match letter {
            "A" => Some("Leaves it open"),
            "D" => Some("Confirm by a query"),
            "C" => Some("stop: every further call would fail alike"),
            "L" => Some("a limit"),
            "S" => Some("repeat with the same number and parameters"),
            _ => None,
        })
        .collect();
    if words.is_empty() {
        String::new()
    } else {
        format!(" {}.", capitalized(&words.join("; ")))
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|c| c.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

/// The alias under which rustdoc's search finds the endpoint.
pub(crate) fn aliases(endpoint: &Endpoint) -> String {
    let path = endpoint.spec.path.get_ref();
    let mut out = format!("#[doc(alias = \"{path}\")]\n");
    if let Some(last) = path.rsplit('/').next().filter(|last| !last.contains('{')) {
        out += &format!("#[doc(alias = \"{last}\")]\n");
    }
    out
}

/// The first line of a struct that belongs to an endpoint.
pub(crate) fn belongs(what: &str, endpoint: &Endpoint) -> String {
    comment(&format!("{what} [`{}`].", type_name(endpoint)))
}
