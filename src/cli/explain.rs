//! `malmoi explain [NAME] [TEXT]`: what speaks for the predicted label, and against it.

use std::io::Read;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use malmoi::analyze::AnalyzerKind;
use malmoi::pipeline::{self, Contribution, Explanation, Highlight, Labeler, Method};
use malmoi::{Error, Result, files};
use serde_json::json;

use super::Context;
use super::outdated;
use super::output::{harmless, spelled};
use super::progress::Progress;

const FOR: Style = AnsiColor::Green.on_default();
const AGAINST: Style = AnsiColor::Red.on_default();
/// A word is marked from this share of the strongest word's score on, and bold
/// from the second.
const MARKED: f64 = 0.1;
const STRONG: f64 = 0.5;
/// What is smaller is shown as 0.0000, which tells nothing.
const LEAST: f64 = 0.00005;

/// Which text.
#[derive(clap::Args)]
pub struct Arguments {
    /// The pipeline whose model is used [default: the one pipeline.toml names]; `NAME/LEARNED`
    /// for one of its networks, `A+B` for the mean of several
    name: Option<String>,
    /// The text [default: standard input]; alone, it needs no NAME before it, unless a
    /// pipeline is called so
    text: Option<String>,
    /// How many terms to show, for the label and against it
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Predicts and says why.
///
/// # Errors
/// If there is no model, the Korean dictionary cannot be installed, or the text
/// cannot be read.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let (name, text) = meant(arguments, context)?;
    let progress = Progress::start(context.is_quiet())?;
    let model = pipeline::load_labeler(&context.state()?, &name, &progress)?;
    progress.finish();
    progress.end_at_once();
    outdated::warn_of_reference(&name, context);
    let text = text.map_or_else(from_standard_input, Ok)?;
    let explanation = pipeline::explain(&model, &text)?;
    if arguments.json {
        return context.output().json(&as_json(&model, explanation, arguments.top));
    }
    let analyzer = model.run().map(|model| model.encoder.analyze.analyzer).unwrap_or_default();
    context.output().result(&as_text(&explanation, arguments.top, analyzer))
}

/// One word alone is a name where a pipeline is called so, and a text elsewhere.
fn meant(arguments: &Arguments, context: &Context) -> Result<(String, Option<String>)> {
    let (name, text) = (arguments.name.as_deref(), arguments.text.clone());
    match name {
        Some(name) if text.is_some() || is_pipeline(name, context) => Ok((name.to_owned(), text)),
        alone => Ok((context.pipeline_name(None)?, alone.map(str::to_owned))),
    }
}

/// Whether the settings have it, or something is kept of it.
fn is_pipeline(name: &str, context: &Context) -> bool {
    // `NAME/LEARNED` and `NAME+OTHER` begin with a name too.
    let name = name.split(['/', '+']).next().unwrap_or_default();
    let is_written = context.config().is_ok_and(|config| config.pipelines.contains_key(name));
    is_written || {
        let kept = context.state().and_then(|state| pipeline::list_state(&state));
        kept.is_ok_and(|kept| kept.pipelines.iter().any(|one| one.name == name))
    }
}

