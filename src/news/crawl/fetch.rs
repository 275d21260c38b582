//! One address → what it answers.
//!
//! In: an address, and what is known of its last answer. Out: a new page, or that it is
//! the same, gone or elsewhere, or why it could not be had. Promises: any answer ends, by
//! size or by time; a redirect is told before it is followed, so that it can be asked for
//! as politely as the first address was; a body that is not whole is no page.

mod body;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use self::body::{body, is_binary, type_fits};
use super::decode::is_gzip;
use super::entry::LARGEST_LIST;
use super::params::CrawlParams;
use super::politeness::Outcome;
use super::reason::Reason;
use super::robots::RobotsFile;
use crate::error::Result;
use crate::net::{Cause, Client, Failure, Policy, Response, Url, shown_address};

const MEGABYTE: u64 = 1024 * 1024;
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5";

/// What makes a request conditional, from the answer before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// A page.
    New(Answer),
    /// The page that is known already.
    NotModified,
    /// 404 or 410.
    Gone,
    /// It stands elsewhere.
    Moved(Url),
    /// Nothing that could be used.
    Failed {
        /// Why, for counting.
        code: Reason,
        /// Why, for reading.
        message: String,
        /// The wait that the server asks for.
        retry: Option<Duration>,
    },
}

impl Fetched {
    /// What it says about the host.
    pub fn outcome(&self) -> Outcome {
        match self {
            Fetched::Failed { code: Reason::Forbidden, retry, .. } => {
                Outcome::Refused { retry: *retry }
            }
            Fetched::Failed { code, retry, .. } if code.blames_host() => {
                Outcome::Failed { retry: *retry }
            }
            _ => Outcome::Answered,
        }
    }
}

/// A page as it was sent, unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where it was in the end.
    pub url: Url,
    /// 200, or another 2xx.
    pub status: u16,
    /// `Content-Type` as written; empty if there was none.
    pub content_type: String,
    /// The page.
    pub body: Vec<u8>,
    /// For the next request.
    pub validators: Validators,
}

impl Answer {
    /// Whether it is said to be a page, and no feed or sitemap.
    pub fn is_html(&self) -> bool {
        self.content_type.contains("html")
    }
}

/// Asks for pages.
pub struct Fetcher {
    public: Client,
    /// Knows no private addresses; for hosts that were allowed by name.
    trusting: Client,
    allow_private: Vec<String>,
    agent: String,
    timeout: Duration,
    max_size: u64,
    max_redirects: usize,
}

impl Fetcher {
    /// A fetcher for these settings.
    ///
    /// # Errors
    /// A setting makes no sense, or the network cannot be set up.
    pub fn new(params: &CrawlParams) -> Result<Self> {
        let agent = params.user_agent();
        let public = Client::single(Policy::Stranger, &agent)?;
        Fetcher::with(params, public, Client::single(Policy::OwnSettings, &agent)?)
    }

    /// A fetcher that asks an HTTP proxy on this computer for everything.
    ///
    /// # Errors
    /// As [`Fetcher::new`].
    pub fn through(params: &CrawlParams, proxy: SocketAddr) -> Result<Self> {
        let agent = params.user_agent();
        Fetcher::with(params, Client::through(proxy, &agent)?, Client::through(proxy, &agent)?)
    }

    fn with(params: &CrawlParams, public: Client, trusting: Client) -> Result<Self> {
        params.check()?;
        let agent = params.user_agent();
        Ok(Fetcher {
            public,
            trusting,
            allow_private: params.allow_private.iter().map(|host| host.to_lowercase()).collect(),
            timeout: Duration::from_secs_f64(params.timeout),
            max_size: params.max_size * MEGABYTE,
            max_redirects: params.max_redirects,
            agent,
        })
    }

    /// How the fetcher introduces itself.
    pub fn agent(&self) -> &str {
        &self.agent
    }

    /// Asks for a page and for what it redirects to, host after host without a pause: for
    /// single pages that a user names.
    pub fn get(&self, url: &Url, known: &Validators) -> Fetched {
        self.follow(url, |url| self.request(url, known))
    }

    /// Makes one request for a page.
    pub fn request(&self, url: &Url, known: &Validators) -> Fetched {
        let request = Request { known, limit: self.max_size, may_cut: false };
        self.asked(url, &request)
    }

    /// Makes one request for a feed or a sitemap, which may be larger than a page; of one that
    /// is larger than [`LARGEST_LIST`](super::LARGEST_LIST) comes a little more than that.
    pub fn request_list(&self, url: &Url, known: &Validators) -> Fetched {
        let limit = self.max_size.max(LARGEST_LIST + 1);
        match self.asked(url, &Request { known, limit, may_cut: true }) {
            // Half a page is no page.
            Fetched::New(answer)
                if answer.is_html() && answer.body.len() as u64 > self.max_size =>
            {
                let message = format!("it is larger than {} bytes", self.max_size);
                Stop::new(Reason::TooLarge, message).into_fetched()
            }
            fetched => fetched,
        }
    }

    /// Makes one request for the robots.txt that stands at `url`.
    pub fn request_robots(&self, url: &Url) -> Fetched {
        let known = &Validators::default();
        self.asked(url, &Request { known, limit: RobotsFile::LIMIT, may_cut: true })
    }

    /// What the last of the addresses `seen` answered, if it is no redirect, or one that
    /// may be followed; else why it may not.
    pub fn checked(&self, seen: &[Url], fetched: Fetched) -> Fetched {
        match fetched {
            Fetched::Moved(next) if seen.contains(&next) => {
                let message = format!("`{}` redirects in a circle", shown_address(next.as_str()));
                Stop::new(Reason::RedirectLoop, message).into_fetched()
            }
            Fetched::Moved(_) if seen.len() > self.max_redirects => {
                let message = format!("more than {} redirects", self.max_redirects);
                Stop::new(Reason::TooManyRedirects, message).into_fetched()
            }
            fetched => fetched,
        }
    }

