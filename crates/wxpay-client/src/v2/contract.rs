use std::fmt;

use wxpay_core::{ErrorKind, InvalidInput, Params, Result};
use wxpay_sign::v2::SignType;

use super::{Client, Form};
use crate::Max;
use crate::front_end::failed;
use crate::json::check_characters;

/// A contract for debits (委托代扣签约) that the user signs in WeChat Pay's own mini program (小程序纯签约).
///
/// WeChat Pay tells the outcome at `notify_url`. What comes back to the front end, if anything
/// does, proves nothing: query the contract.
#[derive(Clone)]
#[non_exhaustive]
pub struct MiniProgramContract {
    /// `plan_id` (模板id).
    pub plan_id: i64,
    /// `contract_code` (签约协议号): letters and digits, up to 128, unique under the merchant ID.
    pub contract_code: String,
    /// `request_serial` (请求序列号): unique; it sorts the requests. At most 9,007,199,254,740,991,
    /// since the mini program takes it as a number of JavaScript.
    pub request_serial: i64,
    /// `contract_display_account` (用户账户展示名称), up to 128 characters, without emoji.
    pub contract_display_account: String,
    /// `notify_url` (回调通知url), up to 256 characters, without parameters.
    pub notify_url: String,
    /// `outerid` (商户侧用户标识): the user as the merchant knows them.
    pub outerid: Option<String>,
}

impl MiniProgramContract {
    /// A contract by what each must have.
    pub fn new(
        plan_id: i64,
        contract_code: impl Into<String>,
        request_serial: i64,
        contract_display_account: impl Into<String>,
        notify_url: impl Into<String>,
    ) -> Self {
        Self {
            plan_id,
            contract_code: contract_code.into(),
            request_serial,
            contract_display_account: contract_display_account.into(),
            notify_url: notify_url.into(),
            outerid: None,
        }
    }

    fn encode(&self, form: &mut Form) -> Result<(), InvalidInput> {
        form.own("sub_appid", false)?;
        form.own("sub_mch_id", false)?;
        form.integer("plan_id", self.plan_id, 1..)?;
        if !self
            .contract_code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric())
        {
            return Err(InvalidInput::new(
                "contract_code",
                "must be made of letters and digits only",
                "只能由字母和数字组成",
            ));
        }
        form.text("contract_code", &self.contract_code, Max::Chars(128))?;
        form.integer("request_serial", self.request_serial, 1..=LARGEST)?;
        check_characters("contract_display_account", &self.contract_display_account)?;
        form.text(
            "contract_display_account",
            &self.contract_display_account,
            Max::Chars(128),
        )?;
        let is_web = ["https://", "http://"]
            .iter()
            .any(|scheme| self.notify_url.starts_with(scheme));
        if !is_web || self.notify_url.contains(['?', '#']) {
            return Err(InvalidInput::new(
                "notify_url",
                "must begin with https:// or http:// and have no parameters",
                "必须以 https:// 或 http:// 开头，且不能携带参数",
            ));
        }
        form.text("notify_url", &self.notify_url, Max::Chars(256))?;
        if let Some(outerid) = &self.outerid {
            check_characters("outerid", outerid)?;
            form.text("outerid", outerid, Max::Chars(128))?;
        }
        Ok(())
    }
}

/// The number and the plan: the rest is the user's.
impl fmt::Debug for MiniProgramContract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MiniProgramContract")
            .field("plan_id", &self.plan_id)
            .field("contract_code", &self.contract_code)
            .finish_non_exhaustive()
    }
}

/// The signed `extraData` of `wx.navigateToMiniProgram`, which opens WeChat Pay's mini program for
/// contracts (签约小程序).
///
/// With the feature `serde`, it is serialised to just that: `request_serial` and `timestamp` as
/// numbers, all else as strings.
#[derive(Clone, Eq, PartialEq)]
pub struct ContractExtraData(Params);

impl ContractExtraData {
    /// `appId` of the mini program, which `navigateToMiniProgramAppIdList` must have.
    pub const APP_ID: &'static str = "wxbd687630cd02ce1d";

    /// `path` of the page.
    pub const PATH: &'static str = "pages/index/index";

    /// The fields by their names on the wire, sorted.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter()
    }
}

/// The names only.
impl fmt::Debug for ContractExtraData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContractExtraData")?;
        f.debug_set()
            .entries(self.fields().map(|(name, _)| name))
            .finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ContractExtraData {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;

        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.fields() {
            let is_number = ["request_serial", "timestamp"].contains(&name);
            match value.parse::<i64>() {
                Ok(number) if is_number => map.serialize_entry(name, &number)?,
                _ => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

impl Client {
    /// Signs what opens a contract in WeChat Pay's mini program (小程序纯签约). The digest is always MD5.
    ///
    /// A client with a sub-merchant asks for that one, as a service provider (服务商). The values are
    /// signed and handed over as they are, the `notify_url` too.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011987274>
    ///
    /// # Errors
    /// A field breaks a documented rule, or holds what could pass for another field. Nothing was
    /// sent.
    pub fn mini_program_contract(
        &self,
        contract: &MiniProgramContract,
    ) -> Result<ContractExtraData> {
        let mut form = Form::of(self.merchant().identity());
        contract.encode(&mut form).map_err(failed)?;
        form.set("appid", &self.merchant().app_id);
        form.set("mch_id", &self.merchant().mch_id);
        form.set("timestamp", self.source().now().unix());
        let mut params = form.into_params();
        let checked = params.check_outgoing().map_err(ErrorKind::from);
        checked.map_err(failed)?;
        if let Some(name) = params.ambiguous(NAMES) {
            return Err(failed(InvalidInput::new(
                name.to_owned(),
                "must not hold `&`, another field's name and `=`: the signature would fit other fields too",
                "不能含有“&其他字段名=”：否则同一签名也适用于另一组字段",
            )));
        }
        let sign = self.credentials().key.sign(&params, SignType::Md5);
        params.set("sign", sign);
        Ok(ContractExtraData(params))
    }
}

/// What a number of JavaScript holds exactly.
const LARGEST: i64 = 9_007_199_254_740_991;

/// The names of all fields, for finding a value in which another field could begin.
const NAMES: &[&str] = &[
    "appid",
    "contract_code",
    "contract_display_account",
    "mch_id",
    "notify_url",
    "outerid",
    "plan_id",
    "request_serial",
    "sub_appid",
    "sub_mch_id",
    "timestamp",
];
