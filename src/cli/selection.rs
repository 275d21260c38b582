//! Which pipeline a command works on, and with which settings.

use clap::Args;
use malmoi::Result;
use malmoi::config::{Effective, Overrides};

use super::Context;

/// `[NAME] [--set KEY=VALUE]…`
#[derive(Args)]
pub struct Selection {
    /// A pipeline of pipeline.toml [default: the one its `default` names]
    pub name: Option<String>,
    /// Replace a setting: `--set vectorize.min_df=2` (repeatable); what is trained so
    /// replaces what is kept of its kind
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl Selection {
    /// The pipeline with what the environment and `--set` replace; warnings are
    /// shown on the way.
    ///
    /// # Errors
    /// With all problems of the file, then of what replaces it.
    pub fn effective(&self, context: &Context) -> Result<Effective> {
        let overrides = Overrides::new(std::env::vars_os(), &self.set)?;
        let effective = context.config()?.effective(self.name.as_deref(), &overrides)?;
        for warning in &effective.warnings {
            context.output().warning(warning);
        }
        Ok(effective)
    }
}
