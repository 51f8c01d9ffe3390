use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use wxpay_bill::{Bill, BillError, Problem, Unpacked};

use crate::fail::{Fail, unreadable};

/// A bill in a file, packed with gzip or not.
pub(super) type FileBill = Bill<Unpacked<BufReader<File>>>;

/// Opens a bill and reads which it is.
pub(super) fn open(path: &Path) -> Result<FileBill, Fail> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let reader = Unpacked::new(BufReader::with_capacity(BUFFER, file))
        .map_err(|error| unreadable(path, error))?;
    Bill::open(reader).map_err(|error| broken(path, error))
}

/// The file is no bill, or not all of one.
pub(super) fn broken(path: &Path, error: BillError) -> Fail {
    let shown = path.display();
    Fail::usage(
        format!("{shown} can't be read as a bill"),
        format!("{shown} 无法作为账单读取"),
    )
    .because(error)
}

/// The next row; at the end of the rows, whether the summary agrees with them.
pub(super) enum Step<T> {
    Row(T),
    End { agrees: bool },
}

/// What an iterator of rows gives, where a summary that does not agree is no failure of the
/// command's.
pub(super) fn step<T>(path: &Path, item: Option<Result<T, BillError>>) -> Result<Step<T>, Fail> {
    match item {
        Some(Ok(row)) => Ok(Step::Row(row)),
        None => Ok(Step::End { agrees: true }),
        Some(Err(error)) if matches!(error.problem(), Problem::SummaryDiffers) => {
            Ok(Step::End { agrees: false })
        }
        Some(Err(error)) => Err(broken(path, error)),
    }
}

const BUFFER: usize = 256 * 1024;
