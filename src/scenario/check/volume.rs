//! Volumes: as written -> as meant.
//!
//! What: their kinds, and what they hold.
//! Never: who mounts them: all containers of a pod see all its volumes.
//! Next: [`crate::model::volume`].

use super::numbers::{bytes, varying_bytes};
use super::spot::{Findings, Spot};
use crate::ground::Bytes;
use crate::model::{Volume, VolumeKind};
use crate::scenario::distribution::Varying;
use crate::scenario::file::accepted::NotSimulated;
use crate::scenario::file::pod::{BehaviorFile, EmptyDirFile, MediumFile, VolumeFile};

/// The volumes of one manifest, in its order.
pub fn volumes(findings: &mut Findings, spot: &Spot<'_>, volumes: &[VolumeFile]) -> Vec<Volume> {
    let mut read = Vec::new();
    for (index, volume) in volumes.iter().enumerate() {
        let kind = volume_kind(findings, &spot.index(index), volume);
        let size_limit = volume.empty_dir.as_ref().and_then(|empty_dir| empty_dir.size_limit.as_ref());
        let written_size_limit = size_limit.map(|text| text.0.clone());
        read.push(Volume { name: volume.name.clone(), kind, claim: None, written_size_limit });
    }
    read
}

fn volume_kind(findings: &mut Findings, spot: &Spot<'_>, volume: &VolumeFile) -> VolumeKind {
    let is_written = |kind: &Option<NotSimulated>| kind.is_some();
    let kinds = [
        (is_written(&volume.persistent_volume_claim), VolumeKind::PersistentVolumeClaim),
        (is_written(&volume.host_path), VolumeKind::HostPath),
        (is_written(&volume.config_map), VolumeKind::ConfigMap),
        (is_written(&volume.git_repo), VolumeKind::GitRepo),
        (!volume.not_simulated().is_empty(), VolumeKind::Other),
    ];
    let mut written: Vec<VolumeKind> =
        kinds.into_iter().filter_map(|(is_it, kind)| is_it.then_some(kind)).collect();
    if let Some(file) = &volume.empty_dir {
        written.push(empty_dir(findings, &spot.key("emptyDir"), file));
    }
    if written.len() > 1 || volume.not_simulated().len() > 1 {
        let what = format!("volume {} is of several kinds", volume.name);
        findings.mistake(spot, what, "keep one of them");
    }
    written.first().copied().unwrap_or(VolumeKind::EmptyDir { size_limit: None })
}

fn empty_dir(findings: &mut Findings, spot: &Spot<'_>, empty_dir: &EmptyDirFile) -> VolumeKind {
    let limit = empty_dir.size_limit.as_ref();
    let size_limit = limit.map(|text| bytes(findings, &spot.key("sizeLimit"), text));
    match empty_dir.medium {
        Some(MediumFile::Memory) => VolumeKind::MemoryEmptyDir { size_limit },
        None | Some(MediumFile::Default) => VolumeKind::EmptyDir { size_limit },
    }
}

/// What each volume holds, in the manifest's order; nothing where nothing is said.
pub fn volume_contents(
    findings: &mut Findings,
    spot: &Spot<'_>,
    behavior: &BehaviorFile,
    volumes: &[Volume],
) -> Vec<Varying<Bytes>> {
    let mut contents = Vec::new();
    for volume in volumes {
        let spot = spot.key(&volume.name);
        let written = behavior.volumes.get(&volume.name);
        let held = written.map(|number| varying_bytes(findings, &spot, number));
        let limit = match volume.kind {
            VolumeKind::EmptyDir { size_limit } | VolumeKind::MemoryEmptyDir { size_limit } => size_limit,
            _ => None,
        };
        if let (Some(Varying::Fixed(held)), Some(limit)) = (&held, limit)
            && limit > Bytes::ZERO
            && limit < *held
        {
            let what = format!("volume {} holds {held}, above its sizeLimit of {limit}", volume.name);
            findings.mistake(&spot, what, format!("raise the sizeLimit to {held}, or let it hold less"));
        }
        contents.push(held.unwrap_or(Varying::Fixed(Bytes::ZERO)));
    }
    contents
}
