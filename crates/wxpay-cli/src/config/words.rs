//! What is wrong with a TOML text, in Chinese: the parser and serde speak English.

/// A message of the parser or of a setting's type.
pub(crate) fn chinese(message: &str) -> String {
    let names = || message.split('`').skip(1).step_by(2);
    let known: Vec<String> = names().skip(1).map(|name| format!("`{name}`")).collect();
    let first = names().next().unwrap_or_default();
    let begins = |words: &str| message.starts_with(words);
    if begins("unknown field") {
        let known = known.join("、");
        return format!("未知的设置 `{first}`，可用的设置：{known}");
    }
    if begins("unknown variant") {
        let known = known.join("、");
        return format!("`{first}` 不是可用的值，可用的值：{known}");
    }
    if begins("missing field") {
        return format!("缺少 `{first}`");
    }
    let said = match message {
        SECRET => "密钥必须写成带引号的字符串",
        FETCH => "必须是 \"fetch\" 或文件列表",
        _ if begins("invalid type") => "值的类型不对",
        _ if begins("invalid value") => "值不在允许的范围内",
        _ if begins("invalid IP address") => "不是有效的 IP 地址",
        _ if begins("duplicate key") => "设置重复出现",
        _ if begins("expected number") || begins("time unit needed") => {
            "时间必须带单位，例如 15s、5m、7d"
        }
        _ if begins("unknown time unit") => "未知的时间单位，可用 s、m、h、d 等，例如 15s、5m、7d",
        _ if begins("value was empty") || begins("number is too large") => {
            "时间有误，应类似 15s、5m、7d"
        }
        _ => "不符合 TOML 语法",
    };
    said.to_owned()
}

pub(super) const SECRET: &str = "a secret must be a string in quotes";
const FETCH: &str = "must be \"fetch\" or a list of files";
