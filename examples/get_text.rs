//! The text of pages, as BeautifulSoup(html5lib).get_text() gives it.
//!
//! Reads JSON lines with `id` and `text`, writes the same with the cleaned text.

use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};

use malmoi::clean::{CleanParams, Cleaner, HtmlMode};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Line {
    id: String,
    text: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let params = CleanParams { html: HtmlMode::GetText, ..CleanParams::default() };
    let cleaner = Cleaner::open(&params)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let Line { id, text } = serde_json::from_str(&line?)?;
        let text = cleaner.clean(&text).into_owned();
        serde_json::to_writer(&mut out, &Line { id, text })?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}
