//! `malmoi embed analogy NAME A B C`

use malmoi::pipeline;
use malmoi::{Error, Result};
use serde_json::{Value, json};

use super::super::Context;
use super::{Asked, table, terms_json};

/// Which words.
#[derive(clap::Args)]
pub struct Arguments {
    /// The embedding
    name: String,
    /// A is to B as C is to what: the terms nearest to B - A + C
    #[arg(value_names = ["A", "B", "C"], num_args = 3)]
    words: Vec<String>,
    /// Words to be near to, as gensim's `most_similar` has it
    #[arg(long, value_name = "WORD", num_args = 1.., conflicts_with = "words")]
    positive: Vec<String>,
    /// Words to be far from
    #[arg(long, value_name = "WORD", num_args = 1.., conflicts_with = "words")]
    negative: Vec<String>,
    /// How many terms to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Shows the terms that complete it; the words themselves are left out.
///
/// # Errors
/// There is no such embedding, or a word has no vector.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let (positive, negative) = match arguments.words.as_slice() {
        [a, b, c] => (vec![b.clone(), c.clone()], vec![a.clone()]),
        _ => (arguments.positive.clone(), arguments.negative.clone()),
    };
    if positive.is_empty() && negative.is_empty() {
        return Err(Error::usage("no word is given")
            .hinted("malmoi embed analogy NAME A B C, or --positive and --negative"));
    }
    let embedding = pipeline::load_embedding(&context.state()?, &arguments.name)?;
    let ask = |words: &[String]| {
        words.iter().map(|word| Asked::new(&embedding, word)).collect::<Result<Vec<_>>>()
    };
    let (positive, negative) = (ask(&positive)?, ask(&negative)?);
    let vectors = |asked: &[Asked]| {
        asked.iter().map(|one| embedding.found_vector(&one.found).to_vec()).collect::<Vec<_>>()
    };
    let (near_to, far_from) = (vectors(&positive), vectors(&negative));
    let direction = embedding.direction(&slices(&near_to), &slices(&far_from))?;
    let without: Vec<usize> = positive.iter().chain(&negative).filter_map(Asked::row).collect();
    let near = embedding.nearest(&direction, &without, arguments.top);
    if arguments.json {
        let shown =
            |asked: &[Asked]| asked.iter().map(|one| one.json(&embedding)).collect::<Vec<Value>>();
        return context.output().json(&json!({
            "embedding": arguments.name,
            "positive": shown(&positive),
            "negative": shown(&negative),
            "terms": terms_json(&embedding, &near),
        }));
    }
    let signed = positive.iter().map(|one| ("+", one));
    let signed = signed.chain(negative.iter().map(|one| ("-", one)));
    let head: String =
        signed.map(|(sign, one)| format!("{sign} {}\n", one.shown(&embedding))).collect();
    context.output().result(&format!("{head}{}", table(&embedding, &near)))
}

fn slices(vectors: &[Vec<f32>]) -> Vec<&[f32]> {
    vectors.iter().map(Vec::as_slice).collect()
}
