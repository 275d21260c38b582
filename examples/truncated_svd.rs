//! The truncated SVD of a sparse matrix that scipy wrote, timed.
//!
//!     cargo run --release --example truncated_svd -- rows.npz 100 [N_ITER] [SEED]
//!
//! Prints one JSON object: seconds on the clock and of all cores, singular values, shares.

use std::error::Error;
use std::io::Read;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use malmoi::data::CsrMatrix;
use malmoi::learn::reduce::{SvdParams, TruncatedSvd};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, dimensions, rest @ ..] = &arguments[..] else {
        return Err("say which .npz and how many dimensions".into());
    };
    let number = |place: usize, default: u64| rest.get(place).map_or(Ok(default), |x| x.parse());
    let params =
        SvdParams { n_iter: number(0, 5)? as usize, seed: number(1, 0)?, ..SvdParams::default() };
    let rows = read(path)?;
    let (start, cpu) = (Instant::now(), cpu());
    let svd = TruncatedSvd::fit(&rows, dimensions.parse()?, params, &AtomicBool::new(false))?;
    let told = json!({
        "seconds": start.elapsed().as_secs_f64(),
        "cpu_seconds": (self::cpu() - cpu).as_secs_f64(),
        "dimensions": svd.dimensions,
        "explained": svd.explained_variance_ratio.iter().sum::<f64>(),
        "singular_values": svd.singular_values,
    });
    println!("{told}");
    Ok(())
}

#[cfg(unix)]
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(not(unix))]
fn cpu() -> Duration {
    Duration::ZERO
}

fn read(path: &str) -> Result<CsrMatrix, Box<dyn Error>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path)?)?;
    let mut array = |name: &str| -> Result<(String, Vec<u8>), Box<dyn Error>> {
        let mut bytes = Vec::new();
        archive.by_name(&format!("{name}.npy"))?.read_to_end(&mut bytes)?;
        let header = 10 + usize::from(bytes[8]) + 256 * usize::from(bytes[9]);
        Ok((String::from_utf8_lossy(&bytes[10..header]).into_owned(), bytes.split_off(header)))
    };
    let shape = whole(&array("shape")?);
    let ends = whole(&array("indptr")?);
    let indices = whole(&array("indices")?).into_iter().map(|index| index as u32).collect();
    let (kind, bytes) = array("data")?;
    let values = match kind.contains("'<f4'") {
        true => bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect(),
        false => {
            bytes.as_chunks::<8>().0.iter().map(|eight| f64::from_le_bytes(*eight) as f32).collect()
        }
    };
    Ok(CsrMatrix::new(shape[1], ends, indices, values))
}

fn whole((kind, bytes): &(String, Vec<u8>)) -> Vec<usize> {
    match kind.contains("i4'") || kind.contains("u4'") {
        true => {
            let fours = bytes.as_chunks::<4>().0.iter();
            fours.map(|four| u32::from_le_bytes(*four) as usize).collect()
        }
        false => {
            let eights = bytes.as_chunks::<8>().0.iter();
            eights.map(|eight| u64::from_le_bytes(*eight) as usize).collect()
        }
    }
}
