//! The body of an answer: what it is, and all of it or nothing.

use std::io::{ErrorKind, Read};
use std::time::Instant;

use super::super::decode::unpack;
use super::super::reason::Reason;
use super::{Request, Stop};
use crate::net::Response;

const PIECE: usize = 16 * 1024;

/// Whether the type is one that is read; `None` if it says nothing.
pub(super) fn type_fits(content_type: &str) -> Option<bool> {
    let name = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match name.as_str() {
        "" | "application/octet-stream" | "binary/octet-stream" => None,
        "application/gzip" | "application/x-gzip" | "application/x-gunzip" => None,
        "application/xml" | "application/json" | "application/xhtml+xml" => Some(true),
        // A name that no one registered says nothing.
        name if !name.contains('/') => None,
        name if name.starts_with("text/") => Some(!matches!(name, "text/css" | "text/javascript")),
        name => Some(name.ends_with("+xml") || name.ends_with("+json")),
    }
}

/// UTF-16 has zero bytes too, and a byte order mark.
pub(super) fn is_binary(body: &[u8]) -> bool {
    let start = &body[..body.len().min(1024)];
    let is_wide = start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
    start.contains(&0) && !is_wide
}

/// The whole body, unpacked.
pub(super) fn body(
    response: &mut Response,
    request: &Request<'_>,
    end: Instant,
) -> Result<Vec<u8>, Stop> {
    let limit = request.limit;
    let too_large = || Stop::new(Reason::TooLarge, format!("it is larger than {limit} bytes"));
    if !request.may_cut && response.length().is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let encoding = response.header("content-encoding").unwrap_or_default().to_owned();
    let mut packed = read_raw(response, limit.saturating_add(1), end)?;
    if packed.len() as u64 > limit {
        if !request.may_cut {
            return Err(too_large());
        }
        packed.truncate(limit as usize);
    }
    let body = unpack(packed, &encoding, limit).map_err(|code| match code {
        Reason::TooLarge => too_large(),
        Reason::BadEncoding => Stop::new(code, format!("it is packed as `{encoding}`")),
        _ => Stop::new(code, format!("what is packed as `{encoding}` is damaged")),
    })?;
    match body.iter().all(u8::is_ascii_whitespace) {
        true => Err(Stop::new(Reason::Empty, "the answer is empty")),
        false => Ok(body),
    }
}

/// Bytes as they come, until the end, `most` of them, or the end of the time.
fn read_raw(response: &mut Response, most: u64, end: Instant) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let mut piece = [0; PIECE];
    while (bytes.len() as u64) < most {
        if Instant::now() >= end {
            return Err(Stop::too_slow());
        }
        match response.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::TimedOut => return Err(Stop::too_slow()),
            Err(error) => {
                let message = format!("the body ends after {} bytes: {error}", bytes.len());
                return Err(Stop::new(Reason::Truncated, message));
            }
        }
    }
    Ok(bytes)
}
