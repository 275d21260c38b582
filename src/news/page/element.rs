//! The names of elements, and what a name says about the tree.

use std::sync::LazyLock;

macro_rules! elements {
    ($($variant:ident $name:literal $traits:expr,)*) => {
        /// An element by its name.
        ///
        /// # Examples
        /// ```
        /// use malmoi::news::page::Element;
        ///
        /// assert_eq!(Element::named("DIV"), Some(Element::Div));
        /// assert_eq!(Element::Div.name(), "div");
        /// assert_eq!(Element::named("my-card"), None);
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Element { $($variant,)* }

        const ELEMENTS: &[(Element, &str, u8)] = &[$((Element::$variant, $name, $traits),)*];
    };
}

/// Has no contents and no end tag.
const VOID: u8 = 1;
/// Stands on lines of its own, and ends an open paragraph.
const BLOCK: u8 = 2;
/// The end tag of a formatting element outside does not reach through it.
const SPECIAL: u8 = 4;
/// No end tag of an element outside reaches through it.
const SCOPE: u8 = 8;
/// May stand in the head of a page.
const HEAD: u8 = 16;
/// What stands in it is no text of the page.
const UNSEEN: u8 = 32;

const FLOW: u8 = BLOCK | SPECIAL;

#[rustfmt::skip]
elements! {
    // No element: the page itself, text, contents of scripts, unknown names.
    Document "#document" UNSEEN, Text "#text" 0, Raw "#raw" UNSEEN, Other "#other" 0,
    A "a" 0, Abbr "abbr" 0, Address "address" FLOW, Amp "amp-img" 0, Area "area" VOID,
    Article "article" FLOW, Aside "aside" FLOW, Audio "audio" UNSEEN, B "b" 0, Base "base" VOID | HEAD,
    Blockquote "blockquote" FLOW, Body "body" FLOW, Br "br" VOID, Button "button" SPECIAL | SCOPE,
    Canvas "canvas" UNSEEN, Caption "caption" FLOW | SCOPE, Center "center" FLOW, Cite "cite" 0,
    Code "code" 0, Col "col" VOID, Colgroup "colgroup" SPECIAL, Dd "dd" FLOW, Del "del" 0,
    Details "details" FLOW, Dfn "dfn" 0, Dialog "dialog" FLOW, Dir "dir" FLOW, Div "div" FLOW, Dl "dl" FLOW,
    Dt "dt" FLOW, Em "em" 0, Embed "embed" VOID, Fieldset "fieldset" FLOW, Figcaption "figcaption" FLOW,
    Figure "figure" FLOW, Font "font" 0, Footer "footer" FLOW, Form "form" FLOW, Frame "frame" VOID,
    Frameset "frameset" FLOW, H1 "h1" FLOW, H2 "h2" FLOW, H3 "h3" FLOW, H4 "h4" FLOW, H5 "h5" FLOW,
    H6 "h6" FLOW, Head "head" SPECIAL | HEAD | UNSEEN, Header "header" FLOW, Hgroup "hgroup" FLOW,
    Hr "hr" VOID | BLOCK, Html "html" SPECIAL | SCOPE, I "i" 0, Iframe "iframe" UNSEEN, Img "img" VOID,
    Input "input" VOID, Ins "ins" 0, Kbd "kbd" 0, Label "label" 0, Legend "legend" FLOW, Li "li" FLOW,
    Link "link" VOID | HEAD, Main "main" FLOW, Map "map" 0, Mark "mark" 0, Menu "menu" FLOW,
    Meta "meta" VOID | HEAD, Nav "nav" FLOW, Nobr "nobr" 0, Noembed "noembed" UNSEEN,
    Noframes "noframes" UNSEEN | HEAD, Noscript "noscript" UNSEEN | HEAD, Object "object" SPECIAL | SCOPE,
    Ol "ol" FLOW, Optgroup "optgroup" UNSEEN, Opt "option" UNSEEN, P "p" FLOW, Param "param" VOID,
    Path "path" 0, Picture "picture" 0, Plaintext "plaintext" FLOW, Pre "pre" FLOW, Q "q" 0, S "s" 0,
    Samp "samp" 0, Script "script" HEAD | UNSEEN, Section "section" FLOW, Select "select" SPECIAL | UNSEEN,
    Small "small" 0, Source "source" VOID, Span "span" 0, Strike "strike" 0, Strong "strong" 0,
    Style "style" HEAD | UNSEEN, Sub "sub" 0, Summary "summary" FLOW, Sup "sup" 0, Svg "svg" UNSEEN | SCOPE,
    Table "table" FLOW | SCOPE, Tbody "tbody" FLOW, Td "td" FLOW | SCOPE, Template "template" HEAD | UNSEEN | SCOPE,
    Textarea "textarea" UNSEEN, Tfoot "tfoot" FLOW, Th "th" FLOW | SCOPE, Thead "thead" FLOW, Time "time" 0,
    Title "title" HEAD | UNSEEN, Tr "tr" FLOW, Track "track" VOID, Tt "tt" 0, U "u" 0, Ul "ul" FLOW,
    Var "var" 0, Video "video" UNSEEN, Wbr "wbr" VOID, Xmp "xmp" FLOW,
}

