//! Bytes on a connection, without anybody who would mind what they are.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};

use super::Fault;
use crate::visitor::{PATIENCE, connect};

/// Most bytes of an answer that are looked at.
const ANSWER: usize = 4 << 10;

/// A connection that says whatever one likes.
pub struct Raw {
    stream: TcpStream,
}

impl Raw {
    /// A TCP connection and nothing else.
    pub async fn open(addr: SocketAddr) -> Result<Self, Fault> {
        let connected = timeout(PATIENCE, connect(addr, None)).await;
        let stream = connected.map_err(|_| Fault("no connection was accepted".to_owned()))??;
        Ok(Self { stream })
    }

    /// One that has become a WebSocket.
    pub async fn upgraded(addr: SocketAddr) -> Result<Self, Fault> {
        let mut raw = Self::open(addr).await?;
        raw.write(upgrade(addr, "").as_bytes()).await?;
        let answer = raw.answer().await?;
        if !answer.starts_with("HTTP/1.1 101") {
            let line = answer.lines().next().unwrap_or_default();
            return Err(Fault(format!("no WebSocket, but {line:?}")));
        }
        Ok(raw)
    }

    /// Sends these bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let written = timeout(PATIENCE, self.stream.write_all(bytes)).await;
        Ok(written.map_err(|_| Fault("the server takes no bytes any more".to_owned()))??)
    }

    /// Says that nothing more will be sent.
    pub async fn end(&mut self) -> Result<(), Fault> {
        Ok(self.stream.shutdown().await?)
    }

    /// The head of an HTTP answer, or what there is of it when the server closes; empty if it
    /// closes without a word.
    pub async fn answer(&mut self) -> Result<String, Fault> {
        let mut answer = Vec::new();
        let until = tokio::time::Instant::now() + PATIENCE;
        while answer.len() < ANSWER && !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            // One at a time: what follows the head is the WebSocket's.
            let mut byte = [0];
            match timeout_at(until, self.stream.read(&mut byte)).await {
                Ok(Ok(1)) => answer.push(byte[0]),
                Ok(_) => break,
                Err(_) => return Err(Fault("no answer and no end".to_owned())),
            }
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Waits until the server closes; what it says is passed over. How long it took, or `None`
    /// if it did not within this time.
    pub async fn closed_within(&mut self, longest: Duration) -> Option<Duration> {
        let begun = Instant::now();
        let mut passed_over = vec![0; 64 << 10];
        let closing = async {
            while let Ok(1..) = self.stream.read(&mut passed_over).await {}
            begun.elapsed()
        };
        timeout(longest, closing).await.ok()
    }
}

/// A request for a WebSocket, with more headers.
pub fn upgrade(addr: SocketAddr, more: &str) -> String {
    format!(
        "GET /ws HTTP/1.1\r\nHost: {addr}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    )
}

/// How a frame of a WebSocket begins: its first byte, and how long it says it is, masked with
/// zeros.
pub fn head(first: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..126 => head.push(0x80 | length as u8),
        126..65_536 => {
            head.push(0x80 | 126);
            head.extend((length as u16).to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend(length.to_be_bytes());
        }
    }
    head.extend([0; 4]);
    head
}

/// A whole frame.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = head(first, payload.len() as u64);
    frame.extend(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_as_many_bytes_as_they_take() {
        assert_eq!(frame(0x81, b"a"), [0x81, 0x81, 0, 0, 0, 0, b'a']);
        assert_eq!(head(0x82, 300), [0x82, 0xfe, 1, 44, 0, 0, 0, 0]);
        assert_eq!(head(1, 1 << 40)[..10], [1, 0xff, 0, 0, 1, 0, 0, 0, 0, 0]);
    }
}
