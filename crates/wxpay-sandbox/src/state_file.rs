//! The file that the state is kept in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{Mutex, Notify};

use crate::snapshot;
use crate::state::Shared;
use crate::whole_file::{self, Mode};

/// The file of the state can't be read or written.
#[derive(Debug, Error)]
#[error("can't read or write {}", file.display())]
#[non_exhaustive]
pub struct StateFileError {
    /// The file.
    pub file: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Where the state is kept, and which state is there.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// The [revision](crate::state::State::revision) that was written.
    written: Mutex<Option<u64>>,
    /// The state changed.
    pub(crate) changed: Notify,
}

impl StateFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            written: Mutex::default(),
            changed: Notify::new(),
        }
    }
}

/// The snapshot in a file, if there is such a file.
pub(crate) fn read(path: &Path) -> Result<Option<String>, StateFileError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StateFileError {
            file: path.to_owned(),
            source,
        }),
    }
}

/// Writes the state as it is now, unless the file has it already. Those who come while it is
/// written share the next writing.
pub(crate) async fn save(shared: &Arc<Shared>) -> Result<(), StateFileError> {
    let Some(file) = &shared.state_file else {
        return Ok(());
    };
    // A caller that goes away must not let two writings run at once.
    let writing = tokio::spawn(write(Arc::clone(shared)));
    let written = writing.await.unwrap_or_else(|error| Err(error.into()));
    written.map_err(|source| StateFileError {
        file: file.path.clone(),
        source,
    })
}

async fn write(shared: Arc<Shared>) -> io::Result<()> {
    let Some(file) = &shared.state_file else {
        return Ok(());
    };
    let mut written = file.written.lock().await;
    if *written == Some(shared.state().revision) {
        return Ok(());
    }
    let (of, path) = (Arc::clone(&shared), file.path.clone());
    let writing = tokio::task::spawn_blocking(move || {
        let (revision, text) = snapshot::write(&of);
        whole_file::write(&path, text.as_bytes(), Mode::Secret).map(|()| revision)
    });
    *written = Some(writing.await??);
    Ok(())
}

/// Writes each state that no request or call has written, until it is dropped.
pub(crate) async fn keep(shared: Arc<Shared>) {
    while let Some(file) = &shared.state_file {
        file.changed.notified().await;
        // The next request or call that saves tries again, and fails if the file still can't be
        // written.
        let _ = save(&shared).await;
    }
}
