//! Connections → requests, within bounds: how many, and how long they may take.
//!
//! Promises: a client that sends nothing, or slowly, holds a connection for some seconds
//! and no thread; too many connections are answered by 503 and closed; a request to end
//! lets what was begun end, for a bounded time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::metrics::Metrics;
use crate::error::{Error, Result};

/// Connections at once.
const MOST_CONNECTIONS: usize = 256;
/// Connections that are told so when there are more; yet more are closed without a word.
const MOST_REFUSALS: usize = 64;
/// How long the head of a request may take, and how long a connection may be idle.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a connection may be used.
const CONNECTION_TIME: Duration = Duration::from_secs(15 * 60);
/// How long what was begun may take after a request to end.
const LAST_TIME: Duration = Duration::from_secs(10);
/// How soon a request to end is noticed.
const PERIOD: Duration = Duration::from_millis(50);
/// Bytes of the head of a request: as many as an address may have, and some more.
const HEAD_BYTES: usize = 80 << 10;
const MOST_HEADERS: usize = 64;

const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n\
    content-type: application/json\r\ncontent-length: 63\r\nconnection: close\r\n\r\n\
    {\"error\":\"too many connections\",\"hint\":\"ask again in a second\"}";

/// Answers until `stop` is set.
///
/// # Errors
/// If the system gives no threads or no events.
pub fn listen(
    listener: std::net::TcpListener,
    router: Router,
    metrics: &Metrics,
    stop: &AtomicBool,
) -> Result<()> {
    let failed = |error: std::io::Error| Error::io(format!("cannot listen: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        accept(listener, router, metrics, stop).await;
        Ok(())
    })
}

async fn accept(listener: TcpListener, router: Router, metrics: &Metrics, stop: &AtomicBool) {
    let permits = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let refusals = Arc::new(Semaphore::new(MOST_REFUSALS));
    let graceful = GracefulShutdown::new();
    while !stop.load(Relaxed) {
        let Ok(accepted) = timeout(PERIOD, listener.accept()).await else { continue };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // Too many files are open, or the client left: the next one may be luckier.
            Err(error) => {
                tracing::debug!("a connection was not accepted: {error}");
                tokio::time::sleep(PERIOD).await;
                continue;
            }
        };
        match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => serve(stream, router.clone(), permit, &graceful),
            Err(_) => {
                metrics.refused();
                if let Ok(permit) = Arc::clone(&refusals).try_acquire_owned() {
                    tokio::spawn(refuse(stream, permit));
                }
            }
        }
    }
    // New connections are refused by the system from here on.
    drop(listener);
    let _ = timeout(LAST_TIME, graceful.shutdown()).await;
}

fn serve(
    stream: TcpStream,
    router: Router,
    permit: OwnedSemaphorePermit,
    graceful: &GracefulShutdown,
) {
    // Small answers should not wait for more to be sent with them.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        match timeout(CONNECTION_TIME, connection).await {
            Ok(Err(error)) => tracing::debug!("a connection ended early: {error}"),
            Ok(Ok(())) => {}
            Err(_) => tracing::debug!("a connection was used for too long"),
        }
        drop(permit);
    });
}

/// Says that there are too many, and reads what the client still sends, so that the system
/// does not throw the answer away.
async fn refuse(mut stream: TcpStream, permit: OwnedSemaphorePermit) {
    let told = async {
        stream.write_all(REFUSAL).await?;
        stream.shutdown().await?;
        let mut unread = [0; 1024];
        while stream.read(&mut unread).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ = timeout(Duration::from_secs(1), told).await;
    drop(permit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let text = std::str::from_utf8(REFUSAL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
    }
}
