//! Parts of speech: the tags of mecab-ko-dic and their names elsewhere.
//!
//! In: a name such as `NNG`. Out: a small number that knows what it is called in English,
//! in Korean, by other analysers and by Universal Dependencies (`docs/tags.md`).

use std::fmt;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};

const TABLE: &str = include_str!("../../../dictionaries/tags.tsv");
const PLACE: &str = "dictionaries/tags.tsv";
const COLUMNS: [&str; 10] = [
    "tag",
    "english",
    "korean",
    "class",
    "universal",
    "okt",
    "komoran",
    "hannanum9",
    "hannanum22",
    "kkma",
];

/// The 17 tags of Universal Dependencies.
const UNIVERSAL: [&str; 17] = [
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN",
    "PUNCT", "SCONJ", "SYM", "VERB", "X",
];

/// What kind of morpheme a tag stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Nouns, pronouns, numerals (체언).
    Noun,
    /// Verbs, adjectives, auxiliaries, copulas (용언).
    Predicate,
    /// Determiners and adverbs (수식언).
    Modifier,
    /// Interjections (독립언).
    Interjection,
    /// Particles (관계언).
    Particle,
    /// Endings (어미).
    Ending,
    /// Prefixes and suffixes (접사).
    Affix,
    /// Roots that need a suffix (어근).
    Root,
    /// Punctuation and other symbols (기호).
    Symbol,
    /// Other scripts.
    Foreign,
    /// Digits.
    Number,
    /// What the dictionary does not know.
    Unknown,
}

/// One part of speech: `NNG`, `VV`, `JKS`, …
///
/// # Examples
/// ```
/// use malmoi::analyze::korean::tags::{Class, Tag};
///
/// let tag = Tag::from_name("JKS").unwrap();
/// assert_eq!((tag.english(), tag.korean()), ("subject particle", "주격 조사"));
/// assert_eq!((tag.universal(), tag.okt(), tag.class()), ("ADP", "Josa", Class::Particle));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(u8);

impl Tag {
    /// The tag of this name, such as `NNG`; names of compounds have none.
    pub fn from_name(name: &str) -> Option<Self> {
        TAGS.numbers.get(name).copied()
    }

    /// The parts of a name such as `VV+EC`; `None` for a part that is no tag.
    pub fn parts(name: &str) -> impl Iterator<Item = Option<Tag>> {
        name.split('+').map(Tag::from_name)
    }

    /// Every tag, in the order of the table.
    pub fn all() -> impl Iterator<Item = Tag> {
        (0..TAGS.rows.len()).map(|number| Tag(number as u8))
    }

    /// As mecab-ko-dic writes it.
    pub fn name(self) -> &'static str {
        self.column(0)
    }

    /// In English: `common noun`.
    pub fn english(self) -> &'static str {
        self.column(1)
    }

    /// In Korean: `일반 명사`.
    pub fn korean(self) -> &'static str {
        self.column(2)
    }

    /// What kind of morpheme it is.
    pub fn class(self) -> Class {
        TAGS.rows[usize::from(self.0)].class
    }

    /// In Universal Dependencies.
    pub fn universal(self) -> &'static str {
        self.column(4)
    }

    /// In Okt, formerly Twitter.
    pub fn okt(self) -> &'static str {
        self.column(5)
    }

    /// In Komoran.
    pub fn komoran(self) -> &'static str {
        self.column(6)
    }

    /// In Hannanum with 9 tags, KoNLPy's default.
    pub fn hannanum9(self) -> &'static str {
        self.column(7)
    }

    /// In Hannanum with 22 tags.
    pub fn hannanum22(self) -> &'static str {
        self.column(8)
    }

    /// In Kkma.
    pub fn kkma(self) -> &'static str {
        self.column(9)
    }

    fn column(self, column: usize) -> &'static str {
        TAGS.rows[usize::from(self.0)].columns[column]
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({})", self.name())
    }
}

static TAGS: LazyLock<Tags<'static>> =
    LazyLock::new(|| parse(TABLE, PLACE).expect("a test parses the bundled table"));

#[derive(Debug)]
struct Tags<'a> {
    rows: Vec<Row<'a>>,
    numbers: FxHashMap<&'a str, Tag>,
}

#[derive(Debug)]
struct Row<'a> {
    columns: [&'a str; COLUMNS.len()],
    class: Class,
}

fn parse<'a>(table: &'a str, place: &str) -> Result<Tags<'a>> {
    let mut tags = Tags { rows: Vec::new(), numbers: FxHashMap::default() };
    let lines = table.lines().zip(1..).filter(|(line, _)| !line.is_empty());
    let mut lines = lines.filter(|(line, _)| !line.starts_with('#'));
    if lines.next().is_none_or(|(header, _)| !header.split('\t').eq(COLUMNS)) {
        let hint = format!("name the columns, parted by tabs: {}", COLUMNS.join(" "));
        return Err(Error::data("the table of tags has other columns").at(place).hinted(hint));
    }
    for (line, number) in lines {
        let at = |error: Error| error.at(format!("{place}, line {number}"));
        let row = parse_row(line).map_err(at)?;
        let tag = u8::try_from(tags.rows.len()).map(Tag);
        let tag = tag.map_err(|_| at(Error::data("a table has up to 256 tags")))?;
        if tags.numbers.insert(row.columns[0], tag).is_some() {
            return Err(at(Error::data(format!("tag `{}` stands twice", row.columns[0]))
                .hinted("remove one of the lines")));
        }
        tags.rows.push(row);
    }
    Ok(tags)
}

