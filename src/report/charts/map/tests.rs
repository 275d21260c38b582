use super::*;

fn some(count: usize, labels: &[&str]) -> Map {
    let document = |place: usize| MapDocument {
        at: [(place as f64 * 0.7).sin(), (place as f64 * 1.3).cos()],
        label: (!labels.is_empty()).then(|| (place % labels.len()) as u32),
    };
    let term = |place: usize| MapTerm {
        name: format!("term {place}"),
        at: [(place as f64).cos() * 0.3, (place as f64).sin() * 0.2],
    };
    Map {
        title: "sample: documents by PCA".to_owned(),
        axes: ["PCA 1".to_owned(), "PCA 2".to_owned()],
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        documents: (0..count).map(document).collect(),
        terms: (0..40).map(term).collect(),
        most_points: 2_000,
        most_terms: 12,
        ..Map::default()
    }
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
fn every_document_is_a_point_and_every_label_a_colour() {
    let svg = map(&some(90, &["negative", "positive"]));
    assert_eq!(count(&svg, "h0"), 90);
    assert!(svg.contains("All 90 documents."));
    assert_eq!(count(&svg, "45 documents"), 2);
    for part in ["class=\"dot c0\"", "class=\"dot c1\"", ">positive<", "prefers-color-scheme: dark"]
    {
        assert!(svg.contains(part), "{part} is not in\n{svg}");
    }
    assert_eq!(count(&svg, "class=\"middle"), 2);
    assert!(!svg.contains("http://") || count(&svg, "http://") == 1, "only the name space");
}

#[test]
fn a_large_corpus_stays_a_small_file() {
    let mut large = some(50_000, &["a", "b", "c"]);
    large.documents.iter_mut().skip(25_000).for_each(|document| document.label = Some(0));
    let svg = map(&large);
    assert!(svg.len() < 60_000, "{} bytes", svg.len());
    assert_eq!(count(&svg, "h0"), 2_000);
    assert!(svg.contains("2,000 of 50,000 documents, chosen by seed 0"));
    let places = points::shown(&large);
    let of = |label| places.iter().filter(|&&p| large.documents[p].label == Some(label)).count();
    assert!(of(0).abs_diff(1_333) <= 1 && of(1).abs_diff(333) <= 1 && of(2).abs_diff(333) <= 1);
    assert_eq!(svg, map(&large));
    large.seed = 1;
    assert_ne!(svg, map(&large));
}

#[test]
fn labels_and_terms_are_text_whatever_they_hold() {
    let mut hostile = some(4, &["</svg><script>alert(1)</script>", "좋아요\u{0}&amp;"]);
    hostile.terms[0].name = "<b>\u{1b}\"'".to_owned();
    hostile.terms[0].at = [0.9, 0.9];
    hostile.title = "a & b < c".to_owned();
    let svg = map(&hostile);
    assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains('\u{1b}'));
    assert!(svg.contains("좋아요\u{fffd}&#38;amp;"), "{svg}");
    assert!(svg.contains("a &#38; b &#60; c"));
    let mut reader = quick_xml::Reader::from_str(&svg);
    while !matches!(reader.read_event().expect("it is XML"), quick_xml::events::Event::Eof) {}
}

#[test]
fn names_of_terms_do_not_cover_each_other() {
    let mut crowded = some(50, &[]);
    crowded.terms.iter_mut().enumerate().for_each(|(place, term)| {
        term.at = [0.3, 0.2 + place as f64 * 2e-2];
    });
    let frame = Frame::around(&crowded, &(0..50).collect::<Vec<_>>());
    let arrows = arrows(&crowded.terms, 12, &frame);
    assert!((3..=12).contains(&arrows.len()), "{}", arrows.len());
    let mut lines: Vec<f64> = arrows.iter().map(|(one, _)| one.at[1].parse().unwrap()).collect();
    lines.sort_by(f64::total_cmp);
    assert!(lines.windows(2).all(|pair| pair[1] - pair[0] >= 16.0), "{lines:?}");
}

#[test]
fn arrows_that_say_the_same_are_drawn_once() {
    let mut alike = some(50, &[]);
    alike.terms.iter_mut().enumerate().for_each(|(place, term)| {
        term.at = [0.3 + place as f64 * 1e-4, 0.2];
    });
    let frame = Frame::around(&alike, &(0..50).collect::<Vec<_>>());
    assert_eq!(arrows(&alike.terms, 12, &frame).len(), 1);
}

#[test]
fn many_labels_share_a_colour_and_none_is_grey() {
    let names: Vec<String> = (0..12).map(|name| format!("label {name}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let svg = map(&some(120, &names));
    assert!(svg.contains("other labels") && svg.contains("50 documents"), "{svg}");
    assert!(map(&some(5, &[])).contains("no label"));
}

#[test]
fn nothing_and_what_is_no_number_still_give_a_picture() {
    let mut odd = some(3, &["a"]);
    odd.documents[0].at = [f64::NAN, 1.0];
    odd.terms[0].at = [f64::INFINITY, 0.0];
    for map in [some(0, &[]), some(1, &["a"]), odd, Map::default()] {
        let svg = self::map(&map);
        assert!(svg.contains("</svg>") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
