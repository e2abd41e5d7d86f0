//! How fast a function starts, how much memory it holds after its first answer, and how large it is.

use std::io::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::process::{self, Invocation};
use super::program::{self, HELLO};
use super::table::{Section, Target, kibi, mebi, millis, ratio};
use super::{Responder, Subject};

/// A median, and the quartiles around it.
struct Spread {
    low: f64,
    median: f64,
    high: f64,
}

/// One row: a figure of the function's beside the same of another program's.
struct Row {
    figure: &'static str,
    own: Spread,
    against: &'static str,
    other: Spread,
    say: fn(f64) -> String,
    /// The most the ratio may be, and how that is written.
    most: Option<(&'static str, f64)>,
}

pub(super) fn section(rounds: usize) -> Section {
    let how = format!(
        "*Start* is the time from starting the process to its first question for an event; *first answer* from starting \
         the process to its answer in an account with nothing to do; *peak memory* is `VmHWM` after that answer. Each is \
         the median of {rounds} fresh processes, those of all three programs in turn, with the quartiles in brackets; the \
         files were read from disk before, not left in memory by the compiler. \
         `{HELLO}` makes no call and is built as the functions are. The boto3 script makes its client before its first \
         question, and its byte code is cached. AWS is a server in memory that answers at once and over plain HTTP: no \
         TLS handshake is in these figures. *Zip* is the binary deflated, as Lambda receives it.",
    );
    Section::new("Start, memory, size", how, &["function", "figure", "", "against", "", "ratio", "target", ""])
}

/// Adds the rows of `subject`.
pub(super) async fn measure<S: Subject>(section: &mut Section, subject: &S, rounds: usize) -> anyhow::Result<()> {
    let [own, hello, boto3] = taken(subject, rounds).await?;
    let start = |of: &[Invocation]| Spread::of(of, |one| one.start.as_secs_f64());
    let answer = |of: &[Invocation]| Spread::of(of, |one| one.first_answer.as_secs_f64());
    let memory = |of: &[Invocation]| Spread::of(of, |one| kibi(one.peak_kib));
    let row = |figure, own, against, other, say, most| Row { figure, own, against, other, say, most };
    let (size, size_of_hello) = (Size::of(S::NAME)?, Size::of(HELLO)?);
    for row in [
        row("start", start(&own), HELLO, start(&hello), time, Some(("at most 2", 2.0))),
        row("start", start(&own), "boto3", start(&boto3), time, Some(("at most 1/30", 1.0 / 30.0))),
        row("first answer", answer(&own), HELLO, answer(&hello), time, None),
        row("first answer", answer(&own), "boto3", answer(&boto3), time, None),
        row("peak memory", memory(&own), HELLO, memory(&hello), mebi, None),
        row("peak memory", memory(&own), "boto3", memory(&boto3), mebi, Some(("at most 1/5", 1.0 / 5.0))),
        row("zip", size.zipped, HELLO, size_of_hello.zipped, mebi, None),
        row("unpacked", size.unpacked, HELLO, size_of_hello.unpacked, mebi, None),
    ] {
        row.add_to(section, S::NAME);
    }
    Ok(())
}

/// The invocations of the function, the bare one, and the boto3 script.
async fn taken<S: Subject>(subject: &S, rounds: usize) -> anyhow::Result<[Vec<Invocation>; 3]> {
    let responder = Responder::start(subject.quiet_account(), Duration::ZERO).await?;
    let (url, policy) = (responder.url(), subject.policy());
    let programs = [
        program::function(S::NAME, &url, &policy),
        program::function(HELLO, &url, &[]),
        program::boto3(S::NAME, &url, &policy),
    ];
    programs.iter().try_for_each(program::forget)?;
    let mut taken: [Vec<_>; 3] = Default::default();
    // One round more: the first waits for the disk and does not count.
    for round in 0..=rounds {
        // One of each in turn, so that a busy moment of the machine is everybody's.
        for (program, taken) in programs.iter().zip(&mut taken) {
            let invocation = process::invoke(program, &subject.event()).await?;
            if round > 0 {
                taken.push(invocation);
            }
        }
    }
    responder.take_calls()?;
    Ok(taken)
}

impl Row {
    fn add_to(self, section: &mut Section, function: &str) {
        let quotient = self.own.median / self.other.median;
        let figures = [
            function.to_owned(),
            self.figure.to_owned(),
            self.own.say(self.say),
            self.against.to_owned(),
            self.other.say(self.say),
            ratio(self.own.median, self.other.median),
        ];
        let target = self.most.map(|(words, most)| Target { words: words.to_owned(), met: quotient <= most });
        section.row(&figures, target, &[]);
    }
}

impl Spread {
    fn of(taken: &[Invocation], figure: impl Fn(&Invocation) -> f64) -> Self {
        let mut figures: Vec<_> = taken.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let at = |quarter: usize| figures[(figures.len() - 1) * quarter / 4];
        Self { low: at(1), median: at(2), high: at(3) }
    }

    fn exactly(figure: f64) -> Self {
        Self { low: figure, median: figure, high: figure }
    }

    fn say(&self, say: fn(f64) -> String) -> String {
        let (low, median, high) = (say(self.low), say(self.median), say(self.high));
        if low == high { median } else { format!("{median} ({low} to {high})") }
    }
}

struct Size {
    unpacked: Spread,
    zipped: Spread,
}

impl Size {
    fn of(name: &str) -> anyhow::Result<Self> {
        let content = std::fs::read(program::binary(name)).with_context(|| format!("there is no release of {name}"))?;
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(&content)?;
        let exactly = |bytes: &[u8]| u32::try_from(bytes.len()).map(|bytes| Spread::exactly(f64::from(bytes)));
        Ok(Self { unpacked: exactly(&content)?, zipped: exactly(&deflated.finish()?)? })
    }
}

fn time(seconds: f64) -> String {
    millis(Duration::from_secs_f64(seconds))
}
