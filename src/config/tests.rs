use std::ffi::OsString;

use proptest::prelude::*;

use super::*;

const GOOD: &str = r#"version = 1
default = "mine"

[pipeline.mine.source]
kind = "tsv"
path = "reviews.tsv"
columns = { group = "title" }
"#;

fn config(text: &str) -> Result<Config> {
    let text = Text::new("pipeline.toml", text);
    Config::parse(PathBuf::from("/project/pipeline.toml"), text)
}

/// The file `GOOD` with `more` behind it.
fn config_with(more: &str) -> Result<Config> {
    config(&format!("{GOOD}{more}\n"))
}

fn set(flags: &[&str]) -> Overrides {
    let flags: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
    Overrides::new([], &flags).unwrap()
}

fn environment(variables: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    variables.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// All problems as a user would read them.
fn shown(error: &Error) -> String {
    let one = |error: &Error| {
        let place = error.place().unwrap_or("nowhere");
        let snippet = error.snippet().map(|lines| format!("{lines}\n")).unwrap_or_default();
        let hint = error.hint().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
        format!("{error}\n--> {place}\n{snippet}{hint}")
    };
    std::iter::once(error).chain(error.also()).map(one).collect()
}

fn problems(more: &str) -> String {
    shown(&config_with(more).expect_err(more))
}

/// The messages alone.
fn messages(more: &str) -> Vec<String> {
    let error = config_with(more).expect_err(more);
    std::iter::once(&error).chain(error.also()).map(ToString::to_string).collect()
}

#[test]
fn what_is_left_out_has_its_default() {
    let pipeline = config(GOOD).unwrap().pipeline(None, &Overrides::none()).unwrap();
    assert_eq!(pipeline.name, "mine");
    assert_eq!(pipeline.root, Path::new("/project"));
    assert_eq!(pipeline.source.path.as_deref(), Some(Path::new("/project/reviews.tsv")));
    assert_eq!(pipeline.source.columns.group.as_deref(), Some("title"));
    assert!(pipeline.source.quoting);
    assert_eq!(pipeline.vectorize, VectorizeParams::default());
    assert_eq!(pipeline.classify, ClassifyParams::default());
}

#[test]
fn a_bad_value_is_shown_with_its_line() {
    insta::assert_snapshot!(problems("[pipeline.mine.vectorize]\nmax_df = 1.5"), @r#"
    setting `vectorize.max_df` is 1.5, but must be between 0.0 and 1.0
    --> pipeline.toml, line 9, column 10
      |
    9 | max_df = 1.5
      |          ^^^
    hint: 1.0 keeps every term; to drop terms found in more than half of the documents use 0.5
    "#);
}

#[test]
fn all_problems_are_reported_at_once() {
    let more = "[pipeline.mine.vectorise]\nmin_df = 2\n\
        [pipeline.mine.vectorize]\nngram_rang = [1, 2]\nbinary = \"yes\"\nnorm = \"l3\"\n\
        max_features = -1\nngram_range = [1, 2, 3]\n[pipeline.other]";
    insta::assert_snapshot!(problems(more), @r#"
    unknown setting `vectorise`
    --> pipeline.toml, line 8, column 16
      |
    8 | [pipeline.mine.vectorise]
      |                ^^^^^^^^^
    hint: did you mean `vectorize`? the keys here are `source`, `crawl`, `extract`, `clean`, `analyze`, `vectorize`, `classify`, `evaluate`, `score`, `search`, `report`
    unknown setting `vectorize.ngram_rang`
    --> pipeline.toml, line 11, column 1
       |
    11 | ngram_rang = [1, 2]
       | ^^^^^^^^^^
    hint: did you mean `ngram_range`? the keys here are `ngram_range`, `min_df`, `max_df`, `max_features`, `binary`, `use_idf`, `smooth_idf`, `sublinear_tf`, `norm`, `weighting`, `alpha`
    setting `vectorize.binary` is "yes", but must be true or false
    --> pipeline.toml, line 12, column 10
       |
    12 | binary = "yes"
       |          ^^^^^
    setting `vectorize.norm` is "l3", but must be one of "l2", "l1", "none"
    --> pipeline.toml, line 13, column 8
       |
    13 | norm = "l3"
       |        ^^^^
    setting `vectorize.max_features` is -1, but must be a whole number from 0
    --> pipeline.toml, line 14, column 16
       |
    14 | max_features = -1
       |                ^^
    setting `vectorize.ngram_range` is a list, but must be a list of 2 items, each a whole number from 0
    --> pipeline.toml, line 15, column 15
       |
    15 | ngram_range = [1, 2, 3]
       |               ^^^^^^^^^
    setting `source` is missing
    --> pipeline.toml, line 16, column 1
       |
    16 | [pipeline.other]
       | ^^^^^^^^^^^^^^^^
    hint: it must be a table
    "#);
}

#[test]
fn a_wrong_type_hides_no_other_problem() {
    let found = messages("[pipeline.mine.vectorize]\nmin_df = \"x\"\nmax_df = 1.5\nnorn = 1");
    assert_eq!(found.len(), 3, "{found:?}");
    let found = messages("[pipeline.b.source]\nkind = \"tsv\"\npath = 3");
    assert_eq!(found, ["setting `source.path` is 3, but must be a text in quotes"]);
    let found = messages("[pipeline.b]\n[pipeline.mine.evaluate]\ntest_size = 3");
    assert_eq!(
        found,
        [
            "setting `source` is missing",
            "setting `evaluate.test_size` is 3, but must be greater than 0 and less than 1",
        ]
    );
    let flags = set(&["source.kind=tvs", "evaluate.test_size=2", "clean.html=1"]);
    let error = config(GOOD).unwrap().pipeline(None, &flags).unwrap_err();
    assert!(shown(&error).contains("`source.kind`"));
}

#[test]
fn broken_toml_is_shown_with_its_line() {
    insta::assert_snapshot!(problems("[pipeline.mine.vectorize]\nmin_df = \nbinary = tru\nbinary = true"), @r#"
    not TOML: string values must be quoted, expected literal string
    --> pipeline.toml, line 9, column 10
      |
    9 | min_df =
      |          ^
    not TOML: invalid boolean, expected `true`
    --> pipeline.toml, line 10, column 10
       |
    10 | binary = tru
       |          ^^^
    not TOML: duplicate key
    --> pipeline.toml, line 11, column 1
       |
    11 | binary = true
       | ^^^^^^
    "#);
}

#[test]
fn values_without_sense_are_found() {
    let check = |more: &str, wanted: &str| {
        let found = messages(more);
        assert!(found.iter().any(|message| message.contains(wanted)), "{more}: {found:?}");
    };
    let vectorize = |setting: &str| format!("[pipeline.mine.vectorize]\n{setting}");
    check(&vectorize("ngram_range = [2, 1]"), "is [2, 1], but must be two rising numbers");
    check(&vectorize("ngram_range = [0, 1]"), "`vectorize.ngram_range` is [0, 1]");
    check(&vectorize("ngram_range = [1, 17]"), "from 1 to 16");
    check(&vectorize("min_df = 0"), "`vectorize.min_df` is 0, but must be at least 1");
    check(&vectorize("min_df = -2"), "is -2, but must be a count from 1 or a share");
    check(&vectorize("min_df = 2.0"), "is 2.0, but must be between 0.0 and 1.0");
    check(&vectorize("max_df = 1.5"), "is 1.5, but must be between 0.0 and 1.0");
    check(&vectorize("max_df = nan"), "is NaN, but must be between 0.0 and 1.0");
    check(&vectorize("min_df = 0.9\nmax_df = 0.5"), "at most `vectorize.max_df`, 0.5");
    check(&vectorize("min_df = 9\nmax_df = 5"), "at most `vectorize.max_df`, 5");
    check(&vectorize("max_features = 0"), "`vectorize.max_features` is 0");
    check(&vectorize("max_features = 5000000000"), "must be a whole number from 0 to 4294967295");
    check("[pipeline.mine.classify]\nmax_iter = 5000000000", "from 0 to 4294967295");
    check("[pipeline.mine.analyze]\nnegation = 5000000000", "from 0 to 4294967295");
    check(&vectorize("alpha = 0"), "`vectorize.alpha` is 0, but must be greater than 0");
    let both = "weighting = \"naive_bayes_ratio\"\nsublinear_tf = true";
    check(&vectorize(both), "contradict each other");
    check("[pipeline.mine.classify]\nC = 0.0", "`classify.C` is 0");
    check("[pipeline.mine.classify]\nC = inf", "`classify.C` is inf");
    check("[pipeline.mine.classify]\ntol = -1.0", "`classify.tol` is -1");
    check("[pipeline.mine.classify]\nmax_iter = 0", "`classify.max_iter` is 0");
    check("[pipeline.mine.classify]\nseed = 99999999999999999999", "is too large");
    check(
        "[pipeline.mine.classify]\ncalibration = { slope = 1.0 }",
        "calibration.offset` is missing",
    );
    check(
        "[pipeline.mine.evaluate]\ntest_size = 1.0",
        "is 1, but must be greater than 0 and less than 1",
    );
    check("[pipeline.mine.analyze]\ntoken_pattern = '('", "is no regular expression: unclosed");
    check("[pipeline.mine.analyze]\ntoken_pattern = '(a)(b)'", "has 2 groups");
    check("[pipeline.mine.analyze]\nstop_words = [\"\"]", "holds an empty name");
    check(
        "[pipeline.mine.clean]\nreplace = [{ pattern = '[', replacement = '' }]",
        "`clean.replace.0.pattern`",
    );
    check("[pipeline.b.source]\nkind = \"tsv\"", "`source.path` is missing");
    check("[pipeline.b.source]\npath = \"x\"", "`source.kind` is missing");
    check("[pipeline.b.source]\nkind = \"tsv\"\nurl = \"ftp://x\"", "an http or https address");
    check(
        "[pipeline.b.source]\nkind = \"tsv\"\npath = \"x\"\nsha256 = \"c0\"",
        "64 hexadecimal digits",
    );
    let twice = "[pipeline.b.source]\nkind = \"tsv\"\npath = \"x\"\n\
        columns = { text = \"a\", label = \"a\" }";
    check(twice, "another column than `source.columns.text`");
    check("[pipeline.\"../up\".source]\nkind = \"tsv\"\npath = \"x\"", "cannot be the name");
}

#[test]
fn a_count_written_as_a_share_is_explained() {
    assert!(
        problems("[pipeline.mine.vectorize]\nmin_df = 2.0").contains("hint: write 2 (a count)")
    );
    let config = config_with("[pipeline.mine.vectorize]\nmax_df = 1").unwrap();
    assert!(config.warnings()[0].to_string().contains("that two documents share is dropped"));
    assert!(config_with("[pipeline.mine.vectorize]\nmax_df = 1.0").unwrap().warnings().is_empty());
}

#[test]
fn versions_are_told_apart() {
    let message = |text: &str| shown(&config(text).unwrap_err());
    assert!(
        message(&GOOD.replace("version = 1", "")).contains("begin the file with `version = 1`")
    );
    assert!(message(&GOOD.replace("version = 1", "version = 0")).contains("but must be 1"));
    let newer = message(&GOOD.replace("version = 1", "version = 2\nfuture = true"));
    assert!(newer.contains("written for a newer malmoi"), "{newer}");
    assert!(!newer.contains("future` "), "{newer}");
}

#[test]
fn default_names_a_pipeline() {
    let error = config(&GOOD.replace("\"mine\"", "\"mnie\"")).unwrap_err();
    assert!(shown(&error).contains("did you mean `mine`?"));
    let error = config(GOOD).unwrap().pipeline(Some("mnie"), &Overrides::none()).unwrap_err();
    insta::assert_snapshot!(shown(&error), @r#"
    there is no pipeline `mnie`
    --> pipeline.toml
    hint: did you mean `mine`? the pipelines here are `mine`
    "#);
}

#[test]
fn flags_win_over_the_environment_over_the_file() {
    let config =
        config_with("[pipeline.mine.vectorize]\nmin_df = 2\nmax_df = 0.9\nalpha = 2").unwrap();
    let variables = environment(&[
        ("MALMOI_VECTORIZE__MAX_DF", "0.8"),
        ("MALMOI_VECTORIZE__ALPHA", "3"),
        ("MALMOI_CLASSIFY__C", "7"),
        ("MALMOI_SOURCE__COLUMNS__TEXT", "body"),
        ("MALMOI_SOURCE__LABELS__Pos", "positive"),
        ("MALMOI_STATE", "elsewhere"),
        ("OTHER__NAME", "1"),
    ]);
    let flags = ["vectorize.alpha=4".to_owned(), "vectorize.ngram_range=[1, 2]".to_owned()];
    let overrides = Overrides::new(variables, &flags).unwrap();
    let effective = config.effective(None, &overrides).unwrap();
    let pipeline = &effective.pipeline;
    assert_eq!(pipeline.vectorize.min_df, crate::vectorize::DocumentFrequency::Count(2));
    assert_eq!(pipeline.vectorize.max_df, crate::vectorize::DocumentFrequency::Share(0.8));
    assert_eq!(pipeline.vectorize.alpha, 4.0);
    assert_eq!(pipeline.vectorize.ngram_range, (1, 2));
    assert_eq!(pipeline.classify.c, 7.0);
    assert_eq!(pipeline.source.columns.text.as_deref(), Some("body"));
    assert_eq!(pipeline.source.labels["Pos"], "positive");
    let origins: BTreeMap<String, String> = effective
        .values
        .iter()
        .map(|value| (value.key.join("."), value.origin.to_string()))
        .collect();
    assert_eq!(origins["vectorize.min_df"], "pipeline.toml:9");
    assert_eq!(origins["vectorize.max_df"], "MALMOI_VECTORIZE__MAX_DF");
    assert_eq!(origins["vectorize.alpha"], "--set");
    assert_eq!(origins["vectorize.norm"], "default");
}

#[test]
fn a_bare_word_is_text() {
    let config = config(GOOD).unwrap();
    let flags = ["source.kind=csv", "source.columns.text=2024", "source.labels.\"0\"=negative"];
    let pipeline = config.pipeline(None, &set(&flags)).unwrap();
    assert_eq!(pipeline.source.kind, crate::source::SourceKind::Csv);
    assert_eq!(pipeline.source.columns.text.as_deref(), Some("2024"));
    assert_eq!(pipeline.source.labels["0"], "negative");
}

#[test]
fn paths_start_where_they_were_written() {
    let more = "[pipeline.mine.analyze]\nstop_words = [\"en\", \"mine.txt\"]";
    let config = config_with(more).unwrap();
    let pipeline = config.pipeline(None, &set(&["source.path=other.tsv"])).unwrap();
    let here = std::env::current_dir().unwrap();
    assert_eq!(pipeline.source.path, Some(here.join("other.tsv")));
    assert_eq!(pipeline.analyze.stop_words, ["en", "/project/mine.txt"]);
}

#[test]
fn overrides_are_checked_like_the_file() {
    let config = config(GOOD).unwrap();
    let problems = |overrides: &Overrides| shown(&config.pipeline(None, overrides).unwrap_err());
    let flags = ["source.pth=x", "vectorize.max_df=often", "nowhere=1", "vectorize=3"];
    insta::assert_snapshot!(problems(&set(&flags)), @r#"
    unknown setting `nowhere`
    --> --set nowhere
    hint: the keys here are `source`, `crawl`, `extract`, `clean`, `analyze`, `vectorize`, `classify`, `evaluate`, `score`, `search`, `report`
    unknown setting `source.pth`
    --> --set source.pth
    hint: did you mean `path`? the keys here are `kind`, `path`, `url`, `sha256`, `unlabelled`, `encoding`, `quoting`, `columns`, `labels`, `feeds`, `site`
    setting `vectorize` is 3, but must be a table
    --> --set vectorize
    "#);
    let variables = environment(&[("MALMOI_VECTORIZE__MAX_DFF", "1"), ("MALMOI_SORCE__PATH", "1")]);
    insta::assert_snapshot!(problems(&Overrides::new(variables, &[]).unwrap()), @r#"
    unknown setting `sorce`
    --> environment variable MALMOI_SORCE__PATH
    hint: did you mean `source`? the keys here are `source`, `crawl`, `extract`, `clean`, `analyze`, `vectorize`, `classify`, `evaluate`, `score`, `search`, `report`
    unknown setting `vectorize.max_dff`
    --> environment variable MALMOI_VECTORIZE__MAX_DFF
    hint: did you mean `max_df`? the keys here are `ngram_range`, `min_df`, `max_df`, `max_features`, `binary`, `use_idf`, `smooth_idf`, `sublinear_tf`, `norm`, `weighting`, `alpha`
    "#);
    assert!(problems(&set(&["evaluate.test_size=2"])).contains("--> --set evaluate.test_size"));
}

#[test]
fn wrong_flags_are_refused_together() {
    let flags = ["source.path", "=3", "a\nb=3", "a.=3"].map(str::to_owned);
    let error = Overrides::new([], &flags).unwrap_err();
    assert_eq!(error.also().len(), 3, "{error:?}");
    assert!(error.hint().unwrap().contains("--set KEY=VALUE"));
}

#[test]
fn odd_settings_are_warned_of() {
    let warnings = |analyze: &str| -> Vec<String> {
        let config = config_with(&format!("[pipeline.mine.analyze]\n{analyze}")).unwrap();
        config.warnings().iter().map(ToString::to_string).collect()
    };
    assert!(warnings("lowercase = false").is_empty());
    assert!(warnings("stop_words = [\"en\"]")[0].contains("dropping stop words"));
    assert!(
        warnings("analyzer = \"char\"\npunctuation = true")[0].contains("`analyze.punctuation`")
    );
    assert!(
        warnings("tokenizer = \"words\"\ntoken_pattern = 'a'")[0]
            .contains("`analyze.token_pattern`")
    );
    assert!(warnings("tokenizer = \"words\"\npunctuation = true").is_empty());
}

#[test]
fn settings_of_other_kinds_are_warned_of() {
    let warnings = |source: &str| -> Vec<String> {
        let config = config_with(&format!("[pipeline.b.source]\npath = \"x\"\n{source}")).unwrap();
        config.warnings().iter().map(ToString::to_string).collect()
    };
    assert!(warnings("kind = \"csv\"\nencoding = \"euc-kr\"").is_empty());
    let found = warnings("kind = \"imdb\"\nencoding = \"euc-kr\"\ncolumns = { text = \"a\" }");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|one| one.contains("`source.columns` is read by the kinds tsv, csv")));
    let found = warnings("kind = \"parquet\"");
    assert_eq!(found.len(), usize::from(!cfg!(feature = "parquet")), "{found:?}");
}

#[test]
fn an_unknown_encoding_is_a_problem() {
    let found =
        problems("[pipeline.b.source]\nkind = \"tsv\"\npath = \"x\"\nencoding = \"euc-rk\"");
    assert!(found.contains("setting `source.encoding`: ") && found.contains("hint: "), "{found}");
}

#[test]
fn a_bad_pattern_is_told_with_what_else_is_wrong() {
    let found = messages("[pipeline.mine.clean]\nreplace = [{ pattern = '[', replacemen = '' }]");
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().any(|one| one.contains("`clean.replace.0.pattern` is no regular")));
}

#[test]
fn a_file_without_settings_shows_the_way_on() {
    for text in ["", "# nothing\n"] {
        assert!(config(text).unwrap_err().hint().unwrap().contains("malmoi init"), "{text:?}");
    }
}

#[test]
fn the_file_is_found_above_but_not_beyond_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(folder.path().join(FILE_NAME), GOOD).unwrap();
    assert_eq!(find(&deep).unwrap(), folder.path().join(FILE_NAME));
    std::fs::create_dir(folder.path().join("a/.git")).unwrap();
    assert!(find(&deep).unwrap_err().hint().unwrap().contains("malmoi init"));
}

#[test]
fn unreadable_files_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    assert_eq!(Config::read(&file).unwrap_err().exit_code(), 2);
    std::fs::write(&file, b"version = 1\n# \xff\n").unwrap();
    assert!(Config::read(&file).unwrap_err().place().unwrap().contains("line 2"));
    std::fs::write(&file, vec![b'#'; (1 << 20) + 1]).unwrap();
    assert!(Config::read(&file).unwrap_err().to_string().contains("larger"));
    assert!(Config::read(folder.path()).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,80}") {
        let _ = config(&text);
        let _ = config_with(&text);
    }

    #[test]
    fn any_setting_is_read_or_refused(key in "[a-z_.\"]{0,20}", value in "(?s).{0,20}") {
        let _ = config_with(&format!("[pipeline.mine.vectorize]\n{key} = {value}"));
        if let Ok(overrides) = Overrides::new([], &[format!("{key}={value}")]) {
            let _ = config(GOOD).unwrap().pipeline(None, &overrides);
        }
    }
}

fn project_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn bundled_pipelines_are_valid() {
    let config = Config::read(&project_file(FILE_NAME)).map_err(|error| shown(&error)).unwrap();
    assert_eq!(config.default, "sample");
    let names: Vec<&str> = config.pipelines.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "imdb",
            "imdb-classic",
            "imdb-search",
            "news",
            "news-sample",
            "nsmc",
            "nsmc-chars",
            "reviews",
            "sample",
            "sample-ko"
        ]
    );
    for name in names {
        config.pipeline(Some(name), &Overrides::none()).unwrap();
    }
    let sample = config.pipeline(None, &Overrides::none()).unwrap();
    assert!(sample.source.path.is_some_and(|path| path.is_file()));
    // The notebooks' stop words are there on purpose; nothing else is odd.
    assert_eq!(config.warnings().len(), 1, "{:?}", config.warnings());
}

