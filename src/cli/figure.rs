//! `evictsim figure curve|heat TABLE`: a table as a figure.
//!
//! What: the rows of a sweep's points, or of any CSV table, as SVG. Nothing is simulated.
//! Never: how it is drawn. Next: [`crate::report::plot`].

use super::BadInput;
use super::files::STANDARD_INPUT;
use crate::report::plot::curve::Axes;
use crate::report::plot::{Asked, Caption, Spacing, Spots, Trouble, curve, heat, reading};
use crate::report::sweep::manifest::PartManifest;
use crate::scenario::include::unreadable;
use crate::scenario::mistake::Mistake;
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  evictsim figure curve results/overcommit --x ratio --y evictions_per_pod_month --by hard > risk.svg
  evictsim figure heat results/overcommit --x ratio --y hard --value any_eviction > risk-map.svg
  evictsim figure curve growth.csv --x live_pods --y ns_per_event --log both --out growth.svg

docs/results-format.md tells the tables, docs/statistics.md what the intervals are.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct FigureArguments {
    #[command(subcommand)]
    figure: Figure,
}

#[derive(Debug, Subcommand)]
enum Figure {
    /// A measure against a parameter, with its intervals; a line for each value of a second parameter
    Curve(CurveArguments),
    /// A measure over two parameters: a cell for each pair, with its interval
    Heat(HeatArguments),
}

/// What every figure is asked.
#[derive(Debug, Args)]
struct TableAndAxis {
    /// A CSV table; or a directory of a sweep's results, for its points.csv; - is standard input
    #[arg(value_name = "TABLE")]
    table: String,
    /// The column along the figure
    #[arg(long, value_name = "COLUMN")]
    x: String,
    /// Only rows with this value in that column; may be given several times
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = condition)]
    only: Vec<(String, String)>,
    /// What stands above the figure: by default what is shown
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Where the figure goes; - is standard output
    #[arg(long, value_name = "FILE", default_value = STANDARD_INPUT)]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct CurveArguments {
    #[command(flatten)]
    shared: TableAndAxis,
    /// The column that is drawn: a measure's name, or any column of numbers. Its interval stands in its columns _lower and _upper
    #[arg(long, value_name = "COLUMN")]
    y: String,
    /// The column that tells lines apart
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Which axes are spaced by ratios
    #[arg(long, value_name = "AXES")]
    log: Option<LogAxes>,
}

#[derive(Debug, Args)]
struct HeatArguments {
    #[command(flatten)]
    shared: TableAndAxis,
    /// The column up the figure
    #[arg(long, value_name = "COLUMN")]
    y: String,
    /// The column that shades the cells. Its interval stands in its columns _lower and _upper
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// Shades are spaced by ratios
    #[arg(long)]
    log: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogAxes {
    X,
    Y,
    Both,
}

/// A column and what stands in it, or how that is written.
fn condition(text: &str) -> Result<(String, String), String> {
    let (column, cell) = text.split_once('=').ok_or("write COLUMN=VALUE")?;
    Ok((column.to_owned(), cell.to_owned()))
}

/// Reads the table, draws, writes.
///
/// # Errors
/// Bad input, and what cannot be written.
pub fn figure(arguments: &FigureArguments) -> anyhow::Result<()> {
    match &arguments.figure {
        Figure::Curve(arguments) => draw_curve(arguments),
        Figure::Heat(arguments) => draw_heat(arguments),
    }
}

fn draw_curve(CurveArguments { shared, y, by, log }: &CurveArguments) -> anyhow::Result<()> {
    let spots = shared.read(y, by.as_ref())?;
    let title = shared.title.clone().unwrap_or_else(|| format!("{y} by {}", shared.x));
    let caption = Caption { title: &title, x: &shared.x, y, by: by.as_deref() };
    let spacing = |axis| match log {
        Some(axes) if *axes == axis || *axes == LogAxes::Both => Spacing::Logarithmic,
        _ => Spacing::Linear,
    };
    let axes = Axes { x: spacing(LogAxes::X), y: spacing(LogAxes::Y) };
    shared.write(|out| curve::write(out, &caption, &spots, axes))
}

fn draw_heat(HeatArguments { shared, y, value, log }: &HeatArguments) -> anyhow::Result<()> {
    let spots = shared.read(value, Some(y))?;
    let title = shared.title.clone().unwrap_or_else(|| format!("{value} by {} and {y}", shared.x));
    let caption = Caption { title: &title, x: &shared.x, y, by: None };
    let spacing = if *log { Spacing::Logarithmic } else { Spacing::Linear };
    shared.write(|out| heat::write(out, &caption, (&spots, value), spacing))
}

impl TableAndAxis {
    fn read(&self, value: &str, by: Option<&String>) -> anyhow::Result<Spots> {
        let (name, table) = open(&self.table)?;
        let asked =
            Asked { x: self.x.clone(), by: by.cloned(), value: value.to_owned(), only: self.only.clone() };
        Ok(reading::read(table, &asked).map_err(|trouble| refusal(&name, &trouble))?)
    }

    /// The figure is drawn before anything is written.
    fn write(
        &self,
        draw: impl FnOnce(&mut Vec<u8>) -> Result<io::Result<()>, Trouble>,
    ) -> anyhow::Result<()> {
        let mut figure = Vec::new();
        draw(&mut figure).map_err(|trouble| refusal(&self.table, &trouble))??;
        if self.out.as_os_str() == STANDARD_INPUT {
            return Ok(io::stdout().lock().write_all(&figure)?);
        }
        whole(&self.out, &figure)
            .with_context(|| format!("cannot write the figure to {}", self.out.display()))
    }
}

/// Writes a file that is there as a whole or not at all.
fn whole(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = place.with_file_name(format!(".{name}.unfinished-{}", std::process::id()));
    let written = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, place));
    written.inspect_err(|_| {
        // Nothing is left; if it cannot be removed, it was not made.
        let _ = fs::remove_file(&unfinished);
    })
}

/// The table of a sweep's points.
const POINTS: &str = "points.csv";

/// The table's name in messages, and the table.
fn open(named: &str) -> anyhow::Result<(String, Box<dyn Read>)> {
    if named == STANDARD_INPUT {
        return Ok(("standard input".to_owned(), Box::new(io::stdin().lock())));
    }
    let path = Path::new(named);
    if path.join(PartManifest::FILE).exists() {
        let fix = "put all shards together first, with `evictsim merge`";
        return Err(BadInput(vec![Mistake::new(format!("{named} is a shard of a sweep"), fix)]).into());
    }
    let path = if path.is_dir() { path.join(POINTS) } else { path.to_owned() };
    let name = path.display().to_string();
    let file = File::open(&path).map_err(|error| BadInput(vec![unreadable(&name, &error)]))?;
    Ok((name, Box::new(file)))
}

fn refusal(table: &str, trouble: &Trouble) -> BadInput {
    BadInput(vec![Mistake::new(format!("{table}: {trouble}"), trouble.fix())])
}
