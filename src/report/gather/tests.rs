//! Reports of small corpora, and what holds for all of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::Result;
use crate::config::{Config, Overrides, Pipeline};
use crate::data::Zone;
use crate::pipeline::Silent;
use crate::report::facts::{Counts, Facts};
use crate::report::{Request, gather, zone_of};
use crate::trends::{By, adjusted, moved};

/// 2026-11-24, noon in Seoul.
const NOW: i64 = 1_795_489_200;

const SETTINGS: &str = r#"
version = 1
default = "reviews"

[pipeline.sample.source]
kind = "tsv"
path = "ROOT/corpora/reviews/en.tsv"
quoting = false

[pipeline.reviews.source]
kind = "jsonl"
path = "reviews.jsonl"

[pipeline.reviews.score]
model = "sample"
"#;

/// A state folder with the model of the bundled reviews.
static TRAINED: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = read(folder.path(), "", "sample");
    crate::pipeline::run(&pipeline, folder.path(), false, &Silent::default()).unwrap();
    folder
});

fn read(folder: &Path, more: &str, name: &str) -> Pipeline {
    let settings = SETTINGS.replace("ROOT", env!("CARGO_MANIFEST_DIR")) + more;
    let path = folder.join("pipeline.toml");
    std::fs::write(&path, settings).unwrap();
    Config::read(&path).unwrap().pipeline(Some(name), &Overrides::none()).unwrap()
}

struct Project {
    folder: TempDir,
    pipeline: Pipeline,
}

impl Project {
    /// With these lines of JSON and settings.
    fn new(lines: &[String], more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut pipeline = read(folder.path(), more, "reviews");
        // A model of 192 short texts is never sure.
        if !more.contains("unsure_below") {
            pipeline.report.unsure_below = 0.5;
        }
        let project = Project { folder, pipeline };
        let sample = project.state().join("sample");
        std::fs::create_dir_all(&sample).unwrap();
        for entry in std::fs::read_dir(TRAINED.path().join("sample")).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, sample.join(path.file_name().unwrap())).unwrap();
        }
        project.write(lines);
        project
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn write(&self, lines: &[String]) {
        std::fs::write(self.folder.path().join("reviews.jsonl"), lines.join("\n")).unwrap();
    }

    fn facts(&self, request: &Request) -> Result<Facts> {
        gather(&self.pipeline, &self.state(), request, NOW, &Silent::default())
    }
}

fn line(date: &str, source: &str, text: &str) -> String {
    serde_json::json!({"date": date, "source": source, "text": text}).to_string()
}

/// Reviews of some weeks, of which more and more are good.
fn reviews() -> Vec<String> {
    let mut lines = Vec::new();
    for week in 0..6u32 {
        for number in 0..40u32 {
            let day = 5 + week * 7 + number % 7;
            let date = match day {
                1..=31 => format!("2026-10-{day:02}"),
                _ => format!("2026-11-{:02}", day - 31),
            };
            let is_good = number < week * week + 3;
            let text = match is_good {
                true => {
                    format!("A warm and wonderful film number {number}, great fun of week {week}")
                }
                false => format!("A dull and tedious waste of time number {number}, week {week}"),
            };
            lines.push(line(&date, if number % 3 == 0 { "one" } else { "two" }, &text));
        }
    }
    lines
}

#[track_caller]
fn facts(lines: &[String], more: &str, request: &Request) -> Facts {
    let facts = Project::new(lines, more).facts(request).unwrap();
    check_laws(&facts);
    facts
}

