//! Many things logged with few calls. A call costs the server some 25 ms whether
//! it brings one metric or a hundred; see the README for figures.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::backoff::Repeat;
use crate::{Client, Metric, Page, Param, Result, Tag, limits};

/// Metrics, params and tags to be logged together; as many as you like.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Batch {
    /// Values of metrics.
    pub metrics: Vec<Metric>,
    /// What the run was run with.
    pub params: Vec<Param>,
    /// What it is tagged with.
    pub tags: Vec<Tag>,
}

impl Batch {
    /// With one more value of a metric, measured now.
    #[must_use]
    pub fn metric(mut self, key: &str, value: f64, step: i64) -> Self {
        self.metrics.push(Metric::new(key, value, step));
        self
    }

    /// With one more param.
    #[must_use]
    pub fn param(mut self, key: &str, value: impl ToString) -> Self {
        self.params.push(Param::new(key, value));
        self
    }

    /// With one more tag.
    #[must_use]
    pub fn tag(mut self, key: &str, value: impl ToString) -> Self {
        self.tags.push(Tag::new(key, value));
        self
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many things are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.metrics.len() + self.params.len() + self.tags.len()
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.metrics.iter().try_for_each(Metric::check)?;
        self.params.iter().try_for_each(Param::check)?;
        self.tags.iter().try_for_each(Tag::check)
    }

    /// The same things in the same order, in parts that the server takes.
    fn packets(&self) -> Vec<Packet> {
        let params = self.params.iter().cloned().map(Item::Param);
        let tags = self.tags.iter().cloned().map(Item::Tag);
        let metrics = self.metrics.iter().cloned().map(Item::Metric);
        let mut packets = vec![Packet::default()];
        for item in params.chain(tags).chain(metrics) {
            let last = packets.last_mut().and_then(|packet| packet.push(item).err());
            if let Some(item) = last {
                let mut packet = Packet::default();
                packet.add(item);
                packets.push(packet);
            }
        }
        packets.retain(|packet| !packet.batch.is_empty());
        packets
    }
}

/// One thing of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub(crate) enum Item {
    Metric(Metric),
    Param(Param),
    Tag(Tag),
}

impl Item {
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Metric(metric) => metric.check(),
            Self::Param(param) => param.check(),
            Self::Tag(tag) => tag.check(),
        }
    }

    /// What it takes in a request, with the comma.
    fn json_bytes(&self) -> usize {
        let text = match self {
            Self::Metric(metric) => serde_json::to_vec(metric),
            Self::Param(param) => serde_json::to_vec(param),
            Self::Tag(tag) => serde_json::to_vec(tag),
        };
        text.map_or(limits::BATCH_BYTES, |text| text.len() + 1)
    }
}

/// As much of a batch as one call takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packet {
    batch: Batch,
    bytes: usize,
}

impl Packet {
    pub(crate) fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Takes the item, or hands it back when it belongs into the next packet.
    pub(crate) fn push(&mut self, item: Item) -> std::result::Result<(), Item> {
        let Batch { metrics, params, tags } = &self.batch;
        let full = match &item {
            Item::Metric(_) => metrics.len() >= limits::BATCH_METRICS,
            // The server takes no packet that names a param twice, and of a tag
            // that is named twice either value may win.
            Item::Param(param) => {
                params.len() >= limits::BATCH_PARAMS || params.iter().any(|p| p.key == param.key)
            }
            Item::Tag(tag) => {
                tags.len() >= limits::BATCH_TAGS || tags.iter().any(|t| t.key == tag.key)
            }
        };
        let bytes = self.bytes.saturating_add(item.json_bytes());
        if full || self.batch.len() >= limits::BATCH_ALL || bytes > limits::BATCH_BYTES {
            return Err(item);
        }
        self.add(item);
        Ok(())
    }

    /// Takes the item, which goes first.
    fn add(&mut self, item: Item) {
        self.bytes = self.bytes.saturating_add(item.json_bytes());
        match item {
            Item::Metric(metric) => self.batch.metrics.push(metric),
            Item::Param(param) => self.batch.params.push(param),
            Item::Tag(tag) => self.batch.tags.push(tag),
        }
    }

    /// A packet of one.
    pub(crate) fn of(item: Item) -> Self {
        let mut packet = Self::default();
        packet.add(item);
        packet
    }

    /// What is in it: params, tags, then metrics, each in order.
    pub(crate) fn into_items(self) -> impl Iterator<Item = Item> {
        let Batch { metrics, params, tags } = self.batch;
        let params = params.into_iter().map(Item::Param);
        let tags = tags.into_iter().map(Item::Tag);
        params.chain(tags).chain(metrics.into_iter().map(Item::Metric))
    }

    /// The two halves, in order; the packet itself when it has none.
    pub(crate) fn halves(self) -> std::result::Result<(Self, Self), Self> {
        let all = self.batch.len();
        if all < 2 {
            return Err(self);
        }
        let mut halves = (Self::default(), Self::default());
        for (index, item) in self.into_items().enumerate() {
            if index < all / 2 { halves.0.add(item) } else { halves.1.add(item) }
        }
        Ok(halves)
    }
}

