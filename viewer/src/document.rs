//! The scene that is being drawn, and how it came about.

use std::path::{Path, PathBuf};

use weir_scene::{Limits, Scene, Stroke};

use crate::files;

/// States that can be gone back to.
const REMEMBERED: usize = 200;

/// A scene whose lines have names that survive what is done to others.
#[derive(Clone, Debug, PartialEq)]
struct State {
    scene: Scene,
    names: Vec<u64>,
}

impl State {
    /// A name that no line has, nor will have before it.
    fn next_name(&self) -> u64 {
        self.names.iter().max().map_or(0, |last| last + 1)
    }

    fn erase(&mut self, erased: &[u64]) {
        let keep: Vec<bool> = self.names.iter().map(|name| !erased.contains(name)).collect();
        let mut kept = keep.iter();
        self.scene.strokes.retain(|_| kept.next() == Some(&true));
        let mut kept = keep.iter();
        self.names.retain(|_| kept.next() == Some(&true));
    }
}

/// What has to be told to engines after a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Lines that came, and the names of lines that went: this can be done while water flows.
    Lines {
        /// What came, by name.
        added: Vec<(u64, Stroke)>,
        /// What went.
        erased: Vec<u64>,
    },
    /// Something else: the scene begins anew.
    All,
}

/// A scene, what it was before, and where it is kept.
#[derive(Debug)]
pub struct Document {
    now: State,
    before: Vec<State>,
    after: Vec<State>,
    next_name: u64,
    saved: State,
    /// Why it cannot be changed here, in words, if it cannot.
    pub locked: Option<String>,
    /// The file that it is kept in, if it is.
    pub path: Option<PathBuf>,
}

impl Document {
    /// A scene that nobody has touched yet.
    pub fn new(scene: Scene, path: Option<PathBuf>) -> Self {
        let names: Vec<u64> = (0..scene.strokes.len() as u64).collect();
        Self { path, ..Self::named(scene, names) }
    }

    /// A scene whose lines have names already.
    pub fn named(scene: Scene, names: Vec<u64>) -> Self {
        let now = State { scene, names };
        Self {
            next_name: now.next_name(),
            saved: now.clone(),
            now,
            before: Vec::new(),
            after: Vec::new(),
            locked: None,
            path: None,
        }
    }

    /// Becomes what somebody else has made of it. That cannot be taken back here.
    pub fn follow(&mut self, theirs: Self) -> Change {
        let was = std::mem::replace(&mut self.now, theirs.now);
        (self.before, self.after) = (Vec::new(), Vec::new());
        self.next_name = self.next_name.max(self.now.next_name());
        difference(&was, &self.now)
    }

    /// Follows what somebody else has done to lines. It is done to all that can be gone back to
    /// as well: what is taken back here is what was done here.
    pub fn follow_lines(&mut self, added: &[(u64, Stroke)], erased: &[u64]) -> Change {
        let was = self.now.clone();
        let others = self.before.iter_mut().chain(&mut self.after);
        for state in others.chain([&mut self.now]) {
            state.erase(erased);
            state.scene.strokes.extend(added.iter().map(|(_, stroke)| stroke.clone()));
            state.names.extend(added.iter().map(|(name, _)| *name));
        }
        self.next_name = self.next_name.max(self.now.next_name());
        difference(&was, &self.now)
    }

    /// The scene.
    pub fn scene(&self) -> &Scene {
        &self.now.scene
    }

    /// Names of its lines, in their order.
    pub fn names(&self) -> &[u64] {
        &self.now.names
    }

    /// Whether there is something that no file has.
    pub fn is_changed(&self) -> bool {
        self.now.scene != self.saved.scene
    }

