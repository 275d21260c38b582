use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::manifest::{PREVIOUS, deleted_name};
use super::*;
use crate::files::SectionsWriter;

const FORM: Form = Form { kind: *b"TEST", version: 1, name: "test", mend: "make it anew" };

/// Set in a process that shall die: after so many steps, in that folder.
const DIE_AFTER: &str = "MALMOI_TEST_DIE_AFTER";
const DIE_IN: &str = "MALMOI_TEST_DIE_IN";

thread_local! {
    static STEPS: Cell<u32> = const { Cell::new(u32::MAX) };
    static DIES: Cell<bool> = const { Cell::new(false) };
}

/// Comes before each change of the folder; ends the work when its time has come.
pub(super) fn step() -> Result<()> {
    let left = STEPS.get();
    if left == 0 && DIES.get() {
        std::process::abort();
    }
    STEPS.set(if left == u32::MAX { left } else { left.saturating_sub(1) });
    if left == 0 { Err(Error::interrupted()) } else { Ok(()) }
}

fn take(folder: &Path) -> Result<Writer> {
    Writer::take(folder, FORM, &mut |_| Err(Error::interrupted()))
}

/// Writes a segment that holds a byte a document.
fn segment(writer: &mut Writer, documents: &[u8]) -> Result<PathBuf> {
    let path = writer.new_segment_path();
    let mut file = SectionsWriter::create(&path, FORM)?;
    file.section(*b"docs")?.write(documents)?;
    file.commit()?;
    Ok(path)
}

/// Two generations: `ab`, then `abc` in two segments without `a`.
fn begin(folder: &Path) {
    let mut writer = take(folder).unwrap();
    let path = segment(&mut writer, b"ab").unwrap();
    writer.add(&path, 2).unwrap();
    writer.commit("one").unwrap();
    let path = segment(&mut writer, b"c").unwrap();
    writer.add(&path, 1).unwrap();
    writer.delete(0, &[0, 0]).unwrap();
    writer.commit("two").unwrap();
}

/// The third: `c` goes, `def` comes without `f`; a segment is half written meanwhile.
fn change(folder: &Path) -> Result<()> {
    let mut writer = take(folder)?;
    let half_path = writer.new_segment_path();
    let mut half = SectionsWriter::create(&half_path, FORM)?;
    half.section(*b"docs")?.write(b"half")?;
    let path = segment(&mut writer, b"def")?;
    writer.replace(1..2, Some((&path, 3)))?;
    writer.delete(1, &[2])?;
    step()?;
    writer.commit("three")
}

/// Fingerprint and documents of the newest generation, all of it verified.
fn read(folder: &Path) -> Result<String> {
    let Some(index) = Segments::open(folder, FORM)? else { return Ok("none".to_owned()) };
    let mut text = format!("{}:", index.fingerprint());
    for segment in index.segments() {
        let bytes = segment.sections().column::<u8>(*b"docs")?;
        assert_eq!(bytes.len(), segment.documents() as usize);
        let live = (0..segment.documents()).filter(|&one| !segment.deleted().contains(one));
        assert_eq!(live.clone().count() as u32 + segment.deleted().len(), segment.documents());
        for document in live {
            text.push(bytes.at(document as usize)? as char);
        }
        text.push('.');
    }
    Ok(text)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Changes the newest manifest, with a right sum.
fn forge(folder: &Path, forge: impl FnOnce(&mut Manifest)) -> Error {
    let path = folder.join(MANIFEST);
    let mut manifest = Manifest::read(&path).unwrap().unwrap();
    forge(&mut manifest);
    std::fs::write(&path, manifest.summed()).unwrap();
    Segments::open(folder, FORM).unwrap_err()
}

#[test]
fn generations_follow_one_another() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read(folder.path()).unwrap(), "none");
    begin(folder.path());
    assert_eq!(read(folder.path()).unwrap(), "two:b.c.");
    change(folder.path()).unwrap();
    assert_eq!(read(folder.path()).unwrap(), "three:b.de.");
    let mut writer = take(folder.path()).unwrap();
    assert_eq!(writer.fingerprint(), Some("three"));
    // Both manifests stand with their files, and nothing else.
    let expected = [
        "lock",
        "manifest.json",
        "manifest.previous.json",
        "segment-1-0.bin",
        "segment-1-0.deleted-2.bin",
        "segment-2-1.bin",
        "segment-3-1.bin",
        "segment-3-1.deleted-3.bin",
    ];
    assert_eq!(names(folder.path()), expected);
    writer.replace(0..2, None).unwrap();
    writer.commit("four").unwrap();
    writer.commit("five").unwrap();
    assert_eq!(names(folder.path()), ["lock", "manifest.json", "manifest.previous.json"]);
    assert_eq!(read(folder.path()).unwrap(), "five:");
    assert_eq!(Segments::open(folder.path(), FORM).unwrap().unwrap().generation(), 5);
}

