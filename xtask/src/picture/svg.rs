//! A terminal as a drawing: each run of one colour is a piece of text that stands where its column is, whatever font the
//! reader has.

use std::fmt::Write as _;

/// Where characters stand, in units of the drawing.
const WIDTH: usize = 8;
const HEIGHT: usize = 19;
const MARGIN: usize = 16;

/// The colours of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    name: &'static str,
    paper: &'static str,
    edge: &'static str,
    ink: &'static str,
    /// Of the codes 31 to 36: red, green, yellow, blue, magenta, cyan.
    inks: [&'static str; 6],
}

/// For light pages and for dark ones.
pub(crate) const PALETTES: [Palette; 2] = [
    Palette {
        name: "light",
        paper: "#ffffff",
        edge: "#d0d7de",
        ink: "#1f2328",
        inks: ["#b91c1c", "#116329", "#7d4e00", "#0550ae", "#6639ba", "#0b5f6b"],
    },
    Palette {
        name: "dark",
        paper: "#0d1117",
        edge: "#30363d",
        ink: "#e6edf3",
        inks: ["#ff8a80", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea"],
    },
];

impl Palette {
    pub(crate) fn file(self) -> String {
        format!("docs/plan-{}.svg", self.name)
    }
}

/// A piece of a line in one colour: where it begins, and how it looks.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    column: usize,
    look: String,
    text: String,
}

/// Draws what was printed.
pub(super) fn of(printed: &str, columns: usize, palette: Palette) -> String {
    let lines: Vec<_> = printed.trim_end().lines().collect();
    let (width, height) = (columns * WIDTH + 2 * MARGIN, lines.len() * HEIGHT + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <title>A plan of cluster-cleanup, as nightshift prints it</title>\n\
         <style>text{{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\",monospace;white-space:pre;fill:{}}}\
         .bold{{font-weight:600}}.dim{{opacity:.65}}",
        palette.ink
    );
    for (index, ink) in palette.inks.iter().enumerate() {
        let _ = write!(svg, ".c{}{{fill:{ink}}}", 31 + index);
    }
    let _ = writeln!(
        svg,
        "</style>\n<rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{}\" stroke=\"{}\"/>",
        width - 1,
        height - 1,
        palette.paper,
        palette.edge
    );
    for (row, line) in lines.iter().enumerate() {
        let y = MARGIN + row * HEIGHT + HEIGHT * 3 / 4;
        let _ = write!(svg, "<text xml:space=\"preserve\" y=\"{y}\">");
        for run in runs(line) {
            let x = MARGIN + run.column * WIDTH;
            let length = run.text.chars().count() * WIDTH;
            let look = if run.look.is_empty() { String::new() } else { format!(" class=\"{}\"", run.look) };
            let _ = write!(
                svg,
                "<tspan x=\"{x}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\"{look}>{}</tspan>",
                escaped(&run.text)
            );
        }
        svg.push_str("</text>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// The pieces of a line, as its escape sequences divide it.
fn runs(line: &str) -> Vec<Run> {
    let (mut runs, mut column, mut look) = (Vec::new(), 0, Vec::<String>::new());
    for (index, part) in line.split("\u{1b}[").enumerate() {
        let text = match part.split_once('m').filter(|_| index > 0) {
            Some((codes, text)) => {
                codes.split(';').for_each(|code| turn(&mut look, code));
                text
            }
            None => part,
        };
        if !text.is_empty() {
            runs.push(Run { column, look: look.join(" "), text: text.to_owned() });
            column += text.chars().count();
        }
    }
    runs
}

fn turn(look: &mut Vec<String>, code: &str) {
    match code {
        "" | "0" => look.clear(),
        "1" => look.push("bold".to_owned()),
        "2" => look.push("dim".to_owned()),
        // The bright ones are the same here.
        code => look.push(format!("c{}", code.replacen('9', "3", 1))),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The words of a drawing, line by line, without their looks.
pub(crate) fn words(svg: &str) -> String {
    let lines = svg.lines().filter(|line| line.starts_with("<text "));
    let texts = lines.map(|line| {
        let pieces = line.split("<tspan ").skip(1);
        let text: String =
            pieces.filter_map(|piece| piece.split_once('>')?.1.split_once("</tspan>")).map(|(text, _)| text).collect();
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        text.trim_end().to_owned() + "\n"
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_stands_where_its_column_is() {
        let run = |column, look: &str, text: &str| Run { column, look: look.to_owned(), text: text.to_owned() };
        assert_eq!(
            runs("ä  \u{1b}[1;36mplanned\u{1b}[0m  x"),
            [run(0, "", "ä  "), run(3, "bold c36", "planned"), run(10, "", "  x")]
        );
        assert_eq!(runs(""), []);
    }

    #[test]
    fn the_words_of_a_drawing_are_those_that_were_printed() {
        let printed = "ITEM  WHAT\n\u{1b}[36ma <b> & c\u{1b}[0m  \n\n→ end\n";
        for palette in PALETTES {
            let svg = of(printed, 20, palette);
            assert_eq!(words(&svg), "ITEM  WHAT\na <b> & c\n\n→ end\n");
            assert!(
                svg.contains("<tspan x=\"16\" textLength=\"72\" lengthAdjust=\"spacingAndGlyphs\" class=\"c36\">"),
                "{svg}"
            );
        }
    }
}