#[test]
fn a_table_makes_a_pipeline_searchable() {
    let search = |more: &str, flags: &[&str]| {
        let effective = config_with(more).unwrap().effective(None, &set(flags)).unwrap();
        let values = effective.values.iter().filter(|value| value.key[0] == "search");
        let shown: Vec<String> = values
            .map(|value| format!("{} = {}, {}", value.toml_key(), value.toml_value(), value.origin))
            .collect();
        (effective.pipeline.search.map(|search| search.top), shown)
    };
    assert_eq!(search("", &[]), (None, Vec::new()));
    let (top, shown) = search("[pipeline.mine.search]", &[]);
    assert_eq!(top, Some(10));
    assert_eq!(shown, ["measure = \"cosine\", default", "top = 10, default"]);
    let (top, shown) = search("", &["search.top=5"]);
    assert_eq!(top, Some(5));
    assert_eq!(shown, ["measure = \"cosine\", default", "top = 5, --set"]);
    for wrong in [0, 10_001] {
        let expected = format!("setting `search.top` is {wrong}, but must be from 1 to 10000");
        assert_eq!(messages(&format!("[pipeline.mine.search]\ntop = {wrong}")), [expected]);
    }
}

#[test]
fn what_a_report_cannot_do_is_told() {
    let found = messages(
        "[pipeline.mine.report]\nzone = \"Asia/Soul\"\nunsure_below = 1.5\ntop = 0\nfewest = 0\n\
         false_discovery_rate = -1.0\nwatch = [\"a\", \" \"]\npositive = \"x\"\nnegative = \"x\"",
    );
    let parts =
        ["zone", "unsure_below", "false_discovery_rate", "top", "fewest", "watch", "negative"];
    assert_eq!(found.len(), parts.len(), "{found:?}");
    for part in parts {
        assert!(
            found.iter().any(|one| one.contains(&format!("`report.{part}`"))),
            "{part}: {found:?}"
        );
    }
    assert!(messages("[pipeline.mine.report]\nby = \"fortnight\"")[0].contains("fortnight"));
    let many: Vec<String> = (0..65).map(|word| format!("\"{word}\"")).collect();
    let found = messages(&format!("[pipeline.mine.report]\nwatch = [{}]", many.join(", ")));
    assert_eq!(found, ["setting `report.watch` is a list of 65, but must be at most 64 words"]);
}

