use indexmap::IndexMap;

use crate::Media;

/// The files that were uploaded, by id.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    entries: IndexMap<String, Media>,
}

impl Uploads {
    /// Adds a file. Of too many bytes to be downloaded the oldest are forgotten.
    pub(crate) fn add(&mut self, media: Media) {
        self.entries.insert(media.media_id.clone(), media);
        let mut bytes = 0;
        for media in self.entries.values_mut().rev() {
            bytes += media.content.as_ref().map_or(0, bytes::Bytes::len);
            if bytes > MOST_BYTES {
                media.content = None;
            }
        }
    }

    pub(crate) fn get(&self, media_id: &str) -> Option<&Media> {
        self.entries.get(media_id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Media> {
        self.entries.values()
    }
}

/// What can be downloaded, in bytes; all of it is in every snapshot.
const MOST_BYTES: usize = 32 << 20;
