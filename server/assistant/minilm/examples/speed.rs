//! How fast sentences become vectors on this machine: `speed FOLDER`, medians of seven.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::path::Path;
use std::time::Instant;

use weir_minilm::MiniLm;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("takes the folder with the files of MiniLM")?;
    let start = Instant::now();
    let model = MiniLm::open(Path::new(&folder))?;
    println!("opened in {:.2} s", start.elapsed().as_secs_f32());
    for (words, count) in [(12, 1), (12, 512), (100, 128)] {
        let text = |k: usize| {
            let word = |w: usize| ["water", "flows", "down", "the", "valley"][(k + w * w) % 5];
            (0..words).map(word).collect::<Vec<_>>().join(" ")
        };
        let texts: Vec<String> = (0..count).map(text).collect();
        let mut times_s = Vec::new();
        for _ in 0..7 {
            let start = Instant::now();
            model.vectors(&texts)?;
            times_s.push(start.elapsed().as_secs_f32());
        }
        times_s.sort_unstable_by(f32::total_cmp);
        let (ms, rate) = (1e3 * times_s[3], count as f32 / times_s[3]);
        println!("{count} texts of {words} words: {ms:.1} ms, {rate:.0} a second");
    }
    Ok(())
}
