//! Asking for an address.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use reqwest::Url;
use reqwest::blocking::{Client as Http, ClientBuilder, RequestBuilder};
use reqwest::redirect;

use super::failure::{self, Cause, Failure, innermost};
use super::guard::{Policy, Refused, Reviewed};
use super::retry::Retry;
use super::retry_after::retry_after;
use crate::error::{Error, Result};

const CONNECT_TIME: Duration = Duration::from_secs(10);
/// The same where there are other ways than this one.
const SHORT_CONNECT_TIME: Duration = Duration::from_secs(5);
/// Longest silence of a server, before its answer and within it.
const IDLE_TIME: Duration = Duration::from_secs(30);
const MAX_REDIRECTS: usize = 10;
const USER_AGENT: &str = concat!("malmoi/", env!("CARGO_PKG_VERSION"));

/// The one HTTP client.
pub struct Client {
    http: Http,
    policy: Policy,
    retry: Retry,
}

impl Client {
    /// A client with the usual patience.
    pub fn new(policy: Policy) -> Result<Self> {
        Client::with_retry(policy, Retry::default())
    }

    /// A client that gives up soon, for what can be had elsewhere too.
    pub fn impatient(policy: Policy) -> Result<Self> {
        let builder = builder(policy).connect_timeout(SHORT_CONNECT_TIME);
        Client::build(builder, policy, Retry { tries: 2, ..Retry::default() })
    }

    /// A client that waits and tries as `retry` says.
    pub fn with_retry(policy: Policy, retry: Retry) -> Result<Self> {
        Client::build(builder(policy), policy, retry)
    }

    /// A client for [`Client::ask`], which follows no redirect by itself, tries
    /// once and introduces itself as `agent`.
    pub fn single(policy: Policy, agent: &str) -> Result<Self> {
        let builder = builder(policy)
            .user_agent(agent)
            .redirect(redirect::Policy::none())
            // A proxy would resolve names itself, where we cannot look.
            .dns_resolver(Arc::new(Reviewed(policy)))
            .no_proxy();
        Client::build(builder, policy, Retry { tries: 1, ..Retry::default() })
    }

    /// The same, but everything is asked of an HTTP proxy on this computer, which
    /// answers as the hosts that addresses name.
    pub fn through(proxy: SocketAddr, agent: &str) -> Result<Self> {
        let proxy = reqwest::Proxy::http(format!("http://{proxy}"))
            .map_err(|error| Error::io(format!("cannot use the proxy: {error}")))?;
        let builder = builder(Policy::OwnSettings)
            .user_agent(agent)
            .redirect(redirect::Policy::none())
            .proxy(proxy);
        let retry = Retry { tries: 1, ..Retry::default() };
        Client::build(builder, Policy::OwnSettings, retry)
    }

    fn build(builder: ClientBuilder, policy: Policy, retry: Retry) -> Result<Self> {
        // Whoever installed one before us has chosen for the whole process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = builder.build().map_err(|error| {
            Error::io(format!("cannot set up the network: {}", innermost(&error))).caused_by(error)
        })?;
        Ok(Client { http, policy, retry })
    }

    /// How this client waits and tries again.
    pub fn retry(&self) -> &Retry {
        &self.retry
    }

    /// Asks until there is an answer that is not an error, or no try is left.
    pub fn get(&self, url: &str, headers: &[(&str, &str)], stop: &AtomicBool) -> Result<Response> {
        let mut attempts = self.retry.attempts();
        loop {
            match self.get_once(url, headers) {
                Ok(response) => return Ok(response),
                Err(failure) => {
                    if !failure.may_pass || !attempts.wait(failure.retry_after, stop)? {
                        return Err(failure.error);
                    }
                }
            }
        }
    }

    /// Asks once. Success is a response, and so are 304 and 416, which are about
    /// the conditions that were asked for.
    pub fn get_once(&self, url: &str, headers: &[(&str, &str)]) -> Result<Response, Failure> {
        let parsed = Url::parse(url).map_err(|error| {
            let error = Error::usage(format!("`{url}` is not an address: {error}"));
            Failure::lasting(error, Cause::Address)
        })?;
        let response = self.ask(&parsed, headers, IDLE_TIME)?;
        match response.status() {
            200..300 | 304 | 416 => Ok(response),
            status => Err(bad_status(&parsed, status, &response)),
        }
    }

    /// Asks once; whatever the server answers is a response. `patience` bounds the
    /// time to the end of the answer's head, and each silence within the body.
    pub fn ask(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        patience: Duration,
    ) -> Result<Response, Failure> {
        self.send(url, self.http.get(url.clone()), headers, patience)
    }

    /// The same as [`Client::ask`], but `body` is sent there.
    pub fn post(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<Response, Failure> {
        self.send(url, self.http.post(url.clone()).body(body), headers, patience)
    }

    fn send(
        &self,
        url: &Url,
        request: RequestBuilder,
        headers: &[(&str, &str)],
        patience: Duration,
    ) -> Result<Response, Failure> {
        self.policy.check(url).map_err(|refused| failure::refused(url, &refused))?;
        let request = request.timeout(patience);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().map_err(|error| failure::unanswered(url, error))?;
        Ok(Response { inner: response })
    }
}

/// The head of an answer; reading it gives the body.
pub struct Response {
    inner: reqwest::blocking::Response,
}

impl Response {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    /// A header's value, if it is there and plain text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner.headers().get(name)?.to_str().ok()
    }

    /// The wait that the server asks for, by its own clock if it tells the time.
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?;
        retry_after(value, self.header("date"), SystemTime::now())
    }

    /// Length of the body, if the server says so.
    pub fn length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// The address that answered, after redirects.
    pub fn url(&self) -> &str {
        self.inner.url().as_str()
    }
}

