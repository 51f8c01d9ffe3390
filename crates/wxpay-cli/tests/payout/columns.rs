//! Which columns a file may have: those of a payout, and others of its user's own.

use crate::office::{Office, said};

/// A name that is nearly one of a payout's columns is not passed over: the name check or the
/// approval would be lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_nearly_right_is_an_error_that_says_the_right_one() {
    let office = Office::open().await;
    for (name, meant) in [
        ("re_user_nmae", "re_user_name"),
        ("re_usr_nam", "re_user_name"),
        ("Re_User_Name", "re_user_name"),
        ("re user name", "re_user_name"),
        ("re-user-name", "re_user_name"),
        ("ｒｅ_user_name", "re_user_name"),
        ("real_name", "re_user_name"),
        ("姓名", "re_user_name"),
        ("chek_name", "check_name"),
        ("aproval_numbr", "approval_number"),
        ("审批单号", "approval_number"),
        ("agent_id", "agentid"),
        ("ww_msg_typ", "ww_msg_type"),
        ("DESC", "desc"),
        ("amount", "amount_fen"),
        ("Amount (CNY)", "amount_fen"),
        ("金额", "amount_fen"),
        ("金额（元）", "amount_fen"),
    ] {
        office.write(
            "rows.csv",
            &format!("intent,openid,amount_fen,desc,{name}\na,o,100,d,x\n"),
        );
        let output = office.run("run rows.csv --journal j");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        let place = format!("line 1, column 5 ({name}): ");
        assert!(said.contains(&place) && said.contains(meant), "{said}");
    }
    // In the place of a column that must be there, it is one mistake and not two.
    for (names, place) in [
        ("intent,open_id,amount_fen,desc", "column 2 (open_id)"),
        ("intent,openid,应付金额,desc", "column 3 (应付金额)"),
        ("intent,openid,amount_fee,desc", "column 3 (amount_fee)"),
    ] {
        office.write("rows.csv", &format!("{names}\na,o,100,d\n"));
        let said = said(&office.run("run rows.csv --journal j"));
        assert!(
            said.contains(place) && said.contains("error: 1 mistake;"),
            "{said}"
        );
    }
    assert!(office.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_of_the_users_own_pass() {
    let office = Office::open().await;
    office.write(
        "rows.csv",
        "no,intent, openid ,dept,amount_fen,desc,note,应付金额,date,\n\
         1,a,o1,x,100,d,\"two, words\",1.00,2026-11-26,\n\
         2,b,o2,,200,d,=1+1,2.00,,\n",
    );
    let output = office.run("run rows.csv --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.reconcile(), 2);
    // A stray quotation mark in one of them takes rows in, too.
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,desc,note\nc,o1,100,d,\"x\nd,o2,100,d,\"y\ne,o3,100,d,z\n",
    );
    let output = office.run("run rows.csv --journal j");
    let mistake = "line 2, column 5 (note): must be on one line";
    assert!(said(&output).contains(mistake), "{}", said(&output));
    assert_eq!(office.reconcile(), 2);
}
