//! `malmoi doctor`: what of the machine and the project could be in the way.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use malmoi::config::Overrides;
use malmoi::pipeline::dictionary;
use malmoi::{Error, Result};
use serde_json::json;

use super::Context;

const MEGABYTE: u64 = 1_000_000;
/// Less than this and a run is likely to fail.
const LEAST_DISK_BYTES: u64 = 200 * MEGABYTE;
const LEAST_MEMORY_BYTES: u64 = 256 * MEGABYTE;
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What to check and how to show it.
#[derive(clap::Args)]
pub struct Arguments {
    /// Also try to reach the servers that pipeline.toml names
    #[arg(long)]
    network: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
struct Check {
    name: String,
    verdict: Verdict,
    found: String,
}

/// What becomes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    /// Only some runs need it.
    Warning,
    Bad,
}

/// Checks everything, shows it and fails if something is wrong.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let mut checks = vec![version(), settings(context), state(context)];
    checks.extend(space(context));
    checks.extend([threads(), memory(), korean_dictionary()]);
    if arguments.network {
        checks.extend(servers(context).iter().map(|server| reach(server)));
    }
    let bad = checks.iter().filter(|check| check.verdict == Verdict::Bad).count();
    show(&checks, arguments.json, context)?;
    match bad {
        0 => Ok(()),
        _ => Err(Error::io(format!("{bad} of {} checks failed", checks.len()))),
    }
}

fn show(checks: &[Check], as_json: bool, context: &Context) -> Result<()> {
    if as_json {
        let one = |check: &Check| {
            let (is_good, warns) =
                (check.verdict != Verdict::Bad, check.verdict == Verdict::Warning);
            json!({ "name": check.name, "good": is_good, "warning": warns, "found": check.found })
        };
        return context.output().json(&checks.iter().map(one).collect());
    }
    let line = |check: &Check| {
        let mark = match check.verdict {
            Verdict::Good => '✓',
            Verdict::Warning => '!',
            Verdict::Bad => '✗',
        };
        format!("{mark} {}: {}\n", check.name, check.found)
    };
    context.output().result(&checks.iter().map(line).collect::<String>())
}

fn check(name: &str, outcome: std::result::Result<String, String>) -> Check {
    let verdict = if outcome.is_ok() { Verdict::Good } else { Verdict::Bad };
    let found = outcome.unwrap_or_else(|problem| problem);
    Check { name: name.to_owned(), verdict, found }
}

fn version() -> Check {
    let machine = format!("{} on {}", std::env::consts::ARCH, std::env::consts::OS);
    check("version", Ok(format!("{} ({machine})", env!("CARGO_PKG_VERSION"))))
}

fn settings(context: &Context) -> Check {
    let outcome = context.config().and_then(|config| {
        let overrides = Overrides::new(std::env::vars_os(), &[])?;
        config.pipeline(None, &overrides)?;
        let count = config.pipelines.len();
        let noun = if count == 1 { "pipeline" } else { "pipelines" };
        Ok(format!("{}, {count} {noun}", config.path.display()))
    });
    check("settings", outcome.map_err(|error| in_one_line(&error)))
}

fn in_one_line(error: &Error) -> String {
    let place = error.place().map(|place| format!(" ({place})")).unwrap_or_default();
    let more = match error.also().len() {
        0 => String::new(),
        more => format!(", and {more} more: see `malmoi config check`"),
    };
    format!("{error}{place}{more}")
}

/// Writes a file where results will be, and removes it.
fn state(context: &Context) -> Check {
    let outcome = context.state().map_err(|error| error.to_string()).and_then(|state| {
        tempfile::tempfile_in(existing(&state))
            .map(|_| format!("{} is writable", state.display()))
            .map_err(|error| format!("cannot write to {}: {error}", state.display()))
    });
    check("state", outcome)
}

/// The folder itself or, as it will be made, the nearest one that exists.
fn existing(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.ancestors().find(|one| one.exists()).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(unix)]
fn space(context: &Context) -> Option<Check> {
    let folder = existing(&context.state().ok()?);
    let outcome = match rustix::fs::statvfs(&folder) {
        Ok(disk) => enough(disk.f_bavail.saturating_mul(disk.f_frsize), LEAST_DISK_BYTES),
        Err(error) => Err(format!("unknown for {}: {error}", folder.display())),
    };
    Some(check("free space", outcome))
}

#[cfg(not(unix))]
fn space(_context: &Context) -> Option<Check> {
    None
}

fn enough(bytes: u64, least: u64) -> std::result::Result<String, String> {
    let found = format!("{} MB", bytes / MEGABYTE);
    if bytes >= least {
        return Ok(found);
    }
    Err(format!("{found}; a run needs {} MB or more", least / MEGABYTE))
}

fn threads() -> Check {
    check("threads", Ok(rayon::current_num_threads().to_string()))
}

fn memory() -> Check {
    let outcome = match available_memory() {
        Some(bytes) => enough(bytes, LEAST_MEMORY_BYTES),
        None => Ok("unknown on this system".to_owned()),
    };
    check("free memory", outcome)
}

/// What Linux says is available; other systems have no file for it.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Missing, it is installed when it is first needed; damaged, it stops everything Korean.
fn korean_dictionary() -> Check {
    let name = "korean dictionary";
    let hint = "`malmoi dictionary install`";
    match dictionary::status() {
        Ok(Some(installed)) => {
            let version = installed.about.version.as_deref().unwrap_or("of unknown version");
            check(name, Ok(format!("{version}, {} words", installed.about.entries)))
        }
        Ok(None) => {
            let found = format!("not installed; {hint} installs it");
            Check { name: name.to_owned(), verdict: Verdict::Warning, found }
        }
        Err(error) => check(name, Err(format!("{}; {hint} makes it anew", in_one_line(&error)))),
    }
}

/// `host:port` of every download, each once.
fn servers(context: &Context) -> Vec<String> {
    let Ok(config) = context.config() else { return Vec::new() };
    let names = config.pipelines.keys();
    let pipelines = names.filter_map(|name| config.pipeline(Some(name), &Overrides::none()).ok());
    let mut servers: Vec<String> =
        pipelines.filter_map(|pipeline| server(pipeline.source.url.as_deref()?)).collect();
    servers.sort();
    servers.dedup();
    servers
}

fn server(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let has_port = host.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
    let port = if scheme == "http" { 80 } else { 443 };
    Some(if has_port { host.to_owned() } else { format!("{host}:{port}") })
}

fn reach(server: &str) -> Check {
    let connect = || -> std::io::Result<()> {
        let nowhere = || std::io::Error::other("the name has no address");
        let address = server.to_socket_addrs()?.next().ok_or_else(nowhere)?;
        TcpStream::connect_timeout(&address, LONGEST_WAIT).map(drop)
    };
    let outcome = connect().map(|()| "reachable".to_owned()).map_err(|error| error.to_string());
    check(server, outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_cut_from_addresses() {
        let check = |url, wanted: Option<&str>| assert_eq!(server(url).as_deref(), wanted, "{url}");
        check("https://example.org/a/b.tar.gz", Some("example.org:443"));
        check("http://user@example.org?x", Some("example.org:80"));
        check("http://example.org:8080/a", Some("example.org:8080"));
        check("example.org", None);
    }

    #[test]
    fn too_little_is_a_problem() {
        assert_eq!(enough(300 * MEGABYTE, LEAST_DISK_BYTES), Ok("300 MB".to_owned()));
        assert!(enough(100 * MEGABYTE, LEAST_DISK_BYTES).unwrap_err().contains("200 MB or more"));
    }
}
