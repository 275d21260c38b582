use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::*;
use crate::error::Error;
use crate::news::site::Site;
use crate::news::store::{ArticleFilter, Links, article_id};

/// A folder of pages by host, and a store beside it.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(pages: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in pages {
            let path = folder.path().join("site").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        World { folder }
    }

    fn store(&self) -> NewsStore {
        NewsStore::open(&self.folder.path().join("news.db")).unwrap()
    }

    /// Updates; stops by an error after `pages` pages.
    fn update(&self, store: &mut NewsStore, pages: u64) -> Result<Updated> {
        let site = Site::serve(&self.folder.path().join("site")).unwrap();
        let params = CrawlParams { delay: 0.0, max_hosts: 4, ..CrawlParams::default() };
        let fetcher = Fetcher::through(&params, site.address()).unwrap();
        let go_on = |updated: &Updated| match updated.fetched < pages {
            true => Ok(()),
            false => Err(Error::interrupted()),
        };
        let updater = Updater {
            params: &params,
            fetcher: &fetcher,
            extract: &extract,
            go_on: &go_on,
            now: &now,
        };
        updater.update(store, &[])
    }
}

static CLOCK: AtomicU64 = AtomicU64::new(1000);

fn now() -> i64 {
    CLOCK.load(Relaxed) as i64
}

fn extract(answer: &Answer, _page: &Waiting) -> Extracted {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let links = text.split("href=").skip(1).filter_map(|rest| rest.split('>').next());
    let links = links.map(str::to_owned).collect();
    let article = match text.contains("no article") {
        true => Err("no-body"),
        false => {
            let (url, title) = (answer.url.to_string(), "t".to_owned());
            Ok(Article { url, title, text, ..Article::default() })
        }
    };
    Extracted { article, links, is_cut: false }
}

fn feed(host: &str, count: usize) -> String {
    let item = |number| format!("<item><link>http://{host}/{number}.html</link></item>");
    let items: String = (0..count).map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>x</title>{items}</channel></rss>")
}

fn pages(host: &str, count: usize) -> Vec<(String, String)> {
    let mut pages = vec![(format!("{host}/feed.xml"), feed(host, count))];
    pages.extend((0..count).map(|one| (format!("{host}/{one}.html"), format!("{host} {one}"))));
    pages
}

fn world(pages: &[(String, String)]) -> World {
    let pages: Vec<(&str, String)> =
        pages.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    World::new(&pages)
}

fn add(store: &mut NewsStore, url: &str, name: &str) {
    store.add_source(url, name, &Links::default(), 1).unwrap();
}

fn texts(store: &NewsStore) -> Vec<String> {
    let all = store.articles(&ArticleFilter::default()).unwrap();
    let mut texts: Vec<String> = all.into_iter().map(|article| article.article.text).collect();
    texts.sort();
    texts
}

#[test]
fn what_is_new_is_fetched_once() {
    let world = world(&[pages("a.example", 3), pages("b.example", 2)].concat());
    let mut store = world.store();
    add(&mut store, "http://a.example/feed.xml", "a");
    add(&mut store, "http://b.example/feed.xml", "b");
    let updated = world.update(&mut store, u64::MAX).unwrap();
    assert_eq!((updated.sources, updated.found, updated.articles), (2, 5, 5));
    assert_eq!(texts(&store).len(), 5);
    let again = world.update(&mut store, u64::MAX).unwrap();
    assert_eq!((again.sources, again.found, again.fetched), (2, 0, 0));
    assert!(store.verify().unwrap().is_empty());
    assert_eq!(store.find_article(&article_id("http://a.example/0.html")).unwrap().len(), 1);
}

#[test]
fn an_update_that_was_stopped_goes_on() {
    let world = world(&pages("a.example", 9));
    let mut store = world.store();
    add(&mut store, "http://a.example/feed.xml", "a");
    assert!(world.update(&mut store, 4).is_err());
    let before = texts(&store).len();
    assert!((4..9).contains(&before), "{before}");
    let rest = world.update(&mut store, u64::MAX).unwrap();
    assert_eq!(rest.fetched as usize, 9 - before);
    assert_eq!(texts(&store).len(), 9);
}

