//! A request as it arrives, taken apart field by field. What nobody takes is a failure of the simulation: a model that reads
//! half of a request forgives what AWS refuses.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::answer::{Answered, Refusal};

/// The fields of one request.
#[derive(Debug)]
enum Fields {
    /// Of a service that takes forms.
    Form(BTreeMap<String, String>),
    /// Of one that takes JSON.
    Json(Map<String, Value>),
}

/// One request.
#[derive(Debug)]
pub struct Request {
    /// As its endpoint is called: `rds`.
    pub service: String,
    /// As AWS calls it, in the manner of IAM: `rds:DescribeDBClusters`.
    pub action: String,
    /// The Region of its endpoint.
    pub region: String,
    fields: Fields,
}

impl Request {
    /// Of the request to `uri` with `body`.
    pub fn read(method: &str, uri: &str, body: &[u8]) -> Result<Self, String> {
        let rest = uri.strip_prefix("https://").ok_or_else(|| format!("a request to {uri}, which is not https"))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.strip_suffix(".amazonaws.com").ok_or_else(|| format!("a request to {host}"))?;
        let (service, region) = host.split_once('.').ok_or_else(|| format!("a request to {host}, of no Region"))?;
        let text = std::str::from_utf8(body).map_err(|error| format!("a body that is no text: {error}"))?;
        let (service, region) = (service.to_owned(), region.to_owned());
        if service == "email" {
            let Value::Object(json) = serde_json::from_str(text).map_err(|error| error.to_string())? else {
                return Err("a body of JSON that is no object".to_owned());
            };
            let action = match (method, path) {
                ("POST", "v2/email/outbound-emails") => "ses:SendEmail".to_owned(),
                _ => return Err(format!("{method} /{path} of SES, which the simulation does not know")),
            };
            return Ok(Self { service, action, region, fields: Fields::Json(json) });
        }
        let mut form = BTreeMap::new();
        for pair in text.split('&') {
            let (key, value) = pair.split_once('=').ok_or_else(|| format!("'{pair}' in a form"))?;
            form.insert(decoded(key)?, decoded(value)?);
        }
        let action = form.remove("Action").ok_or_else(|| "a form without an action".to_owned())?;
        let version = form.remove("Version");
        let expected = match service.as_str() {
            "rds" => "2014-10-31",
            "sts" => "2011-06-15",
            "sns" => "2010-03-31",
            _ => return Err(format!("{service}:{action}, a service that the simulation does not know")),
        };
        if version.as_deref() != Some(expected) {
            return Err(format!("{service}:{action} of version {version:?}"));
        }
        Ok(Self { action: format!("{service}:{action}"), service, region, fields: Fields::Form(form) })
    }

    /// What it is about, in a word: a name, or the Region where it is about all of a kind there.
    pub fn thing(&self) -> String {
        let of_form = |form: &BTreeMap<String, String>| {
            const NAMES: [&str; 5] = [
                "DBClusterIdentifier",
                "DBInstanceIdentifier",
                "DBClusterSnapshotIdentifier",
                "ResourceName",
                "TopicArn",
            ];
            let name = NAMES.iter().find_map(|name| form.get(*name));
            name.map(|name| name.rsplit(':').next().unwrap_or_default().to_owned())
        };
        let found = match &self.fields {
            Fields::Form(form) => of_form(form),
            Fields::Json(json) => {
                json.get("Destination").and_then(|to| to["ToAddresses"][0].as_str()).map(str::to_owned)
            }
        };
        found.unwrap_or_else(|| self.region.clone())
    }

    /// A field of a form, if it is there.
    pub fn text(&mut self, key: &str) -> Option<String> {
        match &mut self.fields {
            Fields::Form(form) => form.remove(key),
            Fields::Json(json) => match json.get(key) {
                Some(Value::String(_)) => json.remove(key).and_then(|value| value.as_str().map(str::to_owned)),
                _ => None,
            },
        }
    }

    /// One that has to be there.
    pub fn needed(&mut self, key: &str) -> Answered<String> {
        self.text(key).ok_or_else(|| Refusal::of(400, "MissingParameter", format!("{key} is missing")))
    }

