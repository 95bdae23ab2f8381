//! Where values come from, and how what cannot be is refused.

use std::path::Path;

use weir_server::Config;
use weir_server::config::{Layers, TlsMode};

const EXAMPLE: &str = include_str!("../../weir.example.toml");

fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weir.toml");
    std::fs::write(&path, text).expect("a file");
    (folder, path)
}

fn read(text: &str) -> Result<Config, String> {
    let (_folder, path) = file(text);
    let mut layers = Layers::default();
    layers.file(&path).map_err(|error| error.to_string())?;
    layers.finish().map_err(|error| error.to_string())
}

fn variables(said: &[(&str, &str)]) -> Result<Config, String> {
    let mut layers = Layers::default();
    let said = said.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
    layers.environment(said).map_err(|error| error.to_string())?;
    layers.finish().map_err(|error| error.to_string())
}

#[test]
fn the_example_has_every_key_with_its_default() {
    assert_eq!(read(EXAMPLE).expect("a configuration"), Config::default());
    let shown: toml::Table = EXAMPLE.parse().expect("TOML");
    let defaults: toml::Table =
        Config::default().to_toml().expect("TOML").parse().expect("TOML again");
    assert_eq!(shown, defaults, "the same keys, and none is missing");
}

#[test]
fn what_the_example_has_commented_out_can_be_used() {
    let is_key = |line: &str| {
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    let uncommented: Vec<&str> = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line))
        .collect();
    let text = uncommented.join("\n").replace("mode = \"off\"", "mode = \"self-signed\"");
    let config = read(&text).expect("a configuration");
    assert!(config.metrics.token.is_some_and(|token| token.is("sixteen bytes or more")));
    assert!(config.tls.redirect_addr.is_some() && config.tls.acme.root.is_some());
}

#[test]
fn later_sources_go_over_earlier_ones_key_by_key() {
    let (_folder, path) = file("model = \"a\"\ndevice = \"b\"\n[limits]\nconnections = 7\n");
    let mut layers = Layers::default();
    layers.file(&path).expect("a file");
    let said = [("WEIR_DEVICE", "5"), ("WEIR_LIMITS__REQUESTS__BURST", "9"), ("HOME", "/x")];
    let said = said.map(|(name, value)| (name.to_owned(), value.to_owned()));
    layers.environment(said).expect("variables");
    layers.set("--addr", "addr", "[::1]:9").expect("an address");
    layers.assign("--set", "trusted_proxies = 10.0.0.0/8, ::1/128").expect("networks");
    let config = layers.finish().expect("a configuration");
    assert_eq!((config.model.as_str(), config.device.as_str()), ("a", "5"));
    assert_eq!(config.limits.connections.get(), 7);
    assert_eq!(config.limits.requests.burst.get(), 9);
    assert_eq!(config.limits.requests.per_second, Config::default().limits.requests.per_second);
    assert_eq!(config.addr.to_string(), "[::1]:9");
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.tls.mode, TlsMode::Off);
}

