//! What is wrong is told before anything is paid.

use crate::office::{Office, said, wxpay};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_mistakes_are_told_with_line_and_column() {
    let office = Office::open().await;
    let long = "字".repeat(82);
    office.write(
        "rows.csv",
        &format!(
            "\u{feff}intent,openid,amount_fen,desc,check_name,agentid\n\
             a 1,o,1.5,,MAYBE,x\n\
             b,o,99,d,FORCE_CHECK,\n\
             c,o,20001,\"two\nlines\",,\n\
             c,o,100,d,,\n\
             d,o,100\n\
             e,o,100,{long},,\n\
             f,o,１００,d,,\n\
             g,o,20001,d,,\n\
             2.02611E+11,o,100,d,,\n\
             2E+15,o,100,d,,\n"
        ),
    );
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output);
    for mistake in [
        "rows.csv: line 2, column 1 (intent): must have 1 to 64",
        "line 2, column 3 (amount_fen): must be a whole number of fen",
        "line 2, column 4 (desc): must not be empty",
        "line 2, column 5 (check_name): must be NO_CHECK or FORCE_CHECK",
        "line 2, column 6 (agentid): must be a whole number",
        "line 3, column 3 (amount_fen): must be at least 100 fen",
        "line 4, column 4 (desc): must be on one line: is a quotation mark missing?",
        "line 6, column 1 (intent): duplicates the intent of line 4",
        "line 7: must have 6 fields like the first line, and has 3",
        "line 8, column 4 (desc): must have at most 81 characters, has 82",
        "line 9, column 3 (amount_fen): must be a whole number of fen",
        "line 10, column 3 (amount_fen): must be at most 20000 fen",
        "line 11, column 1 (intent): must not be a number that a spreadsheet has shortened",
        "line 12, column 1 (intent): must not be a number that a spreadsheet has shortened",
        "error: 14 mistakes; nothing was paid",
    ] {
        assert!(said.contains(mistake), "{mistake}\n{said}");
    }
    assert!(!office.folder.path().join("j").exists());
    assert!(office.sandbox.requests().is_empty());
}

/// A name that a spreadsheet changes is another name, under which the payout would be made again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn intents_that_a_spreadsheet_would_change_are_refused() {
    let office = Office::open().await;
    let intents = ["=HYPERLINK(A1)", "+1", "-2+3", "@SUM(A1)", "'1"];
    let mut text = "intent,openid,amount_fen,desc\n".to_owned();
    for intent in intents {
        text += &format!("{intent},o,100,d\n");
    }
    office.write("rows.csv", &text);
    let output = office.run("run rows.csv --journal j");
    for line in 2..7 {
        let mistake = format!(
            "line {line}, column 1 (intent): must not begin with = + - @ or ': a spreadsheet"
        );
        assert!(said(&output).contains(&mistake), "{}", said(&output));
    }
    assert!(office.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_duplicate_is_named_with_the_line_of_the_first() {
    let office = Office::open().await;
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,desc\r\na,o,100,d\r\n\r\nb,o,100,d\r\na,o,1.5,d\r\na,o,100,d\r\n",
    );
    let english = said(&office.run("run rows.csv --journal j"));
    let chinese = said(&office.run("run rows.csv --journal j --lang zh"));
    for line in [5, 6] {
        let mistake = format!("line {line}, column 1 (intent): duplicates the intent of line 2");
        assert!(english.contains(&mistake), "{english}");
        let mistake = format!("第 {line} 行第 1 列（intent）：与第 2 行的 intent 重复");
        assert!(chinese.contains(&mistake), "{chinese}");
    }
    assert!(office.sandbox.requests().is_empty());
}

/// Two stray quotation marks make one row of two, which would then be paid in part without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_not_swallowed_by_stray_quotation_marks() {
    let office = Office::open().await;
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,desc\na,o1,100,\"June\nb,o2,100,\"July\nc,o3,100,August\n",
    );
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let mistake = "line 2, column 4 (desc): must be on one line";
    assert!(said(&output).contains(mistake), "{}", said(&output));
    assert!(office.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_have_to_be_known_and_say_their_unit() {
    let office = Office::open().await;
    for (text, mistake) in [
        (
            "intent,openid,amount,desc\na,o,1,d\n",
            "column 3 (amount): ambiguous unit",
        ),
        (
            "intent,openid,金额,desc\na,o,1,d\n",
            "column 3 (金额): ambiguous unit",
        ),
        (
            "intent,openid,desc\na,o,d\n",
            "line 1: the column amount_fen is missing",
        ),
        (
            "intent,openid,amount_fen,desc,desc\na,o,1,d,d\n",
            "column 5 (desc): this column is there twice",
        ),
        (
            "intent,openid,amount_fen,desc\n",
            "there is no row below the names",
        ),
        ("", "the column intent is missing"),
    ] {
        office.write("rows.csv", text);
        let output = office.run("run rows.csv --journal j");
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(said(&output).contains(mistake), "{text}\n{}", said(&output));
    }
    let gbk = b"intent,openid,amount_fen,desc\na,o,100,\xb1\xa8\xcf\xfa\n";
    std::fs::write(office.folder.path().join("rows.csv"), gbk).unwrap();
    let output = office.run("run rows.csv --journal j");
    let mistake = "line 2, column 4 (desc): must be UTF-8";
    assert!(said(&output).contains(mistake), "{}", said(&output));
    assert!(office.sandbox.requests().is_empty());
}

#[test]
fn what_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code, problem) in [
        ("status --journal j", 2, "there is no such file"),
        ("export --journal j", 2, "there is no such file"),
        ("run rows.csv --journal j", 2, "mch_id is missing"),
        (
            "run rows.csv --journal j --sandbox",
            2,
            "can't read rows.csv",
        ),
        ("run rows.csv", 2, "--journal"),
    ] {
        let output = wxpay(folder.path(), arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments}");
        assert!(
            said(&output).contains(problem),
            "{arguments}: {}",
            said(&output)
        );
    }
}
