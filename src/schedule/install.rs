//! A schedule that the system keeps: units for systemd, or a line for cron.
//!
//! In: a project, this program. Out: files, ready to be put in their place. Both let
//! `schedule run --once` look every minute at what is due: nothing has to stay in memory,
//! an edited pipeline.toml counts at once, and what was missed is known from the history,
//! not from the system. Promises: paths are quoted as each reader wants it.

mod cron;
mod systemd;

use std::path::{Path, PathBuf};

use super::Project;
use crate::error::{Error, Result};

pub use cron::crontab_line;
pub use systemd::{SystemdUnits, systemd_units};

/// What is to be run, for whom.
#[derive(Debug, Clone)]
pub struct Installation {
    /// This program.
    pub program: PathBuf,
    /// The project's `pipeline.toml`.
    pub config: PathBuf,
    /// The project's folder.
    pub root: PathBuf,
    /// Its state folder.
    pub state: PathBuf,
    /// What its files are called: the folder's name, and what tells it from others.
    pub name: String,
}

impl Installation {
    /// The installation of a project for `program`.
    ///
    /// # Errors
    /// A path cannot stand in a line of text.
    pub fn new(project: &Project, program: PathBuf) -> Result<Self> {
        let found = Installation {
            program,
            config: project.config.clone(),
            root: project.root.clone(),
            state: project.state.clone(),
            name: name(&project.root),
        };
        for path in [&found.program, &found.config, &found.root, &found.state] {
            line_of(path)?;
        }
        Ok(found)
    }

    /// The arguments of the program.
    fn arguments(&self) -> Result<[String; 7]> {
        let line = |path: &Path| line_of(path).map(str::to_owned);
        let word = str::to_owned;
        Ok([
            word("--config"),
            line(&self.config)?,
            word("--state"),
            line(&self.state)?,
            word("schedule"),
            word("run"),
            word("--once"),
        ])
    }
}

/// `malmoi-my-project-1a2b3c4d`: two projects of one name have other paths.
fn name(root: &Path) -> String {
    let folder = root.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let plain = |one: char| if one.is_ascii_alphanumeric() || one == '-' { one } else { '-' };
    let folder: String = folder.chars().map(plain).take(40).collect();
    let hash = xxhash_rust::xxh3::xxh3_64(root.as_os_str().as_encoded_bytes());
    let folder = folder.trim_matches('-');
    let dash = if folder.is_empty() { "" } else { "-" };
    format!("malmoi{dash}{folder}-{:08x}", hash >> 32)
}

/// A path that fits into a line.
fn line_of(path: &Path) -> Result<&str> {
    path.to_str().filter(|text| !text.contains(char::is_control)).ok_or_else(|| {
        Error::usage(format!("the path {path:?} cannot stand in a file of systemd or cron"))
            .hinted("give the folder a name without line breaks, in UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installation(root: &str) -> Installation {
        Installation {
            program: "/opt/my tools/malmoi".into(),
            config: format!("{root}/pipeline.toml").into(),
            root: root.into(),
            state: format!("{root}/.malmoi").into(),
            name: name(Path::new(root)),
        }
    }

    #[test]
    fn names_are_plain_and_tell_projects_apart() {
        assert!(name(Path::new("/home/a/my project")).starts_with("malmoi-my-project-"));
        assert_ne!(name(Path::new("/home/a/news")), name(Path::new("/home/b/news")));
        let korean = name(Path::new("/home/a/뉴스"));
        assert!(korean.starts_with("malmoi-") && korean.is_ascii(), "{korean}");
    }

    #[test]
    fn lines_of_cron_are_quoted() {
        let line = crontab_line(&installation("/srv/it's 100%")).unwrap();
        assert_eq!(
            line,
            "* * * * * cd '/srv/it'\\''s 100\\%' && '/opt/my tools/malmoi' --quiet --config \
             '/srv/it'\\''s 100\\%/pipeline.toml' --state '/srv/it'\\''s 100\\%/.malmoi' schedule run \
             --once\n"
        );
    }

    #[test]
    fn units_are_quoted() {
        let units =
            systemd_units(&installation("/srv/a \"b\" 100% $HOME \\x"), Some(1000)).unwrap();
        let service = &units.service;
        let quoted = r#""/srv/a \"b\" 100%% $$HOME \\x/pipeline.toml""#;
        assert!(service.contains(quoted), "{service}");
        assert!(service.contains("\nExecStart=\"/opt/my tools/malmoi\" --config"), "{service}");
        assert!(service.contains("\nWorkingDirectory=/srv/a \"b\" 100%% $HOME \\x\n"), "{service}");
        assert!(service.contains("\nUser=1000\n"));
        assert!(units.timer.contains(&format!("Unit={}.service", units.name)));
        let own = systemd_units(&installation("/srv/a"), None).unwrap();
        assert!(!own.service.contains("User="));
    }

    #[test]
    fn paths_with_line_breaks_are_refused() {
        let broken = installation("/srv/a\nExecStart=/bin/false");
        assert!(crontab_line(&broken).is_err() && systemd_units(&broken, None).is_err());
    }
}
