//! A pipeline's documents → coordinates along a few axes, and the terms that make them.
//!
//! In: a pipeline and how to reduce it. Out: coordinates of the documents that are asked
//! for, and what each axis is worth. Promises: everything is learned from the training
//! part alone; documents of the test part are only laid onto the axes.

use std::path::Path;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis as Along, concatenate, s};

use super::material::{Material, TfidfRows};
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::learn::reduce::{Lda, Pca, SvdParams, TruncatedSvd};
use crate::pipeline::export_vectors::RowsOf;
use crate::pipeline::label_terms::{WeightedTerm, heaviest_both_ways};
use crate::pipeline::watch::Watch;

/// How documents get their axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reduction {
    /// The directions of the truncated SVD as they are.
    Svd,
    /// The axes along which the reduced documents vary most.
    Pca,
    /// The axes that tell the labels apart best, then those of what is left.
    Lda {
        /// Draws the covariance within the labels towards a ball; from 0 to 1.
        shrinkage: Option<f64>,
    },
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReduceOptions {
    /// How the axes are found.
    pub reduction: Reduction,
    /// How many axes.
    pub dimensions: usize,
    /// Dimensions that the truncated SVD leaves for the axes to be found in.
    pub svd_dimensions: usize,
    /// Only so many terms, the most frequent ones.
    pub terms: usize,
    /// Whose coordinates are wanted.
    pub part: RowsOf,
    /// So many of the strongest terms, each way along an axis.
    pub top: usize,
    /// Of the directions that the SVD begins with.
    pub seed: u64,
}

/// A pipeline's documents along a few axes.
pub struct Reduced {
    /// What the coordinates are measured along.
    pub axes: Vec<ReducedAxis>,
    /// The documents, train before test.
    pub documents: Vec<ReducedDocument>,
    /// Documents × axes.
    pub coordinates: Array2<f64>,
    /// Names of the labels; empty without.
    pub labels: Vec<String>,
    /// The terms, and where each would lie as a document of its own: terms × axes.
    pub terms: (Vec<String>, Array2<f64>),
    /// How many documents the axes were learned from.
    pub learned_from: usize,
    /// Dimensions that the truncated SVD left.
    pub svd_dimensions: usize,
    /// Share of the variance of the TF-IDF rows that they keep.
    pub svd_variance: f64,
}

/// A document's place in its corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReducedDocument {
    /// Its id.
    pub id: String,
    /// Its label, as a place in [`Reduced::labels`].
    pub label: Option<u32>,
    /// Whether the axes were learned from it.
    pub is_train: bool,
}

/// An axis, and what it is worth on the training part.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReducedAxis {
    /// `PCA 1`, `LDA 1`, `rest 1`.
    pub name: String,
    /// Share of the variance of the TF-IDF rows along it.
    pub explained_variance_ratio: f64,
    /// Variance between the labels, of that within them; of a discriminant alone.
    pub separation: Option<f64>,
    /// Terms that draw a document to the positive side, the strongest first.
    pub positive: Vec<WeightedTerm>,
    /// Terms that draw it to the negative side.
    pub negative: Vec<WeightedTerm>,
}

