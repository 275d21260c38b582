//! What axe-core says of a page.
//!
//! In: the file that `MALMOI_AXE` names (`scripts/check_accessibility.py` fetches it).
//! Out: violations that are serious or critical. Without the file nothing is checked.

use malmoi::report::forms::{Form, written};
use serde_json::Value;

use super::chromium::{Chromium, file_url};
use super::sample;

/// Violations of the page that is open, or nothing where there is no axe-core.
pub fn violations(browser: &mut Chromium) -> Option<Vec<String>> {
    let axe = std::env::var_os("MALMOI_AXE")?;
    let axe = std::fs::read_to_string(&axe).expect("MALMOI_AXE names axe.min.js");
    browser.evaluate(&format!("{axe}; true"));
    let found = browser.evaluate("axe.run().then(run => [run.violations, run.passes.length])");
    assert!(found[1].as_u64() > Some(10), "axe-core looked at little: {}", found[1]);
    let is_serious = |one: &&Value| matches!(one["impact"].as_str(), Some("serious" | "critical"));
    let said = |one: &Value| {
        let nodes = one["nodes"].as_array().expect("a violation is of nodes");
        let places: Vec<&str> =
            nodes.iter().take(3).filter_map(|one| one["html"].as_str()).collect();
        format!("{}: {} ({} times)\n{}", one["id"], one["help"], nodes.len(), places.join("\n"))
    };
    Some(found[0].as_array().expect("a list").iter().filter(is_serious).map(said).collect())
}

#[test]
fn axe_finds_nothing_serious_in_a_report() {
    if std::env::var_os("MALMOI_AXE").is_none() {
        return;
    }
    let Some(mut browser) = Chromium::start() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("report.html");
    std::fs::write(&path, written(Form::Html, &sample::small())).expect("it is writable");
    for (width, is_dark) in [(360, false), (360, true), (1280, false), (1280, true)] {
        browser.resize(width, 800);
        browser.prefer_dark(is_dark);
        browser.open(&file_url(&path));
        browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
        let found = violations(&mut browser).expect("it was asked for above");
        assert!(found.is_empty(), "at {width}, dark: {is_dark}\n{}", found.join("\n\n"));
    }
    // And a breach would be seen.
    browser.evaluate("document.querySelector('.lead').style.color = 'rgba(128, 128, 128, 0.4)'");
    let found = violations(&mut browser).expect("it was asked for above");
    assert!(found.iter().any(|one| one.contains("color-contrast")), "{found:?}");
}
