//! Every secret the suite sees come into being, and everything the programs under test say, kept for one search over the
//! whole suite: `cargo xtask test` looks for each of the one in all of the other. Nothing is kept unless it asks.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use serde_json::Value;

/// Names the folder to keep it in.
const FOLDER: &str = "TESTKIT_SAID";
/// Calls whose request holds a secret because it has to.
const STORES: [&str; 3] =
    ["secretsmanager:CreateSecret", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"];
/// Fields of a secret's JSON that are secret, at any depth.
const FIELDS: [&str; 3] = ["SecretAccessKey", "SmtpPasswords", "password"];
/// What is shorter is found by chance, and is no secret the program made.
const SHORTEST: usize = 12;

/// What rules of anonymising begin with. They may lie in a secret, and are none.
const RULES: &str = "version = ";

/// What a URL spells out (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The two files of this process.
struct Kept {
    secrets: Mutex<File>,
    words: Mutex<File>,
}

static KEPT: LazyLock<Option<Kept>> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "this is how cargo's children are told")]
    let folder = PathBuf::from(std::env::var_os(FOLDER)?);
    let file = |kind: &str| {
        let folder = folder.join(kind);
        fs::create_dir_all(&folder)?;
        let options = File::options().create(true).append(true).open(folder.join(std::process::id().to_string()))?;
        Ok::<_, std::io::Error>(Mutex::new(options))
    };
    // A suite that cannot keep what is searched must not pass as searched.
    let kept = file("secrets").and_then(|secrets| Ok(Kept { secrets, words: file("words")? }));
    Some(kept.unwrap_or_else(|error| panic!("could not keep what is said in {}: {error}", folder.display())))
});

/// Keeps what a program printed, answered, or wrote to somebody.
pub fn words(text: &[u8]) {
    if let Some(kept) = &*KEPT {
        append(&kept.words, text);
    }
}

/// Keeps a request: as words, or what it stores as a secret.
pub(crate) fn asked(action: &str, body: &[u8]) {
    if KEPT.is_none() {
        return;
    }
    if STORES.contains(&action) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        stored(body["SecretString"].as_str().unwrap_or_default());
    } else {
        words(body);
        if body.contains(&b'%') {
            words(&percent_decode(body).collect::<Vec<_>>());
        }
    }
}

/// Keeps what is secret in an answer.
pub(crate) fn answered(action: &str, body: &[u8]) {
    if KEPT.is_none() {
        return;
    }
    let text = String::from_utf8_lossy(body);
    match action {
        "iam:CreateAccessKey" => {
            let half = text.split("<SecretAccessKey>").nth(1).and_then(|rest| rest.split('<').next());
            secret(half.unwrap_or_default());
        }
        "sts:AssumeRole" => {
            for name in ["SecretAccessKey", "SessionToken"] {
                let value = text.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split('<').next());
                secret(value.unwrap_or_default());
            }
        }
        "secretsmanager:GetSecretValue" => {
            let body: Value = serde_json::from_str(&text).unwrap_or_default();
            stored(body["SecretString"].as_str().unwrap_or_default());
        }
        _ => {}
    }
}

/// What is secret in the value of a secret: the fields known to be, or all of what is no JSON.
fn stored(value: &str) {
    match serde_json::from_str::<Value>(value) {
        Ok(Value::Object(fields)) => fields.iter().for_each(|(name, value)| field(name, value)),
        Ok(_) => {}
        Err(_) if value.starts_with(RULES) => {}
        // Of a private key each line: what begins and ends it is no secret.
        Err(_) => value.lines().map(str::trim).filter(|line| !line.starts_with("-----")).for_each(secret),
    }
}

fn field(name: &str, value: &Value) {
    match value {
        Value::Object(fields) if FIELDS.contains(&name) => fields.values().for_each(|value| field(name, value)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| field(name, value)),
        Value::String(text) if FIELDS.contains(&name) => secret(text),
        _ => {}
    }
}

/// Keeps a secret, in each form it could be written in, a line for all of them.
fn secret(text: &str) {
    let Some(kept) = &*KEPT else { return };
    if text.len() < SHORTEST {
        return;
    }
    assert!(!text.contains(['\t', '\n']), "a secret that a line cannot hold");
    let inside = |text: &str| serde_json::to_string(text).unwrap_or_default().trim_matches('"').to_owned();
    let json = inside(text);
    let forms = [text.to_owned(), inside(&json), json, percent_encode(text.as_bytes(), RESERVED).to_string()];
    append(&kept.secrets, forms.join("\t").as_bytes());
}

fn append(file: &Mutex<File>, text: &[u8]) {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = file.write_all(&[text, b"\n"].concat());
    kept.expect("what is said can be kept");
}
