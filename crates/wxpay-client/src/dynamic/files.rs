//! Files of a request, which are given beside its members or as one of them.

use wxpay_catalog::Field;
use wxpay_core::InvalidInput;

use crate::Upload;
use crate::json::{Json, Object};

/// Those beside the members, by the names of their fields.
pub(super) type Files = [(String, Upload)];

/// Checks that each is a file of the request, and given once.
pub(super) fn check_given(
    files: &Files,
    request: &Json,
    fields: &[Field],
) -> Result<(), InvalidInput> {
    for (place, (name, _)) in files.iter().enumerate() {
        let broken = |rule, rule_zh| Err(InvalidInput::new(name.clone(), rule, rule_zh));
        let mut fields = fields.iter();
        if !fields.any(|field| field.ty == "File" && field.wire() == name) {
            return broken("is not a file of this request", "不是该请求的文件字段");
        }
        let mut before = files.iter().take(place);
        let member = request.get(name).is_some_and(|value| *value != Json::Null);
        if member || before.any(|(other, _)| other == name) {
            return broken("must be given once", "只能传一次");
        }
    }
    Ok(())
}

/// The file of a field.
pub(super) fn file(
    name: &str,
    files: &Files,
    value: Option<&Json>,
) -> Result<Option<Upload>, InvalidInput> {
    if let Some((_, file)) = files.iter().find(|(known, _)| known == name) {
        return Ok(Some(file.clone()));
    }
    let Some(value) = value else {
        return Ok(None);
    };
    let read = Object::of(value).and_then(|fields| Upload::read(&fields));
    read.map(Some).map_err(|_| {
        InvalidInput::new(
            name.to_owned(),
            "must be an object of `name` and `content`, the bytes in base64; give one on disk with `DynamicRequest::file`",
            "必须是由 name 与 content（base64 编码的文件内容）组成的对象；磁盘上的文件请用 DynamicRequest::file 传入",
        )
    })
}
