use async_trait::async_trait;
use bytes::Bytes;

use super::call::BODY;
use super::deadlines::When;
use super::fault::{Expected, Fault, Step, reply};
use crate::{UploadBody, UploadError, UploadReader, UploadSource};

/// How the body of an upload behaves while it is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reads {
    Whole,
    /// There is nothing to read.
    NotAtAll,
    /// An error comes after the first piece.
    Half,
    /// Its end comes early.
    Short,
    /// More comes than its length says.
    Long,
    /// All of it comes, and then it turns out to be something else.
    AnotherAtItsEnd,
}

/// Requests whose body is read while it is sent.
pub(super) fn faults() -> Vec<Fault> {
    let answered = |name| {
        let answer = Expected::answer(200, "ok");
        Fault::plain(name, reply(OK), answer).upload(Reads::Whole)
    };
    let broken = |name, reads| Fault::plain(name, reply(OK), Expected::ErrorAsSeen).upload(reads);
    let lost = |name, script| Fault::plain(name, script, Expected::MaybeSent).upload(Reads::Whole);
    let late = |name, when| {
        let fault = Fault::plain(name, reply(OK), Expected::NotSent);
        fault.upload(Reads::Whole).deadline(when)
    };
    vec![
        answered("upload: in pieces"),
        answered("upload: deadline in time").deadline(When::LongAfter),
        late("upload: deadline past", When::Past),
        late("upload: past by the wall clock", When::PastByWall),
        late("upload: past by the running clock", When::PastByRunning),
        broken("upload: file is not there", Reads::NotAtAll),
        broken("upload: file breaks off", Reads::Half),
        broken("upload: file became shorter", Reads::Short),
        broken("upload: file became longer", Reads::Long),
        broken("upload: file is another at its end", Reads::AnotherAtItsEnd),
        lost("upload: close after reading", vec![Step::Read]),
        lost("upload: stall after reading", vec![Step::Read, Step::Stall]),
        Fault::plain(
            "upload: 307 elsewhere",
            reply(
                "HTTP/1.1 307 Moved\nlocation: http://ELSEWHERE/stolen\ncontent-length: 4\n\ngone",
            ),
            Expected::answer(307, "gone"),
        )
        .upload(Reads::Whole),
    ]
}

impl Reads {
    /// The body of every other call, as it is read in this way.
    pub(super) fn body(self) -> UploadBody {
        UploadBody::new(Source(self))
    }
}

struct Source(Reads);

#[async_trait]
impl UploadSource for Source {
    fn length(&self) -> u64 {
        BODY.len() as u64
    }

    async fn open(&self) -> Result<Box<dyn UploadReader>, UploadError> {
        let bytes = BODY.as_bytes();
        let most = match self.0 {
            Reads::NotAtAll => return Err(gone()),
            Reads::Half | Reads::Short => bytes.len() / 2,
            Reads::Whole | Reads::Long | Reads::AnotherAtItsEnd => bytes.len(),
        };
        let mut pieces: Vec<Bytes> = bytes
            .get(..most)
            .unwrap_or_default()
            .chunks(PIECE)
            .map(Bytes::from_static)
            .collect();
        if self.0 == Reads::Long {
            pieces.push(Bytes::from_static(b"x"));
        }
        Ok(Box::new(Reader {
            pieces: pieces.into_iter(),
            reads: self.0,
        }))
    }
}

struct Reader {
    pieces: std::vec::IntoIter<Bytes>,
    reads: Reads,
}

#[async_trait]
impl UploadReader for Reader {
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        // Another thread would read a file, so that no piece is there at once.
        tokio::task::yield_now().await;
        match (self.pieces.next(), self.reads) {
            (None, Reads::Half) => Err(gone()),
            (None, Reads::AnotherAtItsEnd) => Err(UploadError::changed()),
            (piece, _) => Ok(piece),
        }
    }
}

fn gone() -> UploadError {
    UploadError::unreadable(std::io::ErrorKind::NotFound.into())
}

/// A body has several of them.
const PIECE: usize = 4;
const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nok";
