//! `evictsim qos MANIFEST…`: which class is each pod, and what spoiled Guaranteed?

use super::files::Files;
use super::{BadInput, say};
use crate::report::qos;
use crate::scenario::kubernetes::manifests::{self, Manifest};
use clap::{Args, ValueEnum};
use std::io::{self, Write};

const EXAMPLES: &str = "\
A limit without a request is the request, too, as the API server has it; a zero counts as not set; init
containers count. The class decides nothing about who the kubelet evicts: see `evictsim compare --orders`.

Examples:
  evictsim qos web.yaml
  evictsim qos deploy/*.yaml -o json
  kubectl get pods -A -o yaml | evictsim qos -";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct QosArguments {
    /// Files of Kubernetes objects, YAML or JSON: Pods, lists of them, and whatever has a pod template; - is standard input
    #[arg(required = true, value_name = "MANIFEST")]
    files: Vec<String>,
    /// What is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// Reads all files, then tells of all pods.
///
/// # Errors
/// All mistakes in all files.
pub fn qos(arguments: &QosArguments) -> anyhow::Result<()> {
    let pods = read_all(&arguments.files)?;
    let mut out = io::stdout().lock();
    match arguments.output {
        Format::Table => qos::write(&mut out, &pods)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &qos::json(&pods)).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn read_all(named: &[String]) -> anyhow::Result<Vec<Manifest>> {
    let files = Files::default();
    let (mut pods, mut mistakes) = (Vec::new(), Vec::new());
    for file in named {
        let read = files.read(file).map_err(|mistake| vec![mistake]);
        match read.and_then(|(name, bytes)| manifests::read(&name, &bytes)) {
            Ok(found) => {
                pods.extend(found.pods);
                if !found.passed_over.is_empty() {
                    say(format_args!("{file}: no pods in {}", found.passed_over.join(", ")));
                }
            }
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() { Ok(pods) } else { Err(BadInput(mistakes).into()) }
}
