//! Why a page could not be had.

use std::fmt;

/// Why an address gave no page; the names are stable, so that they can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Neither http nor https, or no address at all.
    BadAddress,
    /// What came is not HTTP, its head is too long, or the answer makes no sense.
    BadAnswer,
    /// The body is packed in a way that was not asked for.
    BadEncoding,
    /// No encrypted connection that can be trusted.
    BadTls,
    /// Another 4xx.
    ClientError,
    /// The connection broke before there was an answer.
    ConnectionBroken,
    /// Nobody listens there.
    ConnectionRefused,
    /// The name of the host is not known.
    DnsFailure,
    /// An answer without a word in it.
    Empty,
    /// 401, 402, 403, 407 or 451.
    Forbidden,
    /// A picture, a film, a program.
    NotHtml,
    /// An address in a private network that was not allowed by name.
    PrivateAddress,
    /// 429.
    RateLimited,
    /// An address redirects to itself, straight or by way of others.
    RedirectLoop,
    /// robots.txt says no.
    RobotsDisallowed,
    /// The host could not say what it allows, so nothing is asked of it.
    RobotsUnreachable,
    /// 5xx.
    ServerError,
    /// It took too long.
    Timeout,
    /// Larger than the settings allow.
    TooLarge,
    /// More redirects than the settings allow.
    TooManyRedirects,
    /// The body ended before its end.
    Truncated,
}

impl Reason {
    /// All reasons, sorted by name.
    pub const ALL: [Reason; 21] = [
        Reason::BadAddress,
        Reason::BadAnswer,
        Reason::BadEncoding,
        Reason::BadTls,
        Reason::ClientError,
        Reason::ConnectionBroken,
        Reason::ConnectionRefused,
        Reason::DnsFailure,
        Reason::Empty,
        Reason::Forbidden,
        Reason::NotHtml,
        Reason::PrivateAddress,
        Reason::RateLimited,
        Reason::RedirectLoop,
        Reason::RobotsDisallowed,
        Reason::RobotsUnreachable,
        Reason::ServerError,
        Reason::Timeout,
        Reason::TooLarge,
        Reason::TooManyRedirects,
        Reason::Truncated,
    ];

    /// Its stable name, such as `dns-failure`.
    pub fn name(self) -> &'static str {
        match self {
            Reason::BadAddress => "bad-address",
            Reason::BadAnswer => "bad-answer",
            Reason::BadEncoding => "bad-encoding",
            Reason::BadTls => "bad-tls",
            Reason::ClientError => "client-error",
            Reason::ConnectionBroken => "connection-broken",
            Reason::ConnectionRefused => "connection-refused",
            Reason::DnsFailure => "dns-failure",
            Reason::Empty => "empty",
            Reason::Forbidden => "forbidden",
            Reason::NotHtml => "not-html",
            Reason::PrivateAddress => "private-address",
            Reason::RateLimited => "rate-limited",
            Reason::RedirectLoop => "redirect-loop",
            Reason::RobotsDisallowed => "robots-disallowed",
            Reason::RobotsUnreachable => "robots-unreachable",
            Reason::ServerError => "server-error",
            Reason::Timeout => "timeout",
            Reason::TooLarge => "too-large",
            Reason::TooManyRedirects => "too-many-redirects",
            Reason::Truncated => "truncated",
        }
    }

    /// Whether the same request may succeed later.
    pub fn may_pass(self) -> bool {
        self.blames_host() || matches!(self, Reason::Empty | Reason::Forbidden)
    }

    /// Whether the whole host is in trouble, and not this page alone.
    pub fn blames_host(self) -> bool {
        matches!(
            self,
            Reason::BadAnswer
                | Reason::BadTls
                | Reason::ConnectionBroken
                | Reason::ConnectionRefused
                | Reason::DnsFailure
                | Reason::RateLimited
                | Reason::ServerError
                | Reason::Timeout
                | Reason::Truncated
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_and_sorted() {
        let names = Reason::ALL.map(Reason::name);
        assert!(names.is_sorted());
        assert!(names.iter().all(|n| n.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
