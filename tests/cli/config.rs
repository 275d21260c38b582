use crate::{malmoi, outcome, project, run};

#[test]
fn a_bad_value_is_shown_with_its_line() {
    let folder = project("[pipeline.mine.vectorize]\nmin_df = 2\nmax_df = 1.5");
    let (code, stdout, stderr) = run(folder.path(), &["config", "check"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    insta::assert_snapshot!(stderr, @r#"
    error: setting `vectorize.max_df` is 1.5, but must be between 0.0 and 1.0
     --> pipeline.toml, line 9, column 10
      |
    9 | max_df = 1.5
      |          ^^^
    hint: 1.0 keeps every term; to drop terms found in more than half of the documents use 0.5
    "#);
}

#[test]
fn unknown_keys_are_reported_together_with_the_nearest_name() {
    let folder = project("[pipeline.mine.vectorize]\nngram_rang = [1, 2]\n[pipeline.mine.clasify]");
    let (code, _, stderr) = run(folder.path(), &["config", "check"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(stderr, @r#"
    error: unknown setting `vectorize.ngram_rang`
     --> pipeline.toml, line 8, column 1
      |
    8 | ngram_rang = [1, 2]
      | ^^^^^^^^^^
    hint: did you mean `ngram_range`? the keys here are `ngram_range`, `min_df`, `max_df`, `max_features`, `binary`, `use_idf`, `smooth_idf`, `sublinear_tf`, `norm`, `weighting`, `alpha`

    error: unknown setting `clasify`
     --> pipeline.toml, line 9, column 16
      |
    9 | [pipeline.mine.clasify]
      |                ^^^^^^^
    hint: did you mean `classify`? the keys here are `source`, `crawl`, `extract`, `clean`, `analyze`, `vectorize`, `classify`, `evaluate`, `score`, `search`, `report`

    error: 2 problems were found
    "#);
}

#[test]
fn unknown_pipelines_are_refused() {
    let folder = project("");
    let (code, _, stderr) = run(folder.path(), &["config", "show", "min"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(stderr, @r#"
    error: there is no pipeline `min`
      --> pipeline.toml
    hint: did you mean `mine`? the pipelines here are `mine`
    "#);
}

#[test]
fn without_settings_the_way_on_is_shown() {
    let folder = project("");
    std::fs::remove_file(folder.path().join("pipeline.toml")).unwrap();
    let (code, _, stderr) = run(folder.path(), &["config", "check"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("malmoi init my-project"), "{stderr}");
    let (code, _, stderr) = run(folder.path(), &["config", "check", "--config", "other.toml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("there is no file `other.toml`"), "{stderr}");
}

#[test]
fn flags_win_over_the_environment_over_the_file() {
    let folder = project("[pipeline.mine.vectorize]\nmin_df = 2\nmax_df = 0.9\nalpha = 2.0");
    let arguments =
        ["config", "show", "--set", "vectorize.alpha=4", "--set", "source.path=/there.tsv"];
    let mut command = malmoi(folder.path(), &arguments);
    command.env("MALMOI_VECTORIZE__ALPHA", "3").env("MALMOI_VECTORIZE__MAX_DF", "0.8");
    let (code, stdout, stderr) = outcome(command);
    assert_eq!((code, stderr.as_str()), (0, ""));
    insta::assert_snapshot!(stdout, @r#"
    [pipeline.mine.source]
    kind = "tsv"                     # pipeline.toml:5
    path = "/there.tsv"              # --set
    quoting = true                   # default
    labels = {}                      # default
    feeds = []                       # default

    [pipeline.mine.crawl]
    delay = 1.0                      # default
    max_hosts = 16                   # default
    timeout = 30.0                   # default
    max_size = 10                    # default
    max_redirects = 10               # default
    respect_robots = true            # default
    allow_private = []               # default

    [pipeline.mine.extract]
    captions = false                 # default

    [pipeline.mine.clean]
    html = "newlines"                # default
    normalize = "none"               # default
    replace = []                     # default

    [pipeline.mine.analyze]
    analyzer = "word"                # default
    tokenizer = "pattern"            # default
    token_pattern = '(?u)\b\w\w+\b'  # default
    punctuation = false              # default
    lowercase = true                 # default
    stop_words = []                  # default
    negation = 0                     # default
    normalize = true                 # default
    decompound = "none"              # default
    keep_tags = []                   # default
    stop_tags = []                   # default
    tagged = false                   # default
    characters = false               # default

    [pipeline.mine.vectorize]
    ngram_range = [1, 1]             # default
    min_df = 2                       # pipeline.toml:8
    max_df = 0.8                     # MALMOI_VECTORIZE__MAX_DF
    binary = false                   # default
    use_idf = true                   # default
    smooth_idf = true                # default
    sublinear_tf = false             # default
    norm = "l2"                      # default
    weighting = "tfidf"              # default
    alpha = 4.0                      # --set

    [pipeline.mine.classify]
    C = 1.0                          # default
    max_iter = 100                   # default
    tol = 0.1                        # default
    seed = 1                         # default

    [pipeline.mine.evaluate]
    test_size = 0.2                  # default

    [pipeline.mine.score]
    models = {}                      # default

    [pipeline.mine.report]
    by = "week"                      # default
    unsure_below = 0.65              # default
    top = 20                         # default
    false_discovery_rate = 0.05      # default
    fewest = 30                      # default
    watch = []                       # default
    "#);
}

#[test]
fn show_prints_settings_that_can_be_read_again() {
    let folder = project("");
    let (_, stdout, _) = run(folder.path(), &["config", "show"]);
    let again = project("");
    let text = format!("version = 1\ndefault = \"mine\"\n{stdout}");
    std::fs::write(again.path().join("pipeline.toml"), text).unwrap();
    let (code, _, stderr) = run(again.path(), &["config", "check"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

#[test]
fn show_as_json_has_origins() {
    let folder = project("");
    let (code, stdout, _) = run(folder.path(), &["config", "show", "--json"]);
    assert_eq!(code, 0);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["pipeline"]["name"], "mine");
    assert_eq!(json["origins"]["source.kind"], "pipeline.toml:5");
    assert_eq!(json["origins"]["classify.C"], "default");
}

#[test]
fn warnings_do_not_fail_a_check() {
    let folder = project("[pipeline.mine.analyze]\nstop_words = [\"en\"]");
    let (code, _, stderr) = run(folder.path(), &["config", "check"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(stderr, @r#"
    warning: dropping stop words usually makes a classifier worse
     --> pipeline.toml, line 8, column 14
      |
    8 | stop_words = ["en"]
      |              ^^^^^^
    hint: it costs about a point of accuracy on IMDB; remove `stop_words` to keep it
    "#);
    let (_, stdout, stderr) = run(folder.path(), &["config", "check", "--quiet"]);
    assert_eq!((stdout.as_str(), stderr.as_str()), ("", ""));
}

#[test]
fn wrong_overrides_say_where_they_stand() {
    let folder = project("");
    let (code, _, stderr) = run(folder.path(), &["config", "check", "--set", "source.pth=x"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("--> --set source.pth\n"), "{stderr}");
    let mut command = malmoi(folder.path(), &["config", "check"]);
    command.env("MALMOI_VECTORIZE__MIN_DF", "often");
    let (code, _, stderr) = outcome(command);
    assert_eq!(code, 2);
    insta::assert_snapshot!(stderr, @r#"
    error: setting `vectorize.min_df` is "often", but must be a number
      --> environment variable MALMOI_VECTORIZE__MIN_DF
    "#);
}

#[test]
fn a_wrong_setting_is_not_called_missing_too() {
    let folder = project("[pipeline.other]\nsource = { kind = \"tsvv\", path = \"x\" }");
    let (code, _, stderr) = run(folder.path(), &["config", "check"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("hint: did you mean \"tsv\"?"), "{stderr}");
    assert!(!stderr.contains("is missing") && !stderr.contains("problems"), "{stderr}");
}

#[test]
fn files_that_do_not_exist_are_told() {
    let folder = project(
        "[pipeline.other.source]\nkind = \"csv\"\npath = \"none.csv\"\n\
         [pipeline.other.analyze]\nstop_words = [\"fr\"]",
    );
    let (code, stdout, stderr) = run(folder.path(), &["config", "check", "mine"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("none.csv` does not exist"), "{stderr}");
    assert!(stderr.contains("fr`, which is no file"), "{stderr}");
    assert!(stderr.contains("`en` and `ko` come with the program"), "{stderr}");
}

#[test]
fn hostile_settings_are_refused() {
    let deep =
        ["x = ".to_owned() + &"[".repeat(100_000), "[a".to_owned() + &".a".repeat(100_000) + "]"];
    let other = ["# \u{1F4A3}".repeat(200_000), "\0".to_owned(), "\u{feff}\u{202e}".to_owned()];
    for settings in deep.iter().chain(&other) {
        let folder = project("");
        std::fs::write(folder.path().join("pipeline.toml"), settings).unwrap();
        let (code, _, stderr) = run(folder.path(), &["config", "check"]);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.len() < 4_000 && stderr.contains("pipeline.toml"), "{stderr}");
    }
    let folder = project("");
    std::fs::write(folder.path().join("pipeline.toml"), b"version = 1\n# ab\xB0\xA1\n").unwrap();
    let (_, _, stderr) = run(folder.path(), &["config", "check"]);
    assert!(stderr.contains("pipeline.toml, line 2, column 5"), "{stderr}");
}