/// What holds for every report.
#[track_caller]
fn check_laws(facts: &Facts) {
    let parts = &facts.documents;
    let placed =
        facts.total.counts.documents + parts.undated + parts.outside + parts.skipped + parts.copies;
    assert_eq!(parts.read, placed, "every document is somewhere");
    let sum = |all: &[&Counts]| all.iter().map(|counts| counts.documents).sum::<u64>();
    let periods: Vec<&Counts> = facts.periods.iter().map(|period| &period.counts).collect();
    assert_eq!(sum(&periods), facts.total.counts.documents);
    for pair in facts.periods.windows(2) {
        assert_eq!(pair[0].end.succ_opt(), Some(pair[1].start), "no period is left out");
    }
    let (first, last) = (facts.periods.first().unwrap(), facts.periods.last().unwrap());
    assert!(first.start <= facts.since && facts.since <= first.end);
    assert!(last.start <= facts.until && facts.until <= last.end);
    let groups = facts.sources.shown.iter().chain(&facts.labels.shown);
    let counts = groups.map(|group| &group.counts).chain(periods);
    for counts in counts.chain([&facts.total.counts]) {
        assert_eq!(counts.sides.len(), facts.sides.len());
        assert_eq!(counts.documents, counts.trained_on + counts.counted());
        assert_eq!(counts.shares.is_empty(), counts.counted() == 0);
        let all: f64 = counts.shares.iter().map(|share| share.value).sum();
        assert!(counts.shares.is_empty() || (all - 1.0).abs() < 1e-9);
    }
    for keyword in &facts.keywords {
        assert_eq!(keyword.periods.len(), facts.periods.len());
        assert_eq!(
            sum(&keyword.periods.iter().collect::<Vec<_>>()),
            keyword.group.counts.documents
        );
    }
    for quote in facts.quotes.iter().chain(facts.keywords.iter().flat_map(|one| &one.quotes)) {
        assert!(quote.probability >= facts.unsure_below);
        assert!(quote.words.iter().all(|word| quote.text.get(word.start..word.end).is_some()));
    }
}

#[test]
fn a_report_counts_over_time_and_by_name() {
    let mut lines = reviews();
    lines.push(line("", "one", "no date at all"));
    lines.push(line("2099-01-01", "one", "a mistake"));
    lines.push("no JSON".to_owned());
    let request = Request { watch: Some(vec!["waste of time".into()]), ..Request::default() };
    let facts = facts(&lines, "", &request);
    assert_eq!(
        (facts.since.to_string(), facts.until.to_string()),
        ("2026-10-05".into(), "2026-11-15".into())
    );
    assert_eq!((facts.periods.len(), facts.total.counts.documents), (6, 240));
    let parts = &facts.documents;
    assert_eq!((parts.read, parts.undated, parts.outside, parts.skipped), (243, 1, 1, 1));
    let names: Vec<&str> = facts.sources.shown.iter().map(|group| group.name.as_str()).collect();
    assert_eq!((names, facts.sources.found), (vec!["two", "one"], 2));
    let good: Vec<u64> = facts.periods.iter().map(|one| one.counts.sides[facts.positive]).collect();
    assert!(good.is_sorted() && good[5] > good[0], "{good:?}");
    let watched = &facts.keywords[0];
    assert_eq!(watched.group.counts.documents, 240 - (3 * 6 + (1 + 4 + 9 + 16 + 25)));
    assert!(watched.quotes.iter().all(|quote| quote.text.contains("waste of time")));
    assert!(facts.labels.shown.is_empty());
    let card = &facts.model.models[0];
    assert_eq!(
        (card.pipeline.as_str(), card.trained_documents, card.test_documents),
        ("sample", 192, 48)
    );
    assert_eq!(card.labelled, 240);
    assert!(card.drift.is_some_and(f64::is_finite) && card.unknown_terms_of_test.is_some());
    let notes = facts.notes.join("\n");
    assert!(
        notes.contains("1 documents cannot be used") && !notes.contains("kept without"),
        "{notes}"
    );
}

#[test]
fn movers_are_tested_against_the_week_before() {
    let facts = facts(&reviews(), "[pipeline.reviews.report]\nfewest = 12\n", &Request::default());
    let movers = &facts.movers;
    assert_eq!(movers.after.unwrap().0.to_string(), "2026-11-09");
    assert_eq!(movers.before.unwrap().0.to_string(), "2026-11-02");
    // All documents and two sources, each for both sides.
    assert_eq!((movers.tested, movers.shown.len()), (6, 3));
    let all = movers.shown.iter().find(|one| one.kind == "all").unwrap();
    let part = |period: usize| {
        let counts = &facts.periods[period].counts;
        (counts.sides[all.side], counts.counted())
    };
    let expected = moved(part(4), part(5)).unwrap();
    assert_eq!((all.z, all.p), (expected.z, expected.p));
    assert!(all.q >= all.p && movers.shown.is_sorted_by(|one, next| one.p <= next.p));
    assert!(movers.shown.iter().all(|one| one.is_significant == (one.q <= 0.05)));
    assert!(adjusted(&[all.p]) == [all.p]);
    // With thirty documents at least, nothing but the whole is large enough.
    let fewer = self::facts(&reviews(), "", &Request::default()).movers;
    assert_eq!((fewer.tested, fewer.shown.len()), (2, 1));
}

