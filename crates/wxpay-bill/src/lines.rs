use std::io::{BufRead, Read};

use crate::error::{BillError, Problem};

/// The lines of a bill, one in memory at a time.
pub(crate) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            number: 0,
        }
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The line that was read last.
    pub(crate) fn line(&self) -> &[u8] {
        &self.buffer
    }

    /// Reads the next line, without its end and without the mark (BOM) before the first; `false` at
    /// the end of the bill.
    pub(crate) fn advance(&mut self) -> Result<bool, BillError> {
        self.number = self.number.saturating_add(1);
        self.buffer.clear();
        let mut limited = self.reader.by_ref().take(LONGEST);
        let read = limited.read_until(b'\n', &mut self.buffer);
        read.map_err(|error| BillError::new(self.number, Problem::Io(error)))?;
        if self.number == 1 {
            self.look_at_first()?;
        }
        if self.buffer.is_empty() {
            return Ok(false);
        }
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
        } else if self.buffer.len() as u64 >= LONGEST {
            return Err(BillError::new(self.number, Problem::LineTooLong));
        }
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(true)
    }

    fn look_at_first(&mut self) -> Result<(), BillError> {
        let begins = |mark: &[u8]| self.buffer.starts_with(mark);
        let is_utf16 = begins(b"\xFF\xFE") || begins(b"\xFE\xFF");
        let is_workbook = begins(b"PK\x03\x04") || begins(b"\xD0\xCF\x11\xE0");
        if is_utf16 || is_workbook {
            return Err(BillError::new(1, Problem::Spreadsheet));
        }
        if begins(b"\x1F\x8B") {
            return Err(BillError::new(1, Problem::Packed));
        }
        if begins(BOM) {
            self.buffer.drain(..BOM.len());
        }
        Ok(())
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";
/// Bytes. The longest documented field has 2,048 characters.
const LONGEST: u64 = 1024 * 1024;
