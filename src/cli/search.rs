//! `malmoi search NAME TEXT`: the documents most like a text or a document.

use std::path::PathBuf;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use malmoi::pipeline::{Answer, BatchParams, Question, SearchEngine};
use malmoi::search::{self, Snippet, Worker};
use malmoi::{Error, Result};
use serde_json::{Value, json};

use super::Context;
use super::indexed;
use super::output::harmless;
use super::progress::Progress;
use super::search_filter::{FilterArguments, Measure};
use super::streams;

const SCORE: Style = AnsiColor::Cyan.on_default();
const FOUND: Style = AnsiColor::Green.on_default().bold();

/// What to look for, and where.
#[derive(clap::Args)]
pub struct Arguments {
    /// The pipeline whose documents are searched
    name: String,
    /// The text to look for; it is cleaned and analyzed as the documents were
    #[arg(required_unless_present_any = ["like", "queries"])]
    #[arg(conflicts_with_all = ["like", "queries"])]
    text: Option<String>,
    /// Look for documents like this one of the index
    #[arg(long, value_name = "ID", conflicts_with = "queries")]
    like: Option<String>,
    /// Answer each line of this file (`-`: standard input) by a line of JSON
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// How many documents to find [default: the pipeline's `search.top`, or 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    top: Option<u32>,
    /// How to compare [default: the pipeline's `search.measure`, or cosine]
    #[arg(long, value_name = "MEASURE")]
    measure: Option<Measure>,
    #[command(flatten)]
    filters: FilterArguments,
    /// As JSON, one line
    #[arg(long)]
    json: bool,
}

/// Characters of a document that are shown.
const LENGTH: usize = 160;

/// Finds and shows.
///
/// # Errors
/// If there is neither an index nor a finished run, a day or id is none, or reading or
/// writing fails.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let filter = arguments.filters.read()?;
    let progress = Progress::start(context.is_quiet())?;
    let (pipeline, engine) = indexed::engine(Some(&arguments.name), context, &progress)?;
    let params = pipeline.search.unwrap_or_default();
    let measure = arguments.measure.map_or(params.measure, search::Measure::from);
    let top = arguments.top.unwrap_or(params.top) as usize;
    if let Some(queries) = &arguments.queries {
        let params = BatchParams { measure, top, filter };
        return batch(queries, &engine, &params, progress);
    }
    progress.finish();
    progress.end_at_once();
    let (question, itself) = match (&arguments.like, &arguments.text) {
        (Some(id), _) => engine.like(id).map(|(place, question)| (question, Some(place)))?,
        (None, text) => (engine.question(text.as_deref().unwrap_or_default()), None),
    };
    if question.columns.is_empty() {
        context.output().warning(&nothing_known(&question));
    }
    // A document is the one most like itself.
    let wanted = top + usize::from(itself.is_some());
    let mut hits = engine.search(&mut Worker::default(), &question, measure, wanted, &filter)?;
    hits.retain(|hit| Some(hit.place) != itself);
    hits.truncate(top);
    let answers = engine.answers(&question, hits, LENGTH)?;
    if arguments.json {
        let answers: Vec<Value> = answers.iter().map(as_json).collect();
        return context.output().result(&format!("{}\n", json!({ "query": 0, "hits": answers })));
    }
    if answers.is_empty() {
        return context.output().note(match filter.is_open() {
            true => "no document has a term in common with it\n",
            false => "no document that the filters let through has a term in common with it\n",
        });
    }
    context.output().result(&as_text(&answers))
}

fn nothing_known(question: &Question) -> Error {
    debug_assert!(question.columns.is_empty());
    Error::data("none of its words is in the vocabulary of the index")
        .hinted("the vocabulary is that of the last run; the next run learns new words")
}

fn batch(
    queries: &std::path::Path,
    engine: &SearchEngine,
    params: &BatchParams,
    progress: Progress,
) -> Result<()> {
    let path = Some(queries).filter(|path| path.as_os_str() != "-");
    let (input, name) = streams::open(path)?;
    progress.end_at_once();
    let (count, skipped) =
        streams::write(None, |output| engine.batch(input, &name, params, output, &progress))?;
    progress.finish();
    streams::report(count, &skipped, "answered")
}

fn as_json(answer: &Answer) -> Value {
    let Answer { hit, record, snippet } = answer;
    let mut value = json!({ "id": hit.id, "score": hit.score });
    let told = [("title", &record.title), ("date", &record.date_text)];
    let fields = search::FIELDS.iter().copied().zip(&record.fields);
    for (key, text) in told.into_iter().chain(fields).filter(|(_, text)| !text.is_empty()) {
        value[key] = json!(text);
    }
    value["snippet"] = json!(snippet.text);
    value["highlights"] =
        snippet.highlights.iter().map(|range| json!([range.start, range.end])).collect();
    value
}

fn as_text(answers: &[Answer]) -> String {
    let has_colours = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    let mut text = String::new();
    for (place, Answer { hit, record, snippet }) in answers.iter().enumerate() {
        let date = record.date_text.replace('T', " ").chars().take(16).collect::<String>();
        let date = if date.is_empty() { date } else { format!("{date}  ") };
        let title = if record.title.is_empty() { "" } else { "  " };
        text += &format!(
            "{:>2}  {SCORE}{:.4}{SCORE:#}  {}{}{title}{}\n      {}\n",
            place + 1,
            hit.score,
            harmless(&date),
            harmless(&hit.id),
            harmless(&record.title),
            marked(snippet, has_colours),
        );
    }
    text
}

/// Matching terms coloured, or in brackets where there are no colours.
fn marked(snippet: &Snippet, has_colours: bool) -> String {
    let mut out = String::new();
    let mut done = 0;
    for highlight in &snippet.highlights {
        out += &harmless(&snippet.text[done..highlight.start]);
        let word = harmless(&snippet.text[highlight.clone()]);
        out += &match has_colours {
            true => format!("{FOUND}{word}{FOUND:#}"),
            false => format!("[{word}]"),
        };
        done = highlight.end;
    }
    out + &harmless(&snippet.text[done..])
}
