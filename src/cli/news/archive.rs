//! Pages of articles as a web archive.

use std::io::Write;
use std::path::Path;

use malmoi::files::AtomicFile;
use malmoi::news::store::{ArticleFilter, NewsStore};
use malmoi::news::warc::{first_record, packed, page_record};
use malmoi::{Error, Result};

/// Whether the name asks for an archive, and for a packed one.
pub fn asked(path: &Path) -> Option<bool> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    (name.ends_with(".warc") || name.ends_with(".warc.gz")).then(|| name.ends_with(".gz"))
}

/// Writes the pages of the articles that `filter` lets through, and gives how many.
///
/// # Errors
/// If a page is damaged, or the file cannot be written.
pub fn write(
    store: &NewsStore,
    filter: &ArticleFilter,
    path: &Path,
    is_packed: bool,
) -> Result<u64> {
    let mut file = AtomicFile::create(path)?;
    let mut write = |record: Vec<u8>| {
        let record = if is_packed { packed(&record) } else { record };
        file.write_all(&record).map_err(|error| Error::file("cannot write", path, error))
    };
    write(first_record(store.last_fetched()?))?;
    let mut count = 0;
    store.each_article(filter, |article| {
        count += 1;
        write(page_record(&store.page_of(&article.id)?))
    })?;
    file.commit()?;
    Ok(count)
}