    /// Whether there is something to undo, and to redo.
    pub fn can_go(&self) -> (bool, bool) {
        (!self.before.is_empty(), !self.after.is_empty())
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The scene would not be valid, or is not to be changed, in words; it stays as it is.
    pub fn add_stroke(&mut self, stroke: Stroke) -> Result<Change, String> {
        let name = self.next_name;
        self.next_name += 1;
        self.edit(|state| {
            state.scene.strokes.push(stroke);
            state.names.push(name);
        })
    }

    /// Takes lines away.
    ///
    /// # Errors
    /// As [`Self::add_stroke`].
    pub fn erase_strokes(&mut self, erased: &[u64]) -> Result<Change, String> {
        self.edit(|state| state.erase(erased))
    }

    /// Changes anything but the lines.
    ///
    /// # Errors
    /// As [`Self::add_stroke`].
    pub fn change(&mut self, change: impl FnOnce(&mut Scene)) -> Result<Change, String> {
        self.edit(|state| change(&mut state.scene))
    }

    fn edit(&mut self, edit: impl FnOnce(&mut State)) -> Result<Change, String> {
        if let Some(why) = &self.locked {
            return Err(why.clone());
        }
        let mut next = self.now.clone();
        edit(&mut next);
        next.scene.validate(&Limits::default()).map_err(|error| error.to_string())?;
        let change = difference(&self.now, &next);
        if next == self.now {
            return Ok(change);
        }
        self.before.push(std::mem::replace(&mut self.now, next));
        if self.before.len() > REMEMBERED {
            self.before.remove(0);
        }
        self.after.clear();
        Ok(change)
    }

    /// Goes back by one change.
    pub fn undo(&mut self) -> Option<Change> {
        let before = self.before.pop()?;
        let now = std::mem::replace(&mut self.now, before);
        let change = difference(&now, &self.now);
        self.after.push(now);
        Some(change)
    }

    /// Takes the last step back again.
    pub fn redo(&mut self) -> Option<Change> {
        let after = self.after.pop()?;
        let now = std::mem::replace(&mut self.now, after);
        let change = difference(&now, &self.now);
        self.before.push(now);
        Some(change)
    }

    /// Writes the scene into a file, all of it or nothing.
    ///
    /// # Errors
    /// What cannot be written, and why.
    pub fn save(&mut self, path: &Path) -> Result<(), String> {
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let scene = &self.now.scene;
        let text = if is_json { scene.to_json() } else { scene.to_toml() };
        let text = text.map_err(|error| error.to_string())?;
        files::save(path, &text)?;
        self.saved = self.now.clone();
        self.path = Some(path.to_owned());
        Ok(())
    }
}

fn difference(one: &State, other: &State) -> Change {
    let without = |scene: &Scene| Scene { strokes: Vec::new(), ..scene.clone() };
    if without(&one.scene) != without(&other.scene) {
        return Change::All;
    }
    let lines = |state: &State| -> Vec<(u64, Stroke)> {
        state.names.iter().copied().zip(state.scene.strokes.iter().cloned()).collect()
    };
    let (was, is) = (lines(one), lines(other));
    Change::Lines {
        added: is.iter().filter(|line| !was.contains(line)).cloned().collect(),
        erased: was.iter().filter(|line| !is.contains(line)).map(|(name, _)| *name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let text = "version = 1\ndomain = { width_m = 1.0, height_m = 1.0, cell_m = 0.0625 }\n\
                    stroke = [{ points_m = [[0.1, 0.1], [0.9, 0.1]] }]";
        Document::new(Scene::from_toml(text).expect("a scene"), None)
    }

    fn line(y: f64) -> Stroke {
        Stroke { points_m: vec![[0.1, y], [0.9, y]], ..Stroke::default() }
    }

    #[test]
    fn lines_come_and_go_while_all_else_begins_anew() {
        let mut document = document();
        let added = document.add_stroke(line(0.5)).expect("a line");
        let expected = Change::Lines { added: vec![(1, line(0.5))], erased: Vec::new() };
        assert_eq!(added, expected);
        let erased = document.erase_strokes(&[0]).expect("a scene");
        assert_eq!(erased, Change::Lines { added: Vec::new(), erased: vec![0] });
        assert_eq!((document.names(), document.scene().strokes.len()), (&[1][..], 1));
        let changed = document.change(|scene| scene.gravity_m_s2 = [0.0, -1.0]);
        assert_eq!(changed, Ok(Change::All));
    }

    #[test]
    fn undone_and_redone_it_is_what_it_was() {
        let mut document = document();
        let first = document.scene().clone();
        document.add_stroke(line(0.5)).expect("a line");
        document.erase_strokes(&[0]).expect("a scene");
        let last = document.scene().clone();
        let back = document.undo().expect("a change");
        assert_eq!(back, Change::Lines { added: vec![(0, line(0.1))], erased: Vec::new() });
        document.undo().expect("a change");
        assert_eq!(document.scene(), &first);
        assert_eq!(document.undo(), None);
        assert_eq!((document.redo().is_some(), document.redo().is_some()), (true, true));
        assert_eq!(document.scene(), &last);
        assert_eq!(document.redo(), None);
        document.undo();
        document.add_stroke(line(0.7)).expect("a line");
        assert_eq!(document.can_go(), (true, false), "another way was taken");
    }

    #[test]
    fn what_is_not_valid_changes_nothing() {
        let mut document = document();
        let error = document.add_stroke(line(2.0)).expect_err("outside");
        assert!(error.contains("stroke"), "{error}");
        assert_eq!((document.scene().strokes.len(), document.can_go()), (1, (false, false)));
    }

    #[test]
    fn what_is_somebody_elses_changes_by_their_hand_alone() {
        let mut document = document();
        document.locked = Some("it is theirs".to_owned());
        assert_eq!(document.add_stroke(line(0.5)), Err("it is theirs".to_owned()));
        let drawn = document.follow_lines(&[(7, line(0.5))], &[0]);
        assert_eq!(drawn, Change::Lines { added: vec![(7, line(0.5))], erased: vec![0] });
        let scene = document.scene().clone();
        let same = document.follow(Document::named(scene.clone(), document.names().to_vec()));
        assert_eq!(same, Change::Lines { added: Vec::new(), erased: Vec::new() });
        assert_eq!(document.can_go(), (false, false), "nor is it taken back here");
        let other = Scene { gravity_m_s2: [0.0; 2], ..scene };
        assert_eq!(document.follow(Document::named(other, vec![7])), Change::All);
        document.locked = None;
        document.add_stroke(line(0.7)).expect("a line");
        assert_eq!(document.names(), [7, 8]);
        document.follow_lines(&[(20, line(0.3))], &[7]);
        document.undo().expect("what was done here");
        assert_eq!(document.names(), [20], "and nothing else");
    }

    #[test]
    fn what_was_saved_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut document = document();
        document.add_stroke(line(0.5)).expect("a line");
        assert!(document.is_changed());
        for name in ["a.toml", "a.json"] {
            let path = folder.path().join(name);
            document.save(&path).expect("a file");
            assert!(!document.is_changed());
            let text = std::fs::read_to_string(&path).expect("text");
            assert_eq!(&Scene::parse(name, &text).expect("a scene"), document.scene());
        }
        let error = document.save(&folder.path().join("no/such/folder.toml")).expect_err("no");
        assert!(error.contains("no/such"), "{error}");
    }
}
