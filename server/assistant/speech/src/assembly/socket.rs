//! A connection on which messages are whole and errors are ours.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{Request, header};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use weir_providers::ProviderError;

use super::AssemblyAiConfig;
use super::close::{PROVIDER, broken, by_frame, closed, unreachable};
use super::message::Message;
use crate::SAMPLE_RATE;

/// A connection with a session that has begun.
pub(super) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    patience: std::time::Duration,
}

impl Socket {
    /// Connects, and waits until the session has begun.
    ///
    /// # Errors
    /// It does not begin.
    pub(super) async fn connect(config: &AssemblyAiConfig) -> Result<Self, ProviderError> {
        let request = request(config)?;
        let patience = config.patience;
        let begun = async {
            let (stream, _) = connect_async(request).await.map_err(broken)?;
            let mut socket = Self { stream, patience };
            while !matches!(socket.next().await?, Message::Begin {}) {}
            Ok(socket)
        };
        let late = || ProviderError::Late { provider: PROVIDER.to_owned(), after: patience };
        timeout(patience, begun).await.map_err(|_| late())?
    }

    /// The next message. Nothing is lost when it is no longer waited for.
    ///
    /// # Errors
    /// The connection has ended.
    pub(super) async fn next(&mut self) -> Result<Message, ProviderError> {
        loop {
            match self.stream.next().await {
                Some(Ok(Frame::Text(text))) => {
                    let unexpected = |error: serde_json::Error| ProviderError::Unexpected {
                        provider: PROVIDER.to_owned(),
                        // Where, and not what: it may be what somebody said.
                        why: format!("{:?} in a message", error.classify()),
                    };
                    match serde_json::from_str(&text).map_err(unexpected)? {
                        Message::Error { error, error_code: Some(code) } => {
                            return Err(closed(code, &error));
                        }
                        // The close that follows has the code.
                        Message::Error { .. } => {}
                        message => return Ok(message),
                    }
                }
                Some(Ok(Frame::Close(frame))) => return Err(by_frame(frame.as_ref())),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(broken(error)),
                None => return Err(unreachable("it closed the connection")),
            }
        }
    }

    /// Sends sound.
    ///
    /// # Errors
    /// The connection has ended.
    pub(super) async fn send_sound(&mut self, samples: &[i16]) -> Result<(), ProviderError> {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self.send(Frame::Binary(bytes.into())).await
    }

    /// Sends a message.
    ///
    /// # Errors
    /// The connection has ended.
    pub(super) async fn send_text(&mut self, message: &str) -> Result<(), ProviderError> {
        self.send(Frame::text(message)).await
    }

    async fn send(&mut self, frame: Frame) -> Result<(), ProviderError> {
        let sent = timeout(self.patience, self.stream.send(frame)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            // The reason may have come before, and says more than that it is closed.
            Ok(Err(error)) => match timeout(self.patience, self.reason()).await {
                Ok(Some(reason)) => Err(reason),
                Ok(None) | Err(_) => Err(broken(error)),
            },
            Err(_) => Err(unreachable("it takes no more")),
        }
    }

    /// Why the connection was closed, if that was said.
    async fn reason(&mut self) -> Option<ProviderError> {
        while let Some(Ok(frame)) = self.stream.next().await {
            if let Frame::Close(frame) = frame {
                return Some(by_frame(frame.as_ref()));
            }
        }
        None
    }
}

fn request(config: &AssemblyAiConfig) -> Result<Request<()>, ProviderError> {
    let mut url = config.url.clone();
    url.query_pairs_mut()
        .append_pair("sample_rate", &SAMPLE_RATE.to_string())
        .append_pair("encoding", "pcm_s16le")
        .append_pair("speech_model", &config.model)
        .append_pair("format_turns", "true");
    let mut request = url.as_str().into_client_request().map_err(broken)?;
    let no_header = || ProviderError::Ours("the key has letters that no header can have".into());
    let key = config.key.header("").ok_or_else(no_header)?;
    request.headers_mut().insert(header::AUTHORIZATION, key);
    Ok(request)
}
