//! A run → a request to a webhook.

use std::io::Read;
use std::time::Duration;

use serde_json::json;

use super::{policy, private_hint};
use crate::config::{SecretSource, WebhookForm};
use crate::error::{Error, Result};
use crate::net::{Cause, Client, Failure, Policy, Url};
use crate::schedule::output::cut;
use crate::schedule::parcel::Parcel;
use crate::schedule::secret::Secret;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Characters of a text that Slack shows whole.
const LONGEST_FOR_SLACK: usize = 3000;
/// Bytes of an answer that may say what was wrong.
const LONGEST_ANSWER: u64 = 200;
const AGENT: &str = concat!("malmoi/", env!("CARGO_PKG_VERSION"));

/// Tells the webhook that `setting` names of the run.
pub(super) fn post(
    setting: &str,
    form: WebhookForm,
    allowed: &[String],
    parcel: &Parcel,
) -> Result<()> {
    let name = SecretSource::parse(setting)?.shown();
    let address = Secret::read(setting, &parcel.root)?;
    // The parser's error would quote nothing, but neither would it help.
    let url = Url::parse(address.expose())
        .ok()
        .filter(|url| url.has_host())
        .ok_or_else(|| Error::usage(format!("what `{name}` holds is no http or https address")))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or_default();
    let policy = policy(&host, port, allowed);
    let body = body(form, parcel).to_string().into_bytes();
    let key = parcel.key();
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    let answer = Client::single(policy, AGENT)?.post(&url, &headers, body, PATIENCE);
    let mut answer = answer.map_err(|failure| unanswered(&name, &host, port, policy, &failure))?;
    let status = answer.status();
    if (200..300).contains(&status) {
        return Ok(());
    }
    let mut said = Vec::new();
    let _ = answer.by_ref().take(LONGEST_ANSWER).read_to_end(&mut said);
    let said = String::from_utf8_lossy(&said).replace(char::is_control, " ");
    let said = if said.trim().is_empty() { String::new() } else { format!(": {}", said.trim()) };
    Err(Error::io(format!("the webhook `{name}` answers {status}{said}")))
}

/// The library's own words quote the address, so these are ours.
fn unanswered(name: &str, host: &str, port: u16, policy: Policy, failure: &Failure) -> Error {
    let why = match failure.cause {
        Cause::Private => "its address is private",
        Cause::Address => "it is no http or https address",
        Cause::Name => "its host is not known",
        Cause::Refused => "nobody listens there",
        Cause::Tls => "there is no encrypted connection that can be trusted",
        Cause::Timeout => "it is silent",
        Cause::Redirects | Cause::Broken | Cause::Protocol | Cause::Status | Cause::Other => {
            "the connection broke"
        }
    };
    let error = Error::io(format!("cannot reach the webhook `{name}`: {why}"));
    let is_private = failure.cause == Cause::Private && policy == Policy::Stranger;
    if is_private { error.hinted(private_hint(host, port)) } else { error }
}

fn body(form: WebhookForm, parcel: &Parcel) -> serde_json::Value {
    match form {
        WebhookForm::Json => json!({
            "id": parcel.key(),
            "job": parcel.run.job,
            "time": parcel.time,
            "outcome": parcel.run.outcome.name(),
            "text": parcel.words(),
            "files": parcel.run.files,
        }),
        WebhookForm::Slack => {
            let text = format!("*{}*\n{}", parcel.title(), cut(&parcel.words(), LONGEST_FOR_SLACK));
            // Slack's three letters; everything else, even `<!channel>`, is then plain.
            json!({ "text": text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") })
        }
    }
}
