//! What the catalogue says of operations and fields, in the words of a language.

use wxpay_catalog::{Condition, EnumValue, Field, Is, Operation};

use crate::lang::Lang;

/// What an operation does.
pub(crate) fn title(operation: &Operation, lang: Lang) -> String {
    both(&operation.title_en, &operation.title_zh, lang)
}

/// What a field of a request is, with the rules for it.
pub(crate) fn sent(field: &Field, lang: Lang) -> String {
    let mut rules = form(field, lang);
    rules.extend(conditions(field, lang));
    meaning(field, rules, lang)
}

/// What a field of a response is, and when it is there.
pub(crate) fn received(field: &Field, lang: Lang) -> String {
    let mut rules = Vec::new();
    if field.ty == "Fen" {
        rules.push(lang.pick("in fen", "单位：分").to_owned());
    }
    for condition in field.required_if.iter().chain(&field.when) {
        let (en, zh) = holds(condition);
        rules.push(lang.pick(format!("there if {en}"), format!("{zh} 时返回")));
    }
    rules.extend(example(field, lang));
    meaning(field, rules, lang)
}

fn meaning(field: &Field, rules: Vec<String>, lang: Lang) -> String {
    let mut said = vec![both(&field.en, &field.zh, lang)];
    said.extend(rules);
    said.retain(|part| !part.is_empty());
    let mut said = said.join(lang.pick(", ", "，"));
    // The notes are there in English only; the rules that can be checked are in both.
    if let (Lang::En, Some(note)) = (lang, &field.note) {
        said = format!("{said}. {}", plain(note));
    }
    said
}

/// What a documented value means.
pub(crate) fn value(value: &EnumValue, lang: Lang) -> String {
    both(&value.en, &value.zh, lang)
}

/// English with WeChat Pay's own term beside it, or the term alone.
pub(crate) fn both(en: &str, zh: &str, lang: Lang) -> String {
    match lang {
        Lang::En if zh.is_empty() || zh.eq_ignore_ascii_case(en) => en.to_owned(),
        Lang::En => format!("{en} ({zh})"),
        Lang::Zh => zh.to_owned(),
    }
}

/// What kind of value a field has.
pub(crate) fn kind(field: &Field, lang: Lang) -> String {
    let said = match field.ty.as_str() {
        "Fen" => ("fen", "分"),
        "Integer" => ("number", "整数"),
        "Decimal" => ("decimal", "小数"),
        "Boolean" => ("true or false", "布尔"),
        "Time" => ("time", "时间"),
        "Date" => ("date", "日期"),
        "Ip" => ("IP address", "IP 地址"),
        "Raw" => ("JSON", "JSON"),
        "File" => ("file", "文件"),
        "enum" => ("enum", "枚举"),
        "object" | "group" => ("object", "对象"),
        "one_of" => ("one of", "多选一"),
        "numbered" => ("list", "数组"),
        "list" => {
            return match field.item.as_deref() {
                Some(item) => {
                    let plural = match item.ty.as_str() {
                        "object" | "Integer" | "enum" | "String" => "s",
                        _ => "",
                    };
                    let item = kind(item, lang);
                    lang.pick(format!("list of {item}{plural}"), format!("{item}数组"))
                }
                None => lang.pick("list", "数组").to_owned(),
            };
        }
        _ => ("string", "字符串"),
    };
    lang.pick(said.0, said.1).to_owned()
}

/// What a value must be.
fn form(field: &Field, lang: Lang) -> Vec<String> {
    let mut rules = Vec::new();
    let mut say = |en: String, zh: String| rules.push(lang.pick(en, zh));
    if field.ty == "Fen" {
        say("in fen".to_owned(), "单位：分".to_owned());
    }
    if let Some(min) = field.min_chars {
        say(
            format!("at least {min} characters"),
            format!("至少 {min} 个字符"),
        );
    }
    if let Some(max) = field.max_chars {
        say(
            format!("at most {max} characters"),
            format!("最多 {max} 个字符"),
        );
    }
    if let Some(max) = field.max_bytes {
        say(format!("at most {max} bytes"), format!("最多 {max} 字节"));
    }
    if let Some(alphabet) = &field.alphabet {
        say(
            format!("only characters of {alphabet}"),
            format!("仅限 {alphabet} 范围内的字符"),
        );
    }
    if let Some(min) = field.min {
        say(format!("at least {min}"), format!("至少 {min}"));
    }
    if let Some(max) = field.max {
        say(format!("at most {max}"), format!("最多 {max}"));
    }
    if !field.extensions.is_empty() {
        let endings = field.extensions.join(", ");
        say(
            format!("the path of a file: {endings}"),
            format!("文件路径：{endings}"),
        );
    }
    match (field.min_items, field.max_items) {
        (min, Some(max)) => {
            let min = min.unwrap_or(1);
            say(
                format!("{min} to {max} members"),
                format!("{min} 至 {max} 项"),
            );
        }
        (Some(min), None) => say(format!("at least {min} members"), format!("至少 {min} 项")),
        (None, None) => {}
    }
    rules.extend(example(field, lang));
    rules
}

