//! A run → a letter, over SMTP.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Message, SmtpTransport, Transport};

use super::{policy, private_hint};
use crate::config::{MailParams, MailTls, host_and_port};
use crate::error::{Error, Result};
use crate::net::{Policy, resolve};
use crate::schedule::parcel::Parcel;
use crate::schedule::secret::Secret;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// Servers refuse letters that are larger than 20 or 25 MB when they are encoded.
const MOST_ATTACHED: u64 = 15 << 20;

/// Sends the letter.
pub(super) fn post(mail: &MailParams, allowed: &[String], parcel: &Parcel) -> Result<()> {
    let (host, port) = host_and_port(&mail.server)
        .map(|(host, port)| (host, port.unwrap_or(mail.tls.port())))
        .ok_or_else(|| Error::usage(format!("`{}` is no mail server", mail.server)))?;
    let letter = letter(mail, host, parcel)?;
    let policy = policy(host, port, allowed);
    let addresses = resolve(host, port, policy).map_err(|why| {
        let error = Error::io(format!("cannot reach the mail server `{host}:{port}`: {why}"));
        if policy == Policy::Stranger { error.hinted(private_hint(host, port)) } else { error }
    })?;
    let login = login(mail, parcel)?;
    let mut failure = None;
    for address in addresses {
        let transport = transport(mail.tls, host, &address.ip().to_string(), port, login.clone())?;
        match transport.send(&letter) {
            Ok(_) => return Ok(()),
            // A connection that broke later may have carried the letter.
            Err(error) if !is_unreachable(&error) => return Err(refused(host, port, &error)),
            Err(error) => {
                failure.get_or_insert(refused(host, port, &error));
            }
        }
    }
    Err(failure.unwrap_or_else(|| Error::io(format!("`{host}` has no address"))))
}

fn login(mail: &MailParams, parcel: &Parcel) -> Result<Option<Credentials>> {
    let (Some(user), Some(password)) = (&mail.user, &mail.password) else { return Ok(None) };
    let user = Secret::read(user, &parcel.root)?;
    let password = Secret::read(password, &parcel.root)?;
    Ok(Some(Credentials::new(user.expose().to_owned(), password.expose().to_owned())))
}

/// The connection goes to an address that was looked at; names are for certificates.
fn transport(
    tls: MailTls,
    host: &str,
    address: &str,
    port: u16,
    login: Option<Credentials>,
) -> Result<SmtpTransport> {
    // Whoever installed one before us has chosen for the whole process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let parameters = || {
        TlsParameters::new(host.to_owned())
            .map_err(|error| Error::io(format!("cannot set up encryption: {error}")))
    };
    let tls = match tls {
        MailTls::Starttls => Tls::Required(parameters()?),
        MailTls::Implicit => Tls::Wrapper(parameters()?),
        MailTls::None => Tls::None,
    };
    let builder = SmtpTransport::builder_dangerous(address)
        .port(port)
        .tls(tls)
        .timeout(Some(PATIENCE))
        .hello_name(ClientId::Domain("localhost".to_owned()));
    Ok(match login {
        Some(login) => builder.credentials(login).build(),
        None => builder.build(),
    })
}

/// Whether nobody was there to take the letter.
fn is_unreachable(error: &lettre::transport::smtp::Error) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    let kind = cause.map(std::io::Error::kind);
    kind.is_some_and(|kind| {
        [ConnectionRefused, HostUnreachable, NetworkUnreachable].contains(&kind)
    })
}

fn refused(host: &str, port: u16, error: &lettre::transport::smtp::Error) -> Error {
    let mut why = error.to_string();
    let cause = std::error::Error::source(error).map(ToString::to_string);
    if let Some(cause) = cause.filter(|cause| !why.contains(cause.as_str())) {
        why = format!("{why}: {cause}");
    }
    let why = why.replace(char::is_control, " ");
    Error::io(format!("the mail server `{host}:{port}` did not take the letter: {why}"))
}

fn letter(mail: &MailParams, host: &str, parcel: &Parcel) -> Result<Message> {
    let wrong = |what: &str| Error::usage(format!("`{what}` is no e-mail address"));
    let mailbox = |text: &String| text.parse::<Mailbox>().map_err(|_| wrong(text));
    let mut letter = Message::builder()
        .from(mailbox(&mail.from)?)
        .subject(parcel.title())
        // The same for each try, so that a server can tell that it has the letter.
        .message_id(Some(format!("<{}@{host}>", parcel.key())))
        .date(date_of(parcel));
    for to in &mail.to {
        letter = letter.to(mailbox(to)?);
    }
    let text = SinglePart::plain(parcel.words());
    let mut parts = MultiPart::mixed().singlepart(text);
    let mut attached = 0;
    for file in parcel.files.iter().filter(|file| file.is("html")) {
        attached += file.bytes;
        if attached > MOST_ATTACHED {
            break;
        }
        let name = file.name.rsplit('/').next().unwrap_or(&file.name);
        let attachment = Attachment::new(name.to_owned());
        parts = parts.singlepart(attachment.body(file.read()?, ContentType::TEXT_HTML));
    }
    letter
        .multipart(parts)
        .map_err(|error| Error::data(format!("the letter cannot be written: {error}")))
}

/// When the run ended; the letter is the same whenever it is tried.
fn date_of(parcel: &Parcel) -> std::time::SystemTime {
    let ended = u64::try_from(parcel.run.ended.unwrap_or(parcel.run.started)).unwrap_or_default();
    std::time::UNIX_EPOCH + Duration::from_secs(ended)
}
