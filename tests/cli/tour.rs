//! `malmoi run` in the project itself: every room on one screen.

use std::path::Path;

use super::{malmoi, outcome};

fn tour(state: &Path, more: &[&str]) -> (i32, String, String) {
    let state = state.display().to_string();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = malmoi(root, &[&["run", "--state", &state], more].concat());
    // No dictionary, whatever the developer has installed.
    command.env("MALMOI_DATA_DIR", &state);
    outcome(command)
}

#[test]
fn every_room_is_shown_on_one_screen() {
    let state = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = tour(state.path(), &[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for part in [
        "  title       새벽 시장에 다시 켜진 등불\n",
        "  text        새벽 네 시, 강나루시장",
        "acting, terrible moustache.<br /><br />The",
        "acting, terrible moustache. The",
        "  analyze     terrible lighting terrible acting",
        "  classify    negative 0.",
        "  sample      positive 0.",
        "  sample-ko   negative 0.",
        "[+superb+]",
        "[+지루하고+]",
        "cosine 0.3809   euclidean 1.1128   manhattan 2.6112   jaccard 0.3750\n",
        "`malmoi dictionary install`",
        "  documents   11 documents, ",
        "/news-sample/report.html\n",
    ] {
        assert!(stdout.contains(part), "{part:?} is not in\n{stdout}");
    }
    assert!(stdout.lines().count() <= 40, "more than a screen:\n{stdout}");
    let report = state.path().join("news-sample/report.html");
    assert!(std::fs::read_to_string(report).unwrap().starts_with("<!doctype html>"));
}

#[test]
fn a_named_pipeline_is_run_without_the_tour() {
    let state = tempfile::tempdir().unwrap();
    let (code, stdout, _) = tour(state.path(), &["sample"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("pipeline sample\n") && !stdout.contains("news page"), "{stdout}");
}