#[test]
fn settings_that_do_nothing_or_contradict_each_other_are_told() {
    let odd = config_with("unlabelled = true").unwrap();
    let [warning] = odd.warnings() else { panic!("one is odd: {:?}", odd.warnings()) };
    assert_eq!(warning.to_string(), "setting `source.unlabelled` is read by the kind imdb alone");
    let more = "[pipeline.mine.classify]\nenabled = false\n\
        [pipeline.mine.vectorize]\nweighting = \"naive_bayes_ratio\"";
    let found = messages(more);
    assert!(found.len() == 1 && found[0].starts_with("settings `classify.enabled = false` and"));
}

/// Paths of all keys below a schema.
fn key_paths(schema: &'static serde_json::Value, prefix: &str, out: &mut Vec<String>) {
    let schema = schema::resolve(schema);
    let inner = schema.get("items").map_or(schema, schema::resolve);
    for (key, value) in inner["properties"].as_object().into_iter().flatten() {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        key_paths(value, &path, out);
        out.push(path);
    }
}

fn docs() -> String {
    std::fs::read_to_string(project_file("docs/pipeline.md")).unwrap()
}

#[test]
fn docs_name_every_setting_and_no_other() {
    let mut wanted = Vec::new();
    key_paths(schema(), "", &mut wanted);
    for room in schema::keys(schema::pipeline_schema()) {
        key_paths(&schema::pipeline_schema()["properties"][room], room, &mut wanted);
    }
    key_paths(&schema()["$defs"]["JobParams"], "schedule.job.NAME", &mut wanted);
    let docs = docs();
    let rows = docs.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut named: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    wanted.sort();
    named.sort();
    assert_eq!(named, wanted);
}

