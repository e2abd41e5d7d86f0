//! Shows every mail, and the pages of an organisation and of a run through one, to a browser and says what is wrong with any of them; with a folder, also leaves
//! each there as page, as text and as pictures, to be looked at. The browser is `CHROME`, or `chromium`.
#![expect(clippy::print_stdout, reason = "what was found is this command's output")]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use nightshift::notify::{html, text};
use nightshift_showcase::browser::{Browser, View};
use nightshift_showcase::mail::{Sample, VIEWS, canary, look_at, samples};
use nightshift_showcase::{fleet_page, org_page};

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "the caller's browser, in a tool for development")]
async fn main() -> anyhow::Result<()> {
    let program = std::env::var_os("CHROME").unwrap_or_else(|| "chromium".into());
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let mut browser = Browser::start(&program).await?;
    let mut wrong = report("a page that does everything wrong", &canary(&mut browser).await?);
    let samples = samples()?;
    for sample in &samples {
        for view in VIEWS {
            for styled in [false, true] {
                let name = described(sample, view, styled);
                let faults = look_at(&mut browser, sample, view, styled).await;
                wrong += report(&name, &faults.with_context(|| format!("{name} holds up the browser"))?);
            }
            if let Some(folder) = &folder {
                keep(folder, sample, view, &browser.picture().await?)?;
            }
        }
    }
    println!("{} mails, each in {} views: {wrong} faults", samples.len(), 2 * VIEWS.len());
    wrong += pages(&mut browser, folder.as_deref()).await?;
    ensure!(wrong == 0, "a browser finds fault with a mail or page: see above");
    Ok(())
}

/// The pages of an organisation and of a run through one; how many faults they have.
async fn pages(browser: &mut Browser, folder: Option<&Path>) -> anyhow::Result<usize> {
    let (pages, mut wrong) = (org_page::pages()?, 0);
    for page in &pages {
        for view in VIEWS {
            let faults = org_page::look_at(browser, page, view).await;
            wrong += looked_at(browser, (page.name, &page.html), view, faults, folder).await?;
        }
    }
    wrong += report("an organisation's page that escapes nothing", &org_page::canary(browser).await?);
    let runs = fleet_page::pages()?;
    for page in &runs {
        for view in VIEWS {
            let faults = fleet_page::look_at(browser, page, view).await;
            wrong += looked_at(browser, (page.name, &page.html), view, faults, folder).await?;
        }
    }
    wrong += report("a run's page that escapes nothing", &fleet_page::canary(browser).await?);
    println!("{} organisations, {} runs, each in {} views: {wrong} faults", pages.len(), runs.len(), VIEWS.len());
    Ok(wrong)
}

async fn looked_at(
    browser: &mut Browser,
    (name, html): (&str, &str),
    view: View,
    faults: anyhow::Result<Vec<String>>,
    folder: Option<&Path>,
) -> anyhow::Result<usize> {
    let described = format!("{name} at {} pixels, {}", view.width, scheme(view));
    let wrong = report(&described, &faults.with_context(|| format!("{described} holds up the browser"))?);
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(format!("{name}.html")), html)?;
        let picture = folder.join(format!("{name}-{}-{}.png", view.width, scheme(view)));
        std::fs::write(picture, browser.picture().await?)?;
    }
    Ok(wrong)
}

fn report(name: &str, faults: &[String]) -> usize {
    for fault in faults {
        println!("{name}: {fault}");
    }
    faults.len()
}

fn described(sample: &Sample, view: View, styled: bool) -> String {
    let style = if styled { "" } else { ", style dropped" };
    format!("{} at {} pixels, {}{style}", sample.name, view.width, scheme(view))
}

fn scheme(view: View) -> &'static str {
    if view.dark { "dark" } else { "light" }
}

fn keep(folder: &Path, sample: &Sample, view: View, picture: &[u8]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = |rest: &str| folder.join(format!("{}{rest}", sample.name));
    std::fs::write(file(".html"), html(&sample.letter))?;
    std::fs::write(file(".txt"), text(&sample.letter))?;
    std::fs::write(file(&format!("-{}-{}.png", view.width, scheme(view))), picture)?;
    Ok(())
}
