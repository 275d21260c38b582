//! A network → a safetensors file, and back.
//!
//! One tensor for each array, under its name; what the caller keeps beside them stands as
//! bytes under `extra.NAME`. The header's `malmoi` says the settings, as JSON.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::network::{Network, Weight};
use super::params::NetworkParams;
use super::slots::Slot;
use crate::error::{Error, Result};
use crate::files::{AtomicFile, TensorForm};

const FORM: TensorForm =
    TensorForm { kind: "network", version: 1, mend: "train it again", most_bytes: 8 << 30 };
/// What stands before the names of what the caller keeps.
const EXTRA: &str = "extra.";

/// A network with what its user has to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The network.
    pub network: Network,
    /// Words of the caller.
    pub metadata: Value,
    /// Bytes of the caller, by name.
    pub extra: BTreeMap<String, Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct Words {
    network: NetworkParams,
    metadata: Value,
}

impl Stored {
    /// Writes the file, whole or not at all; gives the number that tells it from all others.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<u64> {
        let bytes = self.to_bytes()?;
        AtomicFile::write(path, &bytes)?;
        Ok(xxh3_64(&bytes))
    }

    /// Reads what [`Stored::save`] wrote.
    ///
    /// # Errors
    /// The file cannot be read, or it is none of ours, or damaged.
    pub fn load(path: &Path) -> Result<Self> {
        Stored::load_with_sum(path).map(|(stored, _)| stored)
    }

    /// The same, and a number that tells the file from all others.
    ///
    /// # Errors
    /// As [`Stored::load`].
    pub fn load_with_sum(path: &Path) -> Result<(Self, u64)> {
        let bytes = FORM.read(path)?;
        let stored = Stored::from_bytes(&bytes).map_err(|why| FORM.damaged(path, &why))?;
        Ok((stored, xxh3_64(&bytes)))
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        let weights: Vec<(String, Vec<usize>, Vec<u8>)> = self
            .network
            .weights
            .iter()
            .map(|weight| {
                let bytes = weight.values.iter().flat_map(|value| value.to_le_bytes()).collect();
                (weight.name.clone(), weight.shape.clone(), bytes)
            })
            .collect();
        let mut views = Vec::new();
        for (name, shape, bytes) in &weights {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(cannot)?;
            views.push((name.clone(), view));
        }
        for (name, bytes) in &self.extra {
            let view = TensorView::new(Dtype::U8, vec![bytes.len()], bytes).map_err(cannot)?;
            views.push((format!("{EXTRA}{name}"), view));
        }
        let (network, metadata) = (self.network.params.clone(), self.metadata.clone());
        FORM.to_bytes(views, Words { network, metadata })
    }

    /// What is wrong is said in a few words.
    fn from_bytes(bytes: &[u8]) -> std::result::Result<Self, String> {
        let (_, words): (_, Words) = FORM.head(bytes)?;
        words.network.check().map_err(|error| error.to_string())?;
        let tensors = FORM.tensors(bytes)?;
        let slots = words.network.slots();
        let weights: Vec<Weight> =
            slots.into_iter().map(|slot| weight(&tensors, slot)).collect::<Result<_, _>>()?;
        let mut extra = BTreeMap::new();
        for (name, view) in tensors.iter() {
            match name.strip_prefix(EXTRA) {
                Some(name) if view.dtype() == Dtype::U8 => {
                    extra.insert(name.to_owned(), view.data().to_vec());
                }
                None if weights.iter().any(|weight| weight.name == name) => {}
                _ => return Err("it has a tensor that its settings do not name".to_owned()),
            }
        }
        let network = Network { params: words.network, weights };
        match network.is_finite() {
            true => Ok(Stored { network, metadata: words.metadata, extra }),
            false => Err("a weight is no finite number".to_owned()),
        }
    }
}

fn weight(tensors: &SafeTensors, slot: Slot) -> std::result::Result<Weight, String> {
    let view = tensors.tensor(&slot.name).map_err(|_| format!("`{}` is missing", slot.name))?;
    if view.dtype() != Dtype::F32 || view.shape() != slot.shape {
        return Err(format!("`{}` has another shape than its settings say", slot.name));
    }
    let number = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("chunks of four"));
    let values = view.data().chunks_exact(4).map(number).collect();
    Ok(Weight { name: slot.name, shape: slot.shape, values })
}

fn cannot(error: safetensors::SafeTensorError) -> Error {
    Error::data(format!("cannot write the network: {error}")).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::neural::sample;
    use proptest::prelude::*;

    fn stored() -> Stored {
        let network = Network::new(&sample::convolution(), 3).unwrap();
        let extra = BTreeMap::from([("terms".to_owned(), b"a b".to_vec())]);
        Stored { network, metadata: serde_json::json!({ "name": "좋다" }), extra }
    }

    #[test]
    fn what_is_saved_comes_back_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.safetensors");
        stored().save(&path).unwrap();
        assert_eq!(Stored::load(&path).unwrap(), stored());
        assert_eq!(std::fs::read(&path).unwrap(), stored().to_bytes().unwrap());
    }

    #[test]
    fn damage_is_told() {
        let check = |change: &dyn Fn(&mut Stored), expected: &str| {
            let mut stored = stored();
            change(&mut stored);
            let why = Stored::from_bytes(&stored.to_bytes().unwrap()).unwrap_err();
            assert!(why.contains(expected), "{why}");
        };
        check(&|one| one.network.weights[1].values[0] = f32::NAN, "no finite number");
        check(&|one| one.network.params.hidden = vec![7], "another shape");
        check(&|one| one.network.params.dropout = 7.0, "dropout");
        check(&|one| one.network.weights[1].name = "other".into(), "is missing");
        assert!(Stored::from_bytes(b"").unwrap_err().contains("no safetensors"));
        let other = safetensors::serialize(Vec::<(String, TensorView)>::new(), None).unwrap();
        assert!(Stored::from_bytes(&other).unwrap_err().contains("not written by"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_damage_is_an_error_or_a_network(place in 0usize..4000, byte: u8, length in 0usize..9000) {
            let mut bytes = stored().to_bytes().unwrap();
            let place = place % bytes.len();
            bytes[place] = byte;
            bytes.truncate(length.max(1));
            let _ = Stored::from_bytes(&bytes);
        }
    }
}
