//! Scores that were given before, by text and model.
//!
//! One file a pipeline, `scores.bin`: whole or not there, and made anew where it is
//! damaged, since a score can always be given again.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::files::{ContainerReader, ContainerWriter, Form};

const FORM: Form = Form {
    kind: *b"SCOR",
    version: 1,
    name: "file of scores",
    mend: "delete it; the next report makes it anew",
};

/// Name of the file in the folder of the pipeline.
pub(in crate::pipeline) const FILE: &str = "scores.bin";

/// Scores of a model that are kept: some 130 MB. Where a corpus has more, those that
/// come after are given anew each time.
const MOST: usize = 1 << 22;

/// What a model says of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The most probable label, by its place in the model's list.
    pub class: u32,
    /// Its probability. Kept in this width, so that a kept score is the score itself.
    pub probability: f32,
    /// Terms of the text.
    pub terms: u32,
    /// How many of those the model does not know.
    pub unknown: u32,
}

/// A text, by its hash.
pub(super) type Key = u128;

/// The scores of all models that a pipeline used.
#[derive(Debug, Default)]
pub(super) struct KeptScores {
    path: PathBuf,
    models: Vec<ScoresOf>,
}

/// The scores that one model gave.
#[derive(Debug, Default, PartialEq)]
struct ScoresOf {
    model: u64,
    /// Rising.
    keys: Vec<Key>,
    scores: Vec<Score>,
    /// Where the keys with these first sixteen bits begin: hashes are spread evenly, so
    /// that what is left to search is a dozen of a million.
    starts: Vec<u32>,
}

impl KeptScores {
    /// Those in `folder`, of the models with these identities and numbers of labels; and
    /// why the file cannot be used, if it is there and cannot.
    pub fn read(folder: &Path, models: &[(u64, usize)]) -> (Self, Option<String>) {
        let path = folder.join(FILE);
        let empty = |path| KeptScores { path, models: Vec::new() };
        if !path.exists() {
            return (empty(path), None);
        }
        match read(&path, models) {
            Ok(models) => (KeptScores { path, models }, None),
            Err(error) => (empty(path), Some(error.to_string())),
        }
    }

    /// The score that a model gave a text.
    pub fn find(&self, model: u64, key: Key) -> Option<Score> {
        self.models.iter().find(|scores| scores.model == model)?.find(key)
    }

    /// Adds scores, and writes the file if there are any: what was there before, if its
    /// model is one of `models`, and these.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(mut self, models: &[(u64, usize)], new: Vec<(u64, Key, Score)>) -> Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        for &(model, _) in models {
            let new =
                new.iter().filter(|(of, ..)| *of == model).map(|(_, key, score)| (*key, *score));
            let new: Vec<(Key, Score)> = new.collect();
            match self.models.iter_mut().find(|scores| scores.model == model) {
                Some(scores) => scores.add(new),
                None => self.models.push(ScoresOf::new(model, new)),
            }
        }
        self.models.sort_by_key(|scores| scores.model);
        write(&self.path, &self.models)
    }
}

impl ScoresOf {
    fn new(model: u64, mut all: Vec<(Key, Score)>) -> Self {
        all.sort_by_key(|(key, _)| *key);
        all.dedup_by_key(|(key, _)| *key);
        all.truncate(MOST);
        let (keys, scores): (Vec<Key>, Vec<Score>) = all.into_iter().unzip();
        ScoresOf { model, starts: starts(&keys), keys, scores }
    }

    fn find(&self, key: Key) -> Option<Score> {
        let bucket = (key >> 112) as usize;
        let (start, end) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let place = self.keys[start..end].binary_search(&key).ok()?;
        Some(self.scores[start + place])
    }

    fn add(&mut self, new: Vec<(Key, Score)>) {
        let old = std::mem::take(&mut self.keys).into_iter().zip(std::mem::take(&mut self.scores));
        let mut all: Vec<(Key, Score)> = old.collect();
        all.extend(new);
        *self = ScoresOf::new(self.model, all);
    }
}

fn starts(keys: &[Key]) -> Vec<u32> {
    let mut starts = vec![0; (1 << 16) + 1];
    keys.iter().for_each(|key| starts[(key >> 112) as usize + 1] += 1);
    for bucket in 1..starts.len() {
        starts[bucket] += starts[bucket - 1];
    }
    starts
}

fn write(path: &Path, models: &[ScoresOf]) -> Result<()> {
    let mut file = ContainerWriter::create(path, FORM)?;
    file.u64(models.len() as u64)?;
    for ScoresOf { model, keys, scores, .. } in models {
        file.u64(*model)?;
        file.u64s(&keys.iter().map(|key| (key >> 64) as u64).collect::<Vec<_>>())?;
        file.u64s(&keys.iter().map(|key| *key as u64).collect::<Vec<_>>())?;
        file.f32s(&scores.iter().map(|score| score.probability).collect::<Vec<_>>())?;
        for column in [
            |score: &Score| score.class,
            |score: &Score| score.terms,
            |score: &Score| score.unknown,
        ] {
            file.u32s(&scores.iter().map(column).collect::<Vec<_>>())?;
        }
    }
    file.commit()
}