fn example(field: &Field, lang: Lang) -> Option<String> {
    let example = match (field.example.as_deref(), field.ty.as_str()) {
        (Some(example), _) if !example.is_empty() => example,
        (_, "Time") => "2015-05-20T13:29:35+08:00",
        (_, "Date") => "2019-06-11",
        _ => return None,
    };
    Some(lang.pick(format!("such as `{example}`"), format!("如 `{example}`")))
}

/// When a value must be there or may be, and what happens to it.
fn conditions(field: &Field, lang: Lang) -> Vec<String> {
    let mut rules = Vec::new();
    if field.encrypted {
        let said = lang.pick("encrypted before it is sent", "发送前加密");
        rules.push(said.to_owned());
    }
    if let Some(condition) = &field.required_if {
        let (en, zh) = holds(condition);
        rules.push(lang.pick(format!("required if {en}"), format!("{zh} 时必填")));
    }
    if let Some(condition) = &field.only_if {
        let (en, zh) = holds(condition);
        rules.push(lang.pick(format!("only if {en}"), format!("仅当 {zh} 时可传")));
    }
    rules
}

fn holds(condition: &Condition) -> (String, String) {
    let field = &condition.field;
    let values: Vec<String> = condition
        .is
        .iter()
        .map(|is| format!("`{}`", fixed(is)))
        .collect();
    (
        format!("`{field}` is {}", values.join(" or ")),
        format!("`{field}` 为 {}", values.join(" 或 ")),
    )
}

/// A value that is known beforehand.
pub(crate) fn fixed(is: &Is) -> String {
    match is {
        Is::Flag(flag) => flag.to_string(),
        Is::Number(number) => number.to_string(),
        Is::Text(text) => text.clone(),
        _ => String::new(),
    }
}

/// Markdown without what only a browser understands: of a link its text is kept, and its address if
/// it has one.
pub(crate) fn plain(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once('[') {
        out += before;
        let link = after.split_once("](").and_then(|(text, after)| {
            let (target, after) = after.split_once(')')?;
            (!text.contains(['[', '\n'])).then_some((text, target, after))
        });
        match link {
            Some((text, target, after)) => {
                out += text;
                if target.starts_with("http") && target != text {
                    out += &format!(" ({target})");
                }
                rest = after;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(json: &str) -> Field {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_meaning_has_the_rules_in_both_languages() {
        let amount = field(
            r#"{"name": "a", "type": "Fen", "min": 1, "max": 9, "en": "Amount", "zh": "金额", "note": "See [`b`](B::b)"}"#,
        );
        assert_eq!(
            sent(&amount, Lang::En),
            "Amount (金额), in fen, at least 1, at most 9. See `b`"
        );
        assert_eq!(sent(&amount, Lang::Zh), "金额，单位：分，至少 1，最多 9");
        let name = field(
            r#"{"name": "n", "type": "Secret", "max_bytes": 214, "encrypted": true, "en": "Name", "zh": "姓名",
                "required_if": {"field": "check", "is": ["FORCE", true]}}"#,
        );
        assert_eq!(
            sent(&name, Lang::En),
            "Name (姓名), at most 214 bytes, encrypted before it is sent, required if `check` is `FORCE` or `true`"
        );
        assert_eq!(
            sent(&name, Lang::Zh),
            "姓名，最多 214 字节，发送前加密，`check` 为 `FORCE` 或 `true` 时必填"
        );
    }

    #[test]
    fn links_are_told_by_their_text() {
        assert_eq!(
            plain("a [`x`](crate::x) and [page](https://a.cn/1)"),
            "a `x` and page (https://a.cn/1)"
        );
        assert_eq!(plain("list[0] and [x"), "list[0] and [x");
    }
}
