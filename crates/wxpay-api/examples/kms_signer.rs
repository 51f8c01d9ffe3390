//! The private key stays in another process: a signer that is asked over the network, as an HSM or
//! a KMS would be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use wxpay_api::sign::v3::{MerchantKey, PrivateKey, PublicKeys};
use wxpay_api::sign::{SigningError, v3::Sealed};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::{Client, Credentials, security};
use wxpay_sandbox::Sandbox;

/// What the client holds of the key: where it is, and its certificate's serial number.
#[derive(Debug)]
struct RemoteKey {
    address: std::net::SocketAddr,
    serial_no: String,
}

#[async_trait::async_trait]
impl MerchantKey for RemoteKey {
    fn serial_no(&self) -> &str {
        &self.serial_no
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        // Whatever goes wrong here, nothing was sent to WeChat Pay.
        let failed = |error| SigningError::new("the signer can't be reached").with_source(error);
        let answer = self.ask(message).await.map_err(failed)?;
        STANDARD
            .decode(answer.trim())
            .map_err(|_| SigningError::new("the signer answered something else"))
    }
}

impl RemoteKey {
    async fn ask(&self, message: &[u8]) -> std::io::Result<String> {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await?);
        stream
            .write_all(format!("{}\n", STANDARD.encode(message)).as_bytes())
            .await?;
        let mut answer = String::new();
        stream.read_line(&mut answer).await?;
        Ok(answer)
    }
}

/// The other process: it signs what it is asked to, a line each.
async fn signer(
    listener: TcpListener,
    key: PrivateKey,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    loop {
        let (stream, _) = listener.accept().await?;
        let mut stream = BufReader::new(stream);
        let mut message = String::new();
        stream.read_line(&mut message).await?;
        let signature = key.sign(&STANDARD.decode(message.trim())?).await?;
        stream
            .write_all(format!("{}\n", STANDARD.encode(signature)).as_bytes())
            .await?;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let account = sandbox.merchant();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let key = PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no)?;
    tokio::spawn(signer(listener, key));

    let remote = RemoteKey {
        address,
        serial_no: account.serial_no.clone(),
    };
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    let transport = ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .build()?;
    let client = Client::builder(
        account.sp_mchid.clone(),
        Credentials::new(remote, platform),
        transport,
    );
    let client = client.base_url(sandbox.base_url()).build()?;

    let request = security::Echo {
        echo_message: "hello".to_owned(),
        options: security::echo::EchoOptions::default().encrypted_echo_message("张三"),
    };
    let reply = client.send(&request).await?;
    assert_eq!(reply.echo_message, "hello");
    // This signer does not open sealed fields, and says so; the reply stands.
    let sealed: &Sealed = reply
        .encrypted_echo_message
        .as_ref()
        .ok_or("no sealed message")?;
    assert!(client.open(sealed).await.is_err());
    Ok(())
}