/// The old generation or the new one, and whoever comes next does it all.
fn check_stopped(folder: &Path, was_stopped: bool, steps: u32) {
    let found = read(folder).unwrap();
    let expected: &[&str] =
        if was_stopped { &["two:b.c.", "three:b.de."] } else { &["three:b.de."] };
    assert!(expected.contains(&found.as_str()), "{found} after {steps} steps");
    if found.starts_with("two") {
        change(folder).unwrap();
        assert_eq!(read(folder).unwrap(), "three:b.de.");
    }
    drop(take(folder).unwrap());
    let left = names(folder).len();
    assert_eq!(left, 8, "after {steps} steps: {:?}", names(folder));
}

#[test]
fn stopped_at_any_step_it_is_old_or_new() {
    let mut stops = 0;
    for steps in 0.. {
        let folder = tempfile::tempdir().unwrap();
        begin(folder.path());
        STEPS.set(steps);
        let stopped = change(folder.path()).is_err();
        let was_reached = stopped || STEPS.get() == 0;
        STEPS.set(u32::MAX);
        check_stopped(folder.path(), stopped, steps);
        stops += u32::from(stopped);
        if !was_reached {
            break;
        }
    }
    assert!(stops >= 4, "{stops} stops");
}

#[test]
fn killed_at_any_step_it_is_old_or_new() {
    for steps in 0.. {
        let folder = tempfile::tempdir().unwrap();
        begin(folder.path());
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "search::segments::tests::a_process_that_dies"])
            .env(DIE_AFTER, steps.to_string())
            .env(DIE_IN, folder.path())
            .output()
            .unwrap();
        check_stopped(folder.path(), !child.status.success(), steps);
        if child.status.success() {
            assert!(steps >= 4, "{steps} steps");
            break;
        }
    }
}

/// No test of its own: what the one above starts.
#[test]
fn a_process_that_dies() {
    let Ok(folder) = std::env::var(DIE_IN) else { return };
    STEPS.set(std::env::var(DIE_AFTER).unwrap().parse().unwrap());
    DIES.set(true);
    change(Path::new(&folder)).unwrap();
}

#[test]
fn who_reads_while_another_writes_sees_one_generation() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path());
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut writer = take(folder.path()).unwrap();
            for round in 0..20_u8 {
                let path = segment(&mut writer, &[b'a' + round; 3]).unwrap();
                let old = 0..writer.segments().len();
                writer.replace(old, Some((&path, 3))).unwrap();
                writer.delete(0, &[1]).unwrap();
                let name = char::from(b'a' + round);
                writer.commit(&format!("{name}{name}")).unwrap();
            }
        });
        while !writing.is_finished() {
            let found = read(folder.path()).unwrap();
            let (fingerprint, documents) = found.split_once(':').unwrap();
            assert!(found == "two:b.c." || documents == format!("{fingerprint}."), "{found}");
        }
    });
    assert_eq!(read(folder.path()).unwrap(), "tt:tt.");
}

#[test]
fn nothing_is_seen_before_the_commit_and_one_writes_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path());
    let mut writer = take(folder.path()).unwrap();
    let path = segment(&mut writer, b"xyz").unwrap();
    writer.add(&path, 3).unwrap();
    writer.delete(1, &[0]).unwrap();
    assert_eq!(take(folder.path()).err().unwrap().exit_code(), 130);
    assert_eq!(read(folder.path()).unwrap(), "two:b.c.");
    drop(writer);
    assert_eq!(take(folder.path()).unwrap().segments().len(), 2);
    assert!(!path.exists());
}

