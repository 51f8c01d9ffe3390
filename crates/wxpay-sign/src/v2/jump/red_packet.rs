use wxpay_core::{AppId, InvalidInput, Params, Timestamp};

use crate::handed_over::{check_nonce, encoded, handed_over};
use crate::v2::{Key, SignType};

/// The argument of `wx.sendBizRedPacket` (小程序红包), for mini programs that were opened by scanning a
/// code.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct MiniProgramRedPacket {
    /// `timeStamp`: seconds since 1970, as a string.
    pub time_stamp: String,
    /// `nonceStr`.
    pub nonce_str: String,
    /// `package`: that of the response, percent-encoded.
    pub package: String,
    /// `signType`: always `MD5`.
    pub sign_type: &'static str,
    /// `paySign`. It covers the app ID too, which WeChat knows by itself, and not `signType`.
    pub pay_sign: String,
}

impl MiniProgramRedPacket {
    /// The fields by their names on the wire. All values are strings.
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("timeStamp", &self.time_stamp),
            ("nonceStr", &self.nonce_str),
            ("package", &self.package),
            ("signType", self.sign_type),
            ("paySign", &self.pay_sign),
        ]
    }
}

handed_over!(MiniProgramRedPacket);

impl Key {
    /// Signs what a mini program hands to WeChat to show a red packet (小程序红包).
    ///
    /// `package` is that of the response, as it came: `sendid=…&ver=…`. It is percent-encoded
    /// first, and what is signed and handed over is the encoded text.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011937428>
    ///
    /// # Errors
    /// `package` is empty or is encoded already, or the nonce is not 1 to 32 printable characters.
    pub fn mini_program_red_packet(
        &self,
        app_id: &AppId,
        package: &str,
        timestamp: Timestamp,
        nonce: &str,
    ) -> Result<MiniProgramRedPacket, InvalidInput> {
        if !package.contains('=') || !package.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidInput::new(
                "package",
                "must be the text of the response as it came, such as `sendid=…&ver=…`: it is encoded here",
                "必须是应答中的原文，如 `sendid=…&ver=…`：此处会进行 URL 编码",
            ));
        }
        check_nonce(nonce)?;
        let mut packet = MiniProgramRedPacket {
            time_stamp: timestamp.unix().to_string(),
            nonce_str: nonce.to_owned(),
            package: encoded(package),
            sign_type: SignType::Md5.name(),
            pay_sign: String::new(),
        };
        let params: Params = [
            ("appId", app_id.as_str()),
            ("nonceStr", &packet.nonce_str),
            ("package", &packet.package),
            ("timeStamp", &packet.time_stamp),
        ]
        .into_iter()
        .collect();
        // The page's own sample is in lower case.
        packet.pay_sign = self.sign(&params, SignType::Md5).to_ascii_lowercase();
        Ok(packet)
    }
}