#[test]
fn docs_name_the_defaults() {
    let config = config(GOOD).unwrap();
    let values = config.effective(None, &Overrides::none()).unwrap().values;
    let docs = docs();
    for value in values.iter().filter(|value| value.origin == Origin::Default) {
        let key = format!("| `{}` |", value.key.join("."));
        let row = docs.lines().find(|line| line.starts_with(&key)).expect(&key);
        let default = format!(" | `{}` | ", value.toml_value());
        assert!(row.contains(&default), "{row} lacks{default}");
    }
}

#[test]
fn a_flood_of_settings_takes_no_longer_than_reading_them() {
    let labels: String = (0..60_000).map(|label| format!("{label} = \"x\"\n")).collect();
    let config = config_with(&format!("[pipeline.mine.source.labels]\n{labels}")).unwrap();
    assert!(config.effective(None, &Overrides::none()).unwrap().values.len() > 60_000);
    assert!(messages(&"= 1\n".repeat(100_000)).len() <= 41);
    assert!(
        messages(&(0..60_000).map(|key| format!("k{key} = 1\n")).collect::<String>()).len() <= 41
    );
}

#[test]
fn names_of_the_state_folder_are_refused() {
    for name in ["downloads", "lock", "schedule"] {
        let settings = format!(
            "version = 1\ndefault = \"{name}\"\n[pipeline.{name}.source]\nkind = \"tsv\"\npath = \"a\"\n"
        );
        let error = config(&settings).unwrap_err();
        assert!(error.to_string().contains("a pipeline cannot be called"), "{error}");
    }
}

