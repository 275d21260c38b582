//! Settings of `analyze` that make no sense, or that nothing reads.

use super::super::shape::quoted;
use super::{Findings, check_pattern};
use crate::analyze::korean::tags::Tag;
use crate::analyze::{AnalyzeParams, AnalyzerKind, TokenizerKind};

/// Checks one room.
pub(super) fn check_analyze(params: &AnalyzeParams, findings: &mut Findings) {
    if let Some(regex) = check_pattern(&params.token_pattern, "analyze.token_pattern", findings) {
        let groups = regex.captures_len() - 1;
        let message =
            format!("setting `analyze.token_pattern` has {groups} groups, but may have one");
        if groups > 1 {
            let hint = "write (?:…) for a group that is not the token";
            findings.push("analyze.token_pattern", message, hint, false);
        }
    }
    if params.stop_words.iter().any(String::is_empty) {
        let message = "setting `analyze.stop_words` holds an empty name".to_owned();
        findings.push("analyze.stop_words", message, "name a file, \"en\" or \"ko\"", false);
    }
    check_korean(params, findings);
    warn_of_unread(params, findings);
    if !params.stop_words.is_empty() {
        let message = "dropping stop words usually makes a classifier worse";
        let hint = "it costs about a point of accuracy on IMDB; remove `stop_words` to keep it";
        findings.warn("analyze.stop_words", message, hint);
    }
}

fn check_korean(params: &AnalyzeParams, findings: &mut Findings) {
    for (key, tags) in [("keep_tags", &params.keep_tags), ("stop_tags", &params.stop_tags)] {
        let known = |tag: &&String| Tag::all().any(|one| one.name().starts_with(tag.as_str()));
        if let Some(tag) = tags.iter().find(|tag| tag.is_empty() || !known(tag)) {
            let must = "a tag or the beginning of one";
            let hint = "`malmoi ko tags` lists them: [\"NNG\", \"V\"]";
            findings.need(false, &format!("analyze.{key}"), &quoted(tag), must, hint);
        }
    }
    check_tags_left(params, findings);
    if params.characters && !params.tagged {
        let message = "setting `analyze.characters` needs `tagged = true`".to_owned();
        let hint = "without tags a syllable and a word of one syllable would be one term";
        findings.push("analyze.characters", message, hint, false);
    }
    let default = AnalyzeParams::default();
    let set = [
        ("normalize", params.normalize != default.normalize),
        ("user_dictionary", params.user_dictionary.is_some()),
        ("decompound", params.decompound != default.decompound),
        ("keep_tags", !params.keep_tags.is_empty()),
        ("stop_tags", !params.stop_tags.is_empty()),
        ("tagged", params.tagged),
        ("characters", params.characters),
    ];
    if !params.needs_korean() {
        for (key, _) in set.iter().filter(|(_, is_set)| *is_set) {
            let message = format!("setting `analyze.{key}` is read with Korean analyzers alone");
            let hint = "set analyzer = \"korean\" or \"auto\", or remove it";
            findings.warn(&format!("analyze.{key}"), &message, hint);
        }
    }
}

/// As `is_kept` of the Korean tokenizer has it, for words of one morpheme.
fn check_tags_left(params: &AnalyzeParams, findings: &mut Findings) {
    let among =
        |list: &[String], tag: &Tag| list.iter().any(|one| tag.name().starts_with(one.as_str()));
    let kept = |tag: &Tag| params.keep_tags.is_empty() || among(&params.keep_tags, tag);
    // Unknown tags are a problem of their own.
    let mut kept = Tag::all().filter(kept).peekable();
    if kept.peek().is_some() && kept.all(|tag| among(&params.stop_tags, &tag)) {
        let message = match params.keep_tags.is_empty() {
            true => "setting `analyze.stop_tags` drops every tag",
            false => "setting `analyze.stop_tags` drops every tag that `analyze.keep_tags` keeps",
        };
        let hint = "no term would be left; one of the two lists is enough";
        findings.push("analyze.stop_tags", message.to_owned(), hint, false);
    }
}

fn warn_of_unread(params: &AnalyzeParams, findings: &mut Findings) {
    let of_characters = matches!(params.analyzer, AnalyzerKind::Char | AnalyzerKind::CharWb);
    let of_words = params.tokenizer == TokenizerKind::Words;
    let has_pattern = params.token_pattern != crate::analyze::DEFAULT_TOKEN_PATTERN;
    let mut unread = |is: bool, key: &str, reader: &str| {
        if is {
            let message = format!("setting `analyze.{key}` is read with {reader} alone");
            findings.warn(&format!("analyze.{key}"), &message, "remove one of the two");
        }
    };
    let word = "`analyzer = \"word\"`";
    unread(
        params.punctuation && (of_characters || !of_words),
        "punctuation",
        "`tokenizer = \"words\"`",
    );
    unread(has_pattern && of_words, "token_pattern", "`tokenizer = \"pattern\"`");
    unread(has_pattern && of_characters && !of_words, "token_pattern", word);
    unread(of_characters && of_words, "tokenizer", word);
    unread(of_characters && !params.stop_words.is_empty(), "stop_words", word);
    unread(of_characters && params.stemmer.is_some(), "stemmer", word);
    unread(of_characters && params.negation > 0, "negation", word);
}
