//! Extended resources, such as `nvidia.com/gpu`: as written -> as meant.
//!
//! Source: kubernetes `ValidateContainerResourceRequirements`, `pkg/apis/core/validation` (1.34).

use super::container::Asked;
use super::spot::{Findings, Spot};
use crate::ground::Amount;
use crate::scenario::file::amounts::{AmountsFile, ExtendedFile};
use std::collections::BTreeMap;

/// What a container requests of them. A limit alone is the request, as the API server writes it into every pod.
pub fn requests(findings: &mut Findings, asked: &Asked<'_, '_>) -> BTreeMap<String, Amount> {
    let mut read = |(spot, file): &(Spot<'_>, Option<&AmountsFile>)| {
        file.map_or_else(BTreeMap::new, |file| counts(findings, spot, &file.extended))
    };
    let (limits, requests) = (read(&asked.limits), read(&asked.requests));
    for (name, limit) in &limits {
        if requests.get(name).is_some_and(|request| request != limit) {
            let what = format!("the request and the limit of {name} differ");
            findings.mistake(&asked.requests.0.key(name), what, "write the same, or the limit alone");
        }
    }
    limits.into_iter().chain(requests).collect()
}

/// Whole numbers of them.
pub fn counts(findings: &mut Findings, spot: &Spot<'_>, written: &ExtendedFile) -> BTreeMap<String, Amount> {
    /// Enough of anything that is counted.
    const MOST: Amount = Amount::whole(1 << 40);
    let mut counts = BTreeMap::new();
    for (name, text) in written {
        let amount = text.0.amount();
        let is_whole = amount.0 % Amount::whole(1).0 == 0;
        if !is_whole || amount < Amount::ZERO || MOST < amount {
            let what = format!("{} of {name}", text.0.canonical());
            findings.mistake(&spot.key(name), what, "write a whole number from 0 on");
        }
        counts.insert(name.clone(), amount.max(Amount::ZERO));
    }
    counts
}