/// Reads the documents of `pipeline` and lays them along axes.
///
/// # Errors
/// The source's; there are no labels for discriminants, more axes are asked for than there
/// are, or an interrupt.
pub fn reduce(
    pipeline: &Pipeline,
    state: &Path,
    options: &ReduceOptions,
    watch: &dyn Watch,
) -> Result<Reduced> {
    let material = Material::read(pipeline, &pipeline.analyze, state, watch)?;
    let classes = material.classes(&material.parts.train);
    if matches!(options.reduction, Reduction::Lda { .. }) && material.labels.len() < 2 {
        return Err(no_labels(&material));
    }
    watch.stage("vectorize");
    watch.check()?;
    let mut vectorize = pipeline.vectorize.clone();
    let most = u32::try_from(options.terms).unwrap_or(u32::MAX);
    vectorize.max_features = Some(vectorize.max_features.unwrap_or(most).min(most));
    let rows = material.tfidf(&vectorize)?;
    watch.stage("reduce");
    let svd = svd(&rows, options, watch)?;
    let train = svd.transform(&rows.train);
    watch.check()?;
    let axes = Axes::fit(&svd, train.view(), &classes, options)?;
    let coordinates = match options.part {
        RowsOf::Train => axes.lay(train.view()),
        RowsOf::Test => axes.lay(svd.transform(&rows.test).view()),
        RowsOf::All => {
            let both = [axes.lay(train.view()), axes.lay(svd.transform(&rows.test).view())];
            concatenate(Along(0), &[both[0].view(), both[1].view()])
                .expect("both have as many axes")
        }
    };
    let components = ArrayView2::from_shape((svd.columns, svd.dimensions), &svd.components)
        .expect("components are columns × dimensions");
    let places = components.mapv(f64::from).dot(&axes.directions);
    let names: Vec<String> =
        (0..svd.columns as u32).map(|column| rows.vectorizer.vocabulary.term(column)).collect();
    Ok(Reduced {
        axes: axes.described(&names, &places, options.top),
        documents: documents(&material, options.part),
        coordinates,
        terms: (names, places),
        learned_from: rows.train.rows(),
        svd_dimensions: svd.dimensions,
        svd_variance: svd.explained_variance_ratio.iter().sum(),
        labels: material.labels,
    })
}

fn no_labels(material: &Material) -> Error {
    match material.labels.first() {
        None => Error::data("the documents have no labels, and LDA tells labels apart")
            .hinted("name the column with `--set source.columns.label=…`, or use `reduce pca`"),
        Some(only) => Error::data(format!(
            "all documents have the label `{only}`, and LDA tells labels apart"
        ))
        .hinted("use `reduce pca`"),
    }
}

fn svd(rows: &TfidfRows, options: &ReduceOptions, watch: &dyn Watch) -> Result<TruncatedSvd> {
    let wanted = options.svd_dimensions.max(options.dimensions);
    let params = SvdParams { seed: options.seed, ..SvdParams::default() };
    let svd = TruncatedSvd::fit(&rows.train, wanted, params, watch.stop())?;
    if options.dimensions > svd.dimensions {
        return Err(Error::usage(format!(
            "{} dimensions are asked for, but the {} training documents have {}",
            options.dimensions,
            rows.train.rows(),
            svd.dimensions
        ))
        .hinted(format!("ask for --dimensions {} or fewer", svd.dimensions)));
    }
    if svd.dimensions < wanted {
        watch.note(&format!(
            "the training documents have {} dimensions, not {wanted}: all are kept",
            svd.dimensions
        ));
    }
    Ok(svd)
}

/// Directions in the reduced rows.
struct Axes {
    names: Vec<String>,
    /// What is taken from a row before it is measured.
    origin: Array1<f64>,
    /// Reduced dimensions × axes.
    directions: Array2<f64>,
    shares: Vec<f64>,
    separations: Vec<Option<f64>>,
}

impl Axes {
    fn fit(
        svd: &TruncatedSvd,
        train: ArrayView2<f32>,
        classes: &[u32],
        options: &ReduceOptions,
    ) -> Result<Self> {
        match options.reduction {
            Reduction::Svd => Ok(Self::of_svd(svd, options.dimensions)),
            Reduction::Pca => Ok(Self::of_pca(Pca::fit(train, options.dimensions)?, svd, train)),
            Reduction::Lda { shrinkage } => {
                let lda = Lda::fit(train, classes, shrinkage)?;
                Self::of_lda(&lda, svd, train, options.dimensions)
            }
        }
    }

