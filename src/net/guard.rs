//! Which addresses may be asked.
//!
//! In: a URL, a resolved name. Out: yes, or why not. Promises: with
//! [`Policy::Stranger`] no request reaches a loopback, private or otherwise
//! special address, whether it is written as a number, hidden behind a name or
//! reached by a redirect. Names are checked where the connection is made, so a
//! name that resolves differently the second time gains nothing.

use std::fmt;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Who wrote the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The user, in settings or arguments: any host is allowed.
    OwnSettings,
    /// Somebody else, such as the author of a page: only public addresses.
    Stranger,
}

/// Why an address was not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// Neither http nor https.
    Scheme(String),
    /// An address or a name without a public address.
    Private(String),
    /// More redirects than this.
    Redirects(usize),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Scheme(scheme) => write!(f, "`{scheme}` is neither http nor https"),
            Refused::Private(why) => f.write_str(why),
            Refused::Redirects(most) => write!(f, "more than {most} redirects"),
        }
    }
}

impl std::error::Error for Refused {}

/// A name that no resolver knows.
#[derive(Debug)]
pub(super) struct Unresolved(std::io::Error);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Unresolved {}

impl Policy {
    /// Checks the scheme, and the host if it is a number.
    pub(super) fn check(self, url: &Url) -> Result<(), Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme(url.scheme().to_owned()));
        }
        let host = url.host_str().unwrap_or_default();
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) if !self.allows(address) => {
                Err(Refused::Private(format!("`{address}` is not a public address")))
            }
            _ => Ok(()),
        }
    }

    fn allows(self, address: IpAddr) -> bool {
        self == Policy::OwnSettings || is_public(address)
    }
}

/// Resolves names to the addresses that a policy allows.
pub(super) struct Reviewed(pub(super) Policy);

impl Resolve for Reviewed {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        let answer = Arc::new(Answer::default());
        let waiting = Waiting(answer.clone());
        // The system's resolver blocks, and this runs where it must not.
        std::thread::spawn(move || answer.put(addresses(name.as_str(), policy)));
        Box::pin(waiting)
    }
}

/// The addresses of a host that `policy` allows, for who connects by other means than
/// HTTP; to one of these, not to the name, which may resolve differently the next time.
///
/// # Errors
/// The name is not known, or has no address that is allowed.
pub fn resolve(host: &str, port: u16, policy: Policy) -> Result<Vec<SocketAddr>, String> {
    let found = addresses(host, policy).map_err(|error| error.to_string())?;
    Ok(found.map(|address| SocketAddr::new(address.ip(), port)).collect())
}

type Resolved = Result<Addrs, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Default)]
struct Answer(Mutex<(Option<Resolved>, Option<Waker>)>);

impl Answer {
    fn put(&self, resolved: Resolved) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = Some(resolved);
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    }
}

struct Waiting(Arc<Answer>);

impl Future for Waiting {
    type Output = Resolved;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Resolved> {
        let mut state = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.0.take() {
            Some(resolved) => Poll::Ready(resolved),
            None => {
                state.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

fn addresses(host: &str, policy: Policy) -> Resolved {
    let all: Vec<SocketAddr> = (host, 0).to_socket_addrs().map_err(Unresolved)?.collect();
    let allowed: Vec<_> = all.into_iter().filter(|address| policy.allows(address.ip())).collect();
    if allowed.is_empty() {
        return Err(Box::new(Refused::Private(format!("`{host}` has no public address"))));
    }
    Ok(Box::new(allowed.into_iter()))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The ranges that the IANA registry of special addresses does not call global.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        (0 | 10 | 127, ..) | (240.., ..) => true,
        (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) => true,
        (198, 51, 100) | (203, 0, 113) => true,
        _ => address.is_multicast(),
    };
    !special
}

/// Only 2000::/3 is given out; within it, the ranges that carry an IPv4 address
/// or are special are left out. NAT64 is judged by the address that it carries.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    let tail = Ipv4Addr::from((u32::from(g) << 16) | u32::from(h));
    match (a, b) {
        (0x64, 0xff9b) => [c, d, e, f] == [0; 4] && is_public_v4(tail),
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff) => false,
        _ => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        for special in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "240.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
        for public in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "64:ff9b::101:101"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn names_resolve_to_what_is_allowed() {
        let found = resolve("localhost", 25, Policy::OwnSettings).unwrap();
        assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == 25));
        for host in ["localhost", "127.0.0.1", "::1"] {
            let error = resolve(host, 25, Policy::Stranger).unwrap_err();
            assert!(error.contains("has no public address"), "{error}");
        }
    }

    #[test]
    fn numbers_in_any_form_are_checked() {
        for url in [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://[::1]:8080/",
            "http://0/",
        ] {
            let url = Url::parse(url).unwrap();
            assert!(Policy::Stranger.check(&url).is_err(), "{url}");
            assert!(Policy::OwnSettings.check(&url).is_ok(), "{url}");
        }
        for policy in [Policy::OwnSettings, Policy::Stranger] {
            assert!(policy.check(&Url::parse("file:///etc/passwd").unwrap()).is_err());
            assert!(policy.check(&Url::parse("https://example.org/").unwrap()).is_ok());
        }
    }
}
