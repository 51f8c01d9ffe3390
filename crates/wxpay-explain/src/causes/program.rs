//! Causes in the text that the user's program signed or verified, when it is given beside the
//! message.

super::declare! {
    V2_DIFFERS: Error "v2.program-text-differs"
        "The text that your program put together is not the one of this message: it differs in {field} (+ is too much, - is missing)."
        "Build the text from the fields of the message itself: every field that is not empty but sign, as it came, sorted by name."
        "程序拼接的字符串与此报文的不同，差异在：{field}（+ 表示多出，- 表示缺少）。"
        "请用报文本身的字段拼接：除 sign 外的所有非空字段，保持原值，按字段名排序。"
    V2_KEY: Error "v2.program-key-differs"
        "The text of your program ends in another key than the APIv2 key that was given."
        "Find out which of the two is the APIv2 key of this mch_id, and give your program that one."
        "程序的字符串末尾的密钥与所给的 APIv2 密钥不同。"
        "请确认哪一个是此 mch_id 的 APIv2 密钥，并让程序使用它。"
    V3_DIFFERS: Error "v3.program-text-differs"
        "Line {line} of the text that your program put together must be the {expected}, and is {found}."
        "Put the lines together in their order, each with a line feed, from the message as it came."
        "程序拼接的字符串第{line}行应为{expected}，实际为{found}。"
        "请按顺序用收到的报文拼接各行，每行以换行结尾。"
    V3_MORE: Error "v3.program-text-longer"
        "The text that your program put together goes on behind the last line."
        "End it after the line feed of the body; append nothing."
        "程序拼接的字符串在最后一行之后还有内容。"
        "请在主体后的换行处结束，不要追加内容。"
}
