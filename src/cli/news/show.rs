//! `malmoi news show`.

use malmoi::news::store::Stored;
use malmoi::{Error, Result};

use super::Context;

/// Show one article.
#[derive(clap::Args)]
pub struct Arguments {
    /// Its id, the beginning of it, or its address
    id: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Shows it.
///
/// # Errors
/// If there is none, or several have ids that begin so.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let id = &arguments.id;
    let found = super::store(name, context)?.find_article(id)?;
    let article = match found.as_slice() {
        [only] => only,
        [] => {
            return Err(Error::usage(format!("there is no article `{id}`"))
                .hinted("`malmoi news list` shows their ids"));
        }
        _ => {
            return Err(Error::usage(format!("several ids begin with `{id}`"))
                .hinted("give more of its digits"));
        }
    };
    match arguments.json {
        true => {
            context.output().json(&serde_json::to_value(article).expect("articles are plain data"))
        }
        false => context.output().result(&text(article)),
    }
}

fn text(article: &Stored) -> String {
    let mut lines = vec![article.article.title.clone(), String::new()];
    let mut add = |name: &str, value: Option<&str>| {
        lines.extend(value.map(|value| format!("{name:10} {value}")));
    };
    add("id", Some(&article.id));
    add("address", Some(&article.article.url));
    add("published", article.article.date.as_deref());
    add("by", Some(article.article.authors.join(", ").as_str()).filter(|names| !names.is_empty()));
    add("site", article.article.site.as_deref());
    add("language", article.article.language.as_deref());
    let sentiment = article.sentiment.as_ref();
    let label =
        sentiment.map(|one| format!("{} {:.2} ({})", one.label, one.probability, one.model));
    add("sentiment", label.as_deref());
    add("copy of", article.duplicate_of.as_deref());
    lines.push(String::new());
    lines.push(article.article.text.replace('\n', "\n\n"));
    super::plain(&lines.join(
        "
",
    )) + "
"
}
