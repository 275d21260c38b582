//! A service and a timer of systemd.

use super::{Installation, line_of};
use crate::error::Result;

/// Two units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemdUnits {
    /// Their name, without its ending.
    pub name: String,
    /// The text of the service.
    pub service: String,
    /// The text of the timer.
    pub timer: String,
}

/// The units of a project; `user` is whose they run as, if they are the system's.
///
/// # Errors
/// A path cannot stand in a line.
pub fn systemd_units(installation: &Installation, user: Option<u32>) -> Result<SystemdUnits> {
    let name = installation.name.clone();
    let root = line_of(&installation.root)?;
    let mut start = word(line_of(&installation.program)?);
    for argument in installation.arguments()? {
        start += " ";
        start += &word(&argument);
    }
    let user = user.map(|user| format!("User={user}\n")).unwrap_or_default();
    let shown = percents(root);
    let service = format!(
        "# Written by `malmoi schedule install --systemd`.
[Unit]
Description=What is due in {shown} (malmoi)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
{user}WorkingDirectory={shown}
ExecStart={start}
# Secrets that pipeline.toml names as env:NAME, a line NAME=value each:
#EnvironmentFile=/path/to/a/file/that/only/you/may/read
# Malmoi tells its commands to end and waits for them.
KillMode=mixed
TimeoutStopSec=90
Nice=10
NoNewPrivileges=yes
"
    );
    let timer = format!(
        "# Written by `malmoi schedule install --systemd`.
[Unit]
Description=Looks every minute at what is due in {shown} (malmoi)

[Timer]
# When a job is due stands in pipeline.toml, with its time zone.
OnCalendar=*-*-* *:*:00
AccuracySec=1s
Persistent=true
Unit={name}.service

[Install]
WantedBy=timers.target
"
    );
    Ok(SystemdUnits { name, service, timer })
}

/// A word of `ExecStart=`, whose `%` and `$` would stand for something else.
fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "$$");
    format!("\"{}\"", percents(&escaped))
}

/// Elsewhere, only `%` stands for something else.
fn percents(text: &str) -> String {
    text.replace('%', "%%")
}
