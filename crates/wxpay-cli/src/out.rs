//! Standard output, of which nobody may want to read the rest.

use std::io::{self, ErrorKind, Stdout, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};

/// Standard output. What is written after its reader has gone, as `head` does, is dropped: the
/// command goes on, and its exit code tells how it ended.
pub(crate) struct Out<W>(W);

pub(crate) fn stdout() -> Out<Stdout> {
    Out(io::stdout())
}

/// Whether standard output is to be in colours: a terminal is, unless `NO_COLOR` is set, and
/// anything is with `CLICOLOR_FORCE`.
pub(crate) fn has_colours() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

impl Out<Stdout> {
    pub(crate) fn lock(self) -> Out<StdoutLock<'static>> {
        Out(self.0.lock())
    }
}

impl<W: Write> Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        or_gone(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        or_gone(self.0.flush(), ())
    }
}

/// The result, or this value when nobody reads any more.
fn or_gone<T>(result: io::Result<T>, gone: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(gone),
        result => result,
    }
}