    fn follow(&self, url: &Url, ask: impl Fn(&Url) -> Fetched) -> Fetched {
        let mut seen = vec![url.clone()];
        loop {
            let fetched = ask(seen.last().expect("the first address stands there"));
            match self.checked(&seen, fetched) {
                Fetched::Moved(next) => seen.push(next),
                fetched => return fetched,
            }
        }
    }

    fn asked(&self, url: &Url, request: &Request<'_>) -> Fetched {
        let end = Instant::now() + self.timeout;
        let answered = |response| match redirect(url, &response)? {
            Some(next) => Ok(Fetched::Moved(next)),
            None => read(url.clone(), response, request, end),
        };
        self.ask(url, request.known, end).and_then(answered).unwrap_or_else(Stop::into_fetched)
    }

    fn ask(&self, url: &Url, known: &Validators, end: Instant) -> Result<Response, Stop> {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Stop::too_slow());
        }
        let mut headers = vec![("accept", ACCEPT), ("accept-encoding", "gzip, br")];
        let conditions =
            [("if-none-match", &known.etag), ("if-modified-since", &known.last_modified)];
        headers.extend(conditions.into_iter().filter_map(|(name, value)| {
            Some((name, value.as_deref().filter(|value| is_header_value(value))?))
        }));
        let client = if self.is_trusted(url) { &self.trusting } else { &self.public };
        let answer = client.ask(url, &headers, left).or_else(|failure| match failure.cause {
            // The server may have closed a connection that was kept for this request.
            Cause::Broken => client.ask(url, &headers, left),
            _ => Err(failure),
        });
        answer.map_err(Stop::from)
    }

    fn is_trusted(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let whole = format!("{host}:{port}");
        self.allow_private.iter().any(|allowed| *allowed == host || *allowed == whole)
    }
}

/// Others would make the whole request impossible.
fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// What is asked for, and within which bounds.
struct Request<'a> {
    known: &'a Validators,
    /// Bytes, packed and unpacked.
    limit: u64,
    /// Whether what is beyond the limit may be left out.
    may_cut: bool,
}

/// Why there is no page.
struct Stop {
    code: Reason,
    message: String,
    retry: Option<Duration>,
}

impl Stop {
    fn new(code: Reason, message: impl Into<String>) -> Self {
        Stop { code, message: message.into(), retry: None }
    }

    fn too_slow() -> Self {
        Stop::new(Reason::Timeout, "the answer took too long")
    }

    fn into_fetched(self) -> Fetched {
        Fetched::Failed { code: self.code, message: self.message, retry: self.retry }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        let code = match failure.cause {
            Cause::Address => Reason::BadAddress,
            Cause::Private => Reason::PrivateAddress,
            Cause::Redirects => Reason::TooManyRedirects,
            Cause::Name => Reason::DnsFailure,
            Cause::Refused => Reason::ConnectionRefused,
            Cause::Tls => Reason::BadTls,
            Cause::Timeout => Reason::Timeout,
            Cause::Protocol | Cause::Status => Reason::BadAnswer,
            Cause::Broken | Cause::Other => Reason::ConnectionBroken,
        };
        Stop { code, message: failure.error.to_string(), retry: failure.retry_after }
    }
}

/// Where the answer points to, if it is a redirect.
fn redirect(at: &Url, response: &Response) -> Result<Option<Url>, Stop> {
    if !matches!(response.status(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let target = response.header("location").and_then(|location| at.join(location).ok());
    let mut target =
        target.ok_or_else(|| Stop::new(Reason::BadAnswer, "it redirects to no address"))?;
    target.set_fragment(None);
    Ok(Some(target))
}

fn read(
    url: Url,
    mut response: Response,
    request: &Request<'_>,
    end: Instant,
) -> Result<Fetched, Stop> {
    match response.status() {
        // 206 was not asked for and is a part by its own words.
        200..=203 => {}
        204 | 205 => return Err(Stop::new(Reason::Empty, "the answer has no content")),
        206 => return Err(Stop::new(Reason::Truncated, "the answer is only a part")),
        304 if *request.known != Validators::default() => return Ok(Fetched::NotModified),
        404 | 410 => return Ok(Fetched::Gone),
        status => return Err(bad_status(status, &response)),
    }
    let content_type = response.header("content-type").unwrap_or_default().to_owned();
    let type_fits = type_fits(&content_type);
    if type_fits == Some(false) {
        return Err(Stop::new(Reason::NotHtml, format!("it is `{content_type}`")));
    }
    let body = body(&mut response, request, end)?;
    if type_fits.is_none() && !is_gzip(&body) && is_binary(&body) {
        return Err(Stop::new(Reason::NotHtml, "it is neither text nor a packed sitemap"));
    }
    let header = |name| response.header(name).map(str::to_owned);
    let validators = Validators { etag: header("etag"), last_modified: header("last-modified") };
    let status = response.status();
    Ok(Fetched::New(Answer { url, status, content_type, body, validators }))
}

fn bad_status(status: u16, response: &Response) -> Stop {
    let code = match status {
        401 | 402 | 403 | 407 | 451 => Reason::Forbidden,
        429 => Reason::RateLimited,
        408 => Reason::Timeout,
        400..=499 => Reason::ClientError,
        500..=599 => Reason::ServerError,
        _ => Reason::BadAnswer,
    };
    let message = format!("the server answers {status}");
    Stop { code, message, retry: response.retry_after() }
}

#[cfg(test)]
mod tests;
