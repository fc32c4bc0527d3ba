//! Volumes: as written -> as meant.
//!
//! What: their kinds, the claims that they name, what they hold and who writes them.
//! Never: who mounts them: all containers of a pod see all its volumes.
//! Next: [`crate::model::volume`].

use super::measure::Measure;
use super::names::{is_dns_label, nearest_label};
use super::numbers::{Range, bytes, distribution};
use super::spot::{Findings, Spot};
use crate::ground::{Bytes, ClaimId};
use crate::model::{Medium, Volume, VolumeKind};
use crate::scenario::decode::TextOr;
use crate::scenario::distribution::Varying;
use crate::scenario::file::pod::{BehaviorFile, ClaimFile, EmptyDirFile, MediumFile, SpecFile, VolumeFile};
use crate::scenario::file::usage::UsageFile;
use crate::scenario::file::volume::{VolumeStoryFile, VolumeUseFile, WrittenVolumeFile};
use std::collections::BTreeMap;

/// A claim's name is at most so long. Source: RFC 1123, as Kubernetes checks it.
const LONGEST_CLAIM: usize = 253;

/// The claims that volumes name: each once, in the order of the scenario.
#[derive(Debug, Default)]
pub struct Claims {
    pub names: Vec<String>,
    known: BTreeMap<String, ClaimId>,
}

impl Claims {
    fn id(&mut self, name: &str) -> ClaimId {
        if let Some(id) = self.known.get(name) {
            return *id;
        }
        let number = u32::try_from(self.names.len()).expect("a file of so many claims is too large to read");
        self.names.push(name.to_owned());
        self.known.insert(name.to_owned(), ClaimId(number));
        ClaimId(number)
    }
}

/// What a container writes into one of its pod's volumes.
#[derive(Clone)]
pub struct Write<'a> {
    /// The volume's number in the manifest.
    pub volume: u16,
    pub measure: Measure,
    pub usage: &'a UsageFile,
    pub spot: Spot<'a>,
}

