//! A merchant's callback: one that notes what comes and answers as it was told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) struct Callback {
    pub(crate) url: String,
    seen: Receiver<Notice>,
}

pub(crate) struct Notice {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Callback {
    /// Answers each connection with the next of these: a status line, and a body.
    pub(crate) fn answering(answers: &[(&str, &str)]) -> Self {
        Self::serving(answers, None)
    }

    /// The same over HTTPS, with this certificate.
    pub(crate) fn answering_https(
        answers: &[(&str, &str)],
        certificate_pem: &str,
        key_pem: &str,
    ) -> Self {
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Self::serving(answers, Some(Arc::new(config)))
    }

    fn serving(answers: &[(&str, &str)], tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}/notify", listener.local_addr().unwrap());
        let answers: Vec<_> = answers
            .iter()
            .map(|(status, body)| {
                let length = body.len();
                format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}")
            })
            .collect();
        let (sender, seen) = channel();
        thread::spawn(move || {
            for answer in answers {
                let (stream, _) = listener.accept().unwrap();
                match &tls {
                    None => serve(stream, &answer, &sender),
                    Some(tls) => {
                        let connection = ServerConnection::new(Arc::clone(tls)).unwrap();
                        serve(StreamOwned::new(connection, stream), &answer, &sender);
                    }
                }
            }
        });
        Self { url, seen }
    }

    /// What came next.
    pub(crate) fn next(&self) -> Notice {
        self.seen.recv_timeout(Duration::from_secs(5)).unwrap()
    }
}

fn serve(stream: impl Read + Write, answer: &str, sender: &Sender<Notice>) {
    let mut reader = BufReader::new(stream);
    // A client that refuses the certificate says nothing.
    if reader.fill_buf().is_err() {
        return;
    }
    sender.send(read(&mut reader)).unwrap();
    reader.get_mut().write_all(answer.as_bytes()).unwrap();
    reader.get_mut().flush().unwrap();
}

fn read(reader: &mut impl BufRead) -> Notice {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let first = line();
    let mut headers = HeaderMap::new();
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        let name: HeaderName = name.parse().unwrap();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    let length = headers["content-length"].to_str().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Notice {
        line: first,
        headers,
        body,
    }
}
