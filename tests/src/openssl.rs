//! The national algorithms (国密) against OpenSSL, which shares no code with the library: what one
//! signs or encrypts, the other takes, and neither takes it once it was altered.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_executor::block_on;
use tempfile::TempDir;
use wxpay_api::core::Secret;
use wxpay_api::sign::sm3;
use wxpay_api::sign::v3::{FileKey, MerchantKey, PlatformKeys, PrivateKey, PublicKeys, Suite};

/// Compares the two with this many keys, and returns how many comparisons that made.
///
/// # Errors
/// OpenSSL 3 is not on this machine, or the two differ.
pub fn compare(keys: usize) -> Result<usize, String> {
    let folder = TempDir::new().map_err(|error| format!("a folder for the files: {error}"))?;
    let version = call(folder.path(), &["version"])?;
    if !version.starts_with(b"OpenSSL 3") {
        let version = String::from_utf8_lossy(&version);
        return Err(format!("OpenSSL 3 is needed, and this is {version}"));
    }
    let mut random = fastrand::Rng::with_seed(20_201);
    let mut done = 0;
    for n in 0..keys {
        let peer = Peer::new(folder.path())?;
        let length = [0, 1, 31, 32, 33, 64, 1000].get(n % 7).copied();
        let message: Vec<u8> = (0..length.unwrap_or_default())
            .map(|_| random.u8(..))
            .collect();
        done += peer.digest(&message)?;
        done += peer.signatures(&message)?;
        done += peer.encryption(&format!("张三{n}{}", "名".repeat(n * 7 % 90)))?;
        done += peer.files(&message)?;
    }
    Ok(done)
}

/// A key that OpenSSL made, in the hands of both.
struct Peer<'a> {
    folder: &'a Path,
    own: Vec<PrivateKey>,
    keys: PublicKeys,
}

impl<'a> Peer<'a> {
    fn new(folder: &'a Path) -> Result<Self, String> {
        call(folder, &["genpkey", "-algorithm", "SM2", "-out", "key"])?;
        call(folder, &["pkey", "-in", "key", "-pubout", "-out", "pub"])?;
        call(folder, &["ec", "-in", "key", "-out", "sec1"])?;
        let text = |name| -> Result<String, String> {
            Ok(String::from_utf8_lossy(&read(folder, name)?).into_owned())
        };
        let own = ["key", "sec1"].map(|name| {
            PrivateKey::from_pem(&text(name)?, "0A").map_err(|error| format!("{name}: {error}"))
        });
        let own: Result<Vec<_>, String> = own.into_iter().collect();
        let keys = PublicKeys::for_suite(Suite::Sm)
            .with_public_key(ID, &text("pub")?)
            .map_err(|error| format!("the public key: {error}"))?;
        let own = own?;
        Ok(Self { folder, own, keys })
    }

    fn digest(&self, message: &[u8]) -> Result<usize, String> {
        self.write("message", message)?;
        let theirs = call(self.folder, &["dgst", "-sm3", "-binary", "message"])?;
        agree(theirs == sm3(message), "the digests differ")?;
        Ok(1)
    }

    fn signatures(&self, message: &[u8]) -> Result<usize, String> {
        self.write("message", message)?;
        let sign = ["dgst", "-sm3", "-sign", "key", "-sigopt", SIGNER, "message"];
        let theirs = call(self.folder, &sign)?;
        let verify = |signature: &[u8]| block_on(self.keys.verify(ID, message, signature)).is_ok();
        agree(verify(&theirs), "what OpenSSL signed was refused")?;
        let altered = altered(&theirs);
        agree(!verify(&altered), "what was altered was taken")?;
        for own in &self.own {
            let ours = block_on(own.sign(message)).map_err(|error| error.to_string())?;
            self.write("signature", &ours)?;
            agree(self.verified()?, "OpenSSL refuses what we signed")?;
            self.write("message", &[message, b"x"].concat())?;
            agree(!self.verified()?, "OpenSSL takes another message")?;
            self.write("message", message)?;
        }
        Ok(2 + 2 * self.own.len())
    }

    fn verified(&self) -> Result<bool, String> {
        let head = ["dgst", "-sm3", "-verify", "pub", "-sigopt", SIGNER];
        let output = openssl(
            self.folder,
            &[&head[..], &["-signature", "signature", "message"]].concat(),
        )?;
        Ok(output.status.success())
    }

    fn encryption(&self, text: &str) -> Result<usize, String> {
        self.write("text", text.as_bytes())?;
        let encrypt = [
            "pkeyutl", "-encrypt", "-pubin", "-inkey", "pub", "-in", "text",
        ];
        let theirs = call(self.folder, &encrypt)?;
        for own in &self.own {
            let opened = block_on(own.decrypt(&theirs)).map_err(|error| error.to_string())?;
            agree(
                opened.expose() == text,
                "OpenSSL's text was read as another",
            )?;
            let altered = block_on(own.decrypt(&altered(&theirs)));
            agree(altered.is_err(), "what was altered was decrypted")?;
        }
        let sealed = block_on(self.keys.seal(&[text])).map_err(|error| error.to_string())?;
        let sealed = sealed.texts.first().map(String::as_str).unwrap_or_default();
        let bytes = STANDARD.decode(sealed).map_err(|error| error.to_string())?;
        self.write("sealed", &bytes)?;
        let decrypt = ["pkeyutl", "-decrypt", "-inkey", "key", "-in", "sealed"];
        let theirs = call(self.folder, &decrypt)?;
        agree(theirs == text.as_bytes(), "our text was read as another")?;
        Ok(1 + 2 * self.own.len())
    }

    /// GCM without its tag is the counter mode, which is what OpenSSL 3.0 has of SM4.
    fn files(&self, message: &[u8]) -> Result<usize, String> {
        self.write("message", message)?;
        let (key, nonce) = ("cbf063b0b33781c3", "09ba90b74310");
        let hex = |text: &str| {
            text.bytes()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let counter = format!("{}00000002", hex(nonce));
        let encrypt = [
            "enc",
            "-sm4-ctr",
            "-K",
            &hex(key),
            "-iv",
            &counter,
            "-in",
            "message",
        ];
        let mut file = call(self.folder, &encrypt)?;
        // In place of the tag, which is another matter.
        file.extend([0; 16]);
        let key = FileKey::sm4_gcm(&Secret::new(key), nonce).map_err(|error| error.to_string())?;
        let text = key
            .opening()
            .update(&file)
            .map_err(|error| error.to_string())?;
        agree(text == message, "OpenSSL's file was read as another")?;
        Ok(1)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        std::fs::write(self.folder.join(name), bytes)
            .map_err(|error| at(self.folder.join(name), &error))
    }
}

fn altered(bytes: &[u8]) -> Vec<u8> {
    let mut altered = bytes.to_vec();
    if let Some(last) = altered.last_mut() {
        *last ^= 1;
    }
    altered
}

fn agree(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = folder.join(name);
    std::fs::read(&path).map_err(|error| at(path, &error))
}

fn at(path: PathBuf, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// What the command writes, when it succeeds.
fn call(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = openssl(folder, arguments)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("openssl {}: {said}", arguments.join(" ")))
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<std::process::Output, String> {
    let mut command = Command::new("openssl");
    let output = command.current_dir(folder).args(arguments).output();
    output.map_err(|error| format!("openssl, which must be on this machine: {error}"))
}

const ID: &str = "PUB_KEY_ID_1";
const SIGNER: &str = "distid:1234567812345678";
