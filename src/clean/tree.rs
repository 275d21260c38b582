//! Html → the text of its tree, as the HTML standard builds it.
//!
//! In: any text. Out: its text nodes in the tree's order, or nothing if the tree
//! would cost too much. Neither depth nor shape of the input can exhaust time,
//! memory or stack: work is counted while the tree grows, and the walk through
//! it does not recurse.

use std::borrow::Cow;
use std::cell::{Cell, Ref};

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, ParseOpts, Parser, QualName, local_name, parse_document};
use scraper::{Html, HtmlTreeSink};

type Handle = <HtmlTreeSink as TreeSink>::Handle;

/// Longer texts get no tree.
pub(super) const MAX_BYTES: usize = 16 << 20;

/// Steps that one tree may cost, about a second. Of 102 news pages the dearest
/// cost a fortieth of it (2.5 million), and ten steps a byte at most.
const MAX_WORK: u64 = 100_000_000;

/// A node takes about 250 bytes, so that the steps bound memory too.
const NODE_WORK: u64 = 50;

/// The parser compares two formatting elements by sorting their attributes.
/// About 5,000 of them fit into one tree.
const COMPARISON_WORK: u64 = 8;

/// The work is looked at between pieces of this size. One tag can cost as much
/// as all the tags before it, so a piece holds few.
const PIECE_BYTES: usize = 512;

/// Attributes that one tag may have: the parser compares each with all before it.
const MAX_ATTRIBUTES: usize = 20_000;

/// The text nodes of the tree of `html`, joined; `None` if the tree costs too much.
pub(super) fn tree_text(html: &str) -> Option<String> {
    if html.len() > MAX_BYTES {
        return None;
    }
    let mut parser = parse_document(CountingSink::default(), options());
    feed(&mut parser, html)?;
    let tree = parser.finish().tree;
    let mut text = String::with_capacity(html.len());
    for piece in tree.root().descendants().filter_map(|node| node.value().as_text()) {
        text.push_str(piece);
    }
    Some(text)
}

/// html5lib reads with scripting off and keeps a byte order mark.
fn options() -> ParseOpts {
    ParseOpts {
        tokenizer: TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() },
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
    }
}

fn feed(parser: &mut Parser<CountingSink>, mut html: &str) -> Option<()> {
    let mut separators = 0;
    while !html.is_empty() {
        let (piece, rest) = html.split_at(piece_end(html));
        let calls = parser.tokenizer.sink.sink.calls.get();
        parser.process(StrTendril::from_slice(piece));
        let sink = &parser.tokenizer.sink.sink;
        // A call means that the tag before it is over.
        separators = if sink.calls.get() == calls { separators } else { 0 };
        separators += piece.bytes().filter(|byte| b" \t\n\r\x0C/\"'".contains(byte)).count();
        if sink.work.get() > MAX_WORK || separators > MAX_ATTRIBUTES {
            return None;
        }
        html = rest;
    }
    Some(())
}

/// The first boundary between characters from [`PIECE_BYTES`] on.
fn piece_end(html: &str) -> usize {
    (PIECE_BYTES..html.len()).find(|&at| html.is_char_boundary(at)).unwrap_or(html.len())
}

/// Scraper's tree, and what it cost so far.
struct CountingSink {
    tree: HtmlTreeSink,
    work: Cell<u64>,
    calls: Cell<u64>,
    formatting: Cell<u64>,
}

impl Default for CountingSink {
    fn default() -> Self {
        CountingSink {
            tree: HtmlTreeSink::new(Html::new_document()),
            work: Cell::new(0),
            calls: Cell::new(0),
            formatting: Cell::new(0),
        }
    }
}

impl CountingSink {
    fn spend(&self, work: u64) -> &HtmlTreeSink {
        self.work.set(self.work.get() + work);
        self.calls.set(self.calls.get() + 1);
        &self.tree
    }

    /// The parser compares each new formatting element with the open ones, and
    /// each attribute with those before it.
    fn element_work(&self, name: &QualName, attributes: usize) -> u64 {
        let is_formatting = matches!(
            name.local,
            local_name!("a")
                | local_name!("b")
                | local_name!("big")
                | local_name!("code")
                | local_name!("em")
                | local_name!("font")
                | local_name!("i")
                | local_name!("nobr")
                | local_name!("s")
                | local_name!("small")
                | local_name!("strike")
                | local_name!("strong")
                | local_name!("tt")
                | local_name!("u")
        );
        self.formatting.set(self.formatting.get() + u64::from(is_formatting));
        let compared = if is_formatting { self.formatting.get() } else { 0 };
        let attributes = attributes as u64;
        NODE_WORK * (1 + attributes) + COMPARISON_WORK * compared + attributes * attributes
    }
}

impl TreeSink for CountingSink {
    type Handle = Handle;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.tree.finish()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.spend(1).get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Ref<'a, QualName> {
        self.spend(1).elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Handle {
        let work = self.element_work(&name, attributes.len());
        // Attributes hold no text.
        self.spend(work).create_element(name, Vec::new(), flags)
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        self.spend(NODE_WORK).create_comment(StrTendril::new())
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.spend(NODE_WORK).create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.spend(NODE_WORK).append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        previous: &Handle,
        child: NodeOrText<Handle>,
    ) {
        self.spend(NODE_WORK).append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.spend(NODE_WORK).append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.spend(1).get_template_contents(target)
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.spend(1).same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.spend(1).set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, node: NodeOrText<Handle>) {
        self.spend(NODE_WORK).append_before_sibling(sibling, node);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attributes: Vec<Attribute>) {
        let work = self.element_work(&self.tree.elem_name(target), attributes.len());
        self.spend(work);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.spend(1).remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.spend(NODE_WORK).reparent_children(node, new_parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(tree_text(html).as_deref(), Some(expected), "{html:?}");
    }

    // Expected: BeautifulSoup 4.15.0 with html5lib 1.1.
    #[test]
    fn the_tree_moves_text_as_html5lib_does() {
        check("  <p>a<table>b<tr><td>c</td>d</table>", "abdc");
        check(" <title> t </title> <p>x</p> ", " t  x ");
        check("<script>1<b></script><style>2</style><noscript>3<b>4</noscript>", "1<b>234");
        check("a<!-- b -->c<!doctype html>d<?e?>f</>g</3>h<3", "acdfgh<3");
        check("\u{feff} a\0b", "\u{feff} ab");
        check("<pre>\n\na</pre><textarea>\n<b></textarea>", "\na<b>");
        check("x <grin and <b>", "x ");
        check("<template>a</template>b", "ab");
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let html = "<div>".repeat(5_000) + "x";
        check(&html, "x");
    }

    fn check_refused(html: &str) {
        assert_eq!(tree_text(html), None);
    }

    #[test]
    fn a_tree_without_measure_is_refused() {
        check_refused(&"a".repeat(MAX_BYTES + 1));
        check_refused(&"<div>".repeat(50_000));
        check_refused(&"<b></x>".repeat(50_000));
        let formatting: String = (0..4_000).map(|i| format!("<b a={i}>")).collect();
        check_refused(&format!("<p>{formatting}{}", "<p>x".repeat(1_000)));
        let attributes: String = (0..100_000).map(|i| format!("a{i} ")).collect();
        check_refused(&format!("<p {attributes}>x"));
    }

    #[test]
    fn a_long_address_is_no_crowd_of_attributes() {
        let html = format!("a<img src='data:image/png;base64,{}'>b", "Ab0+".repeat(250_000));
        check(&html, "ab");
    }
}
