use std::io::Write as _;

use flate2::write::GzDecoder;
use wxpay_core::{DecodeError, ErrorKind};

/// How the bytes of a file are packed, which the first two tell.
pub(super) enum Packing {
    Unknown(Vec<u8>),
    Plain,
    Gzip(Box<GzDecoder<Vec<u8>>>),
}

impl Packing {
    pub(super) const fn new() -> Self {
        Self::Unknown(Vec::new())
    }

    /// Unpacks the next piece, which must not become longer than `room`.
    pub(super) fn unpack(&mut self, piece: &[u8], room: u64) -> Result<Vec<u8>, ErrorKind> {
        if let Self::Unknown(first) = self {
            first.extend_from_slice(piece);
            if first.len() < GZIP.len() {
                return Ok(Vec::new());
            }
            let first = std::mem::take(first);
            *self = if first.starts_with(&GZIP) {
                Self::Gzip(Box::new(GzDecoder::new(Vec::new())))
            } else {
                Self::Plain
            };
            return self.unpack(&first, room);
        }
        let Self::Gzip(decoder) = self else {
            return within(piece.to_vec(), room);
        };
        // Piece by piece, so that a small file can't become a huge one in memory.
        let mut unpacked = Vec::new();
        for part in piece.chunks(4096) {
            decoder.write_all(part).map_err(|_| broken())?;
            unpacked.append(decoder.get_mut());
            unpacked = within(unpacked, room)?;
        }
        Ok(unpacked)
    }

    /// What comes last.
    pub(super) fn end(&mut self, room: u64) -> Result<Vec<u8>, ErrorKind> {
        match self {
            Self::Unknown(first) => within(std::mem::take(first), room),
            Self::Plain => Ok(Vec::new()),
            Self::Gzip(decoder) => {
                decoder.try_finish().map_err(|_| broken())?;
                within(std::mem::take(decoder.get_mut()), room)
            }
        }
    }
}

fn within(piece: Vec<u8>, room: u64) -> Result<Vec<u8>, ErrorKind> {
    if piece.len() as u64 > room {
        return Err(DecodeError::malformed("file").into());
    }
    Ok(piece)
}

fn broken() -> ErrorKind {
    DecodeError::malformed("gzip").into()
}

const GZIP: [u8; 2] = [0x1F, 0x8B];
