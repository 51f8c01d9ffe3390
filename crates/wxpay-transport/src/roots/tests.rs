use super::{Roots, TLS_SERVER_ROOT_CERTS, TrustChoice};

/// What is trusted in the end: whether the platform's authorities are, and how many others.
fn loaded(choose: impl FnOnce(&mut TrustChoice)) -> (bool, usize) {
    let mut choice = TrustChoice::default();
    choose(&mut choice);
    let trust = choice.load().expect("good certificates");
    (trust.platform, trust.certificates.len())
}

fn pem() -> Vec<u8> {
    let made = rcgen::generate_simple_self_signed(["ca".to_owned()]).expect("a certificate");
    made.cert.pem().into_bytes()
}

#[test]
fn choices() {
    let mozilla = TLS_SERVER_ROOT_CERTS.len();
    assert!(mozilla > 100);
    assert_eq!(loaded(|_| {}), (false, mozilla));
    assert_eq!(loaded(|trust| trust.known(Roots::WebPki)), (false, mozilla));
    assert_eq!(loaded(|trust| trust.known(Roots::Platform)), (true, 0));
    assert_eq!(loaded(|trust| trust.add(&pem())), (false, mozilla + 1));
    assert_eq!(loaded(|trust| trust.only(&pem())), (false, 1));

    let both = [pem(), pem()].concat();
    let added_then_only = loaded(|trust| {
        trust.add(&pem());
        trust.only(&both);
    });
    assert_eq!(added_then_only, (false, 2));
    let platform_and_added = loaded(|trust| {
        trust.add(&pem());
        trust.known(Roots::Platform);
    });
    assert_eq!(platform_and_added, (true, 1));
    let platform_then_only = loaded(|trust| {
        trust.known(Roots::Platform);
        trust.only(&pem());
    });
    assert_eq!(platform_then_only, (false, 1));
}
