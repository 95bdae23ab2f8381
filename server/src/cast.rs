//! Which networks are at hand, and who gets which.

use std::sync::{Arc, PoisonError, RwLock};

use crate::engine::{Engines, Role};
use crate::lot::{Lot, Share};

/// The networks by their roles. Clones are of one cast.
#[derive(Clone, Debug)]
pub struct Cast(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    champion: RwLock<Arc<Engines>>,
    challenger: RwLock<Option<Arc<Engines>>>,
    /// Share of new runs that the challenger moves.
    canary: Share,
}

impl Cast {
    /// A champion alone; `canary` is the share of runs that a challenger gets once there is one.
    pub fn new(champion: Engines, canary: Share) -> Self {
        let (champion, challenger) = (RwLock::new(Arc::new(champion)), RwLock::new(None));
        Self(Arc::new(Inner { champion, challenger, canary }))
    }

    /// Who moves the water of visitors.
    pub fn champion(&self) -> Arc<Engines> {
        Arc::clone(&self.0.champion.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who may come to.
    pub fn challenger(&self) -> Option<Arc<Engines>> {
        self.0.challenger.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everybody.
    pub fn all(&self) -> impl Iterator<Item = Arc<Engines>> {
        std::iter::once(self.champion()).chain(self.challenger())
    }

    /// Who has a role.
    pub fn of(&self, role: Role) -> Option<Arc<Engines>> {
        match role {
            Role::Champion => Some(self.champion()),
            Role::Challenger => self.challenger(),
        }
    }

    /// Who moves a run that drew this lot.
    pub fn for_run(&self, lot: Lot) -> Arc<Engines> {
        let challenger = self.challenger().filter(|_| lot.is_in(self.0.canary, "canary"));
        challenger.unwrap_or_else(|| self.champion())
    }

    /// Gives a network the role that it is for.
    pub fn take(&self, engines: Arc<Engines>) {
        match engines.role {
            Role::Champion => {
                *self.0.champion.write().unwrap_or_else(PoisonError::into_inner) = engines;
            }
            Role::Challenger => self.set_challenger(Some(engines)),
        }
    }

    /// There is no challenger any more.
    pub fn dismiss_challenger(&self) {
        self.set_challenger(None);
    }

    fn set_challenger(&self, engines: Option<Arc<Engines>>) {
        *self.0.challenger.write().unwrap_or_else(PoisonError::into_inner) = engines;
    }
}
