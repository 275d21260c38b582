//! Why a request had no answer.
//!
//! In: an error of the HTTP library, with its causes. Out: what to tell, which kind
//! of failure it was, and whether another try may succeed.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::time::Duration;

use reqwest::Url;

use super::client::shown;
use super::guard::{Refused, Unresolved};
use crate::error::Error;

/// Why one try failed, and whether another may succeed.
#[derive(Debug)]
pub struct Failure {
    /// What to tell if there is no other try.
    pub error: Error,
    /// The kind of failure.
    pub cause: Cause,
    /// Whether the same request may succeed later.
    pub may_pass: bool,
    /// The wait that the server asked for.
    pub retry_after: Option<Duration>,
}

/// Kinds of failure, for those who count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Not an address that can be asked.
    Address,
    /// A private address that nobody allowed.
    Private,
    /// Redirects without end.
    Redirects,
    /// The name of the host is not known.
    Name,
    /// Nobody listens there.
    Refused,
    /// The connection broke before there was an answer.
    Broken,
    /// No encrypted connection that can be trusted.
    Tls,
    /// The server was silent too long.
    Timeout,
    /// What came is not HTTP, or its head is too long.
    Protocol,
    /// An answer, but not the one that was asked for.
    Status,
    /// None of these.
    Other,
}

impl Failure {
    pub(super) fn lasting(error: Error, cause: Cause) -> Self {
        Failure { error, cause, may_pass: false, retry_after: None }
    }
}

/// The address may not be asked.
pub(super) fn refused(url: &Url, refused: &Refused) -> Failure {
    let cause = match refused {
        Refused::Scheme(_) => Cause::Address,
        Refused::Private(_) => Cause::Private,
        Refused::Redirects(_) => Cause::Redirects,
    };
    let error = Error::usage(format!("`{}` is not fetched: {refused}", shown(url))).hinted(
        "only http and https addresses are fetched, and links of pages only from public hosts",
    );
    Failure::lasting(error, cause)
}

/// The request was sent, or could not be, and there is no answer.
pub(super) fn unanswered(url: &Url, error: reqwest::Error) -> Failure {
    if let Some(refused) = find::<Refused>(&error) {
        return self::refused(url, refused);
    }
    let certificate = matches!(find(&error), Some(rustls::Error::InvalidCertificate(_)));
    let cause = cause(&error);
    let may_pass = !certificate && !error.is_builder() && !error.is_redirect();
    let message = format!("cannot reach `{}`: {}", shown(url), innermost(&error));
    let hint = if certificate {
        "the server's certificate is not trusted; check the address and this computer's date"
    } else {
        "check the address and the connection, then run the same command again"
    };
    let error = Error::io(message).hinted(hint).caused_by(error);
    Failure { error, cause, may_pass, retry_after: None }
}

/// What broke while the body was read.
pub(super) fn reading(error: &io::Error) -> ErrorKind {
    let timed_out = find(error).is_some_and(reqwest::Error::is_timeout);
    if timed_out { ErrorKind::TimedOut } else { io_kind(error).unwrap_or(error.kind()) }
}

fn cause(error: &reqwest::Error) -> Cause {
    if error.is_builder() {
        return Cause::Address;
    }
    if find::<Unresolved>(error).is_some() {
        return Cause::Name;
    }
    if find::<rustls::Error>(error).is_some() {
        return Cause::Tls;
    }
    if error.is_timeout() {
        return Cause::Timeout;
    }
    match (io_kind(error), find::<hyper::Error>(error)) {
        (Some(ErrorKind::ConnectionRefused), _) => Cause::Refused,
        (Some(ErrorKind::TimedOut), _) => Cause::Timeout,
        (_, Some(http)) if http.is_parse() => Cause::Protocol,
        (Some(_), _) | (_, Some(_)) => Cause::Broken,
        _ => Cause::Other,
    }
}

/// The kind of the innermost `io::Error` that has one.
fn io_kind(error: &(dyn StdError + 'static)) -> Option<ErrorKind> {
    let kinds = causes(error).filter_map(|error| Some(error.downcast_ref::<io::Error>()?.kind()));
    kinds.filter(|kind| *kind != ErrorKind::Other).last()
}

pub(super) fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// The error and its causes, with those that `io::Error` hides.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inner.map(|inner| inner as &(dyn StdError + 'static)).or(error.source())
    })
}
