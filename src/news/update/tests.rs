use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::*;
use crate::error::Error;
use crate::news::crawl::fault_server::{Act, FaultServer, answer, page};
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
        self.update_while(store, &[], &|updated| updated.fetched < pages)
    }

    /// Updates the sources named, all if none is, until `may_go_on` says no.
    fn update_while(
        &self,
        store: &mut NewsStore,
        only: &[String],
        may_go_on: &(dyn Fn(&Updated) -> bool + Sync),
    ) -> Result<Updated> {
        let site = Site::serve(&self.folder.path().join("site")).unwrap();
        let params = CrawlParams { delay: 0.0, max_hosts: 4, ..CrawlParams::default() };
        let fetcher = Fetcher::through(&params, site.address()).unwrap();
        let go_on = |updated: &Updated| match may_go_on(updated) {
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
        updater.update(store, only)
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
fn one_source_alone_is_updated() {
    let world = world(&[pages("a.example", 3), pages("b.example", 2)].concat());
    let mut store = world.store();
    add(&mut store, "http://a.example/feed.xml", "a");
    add(&mut store, "http://b.example/feed.xml", "b");
    // Pages of both wait.
    let listed = |updated: &Updated| updated.fetched == 0 && updated.found < 5;
    let _ = world.update_while(&mut store, &[], &listed);
    let before = texts(&store);
    let only = world.update_while(&mut store, &["b".to_owned()], &|_| true).unwrap();
    assert!(only.fetched <= 2);
    let of_a = |texts: &[String]| texts.iter().filter(|text| text.starts_with('a')).count();
    assert_eq!(of_a(&texts(&store)), of_a(&before));
}

#[test]
fn what_an_index_listed_before_a_stop_is_kept() {
    let map = |number: usize| {
        let page = format!("http://a.example/{number}.html");
        (
            format!("a.example/{number}.xml"),
            format!("<urlset><url><loc>{page}</loc></url></urlset>"),
        )
    };
    let entry =
        |number: usize| format!("<sitemap><loc>http://a.example/{number}.xml</loc></sitemap>");
    let entries: String = (0..9).map(entry).collect();
    let mut all: Vec<_> = (0..9).map(map).collect();
    all.push(("a.example/all.xml".to_owned(), format!("<sitemapindex>{entries}</sitemapindex>")));
    let world = world(&all);
    let mut store = world.store();
    add(&mut store, "http://a.example/all.xml", "a");
    let stopped = world.update_while(&mut store, &[], &|updated| updated.found < 3);
    assert!(stopped.is_err());
    assert!((3..9).contains(&store.counts().unwrap().waiting));
    assert_eq!(world.update(&mut store, u64::MAX).unwrap().sources, 1);
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

/// Requests to a server: when each came, and how many were open at once at most.
#[derive(Default)]
struct Visits {
    begun: Mutex<Vec<Instant>>,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

impl Visits {
    fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        self.begun.lock().unwrap().push(Instant::now());
        self.most_open.fetch_max(self.open.fetch_add(1, Relaxed) + 1, Relaxed);
        std::thread::sleep(Duration::from_millis(3));
        let done = work();
        self.open.fetch_sub(1, Relaxed);
        done
    }

    fn shortest_pause(&self) -> Duration {
        let begun = self.begun.lock().unwrap();
        begun.windows(2).map(|two| two[1] - two[0]).min().unwrap()
    }
}

/// Servers that know each other's addresses, and what was asked of each.
struct Neighbours {
    servers: Vec<FaultServer>,
    visits: Vec<Arc<Visits>>,
}

impl Neighbours {
    /// `answer` is given the hosts, the number of the one that is asked, and the path.
    fn new(count: usize, answer: fn(&[String], usize, &str) -> Act) -> Self {
        let hosts: Arc<OnceLock<Vec<String>>> = Arc::default();
        let visits: Vec<Arc<Visits>> = (0..count).map(|_| Arc::default()).collect();
        let serve = |number: usize| {
            let (hosts, visits) = (hosts.clone(), visits[number].clone());
            FaultServer::new(move |head, _| {
                let path = head.split(' ').nth(1).unwrap_or_default();
                visits.during(|| answer(hosts.get().unwrap(), number, path))
            })
        };
        let servers: Vec<FaultServer> = (0..count).map(serve).collect();
        hosts.set(servers.iter().map(FaultServer::host).collect()).unwrap();
        Neighbours { servers, visits }
    }

    fn update(&self, store: &mut NewsStore, delay: f64) -> Updated {
        let allow_private = self.servers.iter().map(FaultServer::host).collect();
        let params = CrawlParams { delay, allow_private, ..CrawlParams::default() };
        let fetcher = Fetcher::new(&params).unwrap();
        let go_on = |_: &Updated| Ok(());
        let (params, fetcher, go_on) = (&params, &fetcher, &go_on);
        let updater = Updater { params, fetcher, extract: &extract, go_on, now: &now };
        updater.update(store, &[]).unwrap()
    }
}

fn redirect_to(host: &str, path: &str) -> Act {
    answer(&format!("302 Found\r\nLocation: http://{host}{path}"), b"")
}

fn listed(pages: &[String]) -> Act {
    let entry = |page: &String| format!("<url><loc>{page}</loc></url>");
    let pages: String = pages.iter().map(entry).collect();
    answer("200 OK\r\nContent-Type: text/xml", format!("<urlset>{pages}</urlset>").as_bytes())
}

/// An address under `/to/021` was moved to the hosts 0, 2, 1, one after another.
fn wandering(hosts: &[String], own: usize, path: &str) -> Act {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        // The last one has no rules; the others lead to it, in turn.
        ["robots.txt"] if own + 1 < hosts.len() => redirect_to(&hosts[own + 1], path),
        ["robots.txt"] => answer("404 Not Found", b""),
        ["index.xml"] => {
            let entry = |host: &String| format!("<sitemap><loc>http://{host}/map</loc></sitemap>");
            let entries: String = hosts.iter().map(entry).collect();
            let index = format!("<sitemapindex>{entries}</sitemapindex>");
            answer("200 OK\r\nContent-Type: text/xml", index.as_bytes())
        }
        ["map"] => {
            let ways = ["0", "10", "210", "01", "201", "12", "loop", "0121012"];
            let page = |way: &&str| format!("http://{}/to/{way}/{own}", hosts[own]);
            listed(&ways.iter().map(page).collect::<Vec<_>>())
        }
        ["to", "loop", _] => redirect_to(&hosts[(own + 1) % hosts.len()], path),
        ["to", "", number] => page(&format!("{own} {number} {path}")),
        ["to", way, number] => {
            let next = usize::from(way.as_bytes()[0] - b'0');
            redirect_to(&hosts[next], &format!("/to/{}/{number}", &way[1..]))
        }
        _ => answer("404 Not Found", b""),
    }
}

#[test]
fn redirects_and_sitemaps_are_as_polite_as_the_rest() {
    let neighbours = Neighbours::new(3, wandering);
    let folder = tempfile::tempdir().unwrap();
    let mut store = NewsStore::open(&folder.path().join("news.db")).unwrap();
    for (number, server) in neighbours.servers.iter().enumerate() {
        add(&mut store, &server.url("/index.xml"), &number.to_string());
    }
    let updated = neighbours.update(&mut store, 0.01);
    assert_eq!((updated.sources, updated.found), (3, 24), "{updated:?}");
    assert_eq!((updated.fetched, updated.failed["redirect-loop"]), (21, 3), "{updated:?}");
    for visits in &neighbours.visits {
        assert_eq!(visits.most_open.load(Relaxed), 1);
        assert!(visits.shortest_pause() >= Duration::from_millis(10));
    }
}

#[test]
fn one_host_that_all_lead_to_keeps_nobody_waiting() {
    let neighbours = Neighbours::new(2, |hosts, own, path| match (own, path) {
        (_, "/robots.txt") => answer("404 Not Found", b""),
        (0, "/map") => {
            listed(&(0..9).map(|n| format!("http://{}/{n}", hosts[0])).collect::<Vec<_>>())
        }
        (0, "/8") => page("the last"),
        (0, _) => redirect_to(&hosts[1], path),
        // Asks for a wait that no update waits for.
        _ => answer("503 x\r\nRetry-After: 900", b""),
    });
    let folder = tempfile::tempdir().unwrap();
    let mut store = NewsStore::open(&folder.path().join("news.db")).unwrap();
    add(&mut store, &neighbours.servers[0].url("/map"), "a");
    let updated = neighbours.update(&mut store, 0.0);
    assert_eq!((updated.articles, updated.waiting), (1, 8), "{updated:?}");
    assert_eq!(updated.left_alone, [neighbours.servers[1].host()]);
    assert_eq!(neighbours.servers[1].requests(), 2, "its rules, and one page");
}

#[test]
fn an_index_that_stays_the_same_is_read_again() {
    let neighbours = Neighbours::new(1, |hosts, _, path| match path {
        "/index" => {
            let index = format!(
                "<sitemapindex><sitemap><loc>http://{}/map</loc></sitemap></sitemapindex>",
                hosts[0]
            );
            answer("200 OK\r\nContent-Type: text/xml\r\nETag: \"1\"", index.as_bytes())
        }
        "/map" => listed(&[format!("http://{}/1", hosts[0])]),
        "/1" => page("one"),
        _ => answer("404 Not Found", b""),
    });
    let folder = tempfile::tempdir().unwrap();
    let mut store = NewsStore::open(&folder.path().join("news.db")).unwrap();
    add(&mut store, &neighbours.servers[0].url("/index"), "a");
    assert_eq!(neighbours.update(&mut store, 0.0).articles, 1);
    assert!(store.sources().unwrap()[0].validators.etag.is_none());
}

#[test]
fn the_next_update_keeps_what_a_host_was_promised() {
    let neighbours = Neighbours::new(2, |_, own, path| match (own, path) {
        (_, "/robots.txt") => answer("404 Not Found", b""),
        (0, _) => answer("503 x\r\nRetry-After: 900", b""),
        _ => listed(&[]),
    });
    let folder = tempfile::tempdir().unwrap();
    let update = || {
        let mut store = NewsStore::open(&folder.path().join("news.db")).unwrap();
        for (server, name) in neighbours.servers.iter().zip(["busy", "quick"]) {
            add(&mut store, &server.url("/map"), name);
        }
        neighbours.update(&mut store, 0.1)
    };
    let first = update();
    assert!(first.failed_sources["busy"].contains("503"), "{first:?}");
    let second = update();
    assert_eq!(neighbours.servers[0].requests(), 2, "it asked to be left alone");
    assert!(second.failed_sources["busy"].contains("left alone for 15 minutes"), "{second:?}");
    assert_eq!(second.sources, 1);
    assert!(neighbours.visits[1].shortest_pause() >= Duration::from_millis(100));
}