#[test]
fn terms_rise_for_each_side() {
    let facts = facts(&reviews(), "", &Request::default());
    assert_eq!(facts.terms.len(), 2);
    assert_eq!((facts.terms[0].side, facts.terms[1].side), (facts.positive, facts.negative));
    for side in &facts.terms {
        assert!(side.terms.is_sorted_by(|one, next| one.z >= next.z));
        assert!(side.terms.iter().all(|term| term.z >= 1.96 && term.log_odds > 0.0));
    }
    // What every text says does not rise; the number of the week is no word of two letters.
    let all: BTreeSet<&str> =
        facts.terms.iter().flat_map(|side| &side.terms).map(|one| one.term.as_str()).collect();
    assert!(!all.contains("number") && !all.contains("a"), "{all:?}");
}

#[test]
fn what_is_compared_may_lie_before_the_report() {
    let since = |day: &str| Request { since: Some(day.parse().unwrap()), ..Request::default() };
    let whole = facts(&reviews(), "", &Request::default());
    let last = facts(&reviews(), "", &since("2026-11-09"));
    assert_eq!((last.periods.len(), last.total.counts.documents), (1, 40));
    assert_eq!(last.documents.outside, 200);
    assert_eq!(last.movers, whole.movers);
    assert_eq!(last.terms, whole.terms);
    assert_eq!(last.quotes, whole.quotes);
}

#[test]
fn kept_scores_are_the_scores_themselves() {
    let lines = reviews();
    let project = Project::new(&lines[..200], "");
    let request = Request { watch: Some(vec!["film".into()]), ..Request::default() };
    project.facts(&request).unwrap();
    let kept = project.state().join("reviews/scores.bin");
    let before = std::fs::read(&kept).unwrap();
    project.facts(&request).unwrap();
    assert_eq!(std::fs::read(&kept).unwrap(), before, "nothing new, nothing written");
    // New days are added to what is kept.
    project.write(&lines);
    let added = project.facts(&request).unwrap();
    let fresh = Project::new(&lines, "").facts(&request).unwrap();
    assert_eq!(added, fresh);
    assert!(std::fs::metadata(&kept).unwrap().len() > before.len() as u64);
    // A damaged file is no score, and is mended.
    std::fs::write(&kept, &before[..before.len() / 2]).unwrap();
    assert_eq!(project.facts(&request).unwrap(), fresh);
    std::fs::remove_file(&kept).unwrap();
    assert_eq!(project.facts(&request).unwrap(), fresh);
}

#[test]
fn threads_do_not_matter() {
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| facts(&reviews(), "", &Request::default()))
    };
    assert_eq!(of(1), of(4));
}

#[test]
fn documents_of_the_training_are_counted_apart() {
    let corpus = std::fs::read_to_string("corpora/reviews/en.tsv").unwrap();
    let place = corpus.lines().next().unwrap().split('\t').position(|name| name == "text").unwrap();
    let text = |row: &str| row.split('\t').nth(place).unwrap().to_owned();
    let lines: Vec<String> = corpus
        .lines()
        .skip(1)
        .map(|row| line("2026-11-02", "", &format!(" {} ", text(row))))
        .collect();
    let facts = facts(&lines, "", &Request::default());
    assert_eq!((facts.total.counts.documents, facts.total.counts.trained_on), (240, 192));
    assert_eq!(facts.total.counts.counted(), 48);
    assert!(facts.sources.shown.is_empty(), "a document without a source is of none");
}

#[test]
fn nothing_is_a_report_too() {
    let empty = facts(&[], "", &Request::default());
    assert_eq!((empty.periods.len(), empty.documents.read), (1, 0));
    assert_eq!(empty.since.to_string(), "2026-11-24");
    assert_eq!(empty.movers.after, None);
    let one = facts(
        &[line("2026-11-02", "a", "A wonderful film, warm and great")],
        "",
        &Request::default(),
    );
    assert_eq!(one.total.counts.documents, 1);
    assert_eq!(one.movers.tested, 0);
    let until = Request {
        since: Some("2026-01-01".parse().unwrap()),
        until: Some("2026-02-01".parse().unwrap()),
        ..Request::default()
    };
    let outside = facts(&reviews(), "", &until);
    assert_eq!((outside.total.counts.documents, outside.documents.outside), (0, 240));
    assert_eq!(outside.periods.len(), 5);
}

