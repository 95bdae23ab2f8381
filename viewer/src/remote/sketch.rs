//! What is drawn, as the window has it, and what others have done to it on the server.

use weir_scene::{Scene, Stroke};
use weir_words::Wish;

use crate::remote::lines::Lines;
use crate::worker::News;

/// A scene with its lines, and which of them the server has.
#[derive(Debug)]
pub struct Sketch {
    /// What a run would be opened with.
    pub scene: Scene,
    /// Names of its lines.
    pub names: Vec<u64>,
    lines: Lines,
    news: Option<News>,
}

impl Sketch {
    /// Of which the server has nothing.
    pub fn new(scene: Scene, names: Vec<u64>) -> Self {
        Self { scene, names, lines: Lines::default(), news: None }
    }

    /// Becomes another; whether it is.
    pub fn become_of(&mut self, scene: Scene, names: Vec<u64>) -> bool {
        let is_other = (&scene, &names) != (&self.scene, &self.names);
        (self.scene, self.names) = (scene, names);
        is_other
    }

    /// A run has been asked for that begins with it.
    pub fn open(&mut self) {
        self.lines = Lines::opened(&self.names);
    }

    /// Adds a line.
    pub fn add(&mut self, name: u64, stroke: Stroke) -> Wish {
        let wish = wish(self.lines.add(name), &stroke);
        self.put(name, stroke);
        wish
    }

    /// Takes one away; what is to be said of that, if anything is.
    pub fn erase(&mut self, name: u64) -> Option<Wish> {
        self.forget(&[name]);
        self.lines.erase(name).map(|line| Wish::Erase { line })
    }

    /// The name of a line.
    pub fn name(&self, line: u32) -> Option<u64> {
        self.lines.name(line)
    }

    /// What others have done since this was last asked.
    pub fn take_news(&mut self) -> Option<News> {
        self.news.take()
    }

    /// Whether the server has a line of it, or had one.
    pub fn is_known(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Becomes what the server has, whatever it was. `is_first` makes it news in any case.
    pub fn follow(&mut self, scene: Scene, numbers: &[u32], is_first: bool) {
        let (lines, names) = Lines::found(numbers);
        self.lines = lines;
        if self.become_of(scene, names) || is_first {
            self.news = Some(self.whole());
        }
    }

    /// Takes from what the server has that which others have done.
    pub fn compare(&mut self, scene: &Scene, numbers: &[u32]) {
        let others = self.lines.compare(numbers);
        if others == Default::default() {
            return;
        }
        self.forget(&others.erased);
        let stroke = |(k, name): &(usize, u64)| Some((*name, scene.strokes.get(*k)?.clone()));
        let added: Vec<(u64, Stroke)> = others.added.iter().filter_map(stroke).collect();
        for (name, stroke) in added.clone() {
            self.put(name, stroke);
        }
        self.news = Some(match self.news.take() {
            Some(News::Scene(..)) => self.whole(),
            Some(News::Lines { added: mut before, erased: mut gone }) => {
                before.retain(|(name, _)| !others.erased.contains(name));
                before.extend(added);
                gone.extend(others.erased);
                News::Lines { added: before, erased: gone }
            }
            None => News::Lines { added, erased: others.erased },
        });
    }

    /// What was drawn while nobody heard it, to be said again.
    pub fn unheard(&self) -> Vec<Wish> {
        let (added, erased) = self.lines.unheard();
        let added = added.into_iter().filter_map(|(line, name)| {
            let k = self.names.iter().position(|known| *known == name)?;
            Some(wish(line, self.scene.strokes.get(k)?))
        });
        added.chain(erased.into_iter().map(|line| Wish::Erase { line })).collect()
    }

    fn whole(&self) -> News {
        News::Scene(Box::new(self.scene.clone()), self.names.clone())
    }

    fn put(&mut self, name: u64, stroke: Stroke) {
        self.names.push(name);
        self.scene.strokes.push(stroke);
    }

    fn forget(&mut self, erased: &[u64]) {
        let names = std::mem::take(&mut self.names);
        let strokes = std::mem::take(&mut self.scene.strokes);
        let kept = names.into_iter().zip(strokes).filter(|(name, _)| !erased.contains(name));
        (self.names, self.scene.strokes) = kept.unzip();
    }
}

fn wish(line: u32, stroke: &Stroke) -> Wish {
    Wish::Add { line, points_m: stroke.points_m.clone(), closed: stroke.closed }
}