fn read(path: &Path, models: &[(u64, usize)]) -> Result<Vec<ScoresOf>> {
    let mut file = ContainerReader::open(path, FORM)?;
    let mut all = Vec::new();
    for _ in 0..file.u64()? {
        let model = file.u64()?;
        let (high, low) = (file.u64s()?, file.u64s()?);
        let probabilities = file.f32s()?;
        let (classes, terms, unknown) = (file.u32s()?, file.u32s()?, file.u32s()?);
        let Some(&(_, labels)) = models.iter().find(|(known, _)| *known == model) else { continue };
        let lengths = [low.len(), probabilities.len(), classes.len(), terms.len(), unknown.len()];
        let keys: Vec<Key> = high
            .iter()
            .zip(&low)
            .map(|(&high, &low)| Key::from(high) << 64 | Key::from(low))
            .collect();
        let scores: Vec<Score> = (0..lengths.into_iter().min().unwrap_or(0))
            .map(|place| Score {
                class: classes[place],
                probability: probabilities[place],
                terms: terms[place],
                unknown: unknown[place],
            })
            .collect();
        let is_sound = |score: &Score| {
            (score.class as usize) < labels
                && (0.0..=1.0).contains(&score.probability)
                && score.unknown <= score.terms
        };
        let is_whole = lengths.iter().all(|length| *length == high.len());
        let rises = keys.is_sorted_by(|one, next| one < next) && keys.len() <= MOST;
        if !is_whole || !rises || !scores.iter().all(is_sound) {
            return Err(file.contradiction("its columns do not fit together"));
        }
        all.push(ScoresOf { model, starts: starts(&keys), keys, scores });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(number: u32) -> Score {
        Score { class: number % 2, probability: 0.75, terms: number + 1, unknown: number / 2 }
    }

    const MODELS: [(u64, usize); 2] = [(7, 2), (9, 2)];

    fn key(number: u32) -> Key {
        xxhash_rust::xxh3::xxh3_128(&number.to_le_bytes())
    }

    fn kept(folder: &Path) -> KeptScores {
        let (kept, problem) = KeptScores::read(folder, &MODELS);
        assert_eq!(problem, None);
        kept
    }

    #[test]
    fn scores_are_found_by_text_and_model() {
        let folder = tempfile::tempdir().unwrap();
        let new = (0..500).map(|number| (7, key(number), score(number))).collect();
        kept(folder.path()).write(&MODELS, new).unwrap();
        let new = vec![(9, key(3), score(8)), (7, key(900), score(900)), (7, key(3), score(3))];
        kept(folder.path()).write(&MODELS, new).unwrap();
        let found = kept(folder.path());
        assert!((0..500).all(|number| found.find(7, key(number)) == Some(score(number))));
        assert_eq!(found.find(7, key(900)), Some(score(900)));
        assert_eq!(found.find(9, key(3)), Some(score(8)));
        assert_eq!((found.find(9, key(4)), found.find(7, key(501))), (None, None));
        // A model that is used no more leaves nothing behind.
        let new = vec![(9, key(4), score(4))];
        KeptScores::read(folder.path(), &MODELS[1..]).0.write(&MODELS[1..], new).unwrap();
        assert_eq!(kept(folder.path()).find(7, key(3)), None);
        assert_eq!(kept(folder.path()).find(9, key(3)), Some(score(8)));
    }

    #[test]
    fn no_damage_passes_for_scores() {
        let folder = tempfile::tempdir().unwrap();
        let new = (0..3).map(|number| (7, key(number), score(number))).collect();
        kept(folder.path()).write(&MODELS, new).unwrap();
        let path = folder.path().join(FILE);
        let whole = std::fs::read(&path).unwrap();
        for place in 0..whole.len() {
            let mut bad = whole.clone();
            bad[place] ^= 1;
            std::fs::write(&path, &bad).unwrap();
            let (kept, problem) = KeptScores::read(folder.path(), &MODELS);
            assert!(problem.is_some() && kept.find(7, key(0)).is_none(), "byte {place}");
        }
    }

    #[test]
    fn a_sound_checksum_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let bad = [
            Score { class: 2, ..score(0) },
            Score { probability: f32::NAN, ..score(0) },
            Score { unknown: 9, ..score(0) },
        ];
        for score in bad {
            write(&folder.path().join(FILE), &[ScoresOf::new(7, vec![(key(0), score)])]).unwrap();
            assert!(KeptScores::read(folder.path(), &MODELS).1.is_some(), "{score:?}");
        }
    }
}