#[test]
fn what_is_refused_is_named_with_its_source() {
    for (text, words) in [
        ("adr = 1", &["weir.toml", "adr", "expected one of", "addr"][..]),
        ("[tls]\nmode = \"on\"", &["weir.toml: tls.mode", "`on`", "self-signed"]),
        ("[limits.scenes]\ncell = 5", &["limits.scenes", "`cell`", "cells_a_side"]),
        ("[limits]\nconnections = 0", &["limits.connections", "nonzero"]),
        ("a = 1\nb = ", &["weir.toml", "line 2"]),
        ("public_origins = [\"weir.example\"]", &["weir.toml: public_origins", "weir.example"]),
        ("public_origins = [\"https://weir.example/x\"]", &["public_origins", "no path"]),
        ("[tls]\nmode = \"files\"", &["tls.cert"]),
        ("[tls]\nmode = \"acme\"", &["tls.domains", "at least one"]),
        ("[tls]\nmode = \"acme\"\ndomains = [\"a b\"]", &["weir.toml: tls.domains", "a b"]),
        ("[tls]\nmode = \"acme\"\ndomains = [\"a.example\"]", &["tls.acme.terms_agreed"]),
        (
            "[tls]\nmode = \"acme\"\ndomains = [\"a.example\"]\n[tls.acme]\nterms_agreed = true\n\
             directory = \"http://a.example\"",
            &["tls.acme.directory", "http://a.example", "staging"],
        ),
        ("[tls]\nredirect_addr = \"127.0.0.1:0\"", &["tls.redirect_addr"]),
        ("[log]\nlevel = \"a=b=c\"", &["weir.toml: log.level", "a=b=c"]),
        ("[broker]\nurl = \"weir.example\"", &["weir.toml: broker.url", "takes nats://"]),
        ("[broker]\nurl = \"nats://weir:word@a\"", &["broker.url", "broker.user"]),
        ("[broker]\nurl = \"nats://a\"\nuser = \"weir\"", &["broker.user", "password"]),
        (
            "[broker]\nurl = \"nats://a\"\npassword = \"correct horse battery\"",
            &["broker.password", "broker.user"],
        ),
        (
            "[broker]\nurl = \"nats://a\"\nuser = \"weir\"\npassword = \"correct horse battery\"\n\
             token = \"correct horse battery\"",
            &["broker.token", "broker.user"],
        ),
    ] {
        let why = read(text).expect_err(text);
        assert!(words.iter().all(|word| why.contains(word)), "{text}: {why}");
        assert!(!why.contains("horse") && !why.contains(":word"), "{why}");
        assert_eq!(why.lines().count(), 1, "{why}");
    }
    for (name, value, words) in [
        ("WEIR_TSL__MODE", "off", &["WEIR_TSL__MODE", "tsl", "tls"][..]),
        ("WEIR_TLS_MODE", "off", &["WEIR_TLS_MODE", "tls_mode"]),
        ("WEIR_LIMITS__CONNECTIONS", "many", &["WEIR_LIMITS__CONNECTIONS", "many"]),
        ("WEIR_TLS__MODE", "files", &["defaults: tls.cert"]),
        (
            "WEIR_TRUSTED_PROXIES",
            "[\"there\"]",
            &["WEIR_TRUSTED_PROXIES: trusted_proxies", "there"],
        ),
        (
            "WEIR_ADDR",
            "nowhere",
            &["WEIR_ADDR: addr: got \"nowhere\", takes an address and a port"],
        ),
        ("WEIR_TLS__REDIRECT_ADDR", "80", &["WEIR_TLS__REDIRECT_ADDR: tls.redirect_addr", "80"]),
    ] {
        let why = variables(&[(name, value)]).expect_err(name);
        assert!(words.iter().all(|word| why.contains(word)), "{name}: {why}");
    }
    let missing = Layers::default().file(Path::new("/nowhere/weir.toml")).expect_err("no file");
    assert!(missing.to_string().starts_with("/nowhere/weir.toml: "), "{missing}");
}

#[test]
fn variables_of_builds_and_tests_are_not_ours() {
    let others = [("WEIR_GALLERY", "x"), ("WEIR_BENCH_QUICK", "1"), ("WEIR_PORT_80_TCP", "x")];
    assert_eq!(variables(&others), Ok(Config::default()));
}

#[test]
fn a_secret_is_used_and_never_shown() {
    let config = variables(&[("WEIR_METRICS__TOKEN", "correct horse battery")]).expect("a secret");
    let (shown, told) = (config.to_toml().expect("TOML"), format!("{config:?}"));
    assert!(!shown.contains("horse") && !told.contains("horse"), "{shown} {told}");
    let token = config.metrics.token.expect("a secret");
    assert!(token.is("correct horse battery") && !token.is("correct horse batterx"));
    assert!(!token.is("correct horse") && !token.is("correct horse battery staple"));
    let broker = [
        ("WEIR_BROKER__URL", "tls://a"),
        ("WEIR_BROKER__USER", "weir"),
        ("WEIR_BROKER__PASSWORD", "correct horse battery"),
    ];
    let config = variables(&broker).expect("a broker");
    let (shown, told) = (config.to_toml().expect("TOML"), format!("{config:?}"));
    assert!(!shown.contains("horse") && !told.contains("horse"), "{shown} {told}");
    assert!(shown.contains("user = \"weir\"") && shown.contains("password = \"(hidden)\""));
    let why = variables(&[("WEIR_METRICS__TOKEN", "horse")]).expect_err("too short");
    assert!(why.contains("16") && !why.contains("horse"), "{why}");
}
