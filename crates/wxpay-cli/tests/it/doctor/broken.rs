//! Configurations that are wrong in one thing each.

use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use wxpay_sandbox::{Api, Fault, Sandbox};

use super::keys::{certificate, certificate_of, key, p12};
use crate::setup::Setup;

/// What is wrong, and the lines that say so.
pub(super) struct Broken {
    pub(super) what: &'static str,
    pub(super) red: &'static [&'static str],
    pub(super) yellow: &'static [&'static str],
    pub(super) arguments: &'static [&'static str],
    /// Makes it wrong. The second sandbox is another merchant's.
    pub(super) how: fn(&mut Setup, &Sandbox, &Sandbox),
}

impl Broken {
    const fn red(
        what: &'static str,
        red: &'static [&'static str],
        how: fn(&mut Setup, &Sandbox, &Sandbox),
    ) -> Self {
        Self {
            what,
            red,
            yellow: &[],
            arguments: &[],
            how,
        }
    }

    const fn yellow(
        what: &'static str,
        yellow: &'static [&'static str],
        how: fn(&mut Setup, &Sandbox, &Sandbox),
    ) -> Self {
        Self {
            yellow,
            ..Self::red(what, &[], how)
        }
    }

    const fn also_yellow(self, yellow: &'static [&'static str]) -> Self {
        Self { yellow, ..self }
    }

    const fn offline(self) -> Self {
        Self {
            arguments: &["--offline"],
            ..self
        }
    }
}