impl Client {
    /// Logs a batch of any size with as few calls as the server's limits allow:
    /// params first, then tags, then metrics, each in order.
    ///
    /// Everything is checked before the first call. When a call fails, what came
    /// before it is logged; to send all of it once more does no harm.
    ///
    /// # Errors
    ///
    /// [`Error::Name`](crate::Error::Name) and [`Error::Limit`](crate::Error::Limit)
    /// before anything is sent; after that as the server's, among others when a
    /// param gets another value than it has.
    pub async fn log_batch(&self, run_id: &str, batch: &Batch) -> Result<()> {
        batch.check()?;
        for packet in batch.packets() {
            self.log_packet(run_id, &packet).await?;
        }
        Ok(())
    }

    pub(crate) async fn log_packet(&self, run_id: &str, packet: &Packet) -> Result<()> {
        #[derive(Serialize)]
        struct Body<'a> {
            run_id: &'a str,
            #[serde(flatten)]
            batch: &'a Batch,
        }
        let body = Body { run_id, batch: &packet.batch };
        self.tell(Method::POST, "runs/log-batch", &body, Repeat::Harmless).await
    }

    /// Logs one value of a metric. For more than a few,
    /// [`log_batch`](Self::log_batch) is much faster, and a
    /// [`Recorder`](crate::Recorder) in a loop that must not wait.
    ///
    /// # Errors
    ///
    /// As [`log_batch`](Self::log_batch).
    pub async fn log_metric(&self, run_id: &str, metric: &Metric) -> Result<()> {
        metric.check()?;
        self.log_packet(run_id, &Packet::of(Item::Metric(metric.clone()))).await
    }

    /// Logs one param.
    ///
    /// # Errors
    ///
    /// As [`log_batch`](Self::log_batch).
    pub async fn log_param(&self, run_id: &str, key: &str, value: &str) -> Result<()> {
        let param = Param::new(key, value);
        param.check()?;
        self.log_packet(run_id, &Packet::of(Item::Param(param))).await
    }

    /// Sets one tag.
    ///
    /// # Errors
    ///
    /// As [`log_batch`](Self::log_batch).
    pub async fn set_tag(&self, run_id: &str, key: &str, value: &str) -> Result<()> {
        let tag = Tag::new(key, value);
        tag.check()?;
        self.log_packet(run_id, &Packet::of(Item::Tag(tag))).await
    }

    /// One page of all values of a metric, by timestamp and step; `page` is
    /// [`Page::next`] of the page before.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn metric_history(
        &self,
        run_id: &str,
        key: &str,
        page: Option<&str>,
    ) -> Result<Page<Metric>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            metrics: Vec<Metric>,
            next_page_token: Option<String>,
        }
        let mut query = vec![("run_id", run_id), ("metric_key", key), ("max_results", "25000")];
        query.extend(page.map(|token| ("page_token", token)));
        let answer: Answer = self.get("metrics/get-history", &query).await?;
        Ok(Page::new(answer.metrics, answer.next_page_token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(batch: &Batch) -> Vec<(usize, usize, usize)> {
        let size =
            |Batch { metrics, params, tags }: &Batch| (metrics.len(), params.len(), tags.len());
        batch.packets().iter().map(|packet| size(&packet.batch)).collect()
    }

    #[test]
    fn packets_keep_every_limit() {
        let mut batch = Batch::default();
        for number in 0..250 {
            batch = batch.param(&format!("p{number}"), number).tag(&format!("t{number}"), number);
        }
        for step in 0..2500 {
            batch = batch.metric("loss", 0.5, step);
        }
        assert!(batch.check().is_ok());
        let sizes = sizes(&batch);
        assert_eq!(sizes.iter().fold(0, |sum, (m, p, t)| sum + m + p + t), 3000);
        for (metrics, params, tags) in sizes {
            assert!(metrics <= 1000 && params <= 100 && tags <= 100);
            assert!(metrics + params + tags <= 1000);
        }
    }

    #[test]
    fn order_is_kept() {
        let batch = (0..2345).fold(Batch::default(), |batch, step| batch.metric("loss", 0.5, step));
        let steps: Vec<_> =
            batch.packets().iter().flat_map(|p| p.batch.metrics.iter().map(|m| m.step)).collect();
        assert!(steps.iter().copied().eq(0..2345));
    }

    #[test]
    fn nothing_is_no_packet() {
        assert_eq!(sizes(&Batch::default()), []);
    }

    #[test]
    fn a_packet_names_a_param_or_tag_once() {
        let batch = Batch::default().param("a", 1).param("a", 2).tag("b", 1).tag("b", 2);
        assert_eq!(sizes(&batch), [(0, 1, 0), (0, 1, 1), (0, 0, 1)]);
    }

    #[test]
    fn a_packet_is_within_the_bytes_of_a_request() {
        // Quotes take two bytes in JSON.
        let long = "\"".repeat(limits::TAG_VALUE);
        let batch = (0..100).fold(Batch::default(), |batch, n| batch.tag(&format!("t{n}"), &long));
        let packets = batch.packets();
        assert_eq!(packets.len(), 2);
        for packet in packets {
            let bytes = serde_json::to_vec(&packet.batch).expect("a batch is JSON").len();
            assert!(bytes < 1_000_000 && bytes <= packet.bytes + 100, "{bytes}");
        }
    }

    #[test]
    fn halves_come_down_to_one() {
        let batch = Batch::default().param("a", 1).tag("b", 1).metric("c", 1.0, 0);
        let packet = batch.packets().remove(0);
        let (first, second) = packet.halves().expect("three have halves");
        assert_eq!((first.batch.len(), second.batch.len()), (1, 2));
        assert!(first.halves().is_err());
    }
}