#[test]
fn robots_are_obeyed_and_failures_told() {
    let mut all = pages("a.example", 3);
    all.push(("a.example/robots.txt".to_owned(), "User-agent: *\nDisallow: /1.html".to_owned()));
    all.retain(|(name, _)| name != "a.example/2.html");
    let world = world(&all);
    let mut store = world.store();
    add(&mut store, "http://a.example/feed.xml", "a");
    add(&mut store, "http://gone.example/feed.xml", "gone");
    let updated = world.update(&mut store, u64::MAX).unwrap();
    assert_eq!(updated.articles, 1);
    assert_eq!(updated.failed["robots-disallowed"], 1);
    assert_eq!(updated.failed["gone"], 1);
    assert!(updated.failed_sources.contains_key("gone"));
    assert_eq!(store.counts().unwrap().failed, 2);
}

#[test]
fn links_are_followed_as_deep_as_asked() {
    let page = |links: &[&str]| -> String {
        links.iter().map(|link| format!("<a href={link}>x</a>")).collect()
    };
    let world = world(&[
        ("a.example/index.html".to_owned(), "<!doctype html>".to_owned() + &page(&["/1.html"])),
        ("a.example/1.html".to_owned(), page(&["/2.html", "/skip/3.html"])),
        ("a.example/2.html".to_owned(), page(&["/4.html"])),
        ("a.example/4.html".to_owned(), "far".to_owned()),
        ("a.example/skip/3.html".to_owned(), "skipped".to_owned()),
    ]);
    let mut store = world.store();
    let links = Links { exclude: vec!["/skip/**".to_owned()], depth: 2, ..Links::default() };
    store.add_source("http://a.example/", "a", &links, 1).unwrap();
    let updated = world.update(&mut store, u64::MAX).unwrap();
    assert_eq!(updated.articles, 2, "{updated:?}");
}

#[test]
fn the_bundled_site_is_crawled_whole() {
    let site = Site::serve(Path::new("corpora/news")).unwrap();
    let params = CrawlParams { delay: 0.0, ..CrawlParams::default() };
    let fetcher = Fetcher::through(&params, site.address()).unwrap();
    let go_on = |_: &Updated| Ok(());
    let updater =
        Updater { params: &params, fetcher: &fetcher, extract: &extract, go_on: &go_on, now: &now };
    let folder = tempfile::tempdir().unwrap();
    let mut store = NewsStore::open(&folder.path().join("news.db")).unwrap();
    add(&mut store, "http://hanbit.example/feed.xml", "hanbit");
    add(&mut store, "http://harbourpost.example/sitemap.xml", "harbourpost");
    let updated = updater.update(&mut store, &[]).unwrap();
    assert_eq!((updated.found, updated.fetched), (14, 13), "{updated:?}");
    assert_eq!(updated.failed["robots-disallowed"], 1);
}

#[test]
fn a_bad_sitemap_costs_nothing_else() {
    let index = |urls: &[&str]| {
        let entry = |url: &&str| format!("<sitemap><loc>http://a.example/{url}</loc></sitemap>");
        let entries: String = urls.iter().map(entry).collect();
        format!("<?xml version=\"1.0\"?><sitemapindex>{entries}</sitemapindex>")
    };
    let map =
        |page: &str| format!("<urlset><url><loc>http://a.example/{page}</loc></url></urlset>");
    let world = world(&[
        ("a.example/index.xml".to_owned(), index(&["1.xml", "junk.xml", "gone.xml", "more.xml"])),
        // It leads back to itself.
        ("a.example/more.xml".to_owned(), index(&["more.xml", "index.xml", "2.xml"])),
        ("a.example/1.xml".to_owned(), map("1.html")),
        ("a.example/2.xml".to_owned(), map("2.html")),
        ("a.example/junk.xml".to_owned(), "junk".to_owned()),
        ("a.example/1.html".to_owned(), "one".to_owned()),
        ("a.example/2.html".to_owned(), "two".to_owned()),
    ]);
    let mut store = world.store();
    add(&mut store, "http://a.example/index.xml", "a");
    let updated = world.update(&mut store, u64::MAX).unwrap();
    assert_eq!((updated.sources, updated.articles), (1, 2), "{updated:?}");
    let failed: Vec<&str> = updated.failed_sources.keys().map(String::as_str).collect();
    assert_eq!(failed, ["a (http://a.example/gone.xml)", "a (http://a.example/junk.xml)"]);
}