impl Element {
    /// The element of this name in any case; none for names that the HTML standard lacks.
    pub fn named(name: &str) -> Option<Element> {
        let mut slot = slot(name.as_bytes());
        loop {
            let element = TABLE[slot]?;
            if element.name().eq_ignore_ascii_case(name) {
                return Some(element);
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// Its name in lower case.
    pub fn name(self) -> &'static str {
        ELEMENTS[self as usize].1
    }

    /// Whether it stands on lines of its own.
    pub fn is_block(self) -> bool {
        self.has(BLOCK)
    }

    /// `<h1>` to `<h6>`.
    pub fn is_heading(self) -> bool {
        (Element::H1..=Element::H6).contains(&self)
    }

    pub(super) const COUNT: usize = ELEMENTS.len();

    pub(super) fn is_void(self) -> bool {
        self.has(VOID)
    }

    pub(super) fn is_special(self) -> bool {
        self.has(SPECIAL)
    }

    pub(super) fn is_scope(self) -> bool {
        self.has(SCOPE)
    }

    /// A table or a part of it, whose end tags reach through cells.
    pub(super) fn is_of_table(self) -> bool {
        use Element::*;
        matches!(self, Table | Tbody | Thead | Tfoot | Tr | Td | Th | Caption | Colgroup)
    }

    pub(super) fn bounds_table(self) -> bool {
        matches!(self, Element::Table | Element::Template | Element::Html)
    }

    pub(super) fn bounds_list(self) -> bool {
        use Element::*;
        matches!(self, Ul | Ol | Menu | Dir | Dl) || self.is_scope()
    }

    /// Whether its source is text, and no attributes.
    pub(super) fn holds_text(self) -> bool {
        matches!(self, Element::Text | Element::Raw)
    }

    pub(super) fn is_of_head(self) -> bool {
        self.has(HEAD)
    }

    /// Whether what stands in it is no text of the page: scripts, choices, drawings.
    pub fn is_unseen(self) -> bool {
        self.has(UNSEEN)
    }

    fn has(self, what: u8) -> bool {
        ELEMENTS[self as usize].2 & what != 0
    }
}

const SLOTS: usize = 512;

/// Open addressing: one look for nearly every tag, where a `match` needs many.
static TABLE: LazyLock<[Option<Element>; SLOTS]> = LazyLock::new(|| {
    let mut table = [None; SLOTS];
    for &(element, name, _) in ELEMENTS {
        let mut at = slot(name.as_bytes());
        while table[at].is_some() {
            at = (at + 1) % SLOTS;
        }
        table[at] = Some(element);
    }
    table
});

fn slot(name: &[u8]) -> usize {
    let letter = |at: usize| name.get(at).map_or(0, |&byte| usize::from(byte | 0x20));
    let last = letter(name.len().wrapping_sub(1));
    (letter(0) * 31 + letter(1) * 7 + last * 131 + name.len() * 17) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        for &(element, name, _) in ELEMENTS {
            assert_eq!(Element::named(&name.to_ascii_uppercase()), Some(element));
        }
        assert_eq!(Element::named(""), None);
        assert_eq!(Element::named("divs"), None);
    }

    #[test]
    fn headings_are_six() {
        let headings = ELEMENTS.iter().filter(|(element, ..)| element.is_heading());
        assert_eq!(headings.count(), 6);
    }
}