pub(super) const BROKEN: &[Broken] = &[
    Broken::red("a word that is no setting", &["config"], |setup, _, _| {
        setup.set("mchid", "1900000109");
    }),
    Broken::red("a file that is not there", &["files"], |setup, _, _| {
        setup.set("certificate.private_key", "key.pem");
    }),
    Broken::red("a key that others may read", &["modes"], |setup, _, _| {
        setup.mode("v2_key", 0o640);
    }),
    Broken::red("a merchant ID with letters", &["mch_id"], |setup, _, _| {
        setup.set("mch_id", "mch1900000109");
    }),
    Broken::red("an app ID with a space", &["app_id"], |setup, _, _| {
        setup.set("app_id", "wx8888 ");
    }),
    Broken::yellow(
        "the corpid of a company, and nothing of WeCom",
        &["app_id"],
        |setup, _, _| {
            for section in ["base_url", "tls", "wecom"] {
                setup.settings.remove(section);
            }
        },
    )
    .offline(),
    Broken::red("no app id", &["app_id"], |setup, _, _| {
        setup.unset("app_id")
    }),
    Broken::red("plain HTTP", &["host"], |setup, _, _| {
        setup.set("base_url", "http://api.mch.weixin.qq.com");
    }),
    Broken::red(
        "the sandbox's root at WeChat Pay",
        &["host"],
        |setup, _, _| {
            setup.set("base_url", "https://api.mch.weixin.qq.com");
        },
    )
    .offline(),
    Broken::red("an APIv2 key of 31", &["v2_key"], |setup, _, _| {
        setup.file("v2_key", "x".repeat(31));
    }),
    Broken::red(
        "a space behind the APIv2 key",
        &["v2_key"],
        |setup, us, _| {
            setup.file(
                "v2_key",
                format!("{} \n", us.merchant().api_v2_key.expose()),
            );
        },
    ),
    Broken::red("an APIv2 key with a sign", &["v2_key"], |setup, _, _| {
        setup.file("v2_key", format!("{}!", "x".repeat(31)));
    }),
    Broken::red("an APIv3 key of 33", &["v3_key"], |setup, _, _| {
        setup.file("v3_key", "x".repeat(33));
    }),
    Broken::yellow("one key for both", &["keys_differ"], |setup, us, _| {
        setup.file("v3_key", us.merchant().api_v2_key.expose());
    }),
    Broken::red(
        "a space in the WeCom secret",
        &["wecom_secret"],
        |setup, _, _| {
            setup.file("wecom", "two words");
        },
    ),
    Broken::red(
        "an encrypted private key",
        &["private_key"],
        |setup, us, _| {
            let key = us.merchant().client_key_pem.expose();
            let key = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
            setup.file("apiclient_key.pem", key);
        },
    ),
    Broken::red("two private keys", &["private_key"], |setup, us, _| {
        let key = us.merchant().client_key_pem.expose();
        setup.file("apiclient_key.pem", key.repeat(2));
    }),
    Broken::red(
        "a certificate without its key",
        &["private_key", "certificate"],
        |setup, _, _| {
            setup.unset("certificate.private_key");
        },
    ),
    Broken::red(
        "the key in the certificate's place",
        &["certificate"],
        |setup, us, _| {
            setup.file("apiclient_cert.pem", us.merchant().client_key_pem.expose());
        },
    ),
    Broken::red("another merchant's key", &["key_pair"], |setup, _, them| {
        setup.file("apiclient_key.pem", them.merchant().client_key_pem.expose());
    }),
    Broken::red(
        "an expired certificate",
        &["certificate_dates"],
        |setup, us, _| {
            let number = us.merchant().mch_id.as_str();
            setup.file("apiclient_cert.pem", certificate(us, number, -1));
        },
    )
    .offline(),
    Broken::yellow(
        "a certificate that expires soon",
        &["certificate_dates"],
        |setup, us, _| {
            let number = us.merchant().mch_id.as_str();
            setup.file("apiclient_cert.pem", certificate(us, number, 20));
        },
    )
    .offline(),
    Broken::yellow(
        "a certificate in another name",
        &["certificate_owner"],
        |setup, us, _| {
            setup.file("apiclient_cert.pem", certificate(us, "1900000109", 400));
        },
    )
    .offline(),
    Broken::red(
        "another merchant's certificate",
        &["client_certificate", "echo"],
        |setup, _, them| {
            let them = them.merchant();
            setup.file("apiclient_cert.pem", &them.client_cert_pem);
            setup.file("apiclient_key.pem", them.client_key_pem.expose());
        },
    )
    .also_yellow(&["certificate_owner"]),
    Broken::red("a p12 that is none", &["p12"], |setup, _, _| {
        setup.file("apiclient_cert.p12", "not a p12");
        setup.set("certificate.p12", "apiclient_cert.p12");
    }),
    Broken::yellow(
        "a p12 of another certificate",
        &["p12"],
        |setup, us, them| {
            let number = us.merchant().mch_id.as_str();
            setup.file("apiclient_cert.p12", p12(them, number));
            setup.set("certificate.p12", "apiclient_cert.p12");
        },
    ),
    Broken::red("nothing to ask with", &["protocols"], |setup, _, _| {
        for section in ["v2", "v3", "platform"] {
            setup.settings.remove(section);
        }
    }),
    Broken::red(
        "a serial number for a public key's id",
        &["public_key"],
        |setup, us, _| {
            setup.set("platform.public_key_id", us.merchant().serial_no.as_str());
        },
    ),
    Broken::red(
        "a public key without its id",
        &["public_key"],
        |setup, _, _| {
            setup.unset("platform.public_key_id");
        },
    ),
    Broken::red(
        "a certificate for a public key",
        &["public_key"],
        |setup, us, _| {
            setup.file("pub_key.pem", &us.merchant().client_cert_pem);
        },
    ),
    Broken::red(
        "the merchant's own public key",
        &["public_key_owner"],
        |setup, us, _| {
            setup.file("pub_key.pem", key(us).public_key_pem());
        },
    ),
    Broken::red(
        "another public key than WeChat Pay's",
        &["echo"],
        |setup, _, them| {
            setup.file("pub_key.pem", &them.merchant().platform_public_key_pem);
        },
    ),
    Broken::red(
        "another id than the public key's",
        &["echo"],
        |setup, _, them| {
            setup.set(
                "platform.public_key_id",
                them.merchant().platform_key_id.as_str(),
            );
        },
    ),
    Broken::red(
        "the merchant's own for a platform certificate",
        &["platform_certificates"],
        |setup, _, _| {
            setup.set("platform.certificates", vec!["apiclient_cert.pem"]);
        },
    ),
    Broken::red(
        "an expired platform certificate",
        &["platform_certificates"],
        |setup, _, _| {
            let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
            setup.file("platform.pem", certificate_of(&key, "Tenpay", -1));
            setup.set("platform.certificates", vec!["platform.pem"]);
        },
    ),
    Broken::red("no key of WeChat Pay", &["trust"], |setup, _, _| {
        setup.settings.remove("platform");
    }),
    Broken::red("nobody at the port", &["tls"], |setup, _, _| {
        setup.set("base_url", "https://127.0.0.1:1");
    }),
    Broken::red("another authority", &["tls"], |setup, _, them| {
        setup.file("ca.pem", them.ca_pem());
    }),
    Broken::red(
        "the APIv2 key of another merchant",
        &["v2_query"],
        |setup, _, them| {
            setup.file("v2_key", them.merchant().api_v2_key.expose());
        },
    ),
    Broken::red(
        "the app of another merchant",
        &["v2_query"],
        |setup, _, them| {
            setup.set("app_id", them.merchant().appid.as_str());
        },
    ),
    Broken::red(
        "the number of another merchant",
        &["v2_query", "echo"],
        |setup, _, them| {
            setup.set("mch_id", them.merchant().mch_id.as_str());
        },
    )
    .also_yellow(&["certificate_owner"]),
    Broken::red(
        "a company that is not bound",
        &["wecom_query"],
        |_, us, _| {
            us.inject(
                QUERY_EMPLOYEE_PAYMENT,
                Fault::error_code("WORKWX_MCHID_ERROR", "校验失败"),
            )
            .unwrap();
        },
    ),
    Broken::red("no certificates to fetch", &["fetch"], |setup, _, _| {
        setup.settings.remove("platform");
        setup.set("platform.certificates", "fetch");
    }),
];

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();
