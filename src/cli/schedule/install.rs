//! `malmoi schedule install`.

use std::path::{Path, PathBuf};
use std::process::Command;

use malmoi::files::AtomicFile;
use malmoi::schedule::install::{Installation, SystemdUnits, crontab_line, systemd_units};
use malmoi::{Error, Result};

use crate::cli::Context;

/// Let systemd or cron keep the schedule.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("way").required(true))]
pub struct Arguments {
    /// Write a service and a timer
    #[arg(long, group = "way")]
    systemd: bool,
    /// Print a line for `crontab -e`, or write it into DIR
    #[arg(long, group = "way")]
    cron: bool,
    /// For you alone, without the rights of root
    #[arg(long)]
    user: bool,
    /// Write into this folder instead of systemd's
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Print instead of writing
    #[arg(long)]
    dry_run: bool,
    /// Write over other files of that name
    #[arg(long)]
    force: bool,
}

/// Writes or prints them.
///
/// # Errors
/// There is no schedule, a file is there already, or it cannot be written.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let project = super::project(context)?;
    let program = std::env::current_exe()
        .map_err(|error| Error::io(format!("cannot tell where this program is: {error}")))?;
    let installation = Installation::new(&project, program)?;
    match arguments.cron {
        true => cron(arguments, &installation, context),
        false => systemd(arguments, &installation, context),
    }
}

fn cron(arguments: &Arguments, installation: &Installation, context: &Context) -> Result<()> {
    let line = crontab_line(installation)?;
    let Some(folder) = arguments.output.as_ref().filter(|_| !arguments.dry_run) else {
        return context.output().result(&line);
    };
    let file = folder.join(format!("{}.crontab", installation.name));
    write(&[(file.clone(), &line)], arguments.force)?;
    let text = format!("wrote {}\nadd its line with `crontab -e`\n", file.display());
    context.output().note(&text)
}

fn systemd(arguments: &Arguments, installation: &Installation, context: &Context) -> Result<()> {
    let owner = if arguments.user { None } else { owner(&installation.config) };
    let units = systemd_units(installation, owner)?;
    let SystemdUnits { name, service, timer } = &units;
    if arguments.dry_run {
        let text = format!("# {name}.service\n{service}\n# {name}.timer\n{timer}");
        return context.output().result(&text);
    }
    let folder = match &arguments.output {
        Some(folder) => folder.clone(),
        None => folder_of_units(arguments.user)?,
    };
    let file = |ending: &str| folder.join(format!("{name}.{ending}"));
    let (service_file, timer_file) = (file("service"), file("timer"));
    write(&[(service_file.clone(), service), (timer_file.clone(), timer)], arguments.force)?;
    let mut text = format!("wrote {}\nwrote {}\n", service_file.display(), timer_file.display());
    if let Some(problem) = problem_of(&[&service_file, &timer_file], name) {
        context.output().warning(&Error::data(format!("systemd-analyze says: {problem}")));
    }
    let user = if arguments.user { " --user" } else { "" };
    text += &format!(
        "start it with `systemctl{user} daemon-reload && systemctl{user} enable --now {name}.timer`\n"
    );
    context.output().note(&text)
}

/// Both or none: nothing is written where one of them is there already.
fn write(files: &[(PathBuf, &str)], force: bool) -> Result<()> {
    let is_other = |(path, text): &&(PathBuf, &str)| {
        path.symlink_metadata().is_ok()
            && std::fs::read(path).ok().as_deref() != Some(text.as_bytes())
    };
    if let Some((path, _)) = files.iter().find(is_other).filter(|_| !force) {
        return Err(Error::io(format!("`{}` is there already, and is another", path.display()))
            .hinted("look at it; --force writes over it"));
    }
    files.iter().try_for_each(|(path, text)| AtomicFile::write(path, text.as_bytes()))
}

fn folder_of_units(user: bool) -> Result<PathBuf> {
    if !user {
        return Ok(PathBuf::from("/etc/systemd/system"));
    }
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = absolute("XDG_CONFIG_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".config")))
        .ok_or_else(|| {
            Error::usage("cannot tell your home folder").hinted("name one with --output")
        })?;
    Ok(config.join("systemd/user"))
}

/// What systemd says against the units of this name, if it is there to say something.
fn problem_of(files: &[&Path], name: &str) -> Option<String> {
    // Not as a user's: that needs a session, and the units read the same.
    let output = Command::new("systemd-analyze").arg("verify").args(files).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(name)).collect();
    (!output.status.success() && !lines.is_empty()).then(|| lines.join("; "))
}

/// The system's units run as whose the project is.
#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    path.metadata().ok().map(|found| found.uid())
}

#[cfg(not(unix))]
fn owner(_path: &Path) -> Option<u32> {
    None
}
