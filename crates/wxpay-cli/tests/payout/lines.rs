//! A mistake is named with the line that an editor shows, and a file that is not CSV in UTF-8 is
//! refused in clear words.

use crate::office::{Office, said, wxpay};

const HEAD: &str = "intent,openid,amount_fen,desc";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_line_is_the_one_that_an_editor_shows() {
    let office = Office::open().await;
    let many = "a,o,100,d\r\n".repeat(5000);
    let wide = format!("\"{}\"", "x\r\n".repeat(20_000));
    for (what, text, line) in [
        ("LF", format!("{HEAD}\nx,o,1.5,d\n"), 2),
        ("CR LF", format!("{HEAD}\r\nx,o,1.5,d\r\n"), 2),
        ("CR", format!("{HEAD}\rx,o,1.5,d\r"), 2),
        ("no line end at the end", format!("{HEAD}\r\nx,o,1.5,d"), 2),
        ("a BOM", format!("\u{feff}{HEAD}\r\nx,o,1.5,d\r\n"), 2),
        ("an empty line, LF", format!("{HEAD}\n\nx,o,1.5,d\n"), 3),
        (
            "empty lines, CR LF",
            format!("{HEAD}\r\n\r\n\r\nx,o,1.5,d\r\n"),
            4,
        ),
        ("empty lines, CR", format!("{HEAD}\r\r\rx,o,1.5,d\r"), 4),
        (
            "empty lines above the names",
            format!("\u{feff}\r\n\n{HEAD}\r\n\r\nx,o,1.5,d\r\n"),
            5,
        ),
        (
            "line ends within quotation marks",
            format!("{HEAD}\r\na,o,100,\"1\r\n2\n3\r4\"\r\nx,o,1.5,d\r\n"),
            6,
        ),
        (
            "empty lines within quotation marks",
            format!("{HEAD}\na,o,100,\"1\n\n\n2\"\n\nx,o,1.5,d\n"),
            7,
        ),
        (
            "more than a buffer",
            format!("{HEAD}\r\n{many}x,o,1.5,d\r\n"),
            5002,
        ),
        (
            "a field that is longer than a buffer",
            format!("{HEAD}\r\na,o,100,{wide}\r\nx,o,1.5,d\r\n"),
            20_003,
        ),
    ] {
        office.write("rows.csv", &text);
        let output = office.run("run rows.csv --journal j");
        assert_eq!(output.status.code(), Some(2), "{what}");
        let said = said(&output);
        let last = said.lines().rev().find(|line| line.contains("rows.csv: "));
        let wanted = format!("rows.csv: line {line}, column 3 (amount_fen): must be a whole");
        // Where there are thousands of duplicates above it, it is not among those that are shown.
        if what == "more than a buffer" {
            assert!(said.contains("line 101, column 1 (intent)"), "{said}");
            assert!(said.contains("… and 4900 more mistakes"), "{said}");
        } else {
            assert!(
                last.is_some_and(|last| last.contains(&wanted)),
                "{what}: {said}"
            );
        }
    }
    assert!(office.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_right_far_behind_the_first_buffer() {
    let office = Office::open().await;
    let mut text = format!("{HEAD}\r\n");
    for row in 0..9000 {
        text += &format!("i{row},o,100,d\r\n");
    }
    office.write("rows.csv", &format!("{text}\r\ni7,o,100,d\r\n"));
    let output = office.run("run rows.csv --journal j");
    let mistake = "rows.csv: line 9003, column 1 (intent): duplicates the intent of line 9\n";
    assert!(said(&output).contains(mistake), "{}", said(&output));
}

#[test]
fn a_file_that_is_not_csv_in_utf_8_is_refused_in_both_languages() {
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let bytes = |unit: u16| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    };
    let folder = tempfile::tempdir().unwrap();
    let gbk = b"\xb1\xe0\xba\xc5,openid,amount_fen,desc\na,o,100,d\n";
    let gbk_row =
        b"intent,openid,amount_fen,desc\r\na,o,100,\xb1\xa8\xcf\xfa\r\nb,o,1,\xb1\xa8\r\n";
    let endless = format!("{HEAD}\na,o,100,\"{}", "x\n".repeat(700_000));
    for (bytes, en, zh) in [
        (
            utf16(&format!("\u{feff}{HEAD}\n"), true),
            "rows.csv is UTF-16 text: save it as CSV UTF-8",
            "rows.csv 的编码是 UTF-16",
        ),
        (
            utf16(&format!("\u{feff}{HEAD}\n"), false),
            "rows.csv is UTF-16 text",
            "rows.csv 的编码是 UTF-16",
        ),
        (
            utf16(HEAD, true),
            "rows.csv is UTF-16 text",
            "rows.csv 的编码是 UTF-16",
        ),
        (
            b"PK\x03\x04\x14\0\x06\0".to_vec(),
            "rows.csv is an Excel workbook",
            "rows.csv 是 Excel 工作簿",
        ),
        (
            gbk.to_vec(),
            "line 1, column 1 (): must be UTF-8, and is probably GBK",
            "第 1 行第 1 列（）：编码必须是 UTF-8，当前很可能是 GBK",
        ),
        (
            gbk_row.to_vec(),
            "line 2, column 4 (desc): must be UTF-8, and is probably GBK",
            "第 2 行第 4 列（desc）：编码必须是 UTF-8，当前很可能是 GBK",
        ),
        (
            b"intent;openid;amount_fen;desc\na;o;100;d\n".to_vec(),
            "line 1: columns must be separated by commas",
            "第 1 行：各列必须用逗号分隔",
        ),
        (
            endless.into_bytes(),
            "line 2: the row has more than 1 MiB: is a quotation mark missing?",
            "第 2 行：该行超过 1 MiB：是否漏了引号？",
        ),
        (
            format!("{HEAD}\n,,,\n").into_bytes(),
            "line 2: the row is empty",
            "第 2 行：该行为空",
        ),
    ] {
        std::fs::write(folder.path().join("rows.csv"), bytes).unwrap();
        for (lang, words) in [("en", en), ("zh", zh)] {
            let output = wxpay(folder.path(), "run rows.csv --journal j --sandbox")
                .args(["--lang", lang])
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2), "{en}");
            let said = said(&output);
            assert!(said.contains(words), "{words}\n{said}");
            let mistakes = said.lines().filter(|line| line.contains("rows.csv"));
            assert_eq!(mistakes.count(), 1, "{said}");
        }
    }
    assert!(!folder.path().join("j").exists());
}
