use crate::run;

#[test]
fn a_new_project_is_valid_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["init", "my-project"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    insta::assert_snapshot!(stdout, @r#"
    started a project in my-project

    next:
      cd my-project
      malmoi run             learn from reviews.tsv and report
      malmoi config show     see every setting

    then put your own texts into reviews.tsv, or name your file in pipeline.toml
    "#);
    let project = folder.path().join("my-project");
    for name in ["pipeline.toml", "reviews.tsv", "README.md", ".gitignore"] {
        assert!(project.join(name).is_file(), "{name}");
    }
    let (code, _, stderr) = run(&project, &["config", "check"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

/// The columns that the settings name are those of the sample.
#[test]
fn settings_and_sample_fit() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["init", "."]);
    let (_, stdout, _) = run(folder.path(), &["config", "show", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let sample = std::fs::read_to_string(folder.path().join("reviews.tsv")).unwrap();
    let header: Vec<&str> = sample.lines().next().unwrap().split('\t').collect();
    let columns = json["pipeline"]["source"]["columns"].as_object().unwrap();
    let named: Vec<&str> = columns.values().filter_map(|column| column.as_str()).collect();
    assert_eq!(named.len(), 3);
    assert!(named.iter().all(|column| header.contains(column)), "{named:?} {header:?}");
}

#[test]
fn a_used_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let (code, _, stderr) = run(folder.path(), &["init", "."]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(stderr, @r#"
    error: `.` is not empty
    hint: name a new folder; nothing was written
    "#);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
