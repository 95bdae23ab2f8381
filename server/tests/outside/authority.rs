//! A certificate authority on this machine that does its part of RFC 8555: it hands out
//! nonces and takes each once, looks at the challenge over TLS, and signs.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer, IsCa,
    KeyPair,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use x509_parser::oid_registry::asn1_rs::oid;

use crate::client::{connect, shown};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const TOKEN: &str = "a-token-of-the-authority";

/// The authority.
#[derive(Clone)]
pub struct Authority {
    url: String,
    /// Its own root, PEM.
    pub root: PathBuf,
    issuer: Arc<CertifiedIssuer<'static, KeyPair>>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
pub struct Known {
    nonces: HashSet<String>,
    thumbprint: String,
    pub accounts: usize,
    names: Vec<String>,
    is_valid: Vec<bool>,
    chain: Option<String>,
    pub issued: usize,
    /// Where to look for a challenge.
    pub target: Option<SocketAddr>,
    /// How long ago certificates begin, and when they end.
    pub validity: [Duration; 2],
    /// What went wrong on its side.
    pub faults: Vec<String>,
}

impl Authority {
    /// Opens one.
    pub async fn open(folder: &Path) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"));
        let issuer = issuer.expect("a root");
        let root = folder.join("authority.pem");
        std::fs::write(&root, issuer.pem()).expect("a file");
        let own = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let cert = params.signed_by(&own, &issuer).expect("a certificate");
        let key = PrivateKeyDer::try_from(own.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a pair");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let known = Known { validity: [DAY, 90 * DAY], ..Known::default() };
        let url = format!("https://localhost:{port}");
        let known = Arc::new(Mutex::new(known));
        let authority = Self { url, root, issuer: Arc::new(issuer), known };
        let router = Router::new().fallback(answer).with_state(authority.clone());
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let (acceptor, router) = (acceptor.clone(), router.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = TowerToHyperService::new(router);
                    let http = hyper::server::conn::http1::Builder::new();
                    // A client may go whenever it likes.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        authority
    }

    /// Of its directory.
    pub fn directory(&self) -> String {
        format!("{}/directory", self.url)
    }

    /// What signs, for who trusts it.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        self.issuer.der()
    }

    /// What it knows.
    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nobody panicked")
    }

    fn with_nonce(&self, response: impl IntoResponse) -> Response {
        let nonce = BASE64.encode(uuid::Uuid::new_v4().as_bytes());
        self.known().nonces.insert(nonce.clone());
        ([("replay-nonce", nonce)], response).into_response()
    }

    fn json(&self, status: StatusCode, location: &str, body: Value) -> Response {
        let location = [("location", format!("{}{location}", self.url))];
        self.with_nonce((status, location, axum::Json(body)))
    }

    fn order(&self) -> Value {
        let known = self.known();
        let all = known.is_valid.iter().all(|&valid| valid);
        let status = if known.chain.is_some() {
            "valid"
        } else if all {
            "ready"
        } else {
            "pending"
        };
        let url = |path: String| format!("{}{path}", self.url);
        let authorizations = (0..known.names.len()).map(|k| url(format!("/authorization/{k}")));
        json!({
            "status": status,
            "identifiers": known.names.iter().map(|n| json!({ "type": "dns", "value": n })).collect::<Vec<_>>(),
            "authorizations": authorizations.collect::<Vec<_>>(),
            "finalize": url("/finalize".to_owned()),
            "certificate": known.chain.as_ref().map(|_| url("/certificate".to_owned())),
        })
    }

    fn challenge(&self, k: usize) -> Value {
        let status = if self.known().is_valid[k] { "valid" } else { "pending" };
        let url = format!("{}/challenge/{k}", self.url);
        json!({ "type": "tls-alpn-01", "url": url, "token": TOKEN, "status": status })
    }

    /// Looks whether the challenge is shown where this name leads (RFC 8737, 3).
    async fn look(&self, k: usize) -> Result<(), String> {
        let mut target = self.known().target;
        while target.is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
            target = self.known().target;
        }
        let (name, thumbprint) = {
            let known = self.known();
            (known.names[k].clone(), known.thumbprint.clone())
        };
        let stream = connect(target.expect("it is there"), None, &name, b"acme-tls/1").await;
        let stream = stream.map_err(|error| format!("no handshake: {error}"))?;
        if stream.get_ref().1.alpn_protocol() != Some(b"acme-tls/1") {
            return Err("another protocol".to_owned());
        }
        let shown = shown(&stream);
        let (_, cert) =
            x509_parser::parse_x509_certificate(&shown).map_err(|error| error.to_string())?;
        let names = cert.subject_alternative_name().map_err(|error| error.to_string())?;
        let names = names.ok_or("no names")?.value.general_names.clone();
        if names != [x509_parser::extensions::GeneralName::DNSName(&name)] {
            return Err(format!("names {names:?}"));
        }
        // acmeIdentifier, critical, an octet string of the digest.
        let found = cert.get_extension_unique(&oid!(1.3.6.1.5.5.7.1.31));
        let found = found.map_err(|error| error.to_string())?.ok_or("no acmeIdentifier")?;
        let digest = Sha256::digest(format!("{TOKEN}.{thumbprint}"));
        let is_right = found.critical
            && found.value.strip_prefix(&[4, 32]).is_some_and(|value| value == &digest[..]);
        if is_right { Ok(()) } else { Err("another digest".to_owned()) }
    }

    fn sign(&self, csr: &[u8]) -> Result<String, String> {
        let csr = CertificateSigningRequestDer::from(csr.to_vec());
        let mut csr =
            CertificateSigningRequestParams::from_der(&csr).map_err(|error| error.to_string())?;
        let [since, until] = self.known().validity;
        csr.params.not_before = (SystemTime::now() - since).into();
        csr.params.not_after = (SystemTime::now() + until).into();
        let cert = csr.signed_by(&self.issuer).map_err(|error| error.to_string())?;
        Ok(format!("{}{}", cert.pem(), self.issuer.pem()))
    }
}