fn from_standard_input() -> Result<String> {
    let mut bytes = Vec::new();
    let most = files::MAX_LINE_BYTES as u64;
    std::io::stdin()
        .lock()
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::io(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > most {
        return Err(Error::data(format!("the text is longer than {} MB", most >> 20)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to() + 1;
        Error::data(format!("byte {place} is no UTF-8")).at("standard input")
    })
}

/// Terms that are not shown are summed up, so that everything still adds up.
fn as_json(model: &Labeler, mut explanation: Explanation, top: usize) -> serde_json::Value {
    let (shown, others): (Vec<Contribution>, _) = {
        let all = std::mem::take(&mut explanation.contributions);
        let mut left = [top, top];
        all.into_iter().partition(|one| {
            let side = &mut left[usize::from(one.contribution > 0.0)];
            let is_shown = *side > 0;
            *side = side.saturating_sub(1);
            is_shown
        })
    };
    let sum: f64 = others.iter().map(|one| one.contribution).sum();
    let probabilities: serde_json::Map<String, _> = (model.labels().iter())
        .zip(&explanation.probabilities)
        .map(|(label, probability)| (label.clone(), json!(probability)))
        .collect();
    json!({
        "label": explanation.label,
        "method": explanation.method,
        "probability": explanation.probability,
        "probabilities": probabilities,
        "score": explanation.score,
        "intercept": explanation.intercept,
        "contributions": shown,
        "others": { "terms": others.len(), "contribution": sum },
        "text": explanation.text,
        "tokens": explanation.tokens,
    })
}

fn as_text(explanation: &Explanation, top: usize, analyzer: AnalyzerKind) -> String {
    let has_colours = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    let Explanation { label, probability, score, intercept, .. } = explanation;
    let mut text = format!("{}  {probability:.4}\n\n", harmless(label));
    text += &marked(&explanation.text, &explanation.tokens, has_colours);
    let side = |wanted: f64| {
        let terms = explanation.contributions.iter();
        let mut terms = terms.filter(move |one| one.contribution * wanted >= LEAST).peekable();
        let line = |one| line(one, analyzer);
        terms.peek().is_some().then(|| terms.take(top).map(line).collect::<String>())
    };
    let label = harmless(label);
    for (wanted, says) in [(1.0, "for"), (-1.0, "against")] {
        if let Some(lines) = side(wanted) {
            text += &format!("\n\nspeaks {says} {label}\n{}", lines.trim_end_matches('\n'));
        }
    }
    if explanation.method == Method::Occlusion {
        let says = "log-odds of the label; a number says what they lose without the word";
        return text + &format!("\n\n  {score:+.4}  {says}\n");
    }
    if explanation.contributions.is_empty() {
        text +=
            "\n\nthe model knows no term of this text; the label is that of the intercept alone";
    }
    text + &format!("\n\n  {intercept:+.4}  intercept\n  {score:+.4}  score, all terms\n")
}

fn line(one: &Contribution, analyzer: AnalyzerKind) -> String {
    let times = if one.count > 1 { format!("  × {}", one.count) } else { String::new() };
    let style = if one.contribution > 0.0 { FOR } else { AGAINST };
    let term = spelled(&one.term, analyzer);
    format!("  {style}{:+.4}{style:#}  {term}{times}\n", one.contribution)
}

/// The text with its words coloured, or in brackets where there are no colours.
pub(super) fn marked(text: &str, tokens: &[Highlight], has_colours: bool) -> String {
    let strongest = tokens.iter().map(|token| token.score.abs()).fold(0.0, f64::max);
    let mut out = String::new();
    let mut done = 0;
    for token in tokens.iter().filter(|token| token.score.abs() >= strongest * MARKED) {
        // The padding of `char_wb` has no length.
        if token.start < done || token.start == token.end || token.score == 0.0 {
            continue;
        }
        out += &harmless(&text[done..token.start]);
        let word = harmless(&text[token.start..token.end]);
        out += &mark(&word, token.score, strongest, has_colours);
        done = token.end;
    }
    out + harmless(&text[done..]).trim_end()
}

fn mark(word: &str, score: f64, strongest: f64, has_colours: bool) -> String {
    if !has_colours {
        let sign = if score > 0.0 { '+' } else { '-' };
        return format!("[{sign}{word}{sign}]");
    }
    let style = if score > 0.0 { FOR } else { AGAINST };
    let style = if score.abs() >= strongest * STRONG { style.bold() } else { style };
    format!("{style}{word}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(scores: &[(usize, usize, f64)]) -> Vec<Highlight> {
        let token = |&(start, end, score)| Highlight { start, end, score };
        scores.iter().map(token).collect()
    }

    #[test]
    fn words_are_marked_by_sign_and_size() {
        let text = "great but dull and so long\u{1b}[2J";
        let tokens =
            tokens(&[(0, 5, 1.0), (6, 9, 0.01), (10, 14, -0.3), (15, 18, 0.0), (22, 26, 0.2)]);
        let plain = marked(text, &tokens, false);
        assert_eq!(plain, "[+great+] but [-dull-] and so [+long+]\u{fffd}[2J");
        let coloured = marked(text, &tokens, true);
        let bold = FOR.bold();
        assert!(coloured.starts_with(&format!("{bold}great{bold:#} but {AGAINST}dull")));
        assert_eq!(marked("nothing known", &[], false), "nothing known");
    }
}
