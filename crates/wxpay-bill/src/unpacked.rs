use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// A bill that may be packed with gzip, unpacked as it is read.
#[derive(Debug)]
pub struct Unpacked<R>(Form<R>);

#[derive(Debug)]
enum Form<R> {
    Plain(R),
    Gzip(Box<BufReader<MultiGzDecoder<R>>>),
}

impl<R: BufRead> Unpacked<R> {
    /// Looks at the first bytes, which tell whether they are packed.
    ///
    /// # Errors
    /// They can't be read.
    pub fn new(mut reader: R) -> io::Result<Self> {
        let is_gzip = reader.fill_buf()?.starts_with(&[0x1F, 0x8B]);
        Ok(Self(if is_gzip {
            Form::Gzip(Box::new(BufReader::new(MultiGzDecoder::new(reader))))
        } else {
            Form::Plain(reader)
        }))
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Form::Plain(reader) => reader.read(buffer),
            Form::Gzip(reader) => reader.read(buffer),
        }
    }
}

impl<R: BufRead> BufRead for Unpacked<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.0 {
            Form::Plain(reader) => reader.fill_buf(),
            Form::Gzip(reader) => reader.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match &mut self.0 {
            Form::Plain(reader) => reader.consume(amount),
            Form::Gzip(reader) => reader.consume(amount),
        }
    }
}
