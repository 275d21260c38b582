//! The parameters of the API: they are read by this table and described by it.

use crate::serve::parameters::{Kind, Parameter};

/// Documents of an answer.
pub const MOST_TOP: u32 = 100;
/// Characters of a text to look for, and of an id. With all others an address then stays
/// below the 64 KiB that a server takes, whatever they are encoded as.
pub const LONGEST_QUERY: usize = 1000;
/// Characters of a value to filter by.
pub const LONGEST_VALUE: usize = 100;

const MEASURES: &[&str] = &["cosine", "euclidean", "manhattan", "jaccard"];

const TOP: Parameter = Parameter {
    name: "top",
    what: "How many documents; else as the pipeline's settings say.",
    kind: Kind::Count(1, MOST_TOP),
};
const MEASURE: Parameter = Parameter {
    name: "measure",
    what: "How documents are compared; else as the pipeline's settings say.",
    kind: Kind::Choice(MEASURES),
};
const SOURCE: Parameter = Parameter {
    name: "source",
    what: "From one of these sources.",
    kind: Kind::Texts(LONGEST_VALUE),
};
const LABEL: Parameter = Parameter {
    name: "label",
    what: "With one of these labels of the corpus.",
    kind: Kind::Texts(LONGEST_VALUE),
};
const LANGUAGE: Parameter = Parameter {
    name: "language",
    what: "In one of these languages, such as `ko`.",
    kind: Kind::Texts(LONGEST_VALUE),
};
const SINCE: Parameter =
    Parameter { name: "since", what: "Dated on that day or later.", kind: Kind::Day };
const UNTIL: Parameter =
    Parameter { name: "until", what: "Dated before that day.", kind: Kind::Day };
const SNIPPET: Parameter = Parameter {
    name: "snippet",
    what: "Whether the part of each text that matches is shown, and its title; without, answers \
        are made faster.",
    kind: Kind::Flag,
};

/// Of a search.
pub const SEARCH: [Parameter; 12] = [
    Parameter {
        name: "q",
        what: "The text to look for; cleaned and analyzed as the documents were. Without words \
            that the index knows, nothing is found.",
        kind: Kind::Text(LONGEST_QUERY),
    },
    Parameter {
        name: "like",
        what: "Instead of `q`: look for documents like the one with this id.",
        kind: Kind::Text(LONGEST_QUERY),
    },
    Parameter {
        name: "pipeline",
        what: "The pipeline whose documents are searched; the first one if it is left out.",
        kind: Kind::Text(LONGEST_VALUE),
    },
    TOP,
    MEASURE,
    SOURCE,
    LABEL,
    LANGUAGE,
    SINCE,
    UNTIL,
    Parameter {
        name: "sentiment",
        what: "Only documents to which the pipeline's model gives this label, among the 300 \
            nearest; none if no model gives it.",
        kind: Kind::Text(LONGEST_VALUE),
    },
    SNIPPET,
];

/// Of neighbours.
pub const NEIGHBORS: [Parameter; 8] =
    [TOP, MEASURE, SOURCE, LABEL, LANGUAGE, SINCE, UNTIL, SNIPPET];
