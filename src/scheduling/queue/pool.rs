//! The pods that were refused, and that nothing has happened for since.
//!
//! What: they stand in groups by who refused them, and in classes by their template, since what is of
//! use to one of a class is of use to all. Never: a clock, or an order: whoever is woken goes to a line that has one.
//! The classes of a group lie by the address of their template; no outcome depends on it.
//!
//! Cost of an event: a glance at each group (there are as many as ways to be refused, a handful); of groups whose
//! plugins listen to it, one question a class; then O(1) a pod woken. Joining and leaving: O(log classes).

use super::event::ClusterEvent;
use super::line::Turn;
use crate::model::PodTemplate;
use crate::scheduling::profile::PluginSet;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    groups: Vec<Group>,
}

#[derive(Clone, Debug)]
struct Group {
    refused_by: PluginSet,
    /// By the address of their template, which lives as long as they do.
    classes: BTreeMap<usize, Class>,
}

#[derive(Clone, Debug)]
struct Class {
    template: Arc<PodTemplate>,
    turns: Vec<Turn>,
}

/// Where a pod stands in its class.
pub(super) type Slot = usize;

impl Pool {
    pub fn join(&mut self, refused_by: PluginSet, template: &Arc<PodTemplate>, turn: Turn) -> Slot {
        let new = || Class { template: Arc::clone(template), turns: Vec::new() };
        let class = self.group(refused_by).classes.entry(address(template)).or_insert_with(new);
        class.turns.push(turn);
        class.turns.len() - 1
    }

    /// Takes one out. The answer is who stands in its slot now.
    pub fn leave(&mut self, refused_by: PluginSet, template: &Arc<PodTemplate>, slot: Slot) -> Option<Turn> {
        let classes = &mut self.group(refused_by).classes;
        let class = classes.get_mut(&address(template))?;
        class.turns.swap_remove(slot);
        let moved = class.turns.get(slot).copied();
        if class.turns.is_empty() {
            classes.remove(&address(template));
        }
        moved
    }

    /// Takes out all for whom the event may be of use.
    pub fn wake(&mut self, event: &ClusterEvent<'_>, woken: &mut Vec<Turn>) {
        let listeners = event.listeners();
        for group in &mut self.groups {
            let asked = group.refused_by & listeners;
            if asked.is_empty() {
                continue;
            }
            group.classes.retain(|_, class| {
                let stays =
                    !event.reaches(&class.template) || event.useful(&class.template, asked).is_empty();
                if !stays {
                    woken.append(&mut class.turns);
                }
                stays
            });
        }
    }

    fn group(&mut self, refused_by: PluginSet) -> &mut Group {
        let place = self.groups.iter().position(|group| group.refused_by == refused_by);
        let place = place.unwrap_or_else(|| {
            self.groups.push(Group { refused_by, classes: BTreeMap::new() });
            self.groups.len() - 1
        });
        &mut self.groups[place]
    }
}

fn address(template: &Arc<PodTemplate>) -> usize {
    Arc::as_ptr(template).addr()
}
