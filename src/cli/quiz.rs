//! `evictsim quiz`: small clusters to be asked about, or a worksheet of them.
//!
//! What: asks, reads a line, says whether it is right. Never: a rule, or the words of a
//! question. Next: [`crate::report::quiz`].

use super::run::OrderWord;
use crate::experiment::quiz::{self, Question, Solution, Topic};
use crate::model::QosClass;
use crate::report::quiz as words;
use crate::scenario::meaning::OrderName;
use clap::{Args, ValueEnum};
use std::io::{self, BufRead, IsTerminal, Write};

const MOST_QUESTIONS: i64 = 1000;

const EXAMPLES: &str = "\
The same seed draws the same questions, and the first of them whatever --questions says. Without a terminal answers are read from standard input,
a line each; an empty line passes.

Examples:
  evictsim quiz
  evictsim quiz --seed 7 --order Kubelet --questions 20
  evictsim quiz --seed 7 --worksheet > worksheet.md
  evictsim quiz --seed 7 -o json";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct QuizArguments {
    /// Draws the questions
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = super::run::seed)]
    seed: u64,
    /// All questions about an eviction order are about this one; by default one is about the lesson's, the others about the kubelet's
    #[arg(long, value_name = "ORDER", ignore_case = true)]
    order: Option<OrderWord>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = quiz::TURN.len() as u16, allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=MOST_QUESTIONS))]
    questions: u16,
    /// Print all of them in Markdown, with the solutions on a page of their own
    #[arg(long, conflicts_with = "output")]
    worksheet: bool,
    /// What is printed: the questions, which are asked; or all of them with their solutions
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// Draws, and asks or prints.
///
/// # Errors
/// Those of standard input and output.
pub fn quiz(arguments: &QuizArguments) -> anyhow::Result<()> {
    let order = arguments.order.map(|order| match order {
        OrderWord::QosClass => OrderName::QosClass,
        OrderWord::Kubelet => OrderName::Kubelet,
    });
    let questions: Vec<Question> =
        quiz::questions(arguments.seed, order).take(arguments.questions.into()).collect();
    let mut out = io::stdout().lock();
    if arguments.worksheet {
        words::write_worksheet(&mut out, &questions, arguments.seed)?;
    } else if arguments.output == Format::Json {
        serde_json::to_writer_pretty(&mut out, &words::json(&questions, arguments.seed))
            .map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let stdin = io::stdin();
        let is_prompted = stdin.is_terminal();
        ask(&questions, &mut Answers { lines: stdin.lock(), is_prompted }, &mut out)?;
    }
    Ok(())
}

/// Where answers come from.
struct Answers<R> {
    lines: R,
    /// Whether somebody sits there, and may try again.
    is_prompted: bool,
}

impl<R: BufRead> Answers<R> {
    /// The next line; absent at the end.
    fn next(&mut self) -> io::Result<Option<String>> {
        if self.is_prompted {
            eprint!("> ");
        }
        let mut line = String::new();
        Ok((self.lines.read_line(&mut line)? > 0).then(|| line.trim().to_owned()))
    }

    /// What is answered: nothing if it is passed, or not to be read by whoever cannot try again.
    fn answer(&mut self, question: &Question, out: &mut impl Write) -> io::Result<Said> {
        loop {
            let Some(line) = self.next()? else { return Ok(Said::Nothing) };
            if line.is_empty() {
                return Ok(Said::Passed);
            }
            match answer(question, &line) {
                Ok(answer) => return Ok(Said::Answer(answer)),
                Err(why) => writeln!(out, "{why}; write {}", words::hint(question))?,
            }
            if !self.is_prompted {
                return Ok(Said::Passed);
            }
        }
    }
}

enum Said {
    Answer(Solution),
    Passed,
    /// Nobody is there any more.
    Nothing,
}

fn ask(questions: &[Question], answers: &mut Answers<impl BufRead>, out: &mut impl Write) -> io::Result<()> {
    let (mut right, mut asked) = (0, 0);
    for (number, question) in (1..).zip(questions) {
        words::write_question(out, question, (number, questions.len()))?;
        if answers.is_prompted {
            writeln!(out, "Write {}", words::hint(question))?;
        }
        out.flush()?;
        match answers.answer(question, out)? {
            Said::Nothing => {
                writeln!(out, "No answer: write one a line to standard input, or ask for --worksheet.")?;
                break;
            }
            Said::Passed => {}
            Said::Answer(answer) => {
                let judgment = words::judged(question, &answer);
                right += usize::from(judgment.right);
                writeln!(out, "{}", judgment.told)?;
            }
        }
        asked += 1;
        words::write_solution(out, question)?;
        writeln!(out)?;
    }
    writeln!(out, "{right} of {asked} right")
}

