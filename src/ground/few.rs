//! A few things, which mostly are one.
//!
//! What: a list whose only element lies where the list lies, so that there is no second place in memory to look.
//! Never: what the things are.

use std::ops::{Deref, DerefMut};

/// Any number of things; room is asked for only where there is not exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Few<T> {
    One(T),
    /// Any other number.
    More(Vec<T>),
}

impl<T> Few<T> {
    /// Puts something in the place of each, in order.
    #[inline(always)]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Few<U> {
        let mut change = change;
        match self {
            Few::One(one) => Few::One(change(one)),
            Few::More(more) => Few::More(more.into_iter().map(change).collect()),
        }
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Few<T> {
        let mut things = things.into_iter();
        match (things.next(), things.next()) {
            (None, _) => Few::More(Vec::new()),
            (Some(only), None) => Few::One(only),
            (Some(first), Some(second)) => Few::More([first, second].into_iter().chain(things).collect()),
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        match self {
            Few::One(one) => std::slice::from_ref(one),
            Few::More(more) => more,
        }
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Few::One(one) => std::slice::from_mut(one),
            Few::More(more) => more,
        }
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_a_list_in_its_order() {
        for number in [0, 1, 2, 5] {
            let few: Few<u32> = (0..number).collect();
            assert_eq!(matches!(few, Few::One(_)), number == 1);
            assert!((&few).into_iter().copied().eq(0..number));
            assert!(few.map(|thing| thing + 1).iter().copied().eq(1..=number));
        }
    }
}