    /// A number.
    pub fn number(&mut self, key: &str) -> Answered<Option<usize>> {
        let Some(text) = self.text(key) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Refusal::invalid(format!("{key} is {text}")))
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &str) -> Answered<Option<bool>> {
        match self.text(key).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(Refusal::invalid(format!("{key} is {other}"))),
        }
    }

    /// The texts of a list: `prefix.1`, `prefix.2` …
    pub fn list(&mut self, prefix: &str) -> Vec<String> {
        (1..).map_while(|number| self.text(&format!("{prefix}.{number}"))).collect()
    }

    /// The tags of a call.
    pub fn tags(&mut self) -> Answered<Vec<(String, String)>> {
        let mut tags = Vec::new();
        while let Some(key) = self.text(&format!("Tags.Tag.{}.Key", tags.len() + 1)) {
            let value = self.text(&format!("Tags.Tag.{}.Value", tags.len() + 1)).unwrap_or_default();
            tags.push((key, value));
        }
        Ok(tags)
    }

    /// The filters of a call by name; one that the call does not know is refused, as AWS does.
    pub fn filters(&mut self, known: &[&str]) -> Answered<BTreeMap<String, Vec<String>>> {
        let mut filters = BTreeMap::new();
        for number in 1.. {
            let Some(name) = self.text(&format!("Filters.Filter.{number}.Name")) else { break };
            if !known.contains(&name.as_str()) {
                return Err(Refusal::invalid(format!("Unrecognized filter name: {name}")));
            }
            let values = self.list(&format!("Filters.Filter.{number}.Values.Value"));
            if values.is_empty() || values.len() > 100 {
                return Err(Refusal::invalid(format!("the filter {name} has {} values", values.len())));
            }
            filters.insert(name, values);
        }
        Ok(filters)
    }

    /// A part of JSON, as a request of its own.
    pub fn part(&mut self, key: &str) -> Answered<Self> {
        let json = match &mut self.fields {
            Fields::Json(json) => json.remove(key),
            Fields::Form(_) => None,
        };
        let Some(Value::Object(part)) = json else {
            return Err(Refusal::of(400, "BadRequestException", format!("{key} is missing")));
        };
        let (service, action, region) = (self.service.clone(), self.action.clone(), self.region.clone());
        Ok(Self { service, action, region, fields: Fields::Json(part) })
    }

    /// The texts of a list in JSON.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let Fields::Json(json) = &mut self.fields else { return Vec::new() };
        let Some(Value::Array(all)) = json.remove(key) else { return Vec::new() };
        all.into_iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }

    /// Nothing more is in it.
    pub fn done(&self) -> Answered<()> {
        let left: Vec<_> = match &self.fields {
            Fields::Form(form) => form.keys().cloned().collect(),
            Fields::Json(json) => json.keys().cloned().collect(),
        };
        let said = || format!("{} has {}, which the simulation does not read", self.action, left.join(", "));
        if left.is_empty() { Ok(()) } else { Err(Refusal::OfSimulation(said())) }
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let plain = text.replace('+', " ");
    percent_decode_str(&plain).decode_utf8().map(Into::into).map_err(|error| format!("'{text}' in a form: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_is_a_failure() {
        let body =
            b"Action=DeleteDBCluster&Version=2014-10-31&DBClusterIdentifier=orders&SkipFinalSnapshot=true&New=1%2F2";
        let mut request = Request::read("POST", "https://rds.eu-west-1.amazonaws.com/", body).unwrap();
        assert_eq!((request.action.as_str(), request.region.as_str()), ("rds:DeleteDBCluster", "eu-west-1"));
        assert_eq!(request.needed("DBClusterIdentifier").unwrap(), "orders");
        assert!(request.flag("SkipFinalSnapshot").unwrap().unwrap());
        let left = request.done().unwrap_err();
        assert!(matches!(left, Refusal::OfSimulation(said) if said.contains("New")));
        assert_eq!(request.text("New").as_deref(), Some("1/2"));
        assert!(request.done().is_ok());
        for (uri, body) in [
            ("https://rds.eu-west-1.amazonaws.com/", "Action=A&Version=2000-01-01"),
            ("https://ec2.eu-west-1.amazonaws.com/", "Action=A&Version=2000-01-01"),
            ("http://rds.eu-west-1.amazonaws.com/", "Action=A&Version=2014-10-31"),
            ("https://example.com/", ""),
        ] {
            assert!(Request::read("POST", uri, body.as_bytes()).is_err(), "{uri} {body}");
        }
    }
}
