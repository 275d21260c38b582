use crate::{project, run};

#[test]
fn a_sound_project_passes() {
    let folder = project("");
    let (code, stdout, stderr) = run(folder.path(), &["doctor"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.lines().all(|line| line.starts_with("✓ ")), "{stdout}");
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
