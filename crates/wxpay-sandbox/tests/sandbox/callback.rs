//! A merchant's callback: one that notes what comes and answers as it was told.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

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
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/notify", listener.local_addr().unwrap());
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
                let mut reader = BufReader::new(stream);
                sender.send(read(&mut reader)).unwrap();
                reader.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, seen }
    }

    /// What came next.
    pub(crate) fn next(&self) -> Notice {
        self.seen.recv_timeout(Duration::from_secs(5)).unwrap()
    }
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
