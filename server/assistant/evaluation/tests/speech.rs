//! How well PocketSphinx hears what `flite` says.

use std::path::Path;

use weir_answers::Documents;
use weir_calls::Playbook;
use weir_evaluation::{EarFigures, Kind, Set, Spoken};
use weir_speech::{Sphinx, SphinxConfig};

/// Word error rates above which something is broken: of sentences that a domain has, and of
/// everyday ones without a domain.
const DOMAIN_WER: f32 = 0.04;
const EVERYDAY_WER: f32 = 0.12;

async fn figures(spoken: &Spoken, share: f32) -> EarFigures {
    let domain = (share > 0.0).then(|| spoken.domain.clone());
    let config = SphinxConfig { domain, domain_share: share, ..SphinxConfig::default() };
    let sphinx = Sphinx::new(config).expect("it is installed");
    EarFigures::measure("", &sphinx, spoken, || {}).await.expect("it hears")
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx, and some minutes"]
async fn word_error_rates() {
    let book = Playbook::first_call().expect("the playbook");
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../documents");
    let documents = Documents::folder(&home).expect("documents");
    let spoken = Spoken::new(&book, &documents, &Set::Dev.calls(&book).expect("calls"));
    let general = figures(&spoken, 0.0).await;
    let everyday = general.word_error_rate(Kind::Everyday).expect("a group");
    assert!(everyday <= EVERYDAY_WER, "{everyday}");
    let with_domain = figures(&spoken, 0.5).await;
    let inside = with_domain.word_error_rate(Kind::InDomain).expect("a group");
    assert!(inside <= DOMAIN_WER, "{inside}");
    for kind in [Kind::InDomain, Kind::LeftOut] {
        let rates = [&general, &with_domain].map(|figures| figures.word_error_rate(kind));
        assert!(rates[1] <= rates[0], "a domain helps where it is spoken of: {rates:?}");
    }
}
