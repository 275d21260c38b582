//! A mail server on loopback that takes letters when it is told to.
//!
//! In: a function from the number of letters offered before to whether this one is taken.
//! Out: the letters that were. Without encryption; any login is good.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What happens to a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is taken.
    Take,
    /// `451`: it is not taken now.
    Later,
    /// The connection is closed before there is an answer.
    Close,
}

/// A server that runs until it is dropped.
pub struct MailSink {
    address: SocketAddr,
    letters: Arc<Mutex<Vec<String>>>,
    offered: Arc<AtomicUsize>,
    closed: Arc<AtomicBool>,
}

impl MailSink {
    /// Starts one.
    pub fn new(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let sink = MailSink {
            address,
            letters: Arc::default(),
            offered: Arc::default(),
            closed: Arc::default(),
        };
        let (letters, offered) = (sink.letters.clone(), sink.offered.clone());
        let closed = sink.closed.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                // A client that leaves early is nobody's trouble.
                let _ = serve(stream, &letters, &offered, &answer);
            }
        });
        sink
    }

    /// `127.0.0.1:PORT`
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The letters that were taken, whole sessions each.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("nobody panics with it").clone()
    }

    /// Letters that were offered.
    pub fn offered(&self) -> usize {
        self.offered.load(Ordering::SeqCst)
    }
}

impl Drop for MailSink {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    mut stream: TcpStream,
    letters: &Mutex<Vec<String>>,
    offered: &AtomicUsize,
    answer: &impl Fn(usize) -> Answer,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut session = String::new();
    stream.write_all(b"220 sink\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        session += &format!("{line}\n");
        let word = line.split(' ').next().unwrap_or_default().to_uppercase();
        match word.as_str() {
            "EHLO" => stream.write_all(b"250-sink\r\n250 AUTH PLAIN LOGIN\r\n")?,
            "AUTH" => stream.write_all(b"235 good\r\n")?,
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let letter = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".");
                letter.for_each(|line| session += &format!("{line}\n"));
                match answer(offered.fetch_add(1, Ordering::SeqCst)) {
                    Answer::Take => {
                        letters.lock().expect("nobody panics with it").push(session.clone());
                        stream.write_all(b"250 taken\r\n")?;
                    }
                    Answer::Later => stream.write_all(b"451 not now\r\n")?,
                    Answer::Close => return Ok(()),
                }
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n"),
            _ => stream.write_all(b"250 yes\r\n")?,
        }
    }
    Ok(())
}