#[test]
fn who_waits_hears_for_whom_and_then_writes() {
    let folder = tempfile::tempdir().unwrap();
    let mut held = Some(take(folder.path()).unwrap());
    let mut heard = String::new();
    let waiting = &mut |holder: &str| {
        heard = holder.to_owned();
        held = None;
        Ok(())
    };
    Writer::take(folder.path(), FORM, waiting).unwrap().commit("x").unwrap();
    assert!(heard.contains(&format!("process {} (search index)", std::process::id())), "{heard}");
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path());
    let mut writer = take(folder.path()).unwrap();
    assert!(writer.delete(2, &[0]).is_err());
    assert!(writer.delete(0, &[1, 2]).is_err());
    assert_eq!(writer.segments()[0].deleted().len(), 1);
    assert!(writer.replace(1..3, None).is_err());
    assert!(writer.add(&folder.path().join("segment-1-0.bin"), 2).is_err());
    let path = writer.new_segment_path();
    assert!(writer.add(&path, 2).is_err());
}

#[test]
fn no_changed_bit_of_a_manifest_passes() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path());
    let path = folder.path().join(MANIFEST);
    let whole = std::fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut bad = whole.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, &bad).unwrap();
        let error = Segments::open(folder.path(), FORM).unwrap_err();
        assert!(error.place().unwrap().contains(MANIFEST) && error.hint().is_some(), "bit {bit}");
    }
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(Segments::open(folder.path(), FORM).is_err(), "cut at {length}");
    }
    assert!(take(folder.path()).is_err());
}

#[test]
fn the_generation_before_can_be_had_again() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path());
    std::fs::write(folder.path().join(MANIFEST), "{").unwrap();
    std::fs::rename(folder.path().join(PREVIOUS), folder.path().join(MANIFEST)).unwrap();
    assert_eq!(read(folder.path()).unwrap(), "one:ab.");
    change(folder.path()).unwrap_err();
    assert_eq!(read(folder.path()).unwrap(), "one:ab.");
}

#[test]
fn a_damaged_index_can_be_built_again() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path());
    std::fs::write(folder.path().join(MANIFEST), "{").unwrap();
    let waiting = &mut |_: &str| Err(Error::interrupted());
    let mut writer = Writer::take_empty(folder.path(), FORM, waiting).unwrap();
    assert!(writer.segments().is_empty() && writer.fingerprint().is_none());
    let path = segment(&mut writer, b"new").unwrap();
    writer.add(&path, 3).unwrap();
    writer.commit("again").unwrap();
    assert_eq!(read(folder.path()).unwrap(), "again:new.");
}

#[test]
fn a_hostile_manifest_is_refused() {
    let forged = |change: fn(&mut Manifest)| {
        let folder = tempfile::tempdir().unwrap();
        begin(folder.path());
        let error = forge(folder.path(), change);
        assert!(error.place().is_some() && error.hint().is_some(), "{error}");
    };
    forged(|manifest| manifest.segments[0].file = "../segment-1-0.bin".to_owned());
    forged(|manifest| manifest.segments[0].file = "/etc/passwd".to_owned());
    forged(|manifest| manifest.segments[0].file = "manifest.json".to_owned());
    forged(|manifest| manifest.segments[0].file = "segment-2-1.bin".to_owned());
    forged(|manifest| manifest.segments[0].bytes += 1);
    forged(|manifest| manifest.segments[0].xxh3 = hex(0));
    forged(|manifest| manifest.segments[0].documents = u32::MAX);
    forged(|manifest| manifest.segments[0].deleted.as_mut().unwrap().documents = 2);
    forged(|manifest| manifest.segments[0].deleted.as_mut().unwrap().xxh3 = hex(0));
    forged(|manifest| manifest.segments[0].deleted.as_mut().unwrap().file = "../x".to_owned());
    forged(|manifest| manifest.generation = u64::MAX);
    forged(|manifest| manifest.version = 2);
}

#[test]
fn a_missing_or_another_file_is_an_error() {
    for name in ["segment-1-0.bin".to_owned(), deleted_name("segment-1-0.bin", 2)] {
        let folder = tempfile::tempdir().unwrap();
        begin(folder.path());
        let path = folder.path().join(&name);
        std::fs::remove_file(&path).unwrap();
        let error = Segments::open(folder.path(), FORM).unwrap_err();
        assert!(error.to_string().contains(&name) && error.hint().is_some(), "{error}");
        std::fs::copy(folder.path().join("segment-2-1.bin"), &path).unwrap();
        let error = Segments::open(folder.path(), FORM).unwrap_err();
        assert!(error.place().unwrap().contains(&name), "{error}");
    }
}
