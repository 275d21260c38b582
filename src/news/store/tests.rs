use super::*;

struct Fresh {
    folder: tempfile::TempDir,
    store: NewsStore,
}

impl Fresh {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = NewsStore::open(&folder.path().join("news.db")).unwrap();
        assert!(store.add_source("http://a.test/feed", "a", &Links::default(), 1).unwrap());
        Fresh { folder, store }
    }

    fn list(&mut self, urls: &[&str], date: Option<&str>) -> u64 {
        let found = |url: &&str| Found {
            url: (*url).to_owned(),
            title: None,
            date: date.map(str::to_owned),
        };
        let found: Vec<Found> = urls.iter().map(found).collect();
        self.store.source_answered(1, 0, &found, &Validators::default(), 5).unwrap()
    }

    fn put(&mut self, url: &str, text: &str) -> Option<(String, bool)> {
        let page = self.store.waiting(100, 99).unwrap().into_iter().find(|page| page.url == url);
        let sent = NewPage { url, body: text.as_bytes(), ..NewPage::default() };
        let article = article(url, text);
        self.store.page_stored(&page.unwrap(), &sent, Ok(&article), &[], 10).unwrap()
    }
}

fn article(url: &str, text: &str) -> Article {
    Article {
        url: url.to_owned(),
        title: "제목".to_owned(),
        text: text.to_owned(),
        ..Article::default()
    }
}

fn urls(store: &NewsStore, now: i64) -> Vec<String> {
    store.waiting(now, 99).unwrap().into_iter().map(|page| page.url).collect()
}

#[test]
fn a_page_waits_until_it_is_stored() {
    let mut one = Fresh::new();
    assert_eq!(one.list(&["http://a.test/1", "http://a.test/2"], None), 2);
    assert_eq!(one.list(&["http://a.test/1"], None), 0);
    let (id, is_new) = one.put("http://a.test/1", "본문").unwrap();
    assert!(is_new);
    assert_eq!(id, article_id("http://a.test/1"));
    assert_eq!(urls(&one.store, 100), ["http://a.test/2"]);
    assert_eq!(one.list(&["http://a.test/1"], None), 0);
    assert_eq!(urls(&one.store, 100), ["http://a.test/2"]);
    let counts = one.store.counts().unwrap();
    assert_eq!((counts.waiting, counts.stored), (1, 1));
    assert_eq!(one.store.verify().unwrap(), [""; 0]);
}

#[test]
fn a_failed_page_is_tried_again_when_its_time_comes() {
    let mut one = Fresh::new();
    one.list(&["http://a.test/1"], None);
    one.store.page_failed(1, "timeout", Some(60), 10).unwrap();
    assert_eq!(urls(&one.store, 59), [""; 0]);
    assert_eq!(urls(&one.store, 60), ["http://a.test/1"]);
    assert_eq!(one.store.next_try().unwrap(), Some(60));
    one.store.page_failed(1, "gone", None, 60).unwrap();
    assert_eq!(urls(&one.store, 999), [""; 0]);
    assert_eq!(one.store.counts().unwrap().failed, 1);
}

#[test]
fn a_changed_page_keeps_what_it_said() {
    let mut one = Fresh::new();
    one.list(&["http://a.test/1"], Some("2026-11-01T00:00:00Z"));
    one.put("http://a.test/1", "처음").unwrap();
    assert_eq!(one.list(&["http://a.test/1"], Some("2026-11-01T00:00:00Z")), 0);
    assert_eq!(one.list(&["http://a.test/1"], Some("2026-11-02T00:00:00Z")), 1);
    assert!(one.put("http://a.test/1", "나중").unwrap().1);
    let found = one.store.find_article(&article_id("http://a.test/1")[..6]).unwrap();
    assert_eq!((found[0].article.text.as_str(), found[0].version), ("나중", 2));
    let was: String =
        one.store.connection.query_row("SELECT text FROM versions", [], |row| row.get(0)).unwrap();
    assert_eq!(was, "처음");
}

#[test]
fn copies_name_the_first() {
    let mut one = Fresh::new();
    one.list(&["http://a.test/1", "http://a.test/2"], None);
    one.put("http://a.test/1", "같은 글");
    one.put("http://a.test/2", "같은 글");
    let all = one.store.articles(&ArticleFilter::default()).unwrap();
    assert_eq!(all.len(), 2);
    let filter = ArticleFilter { without_duplicates: true, ..ArticleFilter::default() };
    let first = one.store.articles(&filter).unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].article.url, "http://a.test/1");
}

