//! What Prometheus is told of it.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Numbers, each where it is counted.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// Whether the broker is connected, 1 or 0.
    pub connected: Gauge,
    /// Letters that there was no room for.
    pub dropped: Counter,
    /// Runs of other servers that are watched here.
    pub rooms: Gauge,
}

impl Numbers {
    /// Shows them.
    pub fn register(&self, registry: &mut Registry) {
        let of = "Whether the broker is connected, over which servers watch each other's runs";
        registry.register("broker_connected", of, self.connected.clone());
        let of = "Letters to the broker that there was no room for, most of them frames";
        registry.register("broker_dropped", of, self.dropped.clone());
        let of = "Runs of other servers that are watched here";
        registry.register("rooms_away", of, self.rooms.clone());
    }
}
