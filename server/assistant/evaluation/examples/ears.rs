//! How late text comes where several speak at once without a pause, at the pace of speech: `flite`
//! speaks, PocketSphinx hears. It takes some minutes.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::error::Error;
use std::sync::Arc;

use weir_calls::Playbook;
use weir_evaluation::{LatencyFigures, Lateness, VOICES, listen_live, say};
use weir_speech::{Domain, Sphinx, SphinxConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sentences: Vec<String> = Playbook::first_call()?.sayings().map(str::to_owned).collect();
    let domain = Some(Domain::new(sentences.iter().cloned()));
    let sphinx = Arc::new(Sphinx::new(SphinxConfig { domain, ..SphinxConfig::default() })?);
    for ears in [1, 2, 4, 8] {
        let mut listening = Vec::new();
        for ear in 0..ears {
            let mut clips = Vec::new();
            for sentence in sentences.iter().skip(7 * ear).step_by(41).take(6) {
                clips.push(say(VOICES[ear % VOICES.len()], sentence).await?);
            }
            let sphinx = Arc::clone(&sphinx);
            listening.push(tokio::spawn(async move {
                listen_live(sphinx.as_ref(), clips, None, || {}).await
            }));
        }
        let mut all = Lateness::default();
        for one in listening {
            let late = one.await??;
            all.final_s.extend(late.final_s);
            all.lag_s = all.lag_s.max(late.lag_s);
        }
        println!("{ears} ears: {:?}", LatencyFigures::from(&all));
    }
    Ok(())
}
