//! Files that the settings name and that are not there, or cannot be used.
//!
//! Kept apart from the other checks, which touch no file: only `config check`
//! asks, because a source may come later and a model outlives its corpus.

use std::path::Path;

use super::{BUNDLED_STOP_WORDS, Effective};
use crate::error::Error;

const USER_DICTIONARY: &str = "analyze.user_dictionary";
const STOP_WORDS_HINT: &str =
    "`en` and `ko` come with the program; every other name is a file, one word a line";
const DICTIONARY_HINT: &str = "put it there, or remove the setting; `malmoi dictionary check FILE` says whether it can be read";

impl Effective {
    /// Lists and dictionaries of words that do not exist: no run can do without them.
    pub fn missing_words(&self) -> Vec<Error> {
        let analyze = &self.pipeline.analyze;
        let lists = analyze.stop_words.iter();
        let lists = lists.filter(|list| !BUNDLED_STOP_WORDS.contains(&list.as_str()));
        let lists = lists.map(|list| ("analyze.stop_words", list, STOP_WORDS_HINT));
        // Analyzers that are not Korean warn of a dictionary and do not read it.
        let dictionary = analyze.user_dictionary.iter().filter(|_| analyze.needs_korean());
        let dictionary = dictionary.map(|file| (USER_DICTIONARY, file, DICTIONARY_HINT));
        let missing = lists.chain(dictionary).filter(|(_, file, _)| !Path::new(file).is_file());
        let error = |(key, file, hint): (&str, &String, &str)| {
            let what = if key == USER_DICTIONARY { "the user dictionary " } else { "" };
            Error::usage(format!("`{key}` names {what}`{file}`, which is no file"))
                .at(self.place(key))
                .hinted(hint)
        };
        missing.map(error).collect()
    }

    /// The user dictionary, if there is one and it is read.
    pub fn user_dictionary(&self) -> Option<&Path> {
        let analyze = &self.pipeline.analyze;
        let file = analyze.user_dictionary.as_deref().filter(|_| analyze.needs_korean());
        file.map(Path::new).filter(|file| file.is_file())
    }

    /// A source that does not exist, yet.
    pub fn missing_source(&self) -> Option<Error> {
        let path = self.pipeline.source.path.as_ref().filter(|path| !path.exists())?;
        Some(
            Error::usage(format!("`{}` does not exist", path.display()))
                .at(self.place("source.path"))
                .hinted("put the file there before `malmoi run`, or name its place with --set source.path=…"),
        )
    }

    /// `pipeline mine, source.path, pipeline.toml:6`
    fn place(&self, key: &str) -> String {
        let value = self.values.iter().find(|value| value.key.join(".") == key);
        let origin = value.map_or(String::new(), |value| format!(", {}", value.origin));
        format!("pipeline {}, {key}{origin}", self.pipeline.name)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, FILE_NAME, Overrides};

    #[test]
    fn what_is_not_there_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let text = "version = 1\ndefault = \"a\"\n[pipeline.a.source]\nkind = \"tsv\"\n\
            path = \"x.tsv\"\n[pipeline.a.analyze]\nanalyzer = \"korean\"\n\
            stop_words = [\"en\", \"ko\", \"fr\", \"mine.txt\"]\nuser_dictionary = \"none.txt\"\n";
        std::fs::write(&path, text).unwrap();
        std::fs::write(folder.path().join("mine.txt"), "the\n").unwrap();
        let effective =
            || Config::read(&path).unwrap().effective(None, &Overrides::none()).unwrap();
        let missing = effective().missing_words();
        assert_eq!(missing.len(), 2);
        assert!(missing[0].to_string().contains("fr`, which is no file"));
        assert!(missing[0].place().unwrap().ends_with("pipeline.toml:8"));
        assert!(missing[1].to_string().contains("none.txt`, which is no file"));
        assert!(missing[1].place().unwrap().ends_with("pipeline.toml:9"));
        let source = effective().missing_source().unwrap();
        assert!(source.place().unwrap().starts_with("pipeline a, source.path, "));
        std::fs::write(folder.path().join("x.tsv"), "").unwrap();
        assert!(effective().missing_source().is_none());
    }
}