/// The volumes of one manifest, in its order.
pub fn volumes(
    findings: &mut Findings,
    claims: &mut Claims,
    (spot, volumes): (&Spot<'_>, &[VolumeFile]),
) -> Vec<Volume> {
    let mut read = Vec::new();
    if volumes.len() > usize::from(u16::MAX) {
        findings.mistake(spot, format!("{} volumes of one pod", volumes.len()), "write fewer than 65536");
    }
    for (index, volume) in volumes.iter().enumerate() {
        let kind = volume_kind(findings, &spot.index(index), volume);
        let size_limit = volume.empty_dir.as_ref().and_then(|empty_dir| empty_dir.size_limit.as_ref());
        let claim = volume.persistent_volume_claim.as_ref();
        let spot = spot.index(index).keys(&["persistentVolumeClaim", "claimName"]);
        let claim = claim.map(|file| claim_id(findings, claims, (&spot, file)));
        let written_size_limit = size_limit.map(|text| text.0.clone());
        read.push(Volume { name: volume.name.clone(), kind, claim, written_size_limit });
    }
    read
}

fn volume_kind(findings: &mut Findings, spot: &Spot<'_>, volume: &VolumeFile) -> VolumeKind {
    let kinds = [
        (volume.persistent_volume_claim.is_some(), VolumeKind::PersistentVolumeClaim),
        (volume.host_path.is_some(), VolumeKind::HostPath),
        (volume.config_map.is_some(), VolumeKind::ConfigMap),
        (volume.git_repo.is_some(), VolumeKind::GitRepo),
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

fn claim_id(findings: &mut Findings, claims: &mut Claims, (spot, file): (&Spot<'_>, &ClaimFile)) -> ClaimId {
    let name = file.claim_name.as_str();
    if LONGEST_CLAIM < name.len() || !name.split('.').all(is_dns_label) {
        let what = format!("the claim name \"{}\" is not made of DNS labels", name.escape_debug());
        findings.mistake(spot, what, format!("write for example `{}`", nearest_label(name, "data")));
    }
    claims.id(name)
}

fn empty_dir(findings: &mut Findings, spot: &Spot<'_>, empty_dir: &EmptyDirFile) -> VolumeKind {
    let limit = empty_dir.size_limit.as_ref();
    let size_limit = limit.map(|text| bytes(findings, &spot.key("sizeLimit"), text));
    match empty_dir.medium {
        Some(MediumFile::Memory) => VolumeKind::MemoryEmptyDir { size_limit },
        None | Some(MediumFile::Default) => VolumeKind::EmptyDir { size_limit },
    }
}

/// What each volume holds when its pod starts, in the manifest's order; nothing where nothing is said.
pub fn volume_contents(
    findings: &mut Findings,
    spot: &Spot<'_>,
    behavior: &BehaviorFile,
    volumes: &[Volume],
) -> Vec<Varying<Bytes>> {
    let mut contents = Vec::new();
    for volume in volumes {
        let spot = spot.key(&volume.name);
        let held = content(findings, &spot, behavior.volumes.get(&volume.name));
        if let Varying::Fixed(held) = held {
            refuse_above_its_limit(findings, &spot, volume, held);
        }
        contents.push(held);
    }
    contents
}

fn content(findings: &mut Findings, spot: &Spot<'_>, written: Option<&VolumeUseFile>) -> Varying<Bytes> {
    match written {
        None | Some(TextOr::Full(VolumeStoryFile::Written(_))) => Varying::Fixed(Bytes::ZERO),
        Some(TextOr::Text(text)) => Varying::Fixed(bytes(findings, spot, text)),
        Some(TextOr::Full(VolumeStoryFile::Held(law))) => {
            Varying::Drawn(distribution(findings, spot, law, Range::BYTES))
        }
        Some(TextOr::Full(VolumeStoryFile::Empty)) => {
            let fix = "write an amount such as 2Gi, or who writes it: {writtenBy: app, usage: {from: 0, to: 2Gi, over: 1h}}";
            findings.mistake(spot, "nothing is said of the volume", fix);
            Varying::Fixed(Bytes::ZERO)
        }
    }
}

fn refuse_above_its_limit(findings: &mut Findings, spot: &Spot<'_>, volume: &Volume, held: Bytes) {
    let limit = match volume.kind {
        VolumeKind::EmptyDir { size_limit } | VolumeKind::MemoryEmptyDir { size_limit } => size_limit,
        _ => None,
    };
    if let Some(limit) = limit.filter(|limit| Bytes::ZERO < *limit && *limit < held) {
        let what = format!("volume {} holds {held}, above its sizeLimit of {limit}", volume.name);
        findings.mistake(spot, what, format!("raise the sizeLimit to {held}, or let it hold less"));
    }
}

/// What containers write into volumes, with the names of the containers.
pub fn writes<'a>(
    findings: &mut Findings,
    (spot, behavior): (&Spot<'a>, &'a BehaviorFile),
    manifest: &SpecFile,
    volumes: &[Volume],
) -> Vec<(&'a str, Write<'a>)> {
    let mut read = Vec::new();
    // More of them have been refused already.
    let numbered = manifest.volumes.iter().zip(volumes).zip(0u16..).take(usize::from(u16::MAX));
    for ((file, volume), number) in numbered {
        let spot = spot.key(&volume.name);
        let written = behavior.volumes.get(&volume.name).and_then(written);
        let Some(WrittenVolumeFile { written_by, usage }) = written else { continue };
        if file.persistent_volume_claim.as_ref().is_some_and(|claim| claim.read_only) {
            let what = format!("volume {} is read-only, and container {written_by} writes it", volume.name);
            findings.mistake(&spot.key("writtenBy"), what, "remove `readOnly` from the volume");
        }
        let in_memory = volume.kind.medium() == Some(Medium::Memory);
        let measure = if in_memory { Measure::Memory } else { Measure::Disk };
        let write = Write { volume: number, measure, usage, spot: spot.key("usage") };
        read.push((written_by.as_str(), write));
    }
    read
}

/// Who writes a volume, if it is written.
pub fn written(used: &VolumeUseFile) -> Option<&WrittenVolumeFile> {
    match used {
        TextOr::Full(VolumeStoryFile::Written(written)) => Some(written),
        _ => None,
    }
}
