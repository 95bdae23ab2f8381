//! Where a server is, and which of its runs is meant, as people write both.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use url::{Position, Url};
use weir_words::GALLERY;

/// Where a server of one's own is.
pub const HERE: &str = "http://127.0.0.1:8080";

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Where its WebSocket is.
    pub fn socket(&self) -> &str {
        self.0.as_str()
    }

    /// Its name, and its port where that is not the usual one.
    pub fn host(&self) -> &str {
        &self.0[Position::BeforeHost..Position::AfterPort]
    }

    /// The page on which a run can be watched.
    pub fn page(&self, run: &str) -> String {
        let scheme = if self.0.scheme() == "wss" { "https" } else { "http" };
        format!("{scheme}://{}/?watch={run}", self.host())
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let is_secure = self.0.scheme() == "wss";
        write!(f, "{}{}", if is_secure { "https://" } else { "" }, self.host())
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = |why: &str| {
            Err(format!("address {text:?}: {why}; takes one like {HERE}, or a host and its port"))
        };
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let mut url = match Url::parse(&whole) {
            Ok(url) => url,
            Err(error) => return wrong(&error.to_string()),
        };
        let scheme = match url.scheme() {
            "http" | "ws" => "ws",
            "https" | "wss" => "wss",
            other => return wrong(&format!("{other} is not spoken")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("a server asks for no name");
        }
        if url.set_scheme(scheme).is_err() || !url.has_host() {
            return wrong("no host");
        }
        url.set_path("/ws");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }
}

/// A run of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// To be watched, by the name that its owner tells others, or the gallery.
    Named(String),
    /// One's own, by the key that only its owner has.
    Kept(String),
}

impl FromStr for Run {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let is_of = |digits: usize| {
            text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if text == GALLERY || is_of(16) {
            Ok(Self::Named(text.to_owned()))
        } else if is_of(32) {
            Ok(Self::Kept(text.to_owned()))
        } else {
            let takes = "takes 16 hexadecimal digits, `gallery`, or the page's link to a run";
            Err(format!("run {text:?}: {takes}"))
        }
    }
}

/// The run that is meant by what stands in two fields. A page's link has its server in it.
///
/// # Errors
/// What is wrong with either.
pub fn place(address: &str, run: &str) -> Result<(Address, Run), String> {
    let run = run.trim();
    if !run.contains("://") {
        return Ok((address.parse()?, run.parse()?));
    }
    let link = Url::parse(run).map_err(|error| format!("link {run:?}: {error}"))?;
    let watched = link.query_pairs().find(|(name, _)| name == "watch");
    let Some((_, watched)) = watched else {
        return Err(format!("link {run:?}: has no run in it, takes one that ends in ?watch=…"));
    };
    Ok((run.parse()?, watched.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_written_in_many_ways() {
        for (text, socket, host) in [
            ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/ws", "127.0.0.1:8080"),
            (" localhost:8080 ", "ws://localhost:8080/ws", "localhost:8080"),
            ("https://weir.example", "wss://weir.example/ws", "weir.example"),
            ("wss://weir.example:444/ws", "wss://weir.example:444/ws", "weir.example:444"),
            ("http://[::1]:8080/?watch=0", "ws://[::1]:8080/ws", "[::1]:8080"),
            ("weir.example/some#where", "ws://weir.example/ws", "weir.example"),
        ] {
            let address: Address = text.parse().expect(text);
            assert_eq!((address.socket(), address.host()), (socket, host), "{text}");
            assert_eq!(address.to_string().parse(), Ok(address), "{text}");
        }
        for text in ["", "http://", "ftp://a.example", "a b", "host:99999", "u:p@a.example", ":80"]
        {
            let why = text.parse::<Address>().expect_err(text);
            assert!(why.contains(&format!("{text:?}")) && why.contains(HERE), "{why}");
        }
    }

    #[test]
    fn a_run_is_named_kept_or_in_a_link() {
        let name = "0123456789abcdef";
        assert_eq!(name.parse(), Ok(Run::Named(name.to_owned())));
        assert_eq!(name.repeat(2).parse(), Ok(Run::Kept(name.repeat(2))));
        for text in ["", "0123", "g123456789abcdef", "+123456789abcdef"] {
            assert!(text.parse::<Run>().is_err(), "{text}");
        }
        let here: Address = HERE.parse().expect("an address");
        let page = here.page(name);
        assert_eq!(page, format!("{HERE}/?watch={name}"));
        let named = Run::Named(name.to_owned());
        assert_eq!(place("nowhere.example", &page), Ok((here.clone(), named.clone())));
        assert_eq!(place(HERE, name), Ok((here, named)));
        for run in ["http://a.example/", "http://a.example/?watch=7", "http:// /?watch=7"] {
            assert!(place(HERE, run).is_err(), "{run}");
        }
    }
}