impl Read for Response {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // The outermost error says only that a body could not be decoded.
        self.inner
            .read(into)
            .map_err(|error| io::Error::new(failure::reading(&error), innermost(&error)))
    }
}

fn builder(policy: Policy) -> ClientBuilder {
    let builder = Http::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIME)
        // Blocking reads start this clock anew, so it bounds silence, not size.
        .timeout(IDLE_TIME)
        .redirect(redirect::Policy::custom(move |attempt| follow(policy, attempt)));
    match policy {
        Policy::OwnSettings => builder,
        // A proxy would resolve names itself, where we cannot look.
        Policy::Stranger => builder.dns_resolver(Arc::new(Reviewed(policy))).no_proxy(),
    }
}

fn follow(policy: Policy, attempt: redirect::Attempt<'_>) -> redirect::Action {
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error(Refused::Redirects(MAX_REDIRECTS));
    }
    match policy.check(attempt.url()) {
        Ok(()) => attempt.follow(),
        Err(refused) => attempt.error(refused),
    }
}

fn bad_status(url: &Url, status: u16, response: &Response) -> Failure {
    let hint = match status {
        ..=399 => "the server points to an address that cannot be fetched; set the final one",
        401 | 403 => "the server wants a permission; fetch the file by hand and set `path`",
        404 | 410 => {
            "the file is not there; check the address, or fetch it elsewhere and set `path`"
        }
        _ => "the server has a problem; try again later, or set another address",
    };
    let reason = response.inner.status().canonical_reason().unwrap_or("unknown").to_lowercase();
    let error = Error::io(format!("`{}` answers {status} ({reason})", shown(url))).hinted(hint);
    let may_pass = matches!(status, 408 | 429 | 500 | 502 | 503 | 504);
    Failure { error, cause: Cause::Status, may_pass, retry_after: response.retry_after() }
}

/// An address as messages show it: without user name, password and query, which
/// may be secret.
pub fn shown_address(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| shown(&url))
}

pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    /// Answers each connection with the next text; gives its address.
    fn serve(answers: Vec<String>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let _head = lines.map_while(|line| line.ok().filter(|l| !l.is_empty())).count();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    fn answer(head: &str) -> String {
        format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    fn impatient() -> Retry {
        Retry { base: Duration::from_millis(1), ..Retry::default() }
    }

    fn get(policy: Policy, url: &str) -> Result<u16> {
        let client = Client::with_retry(policy, impatient()).unwrap();
        client.get(url, &[], &AtomicBool::new(false)).map(|response| response.status())
    }

    #[test]
    fn passing_failures_are_tried_again() {
        let heads = ["503 x\r\nRetry-After: 0", "429 x\r\nRetry-After: 0", "500 x", "200 OK"];
        let address = serve(heads.map(answer).to_vec());
        assert_eq!(get(Policy::OwnSettings, &format!("http://{address}/")).unwrap(), 200);
        let address = serve(vec![String::new(), answer("200 OK")]);
        assert_eq!(get(Policy::OwnSettings, &format!("http://{address}/")).unwrap(), 200);
    }

    #[test]
    fn lasting_failures_are_told_at_once() {
        let address = serve(vec![answer("404 Not Found"), answer("200 OK")]);
        let url = format!("http://user:secret@{address}/file?token=secret");
        let error = get(Policy::OwnSettings, &url).unwrap_err();
        assert_eq!(error.to_string(), format!("`http://{address}/file` answers 404 (not found)"));
        assert!(error.hint().unwrap().contains("`path`"));
        assert_eq!(get(Policy::OwnSettings, "no address").unwrap_err().exit_code(), 2);
        assert_eq!(get(Policy::OwnSettings, "ftp://example.org/").unwrap_err().exit_code(), 2);
    }

    #[test]
    fn tries_come_to_an_end() {
        let address = serve(vec![answer("503 x"); 6]);
        let error = get(Policy::OwnSettings, &format!("http://{address}/")).unwrap_err();
        assert!(error.to_string().contains("503"), "{error}");
        // The listener is gone now: connections are refused.
        let error = get(Policy::OwnSettings, &format!("http://{address}/")).unwrap_err();
        assert!(error.to_string().contains("cannot reach"), "{error}");
    }

    #[test]
    fn redirects_are_followed_ten_times() {
        for (redirects, expected) in [(10, true), (11, false)] {
            let mut answers = vec![answer("302 Found\r\nLocation: /next"); redirects];
            answers.push(answer("200 OK"));
            let address = serve(answers);
            let got = get(Policy::OwnSettings, &format!("http://{address}/"));
            assert_eq!(got.is_ok(), expected, "{redirects} redirects");
        }
        let address = serve(vec![answer("302 Found\r\nLocation: file:///etc/passwd")]);
        get(Policy::OwnSettings, &format!("http://{address}/")).unwrap_err();
    }

    #[test]
    fn strangers_reach_no_private_address() {
        let address = serve(vec![]);
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            let url = format!("http://{host}:{}/", address.port());
            let error = get(Policy::Stranger, &url).unwrap_err();
            assert!(error.to_string().contains("public address"), "{error}");
        }
    }

    #[test]
    fn strangers_are_not_redirected_to_private_addresses() {
        for target in ["127.0.0.1", "localhost"] {
            let address = serve(vec![answer(&format!("302 x\r\nLocation: http://{target}:9/"))]);
            // Stands for a public host, so that the first step is allowed.
            let builder = builder(Policy::Stranger).resolve("public.test", address);
            let client = Client::build(builder, Policy::Stranger, impatient()).unwrap();
            let url = format!("http://public.test:{}/", address.port());
            let error = client.get(&url, &[], &AtomicBool::new(false)).err().unwrap();
            assert!(error.to_string().contains("public address"), "{error}");
        }
    }
}