#[test]
fn labels_go_with_their_text() {
    let mut one = Fresh::new();
    one.list(&["http://a.test/1"], Some("2026-11-01T00:00:00Z"));
    let (id, _) = one.put("http://a.test/1", "좋다").unwrap();
    let positive =
        Sentiment { label: "pos".to_owned(), probability: 0.9, model: "sample-ko".to_owned() };
    one.store.label_articles(&[(id, positive.clone())]).unwrap();
    let labelled = ArticleFilter { sentiment: Some("pos".to_owned()), ..ArticleFilter::default() };
    assert_eq!(one.store.articles(&labelled).unwrap()[0].sentiment, Some(positive));
    one.list(&["http://a.test/1"], Some("2026-11-03T00:00:00Z"));
    one.put("http://a.test/1", "나쁘다");
    assert_eq!(one.store.articles(&labelled).unwrap(), []);
    let rest = ArticleFilter { unlabelled: true, ..ArticleFilter::default() };
    assert_eq!(one.store.articles(&rest).unwrap().len(), 1);
}

#[test]
fn filters_exclude() {
    let mut one = Fresh::new();
    one.list(&["http://a.test/1"], None);
    one.put("http://a.test/1", "글");
    let count = |filter: ArticleFilter| one.store.articles(&filter).unwrap().len();
    assert_eq!(count(ArticleFilter { since: Some(10), ..ArticleFilter::default() }), 1);
    assert_eq!(count(ArticleFilter { since: Some(11), ..ArticleFilter::default() }), 0);
    assert_eq!(count(ArticleFilter { until: Some(10), ..ArticleFilter::default() }), 0);
    let of =
        |name: &str| ArticleFilter { sources: vec![name.to_owned()], ..ArticleFilter::default() };
    assert_eq!((count(of("a")), count(of("b"))), (1, 0));
    one.store.connection.execute("UPDATE sources SET name = 'etnews.com'", []).unwrap();
    let found = ["etnews", "etnews.com", "et", "etnews.co"].map(|name| count(of(name)));
    assert_eq!(found, [1, 1, 0, 0]);
}

#[test]
fn a_removed_source_leaves_its_articles() {
    let mut one = Fresh::new();
    one.list(&["http://a.test/1", "http://a.test/2"], None);
    one.put("http://a.test/1", "글");
    assert!(one.store.remove_source("a").unwrap());
    assert!(!one.store.remove_source("b").unwrap());
    assert_eq!(one.store.articles(&ArticleFilter::default()).unwrap().len(), 1);
    assert_eq!(urls(&one.store, 100), [""; 0]);
    assert_eq!(one.store.verify().unwrap(), [""; 0]);
}

#[test]
fn pages_come_back_as_they_were_sent() {
    let mut one = Fresh::new();
    one.list(&["http://a.test/1"], None);
    one.put("http://a.test/1", "보낸 것");
    let raw = one.store.raw_page(one.store.raw_pages().unwrap()[0]).unwrap();
    assert_eq!(raw.body, "보낸 것".as_bytes());
    assert!(one.store.re_extracted(&raw, Ok(&article("http://a.test/1", "더 나은 글"))).unwrap());
    assert_eq!(one.store.find_article("http://a.test/1").unwrap()[0].article.text, "더 나은 글");
    one.store.connection.execute("UPDATE raw SET hash = 'x'", []).unwrap();
    assert!(one.store.raw_page(raw.id).is_err());
    assert_eq!(one.store.verify().unwrap().len(), 1);
}

#[test]
fn other_files_are_refused() {
    let one = Fresh::new();
    let path = one.folder.path().join("text.db");
    std::fs::write(&path, "no database, but a text that is long enough to be one").unwrap();
    assert!(NewsStore::open(&path).unwrap_err().hint().unwrap().contains("source.path"));
    let path = one.folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(NewsStore::open(&path).unwrap_err().to_string().contains("something else"));
    one.store.connection.pragma_update(None, "user_version", 9).unwrap();
    let newer = NewsStore::open(&one.folder.path().join("news.db")).unwrap_err();
    assert!(newer.to_string().contains("newer"));
    assert!(NewsStore::open_existing(&one.folder.path().join("none.db")).is_err());
}

