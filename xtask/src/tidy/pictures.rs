//! A house rule about the picture on the README's first screen: its words are those that `docs/demo.md` has, which a test
//! holds to what the program prints.

use super::source::Source;
use crate::picture::{PALETTES, words};

pub(super) fn say_what_is_printed(sources: &[Source]) -> Vec<String> {
    let text = |path: &str| sources.iter().find(|source| source.path == path).map(|source| source.text.as_str());
    let (page, readme) = (text("docs/demo.md").unwrap_or_default(), text("README.md").unwrap_or_default());
    let wrong = |file: String| {
        let Some(picture) = text(&file) else {
            return Some(format!("{file}:1: there is none: run `cargo xtask picture`"));
        };
        let words = words(picture);
        if words.trim().is_empty() || !page.contains(words.as_str()) {
            return Some(format!("{file}:1: docs/demo.md has other words: run `cargo xtask picture`"));
        }
        (!readme.contains(&file)).then(|| format!("README.md:1: show {file}"))
    };
    PALETTES.into_iter().filter_map(|palette| wrong(palette.file())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;
    use crate::picture::Palette;

    fn picture(words: &str) -> String {
        format!("<svg>\n<text y=\"1\"><tspan x=\"1\">{words}</tspan></text>\n</svg>\n")
    }

    #[test]
    fn a_picture_that_shows_something_else_is_found() {
        let [light, dark] = PALETTES.map(Palette::file);
        let tree = |words: &str| {
            [
                source(&light, &picture("delete")),
                source(&dark, &picture(words)),
                source("docs/demo.md", "a\ndelete\nb\n"),
                source("README.md", &format!("{light} {dark}")),
            ]
        };
        assert_eq!(say_what_is_printed(&tree("delete")), Vec::<String>::new());
        let said = format!("{dark}:1: docs/demo.md has other words: run `cargo xtask picture`");
        assert_eq!(say_what_is_printed(&tree("keep")), std::slice::from_ref(&said));
        assert_eq!(say_what_is_printed(&tree("")), [said]);
        assert_eq!(say_what_is_printed(&[]).len(), 2);
    }
}
