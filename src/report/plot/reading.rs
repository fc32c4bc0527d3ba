//! What a figure takes from a table.
//!
//! What: the rows that are wanted, each as a [`Spot`]: where it stands, how large it is, and how sure that is. A value's
//! interval stands beside it, in columns that are called as it is and end in `_lower` and `_upper`; the value's own column may
//! end in `_mean` or `_estimate`.
//! Never: a place in a picture. Next: [`super::scale`].

use crate::scenario::nearest::nearest;
use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;

/// Which columns, and which rows, a figure shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub x: String,
    /// The column of the second parameter: a line each, or a row of cells each.
    pub by: Option<String>,
    pub value: String,
    /// Columns and the one cell that wanted rows have in each.
    pub only: Vec<(String, String)>,
}

/// A row of a table, as far as a figure shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    pub x: String,
    /// Empty where nothing tells lines apart.
    pub by: String,
    /// None: unknown.
    pub value: Option<f64>,
    pub bounds: Option<(f64, f64)>,
}

/// All of them, and what the table says of how they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spots {
    pub spots: Vec<Spot>,
    /// From the column `confidence`, where it is the same in all rows.
    pub confidence: Option<f64>,
    /// From the column `replications`: the fewest and the most.
    pub replications: Option<(u64, u64)>,
}

/// Why a table does not give the figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    NotATable(String),
    NoColumn {
        wanted: String,
        meant: Option<String>,
        columns: Vec<String>,
    },
    NotANumber {
        line: u64,
        column: String,
        cell: String,
    },
    NoRows,
    NothingKnown {
        value: String,
    },
    /// Two rows for the same place, and a column in which they differ.
    Twice {
        x: String,
        by: String,
        differs: Option<String>,
    },
    /// A scale of logarithms, and what has none.
    NoLogarithm {
        column: String,
        cell: String,
    },
    TooMany {
        what: String,
        number: usize,
        most: usize,
    },
}

impl Trouble {
    /// What is wrong.
    pub fn what(&self) -> String {
        match self {
            Trouble::NotATable(why) => format!("this is no CSV table: {why}"),
            Trouble::NoColumn { wanted, .. } => format!("there is no column \"{wanted}\""),
            Trouble::NotANumber { line, column, cell } => {
                format!("\"{cell}\" is not a number (line {line}, column {column})")
            }
            Trouble::NoRows => "no row is left to be shown".to_owned(),
            Trouble::NothingKnown { value } => format!("\"{value}\" is empty in all rows"),
            Trouble::Twice { x, by, .. } if by.is_empty() => format!("several rows stand at {x}"),
            Trouble::Twice { x, by, .. } => format!("several rows stand at {x} and {by}"),
            Trouble::NoLogarithm { column, cell } => format!("{cell} in {column} has no logarithm"),
            Trouble::TooMany { what, number, most } => {
                format!("{number} {what} are too many to be told apart (at most {most})")
            }
        }
    }

    /// How to mend it.
    pub fn fix(&self) -> String {
        match self {
            Trouble::NotATable(_) => {
                "name a table that evictsim wrote, or another CSV file with a header".to_owned()
            }
            Trouble::NoColumn { meant: Some(meant), .. } => format!("write \"{meant}\""),
            Trouble::NoColumn { columns, .. } => format!("choose one of: {}", columns.join(", ")),
            Trouble::NotANumber { .. } => "choose a column of numbers".to_owned(),
            Trouble::NoRows => "leave --where out, or ask it for a value that the table has".to_owned(),
            Trouble::NothingKnown { .. } => "choose a measure that some run knows".to_owned(),
            Trouble::Twice { differs: Some(column), .. } => {
                format!("tell them apart with --by {column}, or keep some with --where {column}=…")
            }
            Trouble::Twice { differs: None, .. } => {
                "keep one of them: they are the same in every column".to_owned()
            }
            Trouble::NoLogarithm { .. } => "leave that axis out of --log".to_owned(),
            Trouble::TooMany { .. } => "keep fewer with --where".to_owned(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())
    }
}

/// Reads a table.
///
/// # Errors
/// What keeps it from being the figure that is asked for.
pub fn read(csv: impl Read, asked: &Asked) -> Result<Spots, Trouble> {
    let mut reader = csv::Reader::from_reader(csv);
    let not_a_table = |error: csv::Error| Trouble::NotATable(error.to_string());
    let header: Vec<String> = reader.headers().map_err(not_a_table)?.iter().map(str::to_owned).collect();
    let columns = Columns::of(&header, asked)?;
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(not_a_table)?;
        if columns.is_wanted(&row) {
            rows.push(row);
        }
    }
    let spots = rows.iter().map(|row| columns.spot(row)).collect::<Result<Vec<_>, Trouble>>()?;
    if spots.is_empty() {
        return Err(Trouble::NoRows);
    }
    if spots.iter().all(|spot| spot.value.is_none()) {
        return Err(Trouble::NothingKnown { value: asked.value.clone() });
    }
    must_stand_alone(&spots, &rows, &header)?;
    Ok(Spots { spots, confidence: columns.confidence(&rows), replications: columns.replications(&rows) })
}

