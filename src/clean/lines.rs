//! Text that grows line by line, where a line ends at `<br>` or a block's edge.
//!
//! Out: lines without blanks at their ends, none of them empty, joined by `\n`.

/// The lines so far, and the one being written.
pub(super) struct Lines {
    text: String,
    line_start: usize,
}

impl Lines {
    /// No lines, and room for `bytes` of them.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Lines { text: String::with_capacity(bytes), line_start: 0 }
    }

    /// Where the text of the line goes; nothing before it may be touched.
    pub(super) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends the line; an empty one is forgotten.
    pub(super) fn end_line(&mut self) {
        let line = &self.text[self.line_start..];
        let indented = line.trim_end().len();
        let length = line.trim().len();
        self.text.truncate(self.line_start + indented);
        if length < indented {
            self.text.drain(self.line_start..self.line_start + indented - length);
        }
        if length > 0 {
            self.text.push('\n');
        }
        self.line_start = self.text.len();
    }

    /// The lines, without a newline at the end.
    pub(super) fn finish(mut self) -> String {
        self.end_line();
        self.text.pop();
        self.text
    }
}

/// Whether a line ends where a tag of this name stands.
pub(super) fn breaks_line(name: &str) -> bool {
    BREAKING.iter().any(|breaking| breaking.eq_ignore_ascii_case(name))
}

/// `<br>` first, as nearly all tags of reviews are that; then what the HTML
/// standard shows as a block, cells and choices, whose words would run together.
#[rustfmt::skip]
const BREAKING: [&str; 60] = [
    "br", "p", "div", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6",
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd",
    "details", "dialog", "dir", "dl", "dt", "fieldset", "figcaption", "figure", "footer",
    "form", "head", "header", "hgroup", "hr", "html", "legend", "listing", "main", "menu",
    "nav", "ol", "optgroup", "option", "plaintext", "pre", "search", "section", "select",
    "summary", "table", "tbody", "textarea", "tfoot", "thead", "title", "ul", "xmp",
    "frameset", "marquee",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_and_never_empty() {
        let mut lines = Lines::with_capacity(0);
        lines.end_line();
        for text in [" a  b ", "", "\u{a0}", "\n c"] {
            lines.text().push_str(text);
            lines.end_line();
        }
        assert_eq!(lines.finish(), "a  b\nc");
    }

    #[test]
    fn nothing_is_no_line() {
        assert_eq!(Lines::with_capacity(0).finish(), "");
    }

    #[test]
    fn names_are_read_in_any_case() {
        assert!(breaks_line("BR") && breaks_line("Div"));
        assert!(!breaks_line("b") && !breaks_line("span"));
    }
}