const JOB: &str = "[schedule.job.morning]\ncron = \"0 7 * * *\"\nrun = [\"news update\"]\n";

/// Messages about a job with this delivery.
fn delivery(text: &str) -> Vec<String> {
    messages(&format!("{JOB}deliver = [{text}]"))
}

#[test]
fn a_schedule_is_read_with_its_defaults() {
    assert_eq!(config(GOOD).unwrap().schedule, None);
    let schedule = config_with(JOB).unwrap().schedule.unwrap();
    assert_eq!(schedule.database, Path::new("news.db"));
    assert_eq!(schedule.zone, "Asia/Seoul");
    let job = &schedule.job["morning"];
    assert_eq!((job.timeout, job.retries, job.backoff, job.jitter), (3600, 0, 60, 0));
    assert!(job.catch_up && job.deliver.is_empty() && job.zone.is_none());
    let docs = docs();
    for row in [
        "| `schedule.database` | path | `\"news.db\"` |",
        "| `schedule.zone` | text | `\"Asia/Seoul\"` |",
        "| `schedule.job.NAME.timeout` | whole number | `3600` |",
        "| `schedule.job.NAME.retries` | whole number | `0` |",
        "| `schedule.job.NAME.backoff` | whole number | `60` |",
        "| `schedule.job.NAME.jitter` | whole number | `0` |",
        "| `schedule.job.NAME.catch_up` | true or false | `true` |",
    ] {
        assert!(docs.contains(row), "docs/pipeline.md lacks {row}");
    }
}

