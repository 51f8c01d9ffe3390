//! How each setting is called: in the file, among the arguments and in the environment.

use super::DEFAULT;
use crate::fail::Fail;

/// A setting by its names in the file, among the arguments and in the environment. Those that
/// belong together stand in one.
pub(super) struct Names {
    pub(super) setting: &'static str,
    arguments: &'static [&'static str],
    pub(super) variables: &'static [&'static str],
}

/// A setting that is nowhere.
pub(super) fn missing(names: &Names) -> Fail {
    let Names {
        setting,
        arguments,
        variables,
    } = names;
    let (en, zh) = (" and ", " 和 ");
    let both = |words: &[&str]| (words.join(en), words.join(zh));
    let (argument, argument_zh) = both(arguments);
    let (variable, variable_zh) = both(variables);
    Fail::usage(
        format!("{setting} is missing: set it in {DEFAULT}, by {argument} or in {variable}"),
        format!(
            "缺少 {setting}：请在 {DEFAULT} 中设置，或使用参数 {argument_zh} 或环境变量 {variable_zh}"
        ),
    )
}

/// The first setting of all, where there is no file either.
pub(super) fn nothing_set(names: &Names) -> Fail {
    let setting = names.setting;
    let (argument, variable) = (names.arguments.concat(), names.variables.concat());
    Fail::usage(
        format!(
            "{setting} is missing, and there is no {DEFAULT} here: `wxpay init` writes one to fill \
             in; or use {argument} or {variable}"
        ),
        format!(
            "缺少 {setting}，当前目录中也没有 {DEFAULT}：可用 `wxpay init` 生成一份待填写的配置，\
             或使用参数 {argument} 或环境变量 {variable}"
        ),
    )
}

pub(super) const MCH_ID: Names = Names {
    setting: "mch_id",
    arguments: &["--mch-id"],
    variables: &["WXPAY_MCH_ID"],
};
pub(super) const APP_ID: Names = Names {
    setting: "app_id",
    arguments: &["--app-id"],
    variables: &["WXPAY_APP_ID"],
};
pub(super) const SUB_MCH_ID: Names = Names {
    setting: "sub_mch_id",
    arguments: &["--sub-mch-id"],
    variables: &["WXPAY_SUB_MCH_ID"],
};
pub(super) const SUB_APP_ID: Names = Names {
    setting: "sub_app_id",
    arguments: &["--sub-app-id"],
    variables: &["WXPAY_SUB_APP_ID"],
};
pub(super) const BRAND_ID: Names = Names {
    setting: "brand_id",
    arguments: &["--brand-id"],
    variables: &["WXPAY_BRAND_ID"],
};
pub(super) const V2_KEY: Names = Names {
    setting: "[v2] key",
    arguments: &["--v2-key-file"],
    variables: &["WXPAY_V2_KEY"],
};
pub(super) const V3_KEY: Names = Names {
    setting: "[v3] key",
    arguments: &["--v3-key-file"],
    variables: &["WXPAY_V3_KEY"],
};
pub(super) const WECOM_SECRET: Names = Names {
    setting: "[wecom] secret",
    arguments: &["--wecom-secret-file"],
    variables: &["WXPAY_WECOM_SECRET"],
};
pub(super) const CERTIFICATE: Names = Names {
    setting: "[certificate]",
    arguments: &["--certificate", "--private-key"],
    variables: &["WXPAY_CERTIFICATE", "WXPAY_PRIVATE_KEY"],
};
pub(super) const PLATFORM: Names = Names {
    setting: "[platform]",
    arguments: &["--public-key-id", "--public-key"],
    variables: &["WXPAY_PUBLIC_KEY_ID", "WXPAY_PUBLIC_KEY"],
};
pub(super) const PUBLIC_KEY: Names = Names {
    setting: "[platform] public_key",
    arguments: &["--public-key"],
    variables: &["WXPAY_PUBLIC_KEY"],
};
pub(super) const PUBLIC_KEY_ID: Names = Names {
    setting: "[platform] public_key_id",
    arguments: &["--public-key-id"],
    variables: &["WXPAY_PUBLIC_KEY_ID"],
};
