//! The IMDB review corpus → documents.
//!
//! In: `aclImdb_v1.tar.gz`, or the folder it unpacks to. Out: the labelled
//! reviews of train and test, in the order of the archive or, for a folder,
//! sorted by (split, label, file name). Reviews without a label are passed over,
//! unless they are asked for.
//! A thread of its own reads ahead by a few batches; dropping the source ends it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::archive::{Limits, read_tar_gz};
use super::imdb_reviews::{Labels, Reviews, Role};
use crate::data::{Document, Html, Skipped};
use crate::error::{Error, Result};
use crate::traits::Source;

/// Which reviews of the IMDB corpus are read, and what is told of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ImdbReviews {
    /// Those with a label.
    #[default]
    Labelled,
    /// The same, and each one's group is the film it is about. All of them then stand
    /// in memory at once, because the archive lists the films after them. Test reviews
    /// have no group where the archive lacks their list.
    Grouped,
    /// Those of `train/unsup` too, which have neither label nor rating.
    WithUnlabelled,
}

/// The reviews of the IMDB corpus, in batches of 256.
pub struct ImdbSource {
    batches: Option<Receiver<Result<Vec<Document<Html>>>>>,
    reader: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    done_bytes: Arc<AtomicU64>,
    total_bytes: Option<u64>,
    skipped: Arc<Mutex<Skipped>>,
}

impl ImdbSource {
    /// Opens the archive or folder at `path`.
    ///
    /// `labels` gives other names to `pos` and `neg`; when it is empty they are
    /// `positive` and `negative`.
    ///
    /// # Errors
    /// A path that does not exist, or labels that the corpus does not have. All
    /// other problems come out of [`Source::next_batch`].
    pub fn open(
        path: &Path,
        labels: &BTreeMap<String, String>,
        wanted: ImdbReviews,
    ) -> Result<Self> {
        let labels = Labels::new(labels)?;
        let found = fs::metadata(path).map_err(|error| Error::file("cannot open", path, error))?;
        let total_bytes = found.is_file().then_some(found.len());
        let (sender, batches) = sync_channel(BATCHES_AHEAD);
        let stop = Arc::new(AtomicBool::new(false));
        let done_bytes = Arc::new(AtomicU64::new(0));
        let reading = Reading {
            path: path.to_owned(),
            is_folder: found.is_dir(),
            stop: stop.clone(),
            done_bytes: done_bytes.clone(),
        };
        let skipped = Arc::new(Mutex::new(Skipped::default()));
        let reviews = Reviews::new(labels, wanted, skipped.clone(), sender);
        let reader = std::thread::Builder::new()
            .name("imdb".into())
            .spawn(move || reading.run(reviews))
            .map_err(|error| Error::io(format!("cannot start a thread: {error}")))?;
        Ok(ImdbSource {
            batches: Some(batches),
            reader: Some(reader),
            stop,
            done_bytes,
            total_bytes,
            skipped,
        })
    }

    /// At the end of the channel: the thread is over, and a panic would be told.
    fn finish(&mut self) -> Result<bool> {
        self.batches = None;
        match self.reader.take().map(JoinHandle::join) {
            Some(Err(_)) => Err(Error::data("the reader of the corpus ended unexpectedly")),
            _ => Ok(false),
        }
    }
}

/// Batches that may wait between the two threads.
const BATCHES_AHEAD: usize = 4;

impl Source for ImdbSource {
    fn next_batch(&mut self, batch: &mut Vec<Document<Html>>) -> Result<bool> {
        batch.clear();
        let Some(batches) = &self.batches else { return Ok(false) };
        match batches.recv() {
            Ok(Ok(documents)) => {
                *batch = documents;
                Ok(true)
            }
            Ok(Err(error)) => {
                self.batches = None;
                Err(error)
            }
            Err(_) => self.finish(),
        }
    }

    fn progress(&self) -> Option<(u64, u64)> {
        let total = self.total_bytes?;
        Some((self.done_bytes.load(Ordering::Relaxed).min(total), total))
    }

