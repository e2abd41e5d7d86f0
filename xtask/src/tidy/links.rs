//! A house rule about every link in a Markdown file: what it leads to is there, and so is the heading it names. A link to
//! somewhere else is only counted: whether it still leads anywhere is for a person with a browser.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// Links that lead nowhere.
pub(super) fn lead_somewhere(sources: &[Source]) -> Vec<String> {
    let tree = Tree::of(sources);
    let pages = sources.iter().filter(|source| source.ends_in("md"));
    pages.flat_map(|page| links(&page.text).into_iter().filter_map(|link| tree.wrong(page, &link))).collect()
}

/// How many links lead out of the repository, each counted once.
pub(super) fn outside(sources: &[Source]) -> usize {
    let pages = sources.iter().filter(|source| source.ends_in("md"));
    let all = pages.flat_map(|page| links(&page.text));
    all.filter(|link| is_outside(&link.target)).map(|link| link.target).collect::<BTreeSet<_>>().len()
}

/// What a link says, and in which line.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    line: usize,
    target: String,
}

/// What a link can lead to.
struct Tree<'s> {
    files: BTreeSet<&'s str>,
    folders: BTreeSet<&'s str>,
    anchors: BTreeMap<&'s str, BTreeSet<String>>,
}

impl<'s> Tree<'s> {
    fn of(sources: &'s [Source]) -> Self {
        let files: BTreeSet<_> = sources.iter().map(|source| source.path.as_str()).collect();
        let ends = files.iter().flat_map(|path| path.match_indices('/').map(|(end, _)| &path[..end]));
        let pages = sources.iter().filter(|source| source.ends_in("md"));
        Self {
            folders: ends.chain([""]).collect(),
            anchors: pages.map(|page| (page.path.as_str(), anchors(&page.text))).collect(),
            files,
        }
    }

    fn wrong(&self, page: &Source, link: &Link) -> Option<String> {
        if is_outside(&link.target) {
            return None;
        }
        let (path, anchor) = link.target.split_once('#').unwrap_or((&link.target, ""));
        let path = if path.is_empty() { Some(page.path.clone()) } else { resolved(&page.path, path) };
        let wrong = |what: &str| Some(page.finding(link.line, &format!("the link {} leads {what}", link.target)));
        let Some(path) = path else { return wrong("out of the repository") };
        if !self.files.contains(path.as_str()) && !self.folders.contains(path.as_str()) {
            return wrong("nowhere");
        }
        let known = self.anchors.get(path.as_str());
        let is_there = anchor.is_empty() || known.is_none_or(|anchors| anchors.contains(anchor));
        if is_there { None } else { wrong("to a heading that is not there") }
    }
}

fn is_outside(target: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme))
}

/// The path from the root of the repository; none for one that leads out of it.
fn resolved(page: &str, path: &str) -> Option<String> {
    let mut parts: Vec<_> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The lines that are no code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        (!in_code && !is_fence).then_some((index + 1, line))
    })
}

fn links(text: &str) -> Vec<Link> {
    prose(text)
        .flat_map(|(line, text)| targets(&without_code(text)).into_iter().map(move |target| Link { line, target }))
        .collect()
}

/// As `[text](target)`, and in the few tags that Markdown has no form for.
fn targets(line: &str) -> Vec<String> {
    let ends = [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"'), ("href=\"", '"')];
    let found = ends.into_iter().flat_map(|(begin, end)| {
        line.match_indices(begin).filter_map(move |(start, _)| {
            let target = line[start + begin.len()..].split(end).next()?.split_whitespace().next()?;
            Some(target.trim_matches(['<', '>']).to_owned())
        })
    });
    found.collect()
}

/// The line without what stands between backticks, which is no link.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// What GitHub calls the headings of a page, and what the page calls itself.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        for begin in ["id=\"", "name=\""] {
            anchors.extend(line.split(begin).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
        let heading = line.trim_start_matches('#');
        let level = line.len() - heading.len();
        if !(1..=6).contains(&level) || !heading.starts_with(' ') {
            continue;
        }
        let slug = slug(heading.trim());
        let again = (1..).map(|number| format!("{slug}-{number}"));
        let own = std::iter::once(slug.clone()).chain(again).find(|own| !anchors.contains(own));
        anchors.extend(own);
    }
    anchors
}

fn slug(heading: &str) -> String {
    let shown: String = heading
        .split("](")
        .enumerate()
        .map(|(index, part)| match (index, part.split_once(')')) {
            (0, _) | (_, None) => part,
            (_, Some((_, rest))) => rest,
        })
        .collect();
    let kept = shown.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    #[test]
    fn a_link_to_a_file_a_folder_or_a_heading_that_is_not_there_is_found() {
        let tree = |text: &str| {
            let other = source(
                "docs/other.md",
                "# Other\n\n## What `it` [is](page.md)?\n\n## Twice\n\n## Twice\n<a id=\"own\"></a>\n",
            );
            lead_somewhere(&[source("docs/page.md", text), other, source("a/b.rs", "")])
        };
        let good = "# Here\n[a](other.md) [b](other.md#what-it-is) [c](../a/b.rs#L3) [d](../a/) [e](#here) [f](other.md#twice-1)\n\
                    [g](https://example.com/x) [h](other.md#own \"title\") `[i](no.md)`\n```\n[j](no.md)\n```\n<img src=\"other.md\">\n";
        assert_eq!(tree(good), Vec::<String>::new());
        assert_eq!(tree("\n[a](no.md)"), ["docs/page.md:2: the link no.md leads nowhere"]);
        assert_eq!(
            tree("[a](other.md#no)"),
            ["docs/page.md:1: the link other.md#no leads to a heading that is not there"]
        );
        assert_eq!(tree("[a](other.md#twice-2)").len(), 1);
        assert_eq!(tree("[a](#there)").len(), 1);
        assert_eq!(tree("[a](../../x)"), ["docs/page.md:1: the link ../../x leads out of the repository"]);
        assert_eq!(tree("<img srcset=\"no.svg\">"), ["docs/page.md:1: the link no.svg leads nowhere"]);
    }

    #[test]
    fn links_to_elsewhere_are_counted_once() {
        let pages = [
            source("a.md", "[a](https://a.example) [b](mailto:x@example.com)"),
            source("b.md", "[c](https://a.example)"),
        ];
        assert_eq!(outside(&pages), 2);
    }
}