#[test]
fn all_problems_of_a_schedule_are_shown_with_their_lines() {
    let more = "[schedule]\nzone = \"Asia/Soul\"\n\
        [schedule.job.morning]\ncron = \"0 7 * *\"\nrun = [\"news update\", \"a | b\"]\nretry = 2\n\
        [schedule.job.evening]\ncron = \"@hourly\"\nzone = \"UTC\"\nrun = []\njitter = 3600\n\
        deliver = [{ folder = \"reports\", title = \"x\" }, {}]\n[schedule.job.night]\nrun = [\"x\"]";
    insta::assert_snapshot!(problems(more), @r#"
    setting `schedule.zone`: there is no time zone `Asia/Soul`
    --> pipeline.toml, line 9, column 8
      |
    9 | zone = "Asia/Soul"
      |        ^^^^^^^^^^^
    hint: names are those of the IANA database; did you mean `Asia/Seoul`?
    setting `schedule.job.morning.cron`: "0 7 * *" is no cron expression: it has 4 fields instead of 5
    --> pipeline.toml, line 11, column 8
       |
    11 | cron = "0 7 * *"
       |        ^^^^^^^^^
    hint: five fields say minute, hour, day, month and weekday: `0 7 * * MON-FRI` is seven o'clock from Monday to Friday; @hourly, @daily, @weekly and @monthly are short
    setting `schedule.job.morning.run.1`: "a | b" has a `|`, which only a shell understands
    --> pipeline.toml, line 12, column 23
       |
    12 | run = ["news update", "a | b"]
       |                       ^^^^^^^
    hint: give each command an entry of its own: run = ["news update", "report"]
    unknown setting `schedule.job.morning.retry`
    --> pipeline.toml, line 13, column 1
       |
    13 | retry = 2
       | ^^^^^
    hint: did you mean `retries`? the keys here are `cron`, `zone`, `run`, `timeout`, `retries`, `backoff`, `jitter`, `catch_up`, `deliver`
    setting `schedule.job.evening.run` is empty, but must be a list of commands
    --> pipeline.toml, line 17, column 7
       |
    17 | run = []
       |       ^^
    hint: such as run = ["news update"]
    setting `schedule.job.evening.jitter` is 3600, but must be less than the 3600 s between two of its runs
    --> pipeline.toml, line 18, column 10
       |
    18 | jitter = 3600
       |          ^^^^
    hint: a run would begin after the next one
    setting `schedule.job.evening.deliver.0.title` is read by `feed` alone
    --> pipeline.toml, line 19, column 42
       |
    19 | deliver = [{ folder = "reports", title = "x" }, {}]
       |                                          ^^^
    hint: remove it
    setting `schedule.job.evening.deliver.1` names 0 places to deliver to, but must name one
    --> pipeline.toml, line 19, column 49
       |
    19 | deliver = [{ folder = "reports", title = "x" }, {}]
       |                                                 ^^
    hint: write { folder = "reports" }, or `feed`, `webhook` or `mail`
    setting `schedule.job.night.cron` is missing
    --> pipeline.toml, line 20, column 1
       |
    20 | [schedule.job.night]
       | ^^^^^^^^^^^^^^^^^^^^
    hint: it must be a text in quotes
    "#);
}

#[test]
fn deliveries_that_make_no_sense_are_refused() {
    for (text, part) in [
        ("{ folder = \"\" }", "must be a path"),
        ("{ folder = \"a\", feed = \"b\" }", "names 2 places"),
        ("{ feed = \"a\", link = \"reports\" }", "must be an http or https address"),
        ("{ feed = \"a\", form = \"slack\" }", "is read by `webhook` alone"),
        ("{ webhook = \"env:\" }", "names no secret"),
        ("{ webhook = \"hooks.example.org\" }", "is a secret that stands here"),
        ("{ webhook = \"https://a.example\", form = \"teams\" }", "one of \"json\", \"slack\""),
        ("{ folder = \"a\", allow_private = [\"b\"] }", "is read by `webhook` and `mail` alone"),
        ("{ webhook = \"env:A\", allow_private = [\"http://a\"] }", "allow_private.0` is"),
        ("{ mail = { to = [], from = \"a@b\", server = \"c\" } }", "a list of 1 to 100 addresses"),
        (
            "{ mail = { to = [\"a\"], from = \"a@b\", server = \"c\" } }",
            "`schedule.job.morning.deliver.0.mail.to.0` is",
        ),
        ("{ mail = { to = [\"a@b\"], from = \"a@b\\n\", server = \"c\" } }", "mail.from"),
        (
            "{ mail = { to = [\"a@b\"], from = \"a@b\", server = \"c:d\" } }",
            "a host, with or without a port",
        ),
        (
            "{ mail = { to = [\"a@b\"], from = \"a@b\", server = \"c\", user = \"u\" } }",
            "stands alone",
        ),
        (
            "{ mail = { to = [\"a@b\"], from = \"a@b\", server = \"c\", user = \"u\", password = \"env:P\", tls = \"none\" } }",
            "a password would be sent",
        ),
    ] {
        let found = delivery(text);
        assert!(found.len() == 1 && found[0].contains(part), "{text}: {found:?}");
    }
}

#[test]
fn secrets_in_plain_are_refused_and_never_shown() {
    let mail = |more: &str| {
        format!("{{ mail = {{ to = [\"a@b\"], from = \"a@b\", server = \"c\", {more} }} }}")
    };
    for text in [
        "{ webhook = \"https://user:hunter2@example.org/\" }".to_owned(),
        "{ webhook = \"https://example.org/?hunter2\", form = \"x\" }".to_owned(),
        "{ webhook = \"https://hooks.slack.com/services/T0/B0/hunter2\" }".to_owned(),
        mail("user = \"u\", password = \"hunter2\""),
        mail("user = \"u\", password = \"\"\"\nhunter2\"\"\", tsl = 1"),
        "{ folder = \"a\", password = \"hunter2\" }".to_owned(),
        "{ feed = \"a\", link = \"https://u:hunter2@example.org/\" }".to_owned(),
        mail("token = [\"x\"], secret = \"hunter2\""),
    ] {
        let shown = problems(&format!("{JOB}deliver = [{text}]"));
        assert!(shown.contains("is a secret that stands here"), "{shown}");
        assert!(shown.contains("pipeline.toml, line"), "{shown}");
        assert!(shown.contains("env:NAME"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let number = problems(&format!("{JOB}deliver = [{}]", mail("user = \"u\", password = 4711")));
    assert!(!number.contains("4711"), "{number}");
}
