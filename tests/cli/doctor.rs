use crate::{malmoi, outcome, project, run};

#[test]
fn a_sound_project_passes() {
    let folder = project("");
    let mut command = malmoi(folder.path(), &["doctor"]);
    command.env("MALMOI_DATA_DIR", folder.path().join("data"));
    let (code, stdout, stderr) = outcome(command);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let dictionary = "! korean dictionary: not installed; `malmoi dictionary install` installs it";
    let is_good = |line: &str| line.starts_with("✓ ") || line == dictionary;
    assert!(stdout.lines().all(is_good) && stdout.contains(dictionary), "{stdout}");
    assert!(stdout.contains(", 1 pipeline\n") && stdout.contains(" MB\n"), "{stdout}");
    assert!(!folder.path().join(".malmoi").exists(), "a check leaves nothing behind");
}

#[test]
fn a_broken_project_fails() {
    let folder = project("[pipeline.mine.vectorize]\nmin_df = 0\nalpha = 0");
    let (code, stdout, stderr) = run(folder.path(), &["doctor", "--json"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("checks failed"), "{stderr}");
    let checks: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let settings = checks.as_array().unwrap().iter().find(|check| check["name"] == "settings");
    let found = settings.unwrap()["found"].as_str().unwrap();
    assert!(found.contains("pipeline.toml, line 8") && found.contains("1 more"), "{found}");
}

#[test]
fn a_damaged_dictionary_fails() {
    let folder = project("");
    let place = folder.path().join("data/dictionaries/mecab-ko-dic");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("about.json"), "{").unwrap();
    let mut command = malmoi(folder.path(), &["doctor"]);
    command.env("MALMOI_DATA_DIR", folder.path().join("data"));
    let (code, stdout, _) = outcome(command);
    assert_eq!(code, 1);
    let line = stdout.lines().find(|line| line.starts_with("✗ korean dictionary: ")).unwrap();
    assert!(line.contains("about.json") && line.contains("makes it anew"), "{line}");
}