    fn of_svd(svd: &TruncatedSvd, dimensions: usize) -> Self {
        Axes {
            names: numbered("SVD", dimensions),
            origin: Array1::zeros(svd.dimensions),
            directions: Array2::eye(svd.dimensions).slice(s![.., ..dimensions]).to_owned(),
            shares: svd.explained_variance_ratio[..dimensions].to_vec(),
            separations: vec![None; dimensions],
        }
    }

    fn of_pca(pca: Pca, svd: &TruncatedSvd, train: ArrayView2<f32>) -> Self {
        let dimensions = pca.components.ncols();
        Axes {
            names: numbered("PCA", dimensions),
            shares: shares(&pca.components, svd, train),
            origin: pca.mean,
            directions: pca.components,
            separations: vec![None; dimensions],
        }
    }

    /// Discriminants first; where more axes are asked for than there are, principal
    /// components of what they leave.
    fn of_lda(
        lda: &Lda,
        svd: &TruncatedSvd,
        train: ArrayView2<f32>,
        dimensions: usize,
    ) -> Result<Self> {
        let own = lda.scalings.ncols().min(dimensions);
        let mut names = numbered("LDA", own);
        let mut directions = lda.scalings.slice(s![.., ..own]).to_owned();
        let mut separations: Vec<_> = lda.separation.iter().take(own).copied().map(Some).collect();
        if dimensions > own {
            let rest = lda.rest(train, dimensions - own)?;
            names.extend(numbered("rest", dimensions - own));
            directions = concatenate(Along(1), &[directions.view(), rest.components.view()])
                .expect("both have the reduced dimensions");
            separations.resize(dimensions, None);
        }
        let shares = shares(&directions, svd, train);
        Ok(Axes { names, origin: lda.mean.clone(), directions, shares, separations })
    }

    fn lay(&self, rows: ArrayView2<f32>) -> Array2<f64> {
        (rows.mapv(f64::from) - &self.origin).dot(&self.directions)
    }

    fn described(&self, names: &[String], places: &Array2<f64>, top: usize) -> Vec<ReducedAxis> {
        let of = |(axis, name): (usize, &String)| {
            let places = places.column(axis);
            let term = |place: u32| names[place as usize].clone();
            let (positive, negative) = heaviest_both_ways(places.iter().copied(), top, term);
            ReducedAxis {
                name: name.clone(),
                explained_variance_ratio: self.shares[axis],
                separation: self.separations[axis],
                positive,
                negative,
            }
        };
        self.names.iter().enumerate().map(of).collect()
    }
}

fn numbered(name: &str, count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("{name} {number}")).collect()
}

/// Share of the variance of the TF-IDF rows along each direction.
///
/// The reduced rows have the share that the SVD says; a direction has its part of theirs.
fn shares(directions: &Array2<f64>, svd: &TruncatedSvd, train: ArrayView2<f32>) -> Vec<f64> {
    let rows = train.mapv(f64::from);
    let total: f64 = rows.var_axis(Along(0), 0.0).sum();
    let kept: f64 = svd.explained_variance_ratio.iter().sum();
    let share = |direction: ArrayView1<f64>| {
        let variance = rows.dot(&direction).var(0.0) / direction.dot(&direction);
        if total > 0.0 { variance / total * kept } else { 0.0 }
    };
    directions.columns().into_iter().map(share).collect()
}

fn documents(material: &Material, part: RowsOf) -> Vec<ReducedDocument> {
    let of = |places: &[usize], is_train: bool| -> Vec<ReducedDocument> {
        let document = |&place: &usize| {
            let meta = &material.corpus.documents[place];
            let class = |label: &String| material.labels.binary_search(label).ok();
            let label = meta.label.as_ref().and_then(class).map(|class| class as u32);
            ReducedDocument { id: meta.id.clone(), label, is_train }
        };
        places.iter().map(document).collect()
    };
    let parts = &material.parts;
    match part {
        RowsOf::Train => of(&parts.train, true),
        RowsOf::Test => of(&parts.test, false),
        RowsOf::All => [of(&parts.train, true), of(&parts.test, false)].concat(),
    }
}
