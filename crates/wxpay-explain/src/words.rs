//! Words that findings fill into their sentences, in Chinese.

/// The values that are words; others are the same in every language.
pub(crate) fn in_chinese(value: &str) -> &str {
    match value {
        "APIv2 key" => "APIv2 密钥",
        "APIv3 key" => "APIv3 密钥",
        "WeCom secret" => "企业微信应用 secret",
        "merchant key or certificate" => "商户私钥或证书",
        "WeChat Pay public key or platform certificate" => "微信支付公钥或平台证书",
        "its MD5 in hexadecimal" => "十六进制 MD5",
        "its SHA-256" => "SHA-256",
        "32 upper-case digits" => "32 位大写十六进制",
        "16 raw bytes" => "16 字节原始",
        "unknown" => "未知",
        value => in_chinese_more(value),
    }
}

/// The same for texts of a program, and for how a body or value is written.
fn in_chinese_more(value: &str) -> &str {
    match value {
        "the order of its fields" => "字段的顺序",
        "method" => "请求方法",
        "path and query" => "路径和查询参数",
        "timestamp" => "时间戳",
        "body" => "报文主体",
        "package or prepayid" => "package 或 prepayid",
        "missing" => "缺失",
        "empty" => "空",
        "another text" => "其他内容",
        "it ends too early" => "内容提前结束",
        "it does not go on as JSON" => "此处不符合 JSON 语法",
        "Python (b'…')" => "Python 字节串（b'…'）",
        r"a log (\xHH)" => r"日志（\xHH）",
        "a JSON string" => "JSON 字符串",
        "a program that parsed the XML" => "解析 XML 之后的程序",
        "form decoding (spaces for +)" => "表单解码（+ 变成空格）",
        "URL encoding" => "URL 编码",
        "HTML escapes" => "HTML 转义",
        "a program that reads UTF-8 in another charset" => "以其他字符集误读 UTF-8 的程序",
        "without white space at its ends" => "去掉首尾空白",
        "URL-encoded" => "URL 编码",
        "escaped for XML" => "XML 转义",
        "escaped as in JSON" => "JSON 转义",
        "with CDATA marks" => "带 CDATA 标记",
        "URL-decoded" => "URL 解码",
        "unescaped once more" => "再做一次 XML 反转义",
        "without CDATA marks" => "不带 CDATA 标记",
        "without escapes of JSON" => "去掉 JSON 转义",
        "in its right charset" => "恢复正确字符集",
        value => xml_or_charset(value),
    }
}

fn xml_or_charset(value: &str) -> &str {
    match value {
        "it is larger than the limit of" => "超过上限",
        "it is not well-formed at byte" => "格式不正确，位于字节",
        "it is cut short" => "内容被截断",
        "its root is not one <xml> element" => "根元素不是唯一的 <xml>",
        "its declaration is malformed" => "XML 声明不正确",
        "it has a DOCTYPE" => "含有 DOCTYPE",
        "it has a comment or processing instruction" => "含有注释或处理指令",
        "the name of an element is not one of APIv2" => "元素名不符合 APIv2 的规则",
        "it has text between its elements" => "元素之间有文本",
        "an element has an attribute" => "元素带有属性",
        "an element holds too many levels of elements" => "元素嵌套层数过多",
        "a value has an unknown entity" => "值中有未知实体",
        "a value has a character that XML does not allow" => "值中有 XML 不允许的字符",
        "it is not the flat XML of APIv2" => "不是 APIv2 的单层 XML",
        "ISO-8859-1, where each Chinese character becomes a question mark" => {
            "ISO-8859-1（每个汉字变成一个问号）"
        }
        "ASCII, where each byte of Chinese becomes a question mark" => {
            "ASCII（汉字的每个字节变成一个问号）"
        }
        "the low byte of each character (binary or latin1 in Node.js)" => {
            "每个字符的低字节（Node.js 的 binary 或 latin1）"
        }
        "UTF-8 applied twice" => "重复编码的 UTF-8",
        "UTF-8 that was read as GBK" => "被当作 GBK 读取的 UTF-8",
        "UTF-8 that was read as ASCII (U+FFFD)" => "被当作 ASCII 读取的 UTF-8（U+FFFD）",
        "UTF-16LE (Encoding.Unicode in .NET)" => "UTF-16LE（.NET 的 Encoding.Unicode）",
        value => value,
    }
}