#[test]
fn where_nothing_is_sure_nothing_is_quoted() {
    let more = "[pipeline.reviews.report]\nunsure_below = 1.0\n";
    let facts = facts(&reviews(), more, &Request::default());
    assert_eq!(facts.total.counts.sides, [0, 0, 240]);
    assert!(facts.quotes.is_empty() && facts.movers.shown.iter().all(|one| one.p == 1.0));
    assert!(facts.terms.iter().all(|side| side.terms.is_empty()));
}

#[test]
fn documents_without_dates_are_no_report() {
    let lines = [line("someday", "a", "x"), line("", "a", "y")];
    let error = Project::new(&lines, "").facts(&Request::default()).unwrap_err();
    assert!(error.to_string().starts_with("none of the 2 documents has a date"), "{error}");
    assert!(error.hint().unwrap().contains("source.columns.date"));
}

#[test]
fn an_instant_is_on_the_day_of_the_zone() {
    // Berlin's clocks are put back on 2026-10-25: that day has 25 hours.
    let lines: Vec<String> = (0..25)
        .map(|hour| {
            let (day, hour) = if hour < 2 { (24, 22 + hour) } else { (25, hour - 2) };
            line(
                &format!("2026-10-{day}T{hour:02}:30:00Z"),
                "a",
                &format!("wonderful {hour} {day}"),
            )
        })
        .collect();
    let days = |zone: &str| {
        let zone = Some(Zone::named(zone).unwrap());
        let facts = facts(&lines, "", &Request { zone, by: Some(By::Day), ..Request::default() });
        facts.periods.iter().map(|one| one.counts.documents).collect::<Vec<_>>()
    };
    assert_eq!(days("Europe/Berlin"), [25]);
    assert_eq!(days("UTC"), [2, 23]);
    assert_eq!(days("Asia/Seoul"), [17, 8]);
}

#[test]
fn the_zone_is_that_of_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let zone = |more: &str| zone_of(&read(folder.path(), more, "reviews")).unwrap().name();
    assert_eq!(zone(""), "UTC");
    assert_eq!(zone("[pipeline.reviews.analyze]\nanalyzer = \"korean\""), "Asia/Seoul");
    assert_eq!(zone("[pipeline.reviews.report]\nzone = \"Europe/Berlin\""), "Europe/Berlin");
}

#[test]
fn endless_calendars_and_missing_models_are_told() {
    let old = [line("0001-01-01", "a", "old"), line("2026-11-01", "a", "new")];
    let error = Project::new(&old, "").facts(&Request::default()).unwrap_err();
    assert!(error.to_string().contains("10000 at most"), "{error}");
    let project = Project::new(&reviews(), "");
    std::fs::remove_dir_all(project.state().join("sample")).unwrap();
    let error = project.facts(&Request::default()).unwrap_err();
    assert_eq!(error.hint(), Some("train it with `malmoi run sample`"));
    let mut none = Project::new(&[], "");
    none.pipeline.score.model = None;
    assert_eq!(none.facts(&Request::default()).unwrap_err().exit_code(), 2);
}

#[test]
fn topics_are_those_of_a_column() {
    let lines: Vec<String> = (0..6)
        .map(|number| {
            let day = format!("2026-11-0{}", number + 1);
            let object = serde_json::json!({
                "date": day, "text": format!("wonderful {number}"), "stars": number % 2, "label": "positive",
            });
            object.to_string()
        })
        .collect();
    let of = |more: &str| facts(&lines, more, &Request::default());
    let names =
        |facts: &Facts| facts.labels.shown.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let own = of("");
    assert_eq!(names(&own), ["positive"]);
    assert_eq!(own.model.models[0].agreement.map(|share| share.value > 0.5), Some(true));
    let stars = of("[pipeline.reviews.report]\ntopic = \"stars\"");
    assert_eq!(names(&stars), ["0", "1"]);
    let none = of("[pipeline.reviews.report]\ntopic = \"nothing\"");
    assert!(none.notes.iter().any(|note| note.contains("`nothing`")), "{:?}", none.notes);
}
