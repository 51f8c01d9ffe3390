//! Which line of a file a record begins on, as an editor counts lines.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::rc::Rc;

use super::mistake::Mistake;
use crate::lang::Text;

/// A reader that notes where the lines begin of what passes through it, and ends with an error at a
/// file or a record that is too long.
pub(super) struct Lines<R> {
    inner: R,
    notes: Rc<RefCell<Notes>>,
}

/// Where lines begin. Only those are kept that no record has reached.
#[derive(Debug)]
pub(super) struct Notes {
    /// The place and the number of each line that is not empty.
    begins: VecDeque<(u64, u64)>,
    /// How many bytes have passed.
    passed: u64,
    line: u64,
    at_line_start: bool,
    after_cr: bool,
    /// Where the newest record begins that was read to its end.
    reached: u64,
    too_long: Option<TooLong>,
}

/// What is longer than it may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TooLong {
    File,
    Record,
}

impl<R> Lines<R> {
    pub(super) fn new(inner: R) -> (Self, Rc<RefCell<Notes>>) {
        let notes = Rc::new(RefCell::new(Notes {
            begins: VecDeque::new(),
            passed: 0,
            line: 1,
            at_line_start: true,
            after_cr: false,
            reached: 0,
            too_long: None,
        }));
        let shared = Rc::clone(&notes);
        (Self { inner, notes }, shared)
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut notes = self.notes.borrow_mut();
        notes.pass(buffer.get(..count).unwrap_or_default());
        if notes.passed > MOST_OF_A_FILE {
            notes.too_long = Some(TooLong::File);
        } else if notes.passed - notes.reached > MOST_OF_A_RECORD {
            notes.too_long = Some(TooLong::Record);
        }
        match notes.too_long {
            None => Ok(count),
            Some(_) => Err(io::Error::from(io::ErrorKind::FileTooLarge)),
        }
    }
}

impl Notes {
    /// The line of a record that begins at this byte, or after line ends there. Records are asked
    /// for in their order.
    pub(super) fn line_at(&mut self, place: u64) -> u64 {
        self.reached = place;
        while self.begins.front().is_some_and(|(begin, _)| *begin < place) {
            self.begins.pop_front();
        }
        self.begins.front().map_or(self.line, |(_, line)| *line)
    }

    pub(super) fn too_long(&self) -> Option<TooLong> {
        self.too_long
    }

    /// A line ends with LF, CR LF or CR.
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' if self.after_cr => self.after_cr = false,
                b'\r' | b'\n' => {
                    self.line += 1;
                    self.at_line_start = true;
                    self.after_cr = *byte == b'\r';
                }
                _ => {
                    if self.at_line_start {
                        self.begins.push_back((self.passed, self.line));
                    }
                    self.at_line_start = false;
                    self.after_cr = false;
                }
            }
            self.passed += 1;
        }
    }
}

impl TooLong {
    /// What it means for the record that begins on this line.
    pub(super) fn mistake(self, line: u64) -> Mistake {
        match self {
            Self::File => Mistake::in_file(Text::new(
                "the file has more than 64 MiB: split it",
                "文件超过 64 MiB：请拆分成多个文件",
            )),
            Self::Record => Mistake::in_line(
                line,
                Text::new(
                    "the row has more than 1 MiB: is a quotation mark missing?",
                    "该行超过 1 MiB：是否漏了引号？",
                ),
            ),
        }
    }
}

/// Bytes: some half a million payouts.
const MOST_OF_A_FILE: u64 = 64 * 1024 * 1024;
/// Bytes: a quotation mark that is never closed takes all that follows into one record.
const MOST_OF_A_RECORD: u64 = 1024 * 1024;