/// The places of the columns that are read.
struct Columns<'a> {
    x: usize,
    by: Option<usize>,
    value: (usize, &'a str),
    bounds: Option<[(usize, &'a str); 2]>,
    only: Vec<(usize, &'a str)>,
    confidence: Option<usize>,
    replications: Option<usize>,
}

const OWN_ENDS: [&str; 3] = ["", "_mean", "_estimate"];

impl<'a> Columns<'a> {
    fn of(header: &'a [String], asked: &'a Asked) -> Result<Columns<'a>, Trouble> {
        let place = |name: &str| header.iter().position(|column| column == name);
        let named = |name: &str| place(name).ok_or_else(|| no_column(header, name));
        let value = OWN_ENDS.iter().find_map(|end| place(&format!("{}{end}", asked.value)));
        let value = value.ok_or_else(|| no_column(header, &asked.value))?;
        let base =
            OWN_ENDS.iter().rev().find_map(|end| asked.value.strip_suffix(end)).unwrap_or(&asked.value);
        let bound = |end: &str| place(&format!("{base}{end}")).map(|place| (place, header[place].as_str()));
        Ok(Columns {
            x: named(&asked.x)?,
            by: asked.by.as_deref().map(named).transpose()?,
            value: (value, &header[value]),
            bounds: bound("_lower").zip(bound("_upper")).map(|(lower, upper)| [lower, upper]),
            only: asked
                .only
                .iter()
                .map(|(column, cell)| Ok((named(column)?, cell.as_str())))
                .collect::<Result<_, Trouble>>()?,
            confidence: place("confidence"),
            replications: place("replications"),
        })
    }

    fn is_wanted(&self, row: &csv::StringRecord) -> bool {
        self.only.iter().all(|(place, cell)| row.get(*place) == Some(*cell))
    }

    fn spot(&self, row: &csv::StringRecord) -> Result<Spot, Trouble> {
        let text = |place: usize| row.get(place).unwrap_or_default().to_owned();
        let bounds = match self.bounds {
            None => None,
            Some([lower, upper]) => number(row, lower)?.zip(number(row, upper)?),
        };
        let by = self.by.map(text).unwrap_or_default();
        Ok(Spot { x: text(self.x), by, value: number(row, self.value)?, bounds })
    }

    fn confidence(&self, rows: &[csv::StringRecord]) -> Option<f64> {
        let mut cells = rows.iter().map(|row| row.get(self.confidence?));
        let first = cells.next()??;
        cells.all(|cell| cell == Some(first)).then(|| first.parse().ok())?
    }

    fn replications(&self, rows: &[csv::StringRecord]) -> Option<(u64, u64)> {
        let numbers = rows.iter().map(|row| row.get(self.replications?)?.parse().ok());
        let numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
        Some((*numbers.iter().min()?, *numbers.iter().max()?))
    }
}

fn no_column(header: &[String], wanted: &str) -> Trouble {
    let columns: Vec<&str> = header.iter().map(String::as_str).collect();
    let meant = nearest(wanted, &columns).map(str::to_owned);
    Trouble::NoColumn { wanted: wanted.to_owned(), meant, columns: header.to_vec() }
}

/// A cell as a number; an empty one is unknown.
fn number(row: &csv::StringRecord, (place, column): (usize, &str)) -> Result<Option<f64>, Trouble> {
    let cell = row.get(place).unwrap_or_default();
    if cell.is_empty() {
        return Ok(None);
    }
    let as_number = match cell {
        "true" => Some(1.0),
        "false" => Some(0.0),
        _ => cell.parse().ok().filter(|value: &f64| value.is_finite()),
    };
    let line = row.position().map_or(0, csv::Position::line);
    as_number.map(Some).ok_or_else(|| Trouble::NotANumber {
        line,
        column: column.to_owned(),
        cell: cell.to_owned(),
    })
}

/// Where two rows stand at the same place, nobody could tell them apart.
fn must_stand_alone(spots: &[Spot], rows: &[csv::StringRecord], header: &[String]) -> Result<(), Trouble> {
    let mut in_order: Vec<usize> = (0..spots.len()).collect();
    let place = |index: &usize| (&spots[*index].by, &spots[*index].x);
    in_order.sort_by(|a, b| place(a).cmp(&place(b)));
    let Some(pair) = in_order.windows(2).find(|pair| place(&pair[0]) == place(&pair[1])) else {
        return Ok(());
    };
    let (one, other) = (&rows[pair[0]], &rows[pair[1]]);
    // The column with the fewest values: rather a parameter than a figure.
    let differs = (0..header.len()).filter(|column| one.get(*column) != other.get(*column));
    let values = |column: &usize| rows.iter().map(|row| row.get(*column)).collect::<BTreeSet<_>>().len();
    let differs = differs.min_by_key(values).map(|column| header[column].clone());
    let Spot { x, by, .. } = spots[pair[0]].clone();
    Err(Trouble::Twice { x, by, differs })
}
