//! `--curve FILE`: what losses did, as a picture or as numbers; and on the terminal.

use std::path::{Path, PathBuf};

use malmoi::files::AtomicFile;
use malmoi::learn::Curve;
use malmoi::report::curve_svg;
use malmoi::{Error, Result};

use super::super::Context;
use super::drawing::drawing;

/// Columns of a drawing where standard output is no terminal.
const WIDTH: usize = 80;
/// Wider, and the eye gets lost.
const MOST_WIDTH: usize = 120;
const LEAST_WIDTH: usize = 40;

/// Where the curve of a training goes.
#[derive(clap::Args)]
pub struct CurveOptions {
    /// Write what the losses did, as a picture (.svg) or as numbers (.json)
    #[arg(long, value_name = "FILE")]
    pub curve: Option<PathBuf>,
}

impl CurveOptions {
    /// Asks before the training what would fail after it.
    ///
    /// # Errors
    /// If the name of the file does not say what it is.
    pub fn check(&self) -> Result<()> {
        self.curve.as_deref().map_or(Ok(()), |path| Form::of(path).map(|_| ()))
    }

    /// Writes the file, if one is asked for, and draws the curve on standard output, unless
    /// `--quiet`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn show(&self, curve: &Curve, context: &Context) -> Result<()> {
        self.write(curve)?;
        context.output().note(&format!("\n{}", drawing(curve, width())))?;
        match &self.curve {
            Some(path) => context.output().note(&format!("wrote {}\n", path.display())),
            None => Ok(()),
        }
    }

    /// Writes the file alone: for `--json`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, curve: &Curve) -> Result<()> {
        let Some(path) = &self.curve else { return Ok(()) };
        let text = match Form::of(path)? {
            Form::Svg => curve_svg(curve),
            Form::Json => {
                let text = serde_json::to_string_pretty(curve);
                text.expect("a curve is plain data") + "\n"
            }
        };
        AtomicFile::write(path, text.as_bytes())
    }
}

enum Form {
    Svg,
    Json,
}

impl Form {
    fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        match extension.as_deref().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(Form::Svg),
            Some("json") => Ok(Form::Json),
            _ => Err(Error::usage(format!(
                "`{}` ends neither in `.svg` nor in `.json`",
                path.display()
            ))
            .hinted("--curve loss.svg is a picture, --curve loss.json the numbers")),
        }
    }
}

fn width() -> usize {
    let found = terminal_size::terminal_size();
    found.map_or(WIDTH, |(width, _)| usize::from(width.0)).clamp(LEAST_WIDTH, MOST_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut curve = Curve::new("step");
        curve.push("loss", 1, 0.5);
        for (name, begin) in [("a.svg", "<svg "), ("a.JSON", "{\n")] {
            let options = CurveOptions { curve: Some(folder.path().join(name)) };
            options.check().unwrap();
            options.write(&curve).unwrap();
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(text.starts_with(begin), "{text}");
        }
        let text = std::fs::read(folder.path().join("a.JSON")).unwrap();
        assert_eq!(serde_json::from_slice::<Curve>(&text).unwrap(), curve);
        for name in ["a.png", "a", ".svg"] {
            let options = CurveOptions { curve: Some(name.into()) };
            assert_eq!(options.check().unwrap_err().exit_code(), 2, "{name}");
        }
        CurveOptions { curve: None }.check().unwrap();
    }
}