#[test]
fn what_is_damaged_is_named() {
    let check = |damage: &str, expected: &str| {
        let mut one = Fresh::new();
        one.list(&["http://a.test/1"], None);
        one.put("http://a.test/1", "글");
        one.store.connection.pragma_update(None, "foreign_keys", false).unwrap();
        one.store.connection.execute_batch(damage).unwrap();
        let problems = one.store.verify().unwrap();
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{problems:?}");
    };
    check("UPDATE articles SET title = x'ff'", "is damaged");
    check("UPDATE articles SET text = 'other'", "is not what was stored");
    check("UPDATE articles SET authors = '{bad'", "is damaged");
    check("UPDATE articles SET time = 'x'", "is damaged");
    check("UPDATE articles SET duplicate_of = 'nope'", "copy");
    check("UPDATE sources SET follow = '{bad'", "source a is damaged");
    check("INSERT INTO clocks VALUES ('a', 'x', 0, 0)", "clock a is damaged");
    check("UPDATE sources SET asked = 9e300", "source a is damaged");
    check("INSERT INTO hosts VALUES ('h', NULL, 'x', 1)", "robots.txt h is damaged");
    check("UPDATE pages SET next_try = 'zz'", "page http://a.test/1 is damaged");
    check("UPDATE pages SET tries = -5", "page http://a.test/1 is damaged");
    check("DROP TABLE fetches", "`fetches` is missing");
    check("UPDATE raw SET body = x'1f8b00'", "`http://a.test/1` is damaged");
}

#[test]
fn damage_is_no_default() {
    let one = Fresh::new();
    one.store.connection.execute("UPDATE sources SET follow = '{bad'", []).unwrap();
    assert!(one.store.sources().unwrap_err().hint().unwrap().contains("news verify"));
}

#[test]
fn clocks_are_kept_while_there_is_something_to_wait_for() {
    let mut one = Fresh::new();
    // Databases of the first days have no such table.
    one.store.connection.execute("DROP TABLE clocks", []).unwrap();
    let path = one.store.path.clone();
    one.store = NewsStore::open(&path).unwrap();
    let clock =
        |wait_ms, failures| HostClock { host: "a.test:81".to_owned(), asked: 9, wait_ms, failures };
    for (wait_ms, failures) in [(1000, 0), (0, 5), (7, u32::MAX)] {
        one.store.set_clock(&clock(wait_ms, failures)).unwrap();
        assert_eq!(one.store.clocks().unwrap(), [clock(wait_ms, failures)]);
    }
    one.store.set_clock(&clock(0, 0)).unwrap();
    assert!(one.store.clocks().unwrap().is_empty());
    let flushed: i64 =
        one.store.connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    assert_eq!(flushed, 2, "all else is flushed");
}

#[test]
fn damaged_rows_of_hosts_stop_nothing() {
    let mut one = Fresh::new();
    let damage = "INSERT INTO clocks VALUES (x'ff', 1, 1, 1), ('a', 1, -1, 1), ('b', 1, 1, 1);
        INSERT INTO hosts VALUES ('h', 'text', 200, 1), ('i', NULL, 404, 1);";
    one.store.connection.execute_batch(damage).unwrap();
    let clocks = one.store.clocks().unwrap();
    assert_eq!(clocks.iter().map(|clock| clock.host.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(one.store.robots("h").unwrap(), None);
    assert_eq!(one.store.robots("i").unwrap().unwrap().status, 404);
    one.store.set_robots("h", &HostRobots { body: vec![1], status: 200, fetched: 5 }).unwrap();
    assert_eq!(one.store.robots("h").unwrap().unwrap().fetched, 5);
}

#[test]
fn a_wrong_clock_lets_no_page_wait_for_years() {
    let mut one = Fresh::new();
    one.list(&["http://a.test/1", "http://a.test/2"], None);
    for (id, wait) in [(1, 3_600), (2, 10 * 365 * 86_400)] {
        one.store.page_failed(id, "timeout", Some(100 + wait), 100).unwrap();
    }
    let waiting = one.store.waiting(100, 9).unwrap();
    assert_eq!(waiting.iter().map(|page| page.id).collect::<Vec<_>>(), [2]);
}

#[test]
fn an_empty_file_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.db");
    for length in [0, 1, 99] {
        std::fs::write(&path, vec![0; length]).unwrap();
        let error = NewsStore::open_existing(&path).unwrap_err();
        assert!(error.to_string().contains(&format!("{length} bytes")), "{error}");
    }
}
