//! A server on loopback that behaves as badly as it is told to.
//!
//! In: a function from a request (the head of a `GET`, all of a `POST`) and the number of
//! requests before it to what shall happen. Each connection serves one request.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// What happens after a request was read.
#[derive(Debug, Clone)]
pub enum Act {
    /// These bytes are sent, and the connection is closed.
    Send(Vec<u8>),
    /// These bytes are sent and nothing more, while the connection stays open.
    Hang(Vec<u8>),
    /// The first bytes at once, then the others one at a time with this pause between,
    /// again and again.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// The first bytes, then the second ones without end.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes are sent, and the connection is reset.
    Reset(Vec<u8>),
}

/// A server that runs until it is dropped.
pub struct FaultServer {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    closed: Arc<AtomicBool>,
}

impl FaultServer {
    /// Starts one.
    pub fn new(answer: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let server = FaultServer { address, requests: Arc::default(), closed: Arc::default() };
        let (requests, closed) = (server.requests.clone(), server.closed.clone());
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                let before = requests.fetch_add(1, Ordering::SeqCst);
                let (answer, closed) = (answer.clone(), closed.clone());
                std::thread::spawn(move || serve(stream, before, &*answer, &closed));
            }
        });
        server
    }

    /// `127.0.0.1:PORT`
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// An address on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Connections so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

/// A whole answer with the length that it has.
pub fn answer(head: &str, body: &[u8]) -> Act {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n", body.len());
    Act::Send([head.as_bytes(), b"Connection: close\r\n\r\n", body].concat())
}

/// A whole page.
pub fn page(body: &str) -> Act {
    answer("200 OK\r\nContent-Type: text/html; charset=utf-8", body.as_bytes())
}

fn serve(
    mut stream: TcpStream,
    before: usize,
    answer: &(dyn Fn(&str, usize) -> Act + Send + Sync),
    closed: &AtomicBool,
) {
    let Ok((head, length)) = peeked(&stream) else { return };
    let act = answer(&head, before);
    // What is closed with the request unread is reset.
    if !matches!(act, Act::Reset(_)) && stream.read_exact(&mut vec![0; length]).is_err() {
        return;
    }
    // A client that has had enough closes the connection, and sending fails.
    let _ = self::act(&mut stream, act, closed);
}

/// A request, which stays unread, and its length.
fn peeked(stream: &TcpStream) -> std::io::Result<(String, usize)> {
    let mut bytes = vec![0; 1 << 16];
    loop {
        let length = stream.peek(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes[..length]);
        let is_whole = match (text.get(..5), text.split_once("\r\n\r\n")) {
            (Some("POST "), Some((head, body))) => body.len() >= length_of_body(head),
            (Some("POST "), None) => false,
            (_, Some(_)) => true,
            // A connection that says no HTTP, such as the hello of TLS, is answered too.
            (_, None) => !text.starts_with("GET "),
        };
        if length == 0 || is_whole {
            return Ok((text.into_owned(), length));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn length_of_body(head: &str) -> usize {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths.next().and_then(|(_, length)| length.trim().parse().ok()).unwrap_or(0)
}

fn act(stream: &mut TcpStream, act: Act, closed: &AtomicBool) -> std::io::Result<()> {
    let is_open = || !closed.load(Ordering::SeqCst);
    match act {
        Act::Send(bytes) => {
            stream.write_all(&bytes)?;
            stream.shutdown(Shutdown::Write)
        }
        Act::Hang(bytes) => {
            stream.write_all(&bytes)?;
            while is_open() {
                std::thread::sleep(Duration::from_millis(10));
            }
            Ok(())
        }
        Act::Drip(first, then, pause) => {
            stream.write_all(&first)?;
            for byte in then.iter().cycle().take_while(|_| is_open()) {
                stream.write_all(&[*byte])?;
                std::thread::sleep(pause);
            }
            Ok(())
        }
        Act::Endless(first, then) => {
            stream.write_all(&first)?;
            while is_open() {
                stream.write_all(&then)?;
            }
            Ok(())
        }
        Act::Reset(bytes) => stream.write_all(&bytes),
    }
}