fn parse_row(line: &str) -> Result<Row<'_>> {
    let columns: Vec<&str> = line.split('\t').collect();
    let columns: [&str; COLUMNS.len()] = columns.try_into().map_err(|columns: Vec<_>| {
        Error::data(format!("{} columns instead of {}", columns.len(), COLUMNS.len()))
            .hinted("part the columns by one tab each")
    })?;
    if let Some(empty) = columns.iter().position(|value| value.is_empty()) {
        let message = format!("column `{}` is empty", COLUMNS[empty]);
        return Err(Error::data(message).hinted("every tag has every name"));
    }
    if !UNIVERSAL.contains(&columns[4]) {
        let message = format!("`{}` is no tag of Universal Dependencies", columns[4]);
        return Err(Error::data(message).hinted(format!("use one of {}", UNIVERSAL.join(" "))));
    }
    Ok(Row { columns, class: parse_class(columns[3])? })
}

fn parse_class(name: &str) -> Result<Class> {
    let known = CLASSES.iter().find(|(known, _)| *known == name);
    known.map(|&(_, class)| class).ok_or_else(|| {
        let names: Vec<&str> = CLASSES.iter().map(|(name, _)| *name).collect();
        let message = format!("`{name}` is no class of parts of speech");
        Error::data(message).hinted(format!("use one of {}", names.join(" ")))
    })
}

const CLASSES: [(&str, Class); 12] = [
    ("noun", Class::Noun),
    ("predicate", Class::Predicate),
    ("modifier", Class::Modifier),
    ("interjection", Class::Interjection),
    ("particle", Class::Particle),
    ("ending", Class::Ending),
    ("affix", Class::Affix),
    ("root", Class::Root),
    ("symbol", Class::Symbol),
    ("foreign", Class::Foreign),
    ("number", Class::Number),
    ("unknown", Class::Unknown),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(name: &str, expected: &[&str]) {
        let tag = Tag::from_name(name).unwrap();
        let names = [
            tag.universal(),
            tag.okt(),
            tag.komoran(),
            tag.hannanum9(),
            tag.hannanum22(),
            tag.kkma(),
        ];
        assert_eq!(names, expected, "{name}");
        assert_eq!((tag.name(), tag.to_string().as_str()), (name, name));
    }

    fn check_problem(row: &str, expected: &str) {
        let table = format!("{}\n{row}\n", COLUMNS.join("\t"));
        let error = parse(&table, "mine.tsv").unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.place().unwrap().starts_with("mine.tsv, line ") && error.hint().is_some());
    }

    #[test]
    fn tags_have_names_elsewhere() {
        check("NNG", &["NOUN", "Noun", "NNG", "N", "NC", "NNG"]);
        check("NNBC", &["NOUN", "Noun", "NNB", "N", "NB", "NNM"]);
        check("VCP", &["AUX", "Josa", "VCP", "J", "JP", "VCP"]);
        check("ETM", &["PART", "Eomi", "ETM", "E", "ET", "ETD"]);
        check("SSO", &["PUNCT", "Punctuation", "SS", "S", "S", "SS"]);
        check("UNKNOWN", &["X", "Unknown", "NA", "N", "NC", "UN"]);
    }

    #[test]
    fn other_sets_have_the_tags_that_they_document() {
        let count = |name: fn(Tag) -> &'static str| Tag::all().map(name).collect::<BTreeSet<_>>();
        assert_eq!(Tag::all().count(), 46);
        assert_eq!(count(Tag::hannanum22).len(), 22);
        let nine = ["E", "F", "I", "J", "M", "N", "P", "S", "X"];
        assert_eq!(count(Tag::hannanum9), nine.into_iter().collect());
    }

    #[test]
    fn names_of_compounds_are_split() {
        let names = |name| Tag::parts(name).map(|tag| tag.map(Tag::name)).collect::<Vec<_>>();
        assert_eq!(names("VV+EP+EC"), [Some("VV"), Some("EP"), Some("EC")]);
        assert_eq!(names("NNG"), [Some("NNG")]);
        assert_eq!(names("VV+what"), [Some("VV"), None]);
        assert_eq!(names(""), [None]);
        assert_eq!(Tag::from_name("VV+EC"), None);
    }

    #[test]
    fn problems_are_named() {
        let row = "NNG\tnoun\t명사\tnoun\tNOUN\tNoun\tNNG\tN\tNC\tNNG";
        check_problem("NNG\tnoun", "2 columns instead of 10");
        check_problem(&row.replace("명사", ""), "column `korean` is empty");
        check_problem(&row.replace("NOUN", "NOON"), "`NOON` is no tag of Universal Dependencies");
        let unknown = row.replace("\tnoun\tNOUN", "\tnone\tNOUN");
        check_problem(&unknown, "`none` is no class of parts of speech");
        check_problem(&format!("{row}\n{row}"), "tag `NNG` stands twice");
        assert!(parse("tag\tenglish\n", "mine.tsv").is_err());
        assert!(parse("", "mine.tsv").is_err());
    }

    #[test]
    fn the_page_is_the_table() {
        let page = include_str!("../../../docs/tags.md");
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
        let expected: Vec<String> = TAGS.rows.iter().map(|row| page_row(row)).collect();
        assert_eq!(rows, expected);
    }

    fn page_row(row: &Row) -> String {
        let cells = row.columns.iter().zip(COLUMNS).map(|(value, column)| match column {
            "english" | "korean" | "class" => (*value).to_owned(),
            _ => format!("`{value}`"),
        });
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    }
}
