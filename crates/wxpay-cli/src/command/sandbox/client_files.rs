//! The files of a sandbox's folder that are written at each start, since the address can be another
//! one.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use wxpay_sandbox::{Brand, Control, Sandbox, Trust};

use crate::fail::Fail;

/// Writes `wxpay.toml`, that of the brand, and `env.sh`. All hold secrets.
pub(super) async fn write(sandbox: &Sandbox, control: &Control, dir: &Path) -> Result<(), Fail> {
    write_secret(&dir.join("wxpay.toml"), &config(sandbox))?;
    let brand = sandbox.brand().await.map_err(|error| {
        Fail::new("can't make the keys of the brand", "无法生成品牌的密钥").because(error)
    })?;
    let file = dir.join("brand").join("wxpay.toml");
    write_secret(&file, &brand_config(sandbox, brand))?;
    write_secret(&dir.join("env.sh"), &exports(sandbox, control, dir))
}

/// Writes a file that its owner alone can read, as a whole or not at all.
pub(super) fn write_secret(file: &Path, text: &str) -> Result<(), Fail> {
    let mut new = file.as_os_str().to_owned();
    new.push(".new");
    let written = write_new(new.as_ref(), text).and_then(|()| fs::rename(&new, file));
    written.map_err(|error| {
        let shown = file.display();
        Fail::new(format!("can't write {shown}"), format!("无法写入 {shown}")).because(error)
    })
}

fn write_new(file: &Path, text: &str) -> io::Result<()> {
    // What lies there already has another's mode, or leads elsewhere.
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut new = options.open(file)?;
    new.write_all(text.as_bytes())?;
    new.sync_all()
}

fn config(sandbox: &Sandbox) -> String {
    let merchant = sandbox.merchant();
    let public_key = format!(
        "public_key_id = \"{}\"\npublic_key = \"pub_key.pem\"\n",
        merchant.platform_key_id
    );
    let fetch = "certificates = \"fetch\"\n";
    let platform = match sandbox.trust() {
        Trust::Certificates => fetch.to_owned(),
        Trust::Both => public_key + fetch,
        _ => public_key,
    };
    let [certificate, private_key] = identity(sandbox);
    format!(
        "# For `wxpay --config`. Written by `wxpay sandbox` at each start.\n\
         mch_id = \"{}\"\napp_id = \"{}\"\nbase_url = \"{}\"\n\n\
         [v2]\nkey = \"{}\"\n\n\
         [v3]\nkey = \"{}\"\n\n\
         [wecom]\nsecret = \"{}\"\nagent_id = {}\n\n\
         [certificate]\ncertificate = \"{certificate}\"\nprivate_key = \"{private_key}\"\n\n\
         [platform]\n{platform}\n\
         [tls]\nroot = \"ca.pem\"\n\n\
         [payout]\nact_name = \"沙箱付款\"\nspbill_create_ip = \"127.0.0.1\"\n",
        merchant.mch_id,
        merchant.appid,
        sandbox.base_url(),
        merchant.api_v2_key.expose(),
        merchant.api_v3_key.expose(),
        merchant.workwx_secret.expose(),
        merchant.agentid,
    )
}

/// The certificate and the key that sign requests of APIv3.
fn identity(sandbox: &Sandbox) -> [&'static str; 2] {
    if sandbox.merchant().v3_serial_no() == sandbox.merchant().serial_no {
        ["apiclient_cert.pem", "apiclient_key.pem"]
    } else {
        ["sm_cert.pem", "sm_key.pem"]
    }
}

fn brand_config(sandbox: &Sandbox, brand: &Brand) -> String {
    format!(
        "# For `wxpay --config` of a brand (品牌商家). Written by `wxpay sandbox` at each start.\n\
         brand_id = \"{}\"\napp_id = \"{}\"\nbase_url = \"{}\"\n\n\
         [v3]\nkey = \"{}\"\n\n\
         [certificate]\ncertificate = \"apiclient_cert.pem\"\nprivate_key = \"apiclient_key.pem\"\n\n\
         [platform]\npublic_key_id = \"{}\"\npublic_key = \"pub_key.pem\"\n\n\
         [tls]\nroot = \"../ca.pem\"\n",
        brand.brand_id,
        sandbox.merchant().appid,
        sandbox.base_url(),
        brand.api_key.expose(),
        brand.platform_key_id,
    )
}

fn exports(sandbox: &Sandbox, control: &Control, dir: &Path) -> String {
    let merchant = sandbox.merchant();
    let file = |name: &str| dir.join(name).display().to_string();
    let [certificate, private_key] = identity(sandbox);
    let mut text = String::from(
        "# For `. env.sh`. Written by `wxpay sandbox` at each start.\n\
         # Other clients are told to trust the sandbox by one of REQUESTS_CA_BUNDLE (Python), NODE_EXTRA_CA_CERTS (Node.js),\n\
         # SSL_CERT_FILE (Go) or CURL_CA_BUNDLE, set to \"$WXPAY_ROOT\". It is not set here: nothing else should trust it.\n",
    );
    let mut exports = vec![
        ("WXPAY_BASE_URL", sandbox.base_url().to_owned()),
        ("WXPAY_MCH_ID", merchant.mch_id.to_string()),
        ("WXPAY_APP_ID", merchant.appid.to_string()),
        ("WXPAY_AGENT_ID", merchant.agentid.to_string()),
        ("WXPAY_SERIAL_NO", merchant.v3_serial_no().to_owned()),
        ("WXPAY_V2_KEY", merchant.api_v2_key.expose().to_owned()),
        ("WXPAY_V3_KEY", merchant.api_v3_key.expose().to_owned()),
        (
            "WXPAY_WECOM_SECRET",
            merchant.workwx_secret.expose().to_owned(),
        ),
        ("WXPAY_CERTIFICATE", file(certificate)),
        ("WXPAY_PRIVATE_KEY", file(private_key)),
        ("WXPAY_P12", file("apiclient_cert.p12")),
        ("WXPAY_ROOT", file("ca.pem")),
        // `wxpay sandbox ctl` reads it, and so does a shop that follows the sandbox's clock.
        ("WXPAY_SANDBOX_CONTROL", control.url().to_owned()),
        // With these a shop serves its callback over HTTPS.
        ("WXPAY_CALLBACK_CERTIFICATE", file("callback_cert.pem")),
        ("WXPAY_CALLBACK_KEY", file("callback_key.pem")),
    ];
    if sandbox.trust() != Trust::Certificates {
        exports.push(("WXPAY_PUBLIC_KEY_ID", merchant.platform_key_id.clone()));
        exports.push(("WXPAY_PUBLIC_KEY", file("pub_key.pem")));
    }
    for (name, value) in exports {
        let value = value.replace('\'', r"'\''");
        let _ = writeln!(text, "export {name}='{value}'");
    }
    text
}