/// An answer as it was typed, or what is not understood of it.
fn answer(question: &Question, line: &str) -> Result<Solution, String> {
    let typed: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || ",;>".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    if question.topic == Topic::Classes {
        return classes(question, &typed);
    }
    if question.topic == Topic::AboveRequest && typed.iter().all(|word| word.eq_ignore_ascii_case("none")) {
        return Ok(Solution::Above(Vec::new()));
    }
    let mut places =
        typed.iter().map(|word| place(question, word)).collect::<Result<Vec<usize>, String>>()?;
    let mut sorted = places.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() < places.len() {
        return Err("a pod is named twice".to_owned());
    }
    if question.topic == Topic::AboveRequest {
        places.sort_unstable();
        return Ok(Solution::Above(places));
    }
    match places.len() == question.pods.len() {
        true => Ok(Solution::Order(places)),
        false => Err(format!("{} pods are named, and there are {}", places.len(), question.pods.len())),
    }
}

fn place(question: &Question, word: &str) -> Result<usize, String> {
    let place = question.pods.iter().position(|pod| pod.name.eq_ignore_ascii_case(word));
    place.ok_or_else(|| format!("there is no pod called {word:?}"))
}

fn classes(question: &Question, typed: &[&str]) -> Result<Solution, String> {
    let classes = typed.iter().map(|word| class(word)).collect::<Result<Vec<QosClass>, String>>()?;
    match classes.len() == question.pods.len() {
        true => Ok(Solution::Classes(classes)),
        false => {
            Err(format!("{} classes are named, and there are {} pods", classes.len(), question.pods.len()))
        }
    }
}

/// A class by its name, or a beginning of it that no other has.
fn class(word: &str) -> Result<QosClass, String> {
    let typed = word.to_lowercase();
    let mut matching =
        QosClass::ALL.into_iter().filter(|class| class.name().to_lowercase().starts_with(&typed));
    match (matching.next(), matching.next()) {
        (Some(class), None) => Ok(class),
        (Some(_), Some(_)) => Err(format!("{word:?} may be several classes")),
        (None, _) => Err(format!("there is no class called {word:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_with(lines: &str) -> String {
        let questions: Vec<Question> = quiz::questions(7, None).take(2).collect();
        let mut out = Vec::new();
        let mut answers = Answers { lines: lines.as_bytes(), is_prompted: false };
        ask(&questions, &mut answers, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("sentences are text")
    }

    /// The solutions as a line each.
    fn right_answers() -> Vec<String> {
        let questions = quiz::questions(7, None).take(2);
        questions.map(|question| words::spelled(&question, &question.solution())).collect()
    }

    #[test]
    fn right_answers_are_right_and_a_swapped_pair_is_told_at_its_first_place() {
        let mut lines = right_answers();
        assert!(asked_with(&lines.join("\n")).ends_with("2 of 2 right\n"));
        let mut names: Vec<&str> = lines[1].split(", ").collect();
        names.swap(0, 1);
        let expected = format!("No, at place 1: {} goes before {}: ", names[1], names[0]);
        lines[1] = names.join(" > ");
        let told = asked_with(&lines.join("\n"));
        assert!(told.contains(&expected), "{told}");
        assert!(told.ends_with("1 of 2 right\n"), "{told}");
    }

    #[test]
    fn what_cannot_be_read_is_told_and_is_not_right() {
        let told = asked_with("nonsense\n\n");
        assert!(told.contains("there is no class called \"nonsense\"; write classes"), "{told}");
        assert!(told.ends_with("0 of 2 right\n"), "{told}");
    }

    #[test]
    fn without_answers_it_says_what_to_do() {
        let told = asked_with("");
        assert!(told.contains("ask for --worksheet"), "{told}");
        assert!(told.ends_with("0 of 0 right\n"), "{told}");
    }

    #[test]
    fn a_class_is_known_by_its_beginning_unless_two_begin_so() {
        assert_eq!(class("bu"), Ok(QosClass::Burstable));
        assert_eq!(class("G"), Ok(QosClass::Guaranteed));
        assert!(class("b").is_err() && class("x").is_err());
    }
}