    fn skipped(&self) -> Skipped {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for ImdbSource {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // A thread that waits for room wakes up when nobody listens.
        self.batches = None;
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// What the thread works on.
struct Reading {
    path: PathBuf,
    is_folder: bool,
    stop: Arc<AtomicBool>,
    done_bytes: Arc<AtomicU64>,
}

impl Reading {
    fn run(self, mut reviews: Reviews) {
        let read = match self.is_folder {
            true => self.read_folder(&mut reviews),
            false => self.read_archive(&mut reviews),
        };
        let ended = read.and_then(|()| reviews.finish(&self.path));
        if let Err(error) = ended {
            reviews.fail(error);
        }
    }

    fn read_archive(&self, reviews: &mut Reviews) -> Result<()> {
        let limits = Limits::streamed();
        read_tar_gz(&self.path, &limits, &self.stop, &self.done_bytes, &mut |name, file, size| {
            match Role::of(name) {
                Some(role) => reviews.take(&role, name, file, size),
                None => Ok(()),
            }
        })
    }

    fn read_folder(&self, reviews: &mut Reviews) -> Result<()> {
        let root = corpus_root(&self.path);
        for part in reviews.parts() {
            if reviews.wants_films() {
                self.read_file(&root, &part.films_path(), reviews)?;
            }
            for name in sorted_names(&root.join(part.folder()))? {
                self.read_file(&root, &format!("{}/{name}", part.folder()), reviews)?;
            }
        }
        Ok(())
    }

    fn read_file(&self, root: &Path, name: &str, reviews: &mut Reviews) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        let Some(role) = Role::of(name) else { return Ok(()) };
        let path = root.join(name);
        let failed = |error| Error::file("cannot read", &path, error);
        let mut file = match fs::File::open(&path) {
            // A missing list of films is told for the corpus as a whole.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            opened => opened.map_err(failed)?,
        };
        let found = file.metadata().map_err(failed)?;
        if !found.is_file() {
            return Ok(());
        }
        let file: &mut dyn Read = &mut file;
        reviews.take(&role, &path.display().to_string(), file, found.len())
    }
}

/// `aclImdb` itself, or the folder that holds it.
fn corpus_root(path: &Path) -> PathBuf {
    let below = path.join("aclImdb");
    if below.is_dir() { below } else { path.to_owned() }
}

/// File names of a folder in the order of their bytes; none if it is missing.
fn sorted_names(folder: &Path) -> Result<Vec<String>> {
    let failed = |error| Error::file("cannot list", folder, error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        // A name that is not UTF-8 is no `ID_RATING.txt`.
        names.extend(entry.map_err(failed)?.file_name().into_string().ok());
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::super::sample_archives::{file_with, gzip, tar_of};
    use super::ImdbReviews::{Grouped, Labelled, WithUnlabelled};
    use super::*;
    use crate::data::Split;

    const FILES: &[(&str, &[u8])] = &[
        ("aclImdb/README", b"read me"),
        ("aclImdb/test/neg/0_2.txt", b"\xEF\xBB\xBFdull"),
        ("aclImdb/test/urls_neg.txt", b"http://www.imdb.com/title/tt0000009/usercomments\n"),
        ("aclImdb/train/labeledBow.feat", b"1 2:3"),
        ("aclImdb/train/neg/0_1.txt", b"bad"),
        ("aclImdb/train/pos/0_9.txt", b"good<br />fun"),
        ("aclImdb/train/pos/10_10.txt", b"great"),
        ("aclImdb/train/pos/1_7.txt", b"fine"),
        ("aclImdb/train/pos/notes.txt", b"ignored"),
        ("aclImdb/train/unsup/0_0.txt", b"so so"),
        ("aclImdb/train/urls_neg.txt", b"http://www.imdb.com/title/tt0000001/usercomments\n"),
        ("aclImdb/train/urls_pos.txt", b"a/tt1/b\na/tt2/b\n3\n3\n3\n3\n3\n3\n3\n3\na/tt2/b\n"),
    ];

    fn archive(files: &[(&str, &[u8])]) -> (tempfile::TempDir, PathBuf) {
        file_with(&gzip(&tar_of(files)))
    }

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, contents) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, contents).unwrap();
        }
        folder
    }

    fn read(path: &Path, wanted: ImdbReviews) -> Result<Vec<Document<Html>>> {
        let mut source = ImdbSource::open(path, &BTreeMap::new(), wanted)?;
        let (mut all, mut batch) = (Vec::new(), Vec::new());
        while source.next_batch(&mut batch)? {
            all.append(&mut batch);
        }
        assert!(!source.next_batch(&mut batch)?, "the end stays the end");
        Ok(all)
    }

    #[test]
    fn reviews_carry_what_their_names_say() {
        let (_folder, path) = archive(FILES);
        let documents = read(&path, Labelled).unwrap();
        let ids: Vec<_> = documents.iter().map(|document| document.id.as_str()).collect();
        let expected =
            ["test/neg/0_2", "train/neg/0_1", "train/pos/0_9", "train/pos/10_10", "train/pos/1_7"];
        assert_eq!(ids, expected);
        assert_eq!(documents[0].body.0, "dull");
        assert_eq!(documents[0].split, Some(Split::Test));
        assert_eq!(documents[2].label.as_deref(), Some("positive"));
        assert_eq!(documents[1].label.as_deref(), Some("negative"));
        assert_eq!(documents[3].rating, Some(10.0));
        assert_eq!(documents[3].group, None);
    }

    #[test]
    fn folder_and_archive_agree() {
        let (_folder, path) = archive(FILES);
        let unpacked = folder(FILES);
        for wanted in [Labelled, Grouped, WithUnlabelled] {
            let expected = read(&path, wanted).unwrap();
            assert_eq!(read(unpacked.path(), wanted).unwrap(), expected);
            assert_eq!(read(&unpacked.path().join("aclImdb"), wanted).unwrap(), expected);
        }
    }

    #[test]
    fn reviews_without_a_label_are_read_if_wanted() {
        let (_folder, path) = archive(FILES);
        let documents = read(&path, WithUnlabelled).unwrap();
        let (unlabelled, labelled): (Vec<_>, Vec<_>) =
            documents.into_iter().partition(|document| document.label.is_none());
        assert_eq!(labelled, read(&path, Labelled).unwrap());
        let [review] = unlabelled.as_slice() else { panic!("there is one: {unlabelled:?}") };
        assert_eq!((review.id.as_str(), review.body.0.as_str()), ("train/unsup/0_0", "so so"));
        assert_eq!((review.rating, review.split), (None, Some(Split::Train)));
        let only: &[(&str, &[u8])] = &[("aclImdb/train/unsup/0_0.txt", b"a")];
        let (_folder, path) = archive(only);
        assert_eq!(read(&path, WithUnlabelled).unwrap().len(), 1);
        assert!(read(&path, Grouped).is_err());
    }

    #[test]
    fn a_group_is_the_film() {
        let (_folder, path) = archive(FILES);
        let documents = read(&path, Grouped).unwrap();
        let groups: Vec<_> = documents.iter().map(|d| d.group.as_deref().unwrap()).collect();
        assert_eq!(groups, ["tt0000009", "tt0000001", "tt1", "tt2", "tt2"]);
        let is_of_test = |file: &&(&str, &[u8])| file.0 == "aclImdb/test/urls_neg.txt";
        let without: Vec<_> = FILES.iter().filter(|file| !is_of_test(file)).copied().collect();
        let (_folder, path) = archive(&without);
        let groups: Vec<_> = read(&path, Grouped).unwrap().into_iter().map(|d| d.group).collect();
        assert_eq!((groups.len(), &groups[0], &groups[1]), (5, &None, &Some("tt0000001".into())));
        let (_folder, path) = archive(&FILES[..4]);
        assert_eq!(read(&path, Grouped).unwrap().len(), 1);
        let (_folder, path) = archive(&FILES[..6]);
        let error = read(&path, Grouped).unwrap_err();
        assert!(error.to_string().contains("no `train/urls_neg.txt`"), "{error}");
        assert!(error.hint().unwrap().contains("source.kind = \"folder\""));
        let short: &[(&str, &[u8])] =
            &[("aclImdb/train/pos/5_9.txt", b""), ("aclImdb/train/urls_pos.txt", b"1\n")];
        let (_folder, path) = archive(short);
        let error = read(&path, Grouped).unwrap_err();
        assert!(error.to_string().contains("has 1 lines, but there is a review 5"), "{error}");
    }

    #[test]
    fn labels_can_be_renamed() {
        let (_folder, path) = archive(FILES);
        let names = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect()
        };
        let labels = names(&[("pos", "좋음"), ("neg", "나쁨")]);
        let mut source = ImdbSource::open(&path, &labels, Labelled).unwrap();
        let mut batch = Vec::new();
        assert!(source.next_batch(&mut batch).unwrap());
        assert_eq!(batch[0].label.as_deref(), Some("나쁨"));
        let refused = |pairs| ImdbSource::open(&path, &names(pairs), Labelled).err().unwrap();
        assert_eq!(refused(&[("pos", "good")]).exit_code(), 2);
        assert!(refused(&[("up", "good")]).to_string().contains("`up`"));
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
        let files: &[(&str, &[u8])] = &[("aclImdb/train/pos/0_9.txt", b"fine\nso \x96 so")];
        let (_folder, path) = archive(files);
        let error = read(&path, Labelled).unwrap_err();
        let place = error.place().unwrap();
        assert!(place.contains("`aclImdb/train/pos/0_9.txt`"), "{place}");
        assert!(place.ends_with("not UTF-8: byte 0x96 in line 2, byte 4"), "{place}");
        assert!(read(folder(files).path(), Labelled).is_err());
    }

    #[test]
    fn a_bad_review_does_not_stop_the_others() {
        let large = vec![b'x'; (16 << 20) + 1];
        let files: &[(&str, &[u8])] = &[
            ("aclImdb/test/neg/0_2.txt", b"so \x96 so"),
            ("aclImdb/test/neg/1_2.txt", b"dull"),
            ("aclImdb/train/pos/0_9.txt", &large),
            ("aclImdb/train/pos/1_9.txt", b"great"),
        ];
        let (_folder, path) = archive(files);
        let unpacked = folder(files);
        for path in [path.as_path(), unpacked.path()] {
            let mut source = ImdbSource::open(path, &BTreeMap::new(), Labelled).unwrap();
            let (mut batch, mut ids) = (Vec::new(), Vec::new());
            while source.next_batch(&mut batch).unwrap() {
                ids.extend(batch.iter().map(|document| document.id.clone()));
            }
            assert_eq!(ids, ["test/neg/1_2", "train/pos/1_9"]);
            let Skipped { count, examples } = source.skipped();
            assert_eq!(count, 2);
            assert!(
                examples[1].contains("train/pos/0_9.txt`: it has 16777217 bytes"),
                "{examples:?}"
            );
        }
    }

    #[test]
    fn nothing_found_names_the_layout() {
        let files: &[(&str, &[u8])] = &[("x/train/unsup/0_0.txt", b"a"), ("pos/0_9.txt", b"b")];
        let (_folder, path) = archive(files);
        let unpacked = folder(files);
        for path in [path.as_path(), unpacked.path()] {
            let error = read(path, Labelled).unwrap_err();
            assert!(error.to_string().starts_with("no reviews in"), "{error}");
            assert!(error.hint().unwrap().contains("aclImdb/train/pos/0_9.txt"));
        }
        assert!(read(&path.with_extension("missing"), Labelled).is_err());
    }

    #[test]
    fn a_review_that_comes_twice_is_refused() {
        let file: (&str, &[u8]) = ("aclImdb/train/pos/0_9.txt", b"good");
        let (_folder, path) = archive(&[file, file]);
        assert!(read(&path, Labelled).unwrap_err().to_string().contains("comes twice"));
    }

    #[test]
    fn batches_have_256_documents_and_a_cut_is_told() {
        let names: Vec<_> = (0..3000).map(|n| format!("aclImdb/test/pos/{n}_8.txt")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), &b"fun"[..])).collect();
        let tar = gzip(&tar_of(&files));
        let (_folder, path) = file_with(&tar);
        let mut source = ImdbSource::open(&path, &BTreeMap::new(), Labelled).unwrap();
        let (mut batch, mut sizes) = (Vec::new(), Vec::new());
        while source.next_batch(&mut batch).unwrap() {
            sizes.push(batch.len());
        }
        assert_eq!(sizes, [vec![256; 11], vec![184]].concat());
        assert_eq!(source.progress(), Some((tar.len() as u64, tar.len() as u64)));
        let (_folder, path) = file_with(&tar[..tar.len() - 1]);
        assert!(read(&path, Labelled).is_err());
        // Dropped while the thread waits for room: it must end.
        drop(ImdbSource::open(&path, &BTreeMap::new(), Labelled).unwrap());
    }
}
