//! A folder of pages that answers as the hosts it is named after.
//!
//! In: a folder with one folder a host. Out: a server on this computer's loopback that
//! can be asked as an HTTP proxy, so that addresses stay what the pages say. It serves
//! the bundled sample and tests, and nobody else: files are read from the folder alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::net::Url;

const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_HEAD: u64 = 16 << 10;

/// A server that ends when it is dropped.
pub struct Site {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    server: Option<std::thread::JoinHandle<()>>,
}

impl Site {
    /// Serves `folder` on a free port.
    ///
    /// # Errors
    /// If there is no such folder, or no port.
    pub fn serve(folder: &Path) -> Result<Self> {
        let folder = folder
            .canonicalize()
            .map_err(|error| Error::file("cannot find the site's folder", folder, error))?;
        let failed = |error: std::io::Error| {
            Error::io(format!("cannot serve `{}` on this computer: {error}", folder.display()))
        };
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let stop = Arc::new(AtomicBool::new(false));
        let (folder, is_over) = (folder.clone(), stop.clone());
        let server = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_over.load(Relaxed) {
                    break;
                }
                let folder = folder.clone();
                // Whoever breaks off has heard enough.
                std::thread::spawn(move || drop(answer(stream, &folder)));
            }
        });
        Ok(Site { address, stop, server: Some(server) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        // Wakes it, so that it looks.
        drop(TcpStream::connect_timeout(&self.address, PATIENCE));
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

fn answer(mut stream: TcpStream, folder: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = BufReader::new(stream.try_clone()?.take(LONGEST_HEAD)).lines();
    let request = head.next().transpose()?.unwrap_or_default();
    while head.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let file = request.split(' ').nth(1).and_then(|target| file_of(target, folder));
    let body = file.as_deref().and_then(|file| std::fs::read(file).ok());
    let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
    let kind = file.as_deref().map_or("text/plain", content_type);
    let body = body.unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    stream.flush()
}

/// The file that an address names, if it stands in the folder.
fn file_of(target: &str, folder: &Path) -> Option<PathBuf> {
    let url = Url::parse(target).ok()?;
    let path = PathBuf::from(format!("{}{}", url.host_str()?, url.path()));
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let file = folder.join(path);
    let file = if url.path().ends_with('/') { file.join("index.html") } else { file };
    let file = file.canonicalize().ok()?;
    (is_plain && file.starts_with(folder) && file.is_file()).then_some(file)
}

/// No charset is named: pages say themselves what they are in.
fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|name| name.to_str()) {
        Some("html") => "text/html",
        Some("xml") => "application/xml",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(site: &Site, target: &str) -> String {
        let mut stream = TcpStream::connect(site.address()).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn hosts_are_folders() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a.example")).unwrap();
        std::fs::write(folder.path().join("a.example/index.html"), "앞면").unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        let site = Site::serve(folder.path()).unwrap();
        assert!(ask(&site, "http://a.example/").ends_with("앞면"));
        for target in [
            "http://a.example/none",
            "http://b.example/",
            "http://a.example/../secret",
            "http://a.example/%2e%2e/secret",
            "/secret",
            "http://secret",
            "",
        ] {
            assert!(ask(&site, target).starts_with("HTTP/1.1 404"), "{target}");
        }
        assert!(Site::serve(&folder.path().join("none")).is_err());
    }
}
