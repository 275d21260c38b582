//! Which settings a calibration belongs to.
//!
//! The two numbers turn the scores of one recipe and one `C` into probabilities;
//! with others the scores have another size, and the numbers mislead.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::analyze::AnalyzeParams;
use crate::classify::ClassifyParams;
use crate::clean::CleanParams;
use crate::files::fingerprint;
use crate::vectorize::VectorizeParams;

/// A checksum of all settings that the scores depend on, in eight digits.
pub(super) fn settings_sum(
    clean: &CleanParams,
    analyze: &AnalyzeParams,
    vectorize: &VectorizeParams,
    classify: &ClassifyParams,
) -> String {
    let classify = ClassifyParams { calibration: None, calibrated_for: None, ..classify.clone() };
    let mut analyze = analyze.clone();
    let words = analyze.stop_words.iter_mut().chain(&mut analyze.user_dictionary);
    words.for_each(|file| *file = file_name(file));
    let parts = [changed(clean), changed(&analyze), changed(vectorize), changed(&classify)];
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    format!("{:08x}", fingerprint(&parts) >> 32)
}

/// Where a file of words stands does not matter, and is written in more than one way.
fn file_name(file: &str) -> String {
    let name = Path::new(file).file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What differs from the defaults: a setting that a later version adds must not
/// make an old calibration doubtful.
fn changed<T: Serialize + Default>(params: &T) -> Vec<u8> {
    let (params, default) = (fields(params), fields(&T::default()));
    let changed: BTreeMap<_, _> =
        params.iter().filter(|(key, value)| default.get(*key) != Some(value)).collect();
    serde_json::to_vec(&changed).expect("settings are plain data")
}

fn fields(params: &impl Serialize) -> serde_json::Map<String, Value> {
    match serde_json::to_value(params) {
        Ok(Value::Object(fields)) => fields,
        _ => panic!("the settings of a room are a table"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(change: impl Fn(&mut AnalyzeParams, &mut ClassifyParams)) -> String {
        let (mut analyze, mut classify) = Default::default();
        change(&mut analyze, &mut classify);
        settings_sum(&Default::default(), &analyze, &Default::default(), &classify)
    }

    #[test]
    fn what_scores_depend_on_is_told_apart() {
        let plain = sum(|_, _| ());
        assert_eq!(plain.len(), 8);
        assert_ne!(sum(|analyze, _| analyze.negation = 4), plain);
        assert_ne!(sum(|_, classify| classify.c = 2.0), plain);
        assert_ne!(sum(|_, classify| classify.enabled = false), plain);
        assert_eq!(sum(|_, classify| classify.calibrated_for = Some(plain.clone())), plain);
        let list = |path: &str| sum(|analyze, _| analyze.stop_words = vec![path.to_owned()]);
        assert_eq!(list("mine.txt"), list("/there/mine.txt"));
        assert_ne!(list("mine.txt"), list("other.txt"));
    }
}
