//! A wire between a client and a server, which a test cuts.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

/// A wire.
pub struct Wire {
    pub addr: SocketAddr,
    cuts: broadcast::Sender<()>,
    is_down: watch::Sender<bool>,
    _task: JoinSet<()>,
}

impl Wire {
    /// To this address.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let (cuts, is_down) = (broadcast::Sender::new(1), watch::Sender::new(false));
        let (cutting, down) = (cuts.clone(), is_down.subscribe());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut all = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                if *down.borrow() {
                    continue;
                }
                let mut cut = cutting.subscribe();
                all.spawn(async move {
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.recv() => {}
                    }
                });
            }
        });
        Self { addr, cuts, is_down, _task: task }
    }

    /// Cuts whatever goes over it at this moment.
    pub fn cut(&self) {
        // Nothing may go over it.
        let _ = self.cuts.send(());
    }

    /// Takes it down, or puts it up again.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.send_replace(is_down);
        if is_down {
            self.cut();
        }
    }
}
