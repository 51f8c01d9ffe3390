//! Faults by rule.

use std::collections::HashSet;

use wxpay_sandbox::{Api, Fault, FaultRule, Sandbox};

use crate::client::{Client, QUERY, codes};

#[tokio::test]
async fn a_rule_goes_on_until_it_is_spent_or_removed() {
    let client = Client::start().await;
    let sandbox = &client.sandbox;
    let twice = FaultRule::new(QUERY_EMPLOYEE_PAYMENT, error("FREQ_LIMIT")).times(2);
    let twice = sandbox.add_fault_rule(twice).unwrap();
    let always = FaultRule::new(QUERY_EMPLOYEE_PAYMENT, error("SYSTEMERROR"));
    let always = sandbox.add_fault_rule(always).unwrap();
    sandbox
        .inject(QUERY_EMPLOYEE_PAYMENT, error("NO_AUTH"))
        .unwrap();
    assert_eq!(
        sandbox.injected_faults(),
        [(QUERY_EMPLOYEE_PAYMENT, error("NO_AUTH"))]
    );

    // What is injected comes first, then the earliest rule.
    for code in ["NO_AUTH", "FREQ_LIMIT", "FREQ_LIMIT", "SYSTEMERROR"] {
        assert_eq!(ask(&client).await, code);
    }
    let rules = sandbox.fault_rules();
    assert_eq!(rules.len(), 1);
    assert_eq!((rules[0].id(), rules[0].times_left()), (always, None));
    assert_eq!(rules[0].fault(), &error("SYSTEMERROR"));
    assert_ne!(twice, always);
    let seen = sandbox.requests();
    assert_eq!(seen[1].fault, Some(error("FREQ_LIMIT")));

    assert!(!sandbox.remove_fault_rule(twice));
    assert!(sandbox.remove_fault_rule(always));
    assert_eq!(ask(&client).await, "NOT_FOUND");

    let never = FaultRule::new(QUERY_EMPLOYEE_PAYMENT, error("FREQ_LIMIT")).times(0);
    sandbox.add_fault_rule(never).unwrap();
    assert!(sandbox.fault_rules().is_empty());
    let always = FaultRule::new(QUERY_EMPLOYEE_PAYMENT, error("SYSTEMERROR"));
    sandbox.add_fault_rule(always).unwrap();
    sandbox
        .inject(QUERY_EMPLOYEE_PAYMENT, error("NO_AUTH"))
        .unwrap();
    sandbox.clear_faults();
    assert_eq!(ask(&client).await, "NOT_FOUND");
}

#[tokio::test]
async fn chance_follows_from_the_seed_and_from_nothing_else() {
    let (a, b, other) = tokio::join!(luck(7, false), luck(7, true), luck(8, false));
    assert_eq!(a, b);
    assert_ne!(a, other);
    let hits = a.iter().filter(|code| *code == "SYSTEMERROR").count();
    // 40 tosses of a coin that shows heads three times in ten.
    assert!((3..=25).contains(&hits), "{hits}");
}

#[tokio::test]
async fn no_chance_and_certainty() {
    let client = Client::start().await;
    let never = FaultRule::new(QUERY_EMPLOYEE_PAYMENT, error("FREQ_LIMIT")).chance(0.0);
    let surely = FaultRule::new(QUERY_EMPLOYEE_PAYMENT, error("SYSTEMERROR")).chance(3.5);
    assert_eq!(surely.probability(), 1.0);
    client.sandbox.add_fault_rule(never).unwrap();
    client.sandbox.add_fault_rule(surely).unwrap();
    for _ in 0..20 {
        assert_eq!(ask(&client).await, "SYSTEMERROR");
    }
}

#[tokio::test]
async fn a_rule_for_what_an_endpoint_can_not_have_is_refused() {
    let client = Client::start().await;
    for (api, fault) in [
        (PAY_EMPLOYEE, Fault::WrongSignature),
        (CLOSE_ORDER_V3, Fault::TamperedBody),
        (CLOSE_ORDER, Fault::OtherReply),
        (CREATE_ORDER, Fault::StaleSignature),
    ] {
        let refused = client.sandbox.add_fault_rule(FaultRule::new(api, fault));
        assert_eq!(refused.unwrap_err().api, api);
    }
    assert!(client.sandbox.fault_rules().is_empty());
}

#[test]
fn every_endpoint_has_a_name() {
    let names: Vec<_> = Api::all().map(Api::name).collect();
    for name in &names {
        let api: Api = name.parse().unwrap();
        assert_eq!(api.to_string(), *name);
        let protocol = format!("{:?}.", api.protocol()).to_lowercase();
        assert!(name.starts_with(&protocol), "{name}");
    }
    let once: HashSet<_> = names.iter().collect();
    assert_eq!(once.len(), names.len());
    let unknown = "v2.pay".parse::<Api>().unwrap_err();
    assert_eq!(unknown.to_string(), "the sandbox has no endpoint v2.pay");
}

/// What became of 40 queries, with or without other requests in between.
async fn luck(seed: u64, busy: bool) -> Vec<String> {
    let client = Client::start_built(Sandbox::builder().seed(seed)).await;
    let rule = FaultRule::new(QUERY_EMPLOYEE_PAYMENT, error("SYSTEMERROR")).chance(0.3);
    client.sandbox.add_fault_rule(rule).unwrap();
    let mut codes = Vec::new();
    for n in 0..40 {
        if busy && n % 7 == 0 {
            client.pay(client.payment(&format!("A{n}"))).await;
        }
        codes.push(ask(&client).await);
    }
    codes
}

async fn ask(client: &Client) -> String {
    let reply = client.post(QUERY, &client.sign(client.query("A0NE"))).await;
    codes(&reply)[2].to_owned()
}

fn error(code: &str) -> Fault {
    Fault::error_code(code, "系统繁忙")
}

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const CLOSE_ORDER_V3: Api = Api::named("v3.pay.close_order").unwrap();

const CLOSE_ORDER: Api = Api::named("v2.pay.close_order").unwrap();

const CREATE_ORDER: Api = Api::named("v2.pay.create_order").unwrap();
