//! A body in pieces that no reader would choose: inside characters, inside lines, several events
//! at once.

use std::convert::identity;
use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

/// Lengths of the pieces, in bytes, again and again. The ones walk through `data:` and through
/// characters of several bytes, the large one holds several events.
const LENGTHS: [usize; 10] = [1, 2, 3, 1, 1, 5, 1, 400, 7, 1];

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With its last byte.
    Whole,
    /// In its middle, the connection is dropped.
    Broken,
    /// In its middle, nothing more comes.
    Stalled,
}

/// The body in pieces.
pub fn pieces(body: Vec<u8>, end: End) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let sent = if end == End::Whole { body.len() } else { body.len() / 2 };
    let body = Bytes::from(body).slice(..sent);
    // hyper sends what is ready as one: only a turn of the others in between keeps pieces apart.
    let pieces = stream::iter(cut(body)).then(async |piece| {
        tokio::task::yield_now().await;
        Ok(piece)
    });
    let last = async move {
        match end {
            End::Whole => None,
            End::Broken => {
                // What was sent before is to arrive before the connection ends.
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                Some(Err(io::Error::from(io::ErrorKind::ConnectionReset)))
            }
            End::Stalled => std::future::pending().await,
        }
    };
    pieces.chain(stream::once(last).filter_map(async |last| identity(last))).boxed()
}

fn cut(mut body: Bytes) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    for length in LENGTHS.iter().cycle() {
        if body.is_empty() {
            break;
        }
        pieces.push(body.split_to((*length).min(body.len())));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_body_and_some_are_no_text() {
        let text = "data: 水が堰を越える\n\n".repeat(40);
        let pieces = cut(Bytes::from(text.clone()));
        assert_eq!(pieces.concat(), text.as_bytes());
        assert!(pieces.iter().any(|piece| std::str::from_utf8(piece).is_err()));
        let several = |piece: &Bytes| String::from_utf8_lossy(piece).matches("\n\n").count() > 1;
        assert!(pieces.iter().any(several));
    }
}
