use proptest::prelude::*;
use scraper::Html;

use super::*;

/// The tree as names, brackets and texts.
fn check(html: &str, expected: &str) {
    fn show(node: Node, out: &mut String) {
        match node.element() {
            Element::Text | Element::Raw => out.push_str(node.source()),
            _ => {
                out.push_str(node.name());
                out.push('(');
                node.children().for_each(|child| show(child, out));
                out.push(')');
            }
        }
    }
    let mut out = String::new();
    Page::parse(html).root().children().for_each(|node| show(node, &mut out));
    assert_eq!(out, expected, "{html:?}");
}

#[test]
fn left_out_end_tags_are_understood() {
    check("<p>a<p>b<div>c", "p(a)p(b)div(c)");
    check("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e", "ul(li(a)li(bul(li(c)))li(d))e");
    check("<dl><dt>a<dd>b<dt>c", "dl(dt(a)dd(b)dt(c))");
    check("<table><tr><td>a<td>b<tr><th>c</table>d", "table(tr(td(a)td(b))tr(th(c)))d");
    check("<td><p>a<table><tr><td><p>b</table>c", "td(p(a)table(tr(td(p(b))))c)");
    check("<select><option>a<option>b</select>c", "select(option(a)option(b))c");
}

#[test]
fn the_head_ends_before_the_body() {
    check("<head><title>a</title><p>b", "head(title(a))p(b)");
    check("<html><head><meta><body>a</body></html> b", "html(head(meta())body(a b))");
    check("<body><p>a<body>b", "body(p(ab))");
}

#[test]
fn end_tags_at_a_wrong_place_do_little_harm() {
    check("<div>a</b></div>b", "div(a)b");
    check("<div><table><tr><td>a</div>b</table>c", "div(table(tr(td(ab)))c)");
    check("<div><i>a</div>b", "div(i(a))b");
    check("a</br>b</p>c", "abr()bc");
    check("<x-y>a</X-Y>b", "x-y(a)b");
}

#[test]
fn contents_of_scripts_are_no_markup() {
    check("<script>a<b></script><style>c</style>", "script(a<b>)style(c)");
    let page = Page::parse("<script type='application/ld+json'>{}</script><script>x</script>");
    assert_eq!(page.linked_data().collect::<Vec<_>>(), ["{}"]);
}

fn counts(html: &str) -> Counts {
    Page::parse(html).root().counts()
}

#[test]
fn counts_see_links_and_no_scripts() {
    let found = counts("<p>ab, <a>c</a><p>d<script>e</script><br><title>f</title>");
    let expected = Counts {
        characters: 5,
        link_characters: 1,
        punctuation: 1,
        paragraphs: 2,
        breaks: 1,
        links: 1,
    };
    assert_eq!(found, expected);
    assert_eq!(counts("<a><div>ab</a>cd</div>").link_characters, 2);
    assert_eq!(counts("<a>ab<a>cd</a>ef").link_characters, 4);
}

#[test]
fn text_is_one_line() {
    let page = Page::parse("<div>a <b>b</b>c<p>d&amp;<br>e<script>f</script>");
    assert_eq!(page.root().text(), "a bc d& e");
}

#[test]
fn attributes_are_decoded() {
    let page = Page::parse("<p class='a  b' title='x &amp; y' ID=z>");
    let node = page.elements(Element::P).next().expect("it is there");
    assert_eq!(node.attribute("title").as_deref(), Some("x & y"));
    assert_eq!(node.raw_attribute("id"), Some("z"));
    assert!(node.has_class("b") && !node.has_class("c") && node.has("id", "Z"));
}

/// The order of the words is that of the reference parser, but for what the standard moves.
#[test]
fn texts_come_in_the_order_of_the_reference() {
    for html in [
        "<html><head><title>t</title></head><body><p>a<b>b</b> c<div>d<ul><li>e<li>f</ul></div>",
        "<p>a<table><tr><td>b<td>c</table>d<!-- e --><textarea>f</textarea>g&amp;h",
        "<div><a href=x>a<div>b</a>c</div>d</div>",
    ] {
        let reference: String = Html::parse_document(html).root_element().text().collect();
        let page = Page::parse(html);
        let mut ours = String::new();
        for node in page.elements(Element::Text) {
            crate::markup::push_decoded(node.source(), &mut ours);
        }
        assert_eq!(ours, reference, "{html:?}");
    }
}

#[test]
fn depth_and_length_are_no_matter() {
    for html in ["<div>", "<b>", "<p><a>", "<table><tr><td>", "<x>", "</div>", "<li>", "<a><i>"] {
        let page = {
            let html = html.repeat(100_000);
            Page::parse(&html).nodes().count()
        };
        assert!(page <= 400_001, "{html}");
    }
    let deep = "<div>".repeat(50_000) + "a" + &"</div>".repeat(50_000) + "b";
    assert_eq!(Page::parse(&deep).root().text(), "a b");
}

proptest! {
    #[test]
    fn any_text_is_a_page(html in "(<|>|/|a|p|div|td|=|'|&|;| |script|가|\\PC){0,60}") {
        let page = Page::parse(&html);
        let total = page.root().counts();
        for node in page.nodes() {
            prop_assert!(node.end() > node.index());
            prop_assert!(node.counts().characters <= total.characters);
            prop_assert!(node.parent().is_none_or(|parent| parent.holds(node)));
        }
    }
}

#[test]
fn a_page_has_no_more_nodes_than_its_length_allows() {
    for length in [4_000_000, 8_000_000] {
        for unit in ["<p>a", "<br>", "a<b>", "<i class=a>", "<h2>가</h2>"] {
            let html = unit.repeat(length / unit.len());
            let page = Page::parse(&html);
            assert!(page.is_cut(), "{unit}");
            assert!(page.root().end() <= 100_001 + length / 16, "{unit}: {}", page.root().end());
        }
    }
}

#[test]
fn dense_pages_that_people_write_are_read_whole() {
    let post = "<div class=post><h3>09:05</h3><time datetime=2026-11-23T09:05Z>09:05</time>\
        <p>It rained all day, and the river rose by a foot.</p><p>The mayor said so.</p></div>";
    let page = post.repeat(20_000);
    assert!(!Page::parse(&page).is_cut());
    assert!(!Page::parse(&page.replace('>', ">\n")).is_cut(), "blanks are not counted");
    let numbers = format!("<table>{}</table>", format!("<tr>{}", "<td>7".repeat(8)).repeat(5_000));
    assert!(!Page::parse(&numbers).is_cut());
}

#[test]
fn deep_pages_are_read_as_flat_ones() {
    // A barrier between the end tag and what it would end, and many elements behind it.
    let deep = format!("<b><div>{}{}x", "<i>".repeat(200), "</b>".repeat(1_000));
    let page = Page::parse(&deep);
    assert_eq!(page.root().end(), 1 + 2 + 200 + 1);
    check("<li><object><i><li>a", "li(object(i(li(a))))");
    check("<a><div><i>a</a>b<a>c</a>", "a(div(i(aba(c))))");
}
