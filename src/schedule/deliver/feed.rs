//! A run → an entry of an Atom feed (RFC 4287).
//!
//! In: a run and the entries before it, which the history keeps. Out: the whole file,
//! written anew. Promises: valid whatever the texts are; bounded; doing it again replaces
//! the entry.

use std::fmt::Write;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::DeliveryParams;
use crate::error::{Error, Result};
use crate::files::{AtomicFile, open_regular};
use crate::schedule::output::cut;
use crate::schedule::parcel::Parcel;

/// Entries of a feed.
pub(in crate::schedule) const MOST_ENTRIES: usize = 50;
/// Characters of an entry's text.
const LONGEST_TEXT: usize = 4000;

/// Tells our feeds from others.
const AUTHOR: &str = "<author><name>malmoi</name></author>";
/// Bytes of a feed that hold its author; a title may be long.
const HEAD: u64 = 64 << 10;

/// An entry, as the history keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    id: String,
    title: String,
    updated: String,
    text: String,
    /// The folder of the run, and the file that is to be read first.
    place: String,
}

/// Adds `parcel` to the feed `path`; gives its entry.
pub(super) fn add(path: &Path, delivery: &DeliveryParams, parcel: &Parcel) -> Result<String> {
    let entry = Entry::of(parcel);
    let kept = parcel.entries.iter().filter_map(|entry| serde_json::from_str(entry).ok());
    let others = kept.filter(|other: &Entry| other.id != entry.id);
    let entries: Vec<Entry> =
        std::iter::once(entry.clone()).chain(others).take(MOST_ENTRIES).collect();
    let title = delivery.title.clone().unwrap_or_else(|| format!("Malmoi: {}", parcel.run.job));
    // By its setting, so that a project that moves keeps its feed.
    let name = delivery.feed.as_ref().map(|feed| feed.display().to_string()).unwrap_or_default();
    let feed = feed(&title, delivery.link.as_deref(), &name, &entries);
    check_place(path)?;
    AtomicFile::write(path, feed.as_bytes())?;
    Ok(serde_json::to_string(&entry).expect("an entry is text"))
}

/// What is there must be a feed of ours: the setting may name any file of the user.
fn check_place(path: &Path) -> Result<()> {
    let file = match open_regular(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        file => file.map_err(|error| Error::file("cannot replace", path, error))?,
    };
    let mut head = Vec::new();
    file.take(HEAD)
        .read_to_end(&mut head)
        .map_err(|error| Error::file("cannot read", path, error))?;
    let head = String::from_utf8_lossy(&head);
    if head.is_empty() || (head.starts_with("<?xml") && head.contains(AUTHOR)) {
        return Ok(());
    }
    Err(Error::data(format!("`{}` is no feed of malmoi, so it is not replaced", path.display()))
        .hinted("name another file in `feed`, or move that one away"))
}

impl Entry {
    fn of(parcel: &Parcel) -> Self {
        let first = ["html", "md", "txt"].iter().find_map(|ending| {
            parcel.files.iter().find(|file| file.is(ending)).map(|file| file.name.as_str())
        });
        Entry {
            id: unique_id(&parcel.key()),
            title: parcel.title(),
            updated: parcel.ended.clone(),
            text: cut(&parcel.words(), LONGEST_TEXT),
            place: format!("{}/{}", parcel.name, first.unwrap_or_default()),
        }
    }
}

/// A UUID made of a name (version 8 of RFC 9562), so that it is always the same.
fn unique_id(name: &str) -> String {
    let mut bytes: [u8; 16] = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(name.as_bytes())[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    format!("urn:uuid:{}", parts.join("-"))
}

fn feed(title: &str, link: Option<&str>, name: &str, entries: &[Entry]) -> String {
    let base = link.map(|link| format!("{}/", link.trim_end_matches('/')));
    let updated = entries.iter().map(|entry| entry.updated.as_str()).next().unwrap_or_default();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    text += "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n";
    put(&mut text, "  ", "title", title);
    put(&mut text, "  ", "id", &unique_id(&format!("feed {name} {title}")));
    put(&mut text, "  ", "updated", updated);
    text += "  ";
    text += AUTHOR;
    text.push('\n');
    if let Some(base) = &base {
        let _ = writeln!(text, "  <link href=\"{}\"/>", escaped(base));
    }
    for entry in entries {
        text += "  <entry>\n";
        put(&mut text, "    ", "title", &entry.title);
        put(&mut text, "    ", "id", &entry.id);
        put(&mut text, "    ", "updated", &entry.updated);
        if let Some(base) = &base {
            let place: Vec<String> = entry.place.split('/').map(percent_encoded).collect();
            let _ = writeln!(
                text,
                "    <link href=\"{}\"/>",
                escaped(&(base.clone() + &place.join("/")))
            );
        }
        let _ = writeln!(text, "    <content type=\"text\">{}</content>", escaped(&entry.text));
        text += "  </entry>\n";
    }
    text + "</feed>\n"
}

fn put(text: &mut String, indent: &str, name: &str, value: &str) {
    let _ = writeln!(text, "{indent}<{name}>{}</{name}>", escaped(value));
}

/// What XML reads as this text; characters that no XML may hold are left out.
fn escaped(text: &str) -> String {
    let allowed = |one: &char| matches!(one, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    quick_xml::escape::escape(text.chars().filter(allowed).collect::<String>()).into_owned()
}

/// A part of a path in an address.
fn percent_encoded(part: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encoded =
        |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    part.bytes().map(encoded).collect()
}
