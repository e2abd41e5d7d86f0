//! A real Chromium without a window, to judge pages by what a browser makes of them. It is driven by its own debugging
//! protocol over two pipes, so there is no port and no driver program, and it reaches no host: every name is unknown to it.

mod pipe;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use pipe::Pipe;

/// A function that runs inside the page, measures it and answers with JSON.
const MEASURE: &str = include_str!("measure.js");

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// In CSS pixels.
    pub width: u32,
    /// Whether the reader prefers dark pages.
    pub dark: bool,
}

/// What a page may hold besides what a mail may.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct More {
    /// Elements.
    pub elements: &'static [&'static str],
    /// Attributes.
    pub attributes: &'static [&'static str],
    /// Elements that text may stand in.
    pub blocks: &'static [&'static str],
}

/// What a browser made of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The `lang` of the document.
    pub lang: String,
    /// What each heading, paragraph, label, value and command says.
    pub texts: Vec<String>,
    /// What is wrong with it, in words.
    pub faults: Vec<String>,
}

/// See the module. The process ends with this value.
#[derive(Debug)]
pub struct Browser {
    pipe: Pipe,
    session: String,
    folder: TempDir,
}

impl Browser {
    /// Starts `program` with a profile of its own and one empty page.
    pub async fn start(program: &OsStr) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut pipe = Pipe::open(program, folder.path())?;
        let target = pipe.call("", "Target.createTarget", json!({ "url": "about:blank" })).await;
        let target = target.with_context(|| {
            let complaints = std::fs::read_to_string(folder.path().join("complaints")).unwrap_or_default();
            format!("{} did not start:\n{complaints}", program.display())
        })?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = pipe.call("", "Target.attachToTarget", attach).await?;
        let session = attached["sessionId"].as_str().context("the browser gave no session")?.to_owned();
        let mut browser = Self { pipe, session, folder };
        for domain in ["Page.enable", "Network.enable", "Runtime.enable"] {
            browser.call(domain, json!({})).await?;
        }
        Ok(browser)
    }

    /// Opens `html` as a file and measures it.
    pub async fn look(&mut self, html: &str, view: View) -> anyhow::Result<Seen> {
        self.open(html, view).await?;
        self.measure(view, More::default()).await
    }

    /// Opens `html` as a file.
    pub async fn open(&mut self, html: &str, view: View) -> anyhow::Result<()> {
        std::fs::write(self.file(), html)?;
        let url = self.url();
        let scheme = if view.dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
        let screen = json!({ "width": view.width, "height": 800, "deviceScaleFactor": 1, "mobile": view.width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", screen).await?;
        self.pipe.take_events();
        self.call("Page.navigate", json!({ "url": url })).await?;
        self.pipe.wait_for("Page.loadEventFired").await
    }

    /// Does in the page what `script` says, as a person would who clicks and types.
    pub async fn act(&mut self, script: &str) -> anyhow::Result<Value> {
        let act = json!({ "expression": script, "returnByValue": true });
        let mut done = self.call("Runtime.evaluate", act).await?;
        ensure!(done.get("exceptionDetails").is_none(), "{script} failed: {}", done["exceptionDetails"]);
        Ok(done["result"]["value"].take())
    }

    /// Measures the page that is open, as it is now.
    pub async fn measure(&mut self, view: View, more: More) -> anyhow::Result<Seen> {
        let (url, scheme) = (self.url(), if view.dark { "dark" } else { "light" });
        let expression = format!("{MEASURE}({}, {})", view.width, serde_json::to_string(&more)?);
        let measure = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let measured = self.call("Runtime.evaluate", measure).await;
        let told: BTreeSet<_> = self.pipe.take_events().iter().filter_map(|event| fault(event, &url)).collect();
        let told: Vec<_> = told.into_iter().collect();
        let measured = measured.with_context(|| format!("the page cannot be measured: it {}", told.join(", ")))?;
        let measured = &measured["result"]["value"];
        // Otherwise everything below would be said of another page than the one asked for.
        ensure!(measured["url"] == url, "{url} is not shown but {}: {measured}", measured["url"]);
        ensure!(measured["dark"] == view.dark, "{scheme} was asked for and not shown: {measured}");
        let mut faults = strings(&measured["faults"]);
        faults.extend(told);
        Ok(Seen {
            lang: measured["lang"].as_str().unwrap_or_default().to_owned(),
            texts: strings(&measured["texts"]),
            faults,
        })
    }

    /// The page as it was last looked at, in its whole length, as PNG.
    pub async fn picture(&mut self) -> anyhow::Result<Vec<u8>> {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.call("Page.captureScreenshot", whole).await?;
        Ok(BASE64_STANDARD.decode(taken["data"].as_str().context("the browser took no picture")?)?)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("page.html")
    }

    fn url(&self) -> String {
        format!("file://{}", self.file().display())
    }

    async fn call(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        self.pipe.call(&self.session, method, params).await
    }
}

/// What only an event tells: a request, a dialog, an exception.
fn fault(event: &Value, own: &str) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Network.requestWillBeSent" if params["request"]["url"] != own => {
            Some(format!("asks for {}", params["request"]["url"]))
        }
        "Page.javascriptDialogOpening" => Some(format!("opens a dialog: {}", params["message"])),
        "Runtime.exceptionThrown" => Some(format!("runs a script: {}", params["exceptionDetails"]["text"])),
        _ => None,
    }
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