/// What stands in a request that was signed; its nonce is good for one.
fn opened(authority: &Authority, path: &str, body: &[u8]) -> Result<(Value, Value), String> {
    let jws: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let part = |name: &str| {
        let bytes = BASE64.decode(jws[name].as_str().unwrap_or_default());
        bytes.map_err(|error| format!("{name}: {error}"))
    };
    let protected: Value =
        serde_json::from_slice(&part("protected")?).map_err(|error| error.to_string())?;
    if !authority.known().nonces.remove(protected["nonce"].as_str().unwrap_or_default()) {
        return Err("a nonce that was not given, or was used".to_owned());
    }
    if protected["url"] != json!(format!("{}{path}", authority.url)) {
        return Err(format!("url {}", protected["url"]));
    }
    if path != "/account" && protected["kid"] != json!(format!("{}/account/1", authority.url)) {
        return Err(format!("kid {}", protected["kid"]));
    }
    if part("signature")?.len() != 64 {
        return Err("no signature of ES256".to_owned());
    }
    let payload = part("payload")?;
    Ok((protected, serde_json::from_slice(&payload).unwrap_or_default()))
}

async fn answer(
    State(authority): State<Authority>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path();
    if path == "/directory" {
        let url = |path: &str| format!("{}{path}", authority.url);
        let told = json!({ "newNonce": url("/nonce"), "newAccount": url("/account"), "newOrder": url("/order"), "revokeCert": url("/revoke"), "keyChange": url("/change") });
        return axum::Json(told).into_response();
    }
    if path == "/nonce" {
        return authority.with_nonce(StatusCode::OK);
    }
    let is_jose = headers.get("content-type").is_some_and(|kind| kind == "application/jose+json");
    let asked = match (method == Method::POST && is_jose).then(|| opened(&authority, path, &body)) {
        Some(Ok((protected, payload))) => granted(&authority, path, &protected, &payload).await,
        Some(Err(fault)) => Err(fault),
        None => Err(format!("{method} {path}")),
    };
    asked.unwrap_or_else(|fault| {
        authority.known().faults.push(fault.clone());
        let problem = json!({ "type": "urn:ietf:params:acme:error:malformed", "detail": fault });
        authority.with_nonce((StatusCode::BAD_REQUEST, axum::Json(problem)))
    })
}

async fn granted(
    authority: &Authority,
    path: &str,
    protected: &Value,
    payload: &Value,
) -> Result<Response, String> {
    let (ok, created) = (StatusCode::OK, StatusCode::CREATED);
    let (what, rest) = path[1..].split_once('/').unwrap_or((&path[1..], "0"));
    let k: usize = rest.parse().map_err(|_| format!("path {path}"))?;
    Ok(match what {
        "account" => {
            if payload["termsOfServiceAgreed"] != json!(true) {
                return Err("the terms are not agreed to".to_owned());
            }
            let jwk = &protected["jwk"];
            let canonical = format!(
                r#"{{"crv":{},"kty":{},"x":{},"y":{}}}"#,
                jwk["crv"], jwk["kty"], jwk["x"], jwk["y"]
            );
            let mut known = authority.known();
            known.thumbprint = BASE64.encode(Sha256::digest(canonical));
            known.accounts += 1;
            drop(known);
            authority.json(created, "/account/1", json!({ "status": "valid" }))
        }
        "order" => {
            let names = payload["identifiers"].as_array().into_iter().flatten();
            let names: Vec<String> =
                names.filter_map(|name| name["value"].as_str().map(str::to_owned)).collect();
            let mut known = authority.known();
            known.is_valid = vec![false; names.len()];
            (known.names, known.chain) = (names, None);
            drop(known);
            authority.json(created, "/orders/1", authority.order())
        }
        "orders" => authority.json(ok, "/orders/1", authority.order()),
        "authorization" => {
            let challenge = authority.challenge(k);
            let name = authority.known().names[k].clone();
            let told = json!({ "identifier": { "type": "dns", "value": name }, "status": challenge["status"], "challenges": [challenge] });
            authority.json(ok, path, told)
        }
        "challenge" => {
            authority.look(k).await?;
            authority.known().is_valid[k] = true;
            authority.json(ok, path, authority.challenge(k))
        }
        "finalize" => {
            if authority.order()["status"] != "ready" {
                return Err("the order is not ready".to_owned());
            }
            let csr = BASE64.decode(payload["csr"].as_str().unwrap_or_default());
            let chain = authority.sign(&csr.map_err(|error| error.to_string())?)?;
            let mut known = authority.known();
            known.chain = Some(chain);
            known.issued += 1;
            drop(known);
            authority.json(ok, "/orders/1", authority.order())
        }
        "certificate" => {
            let chain = authority.known().chain.clone().ok_or("no certificate")?;
            authority.with_nonce(chain)
        }
        _ => return Err(format!("path {path}")),
    })
}
