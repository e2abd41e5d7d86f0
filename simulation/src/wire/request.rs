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
    /// The access key it is signed with.
    pub signed_with: String,
    fields: Fields,
}

/// The access key that the function itself calls with.
pub const OWN_KEY: &str = "AKIASIMULATED";

/// What of its headers matters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `X-Amz-Target`, of a service that takes JSON.
    pub target: Option<&'a str>,
}

impl Request {
    /// Of the request to `uri` with `body`.
    pub fn read(method: &str, uri: &str, headers: Headers<'_>, body: &[u8]) -> Result<Self, String> {
        let rest = uri.strip_prefix("https://").ok_or_else(|| format!("a request to {uri}, which is not https"))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.strip_suffix(".amazonaws.com").ok_or_else(|| format!("a request to {host}"))?;
        // IAM has one endpoint in a partition.
        let global = || (host == "iam").then_some((host, "aws-global"));
        let parts = host.split_once('.').or_else(global);
        let (service, region) = parts.ok_or_else(|| format!("a request to {host}, of no Region"))?;
        let signed_with = headers.authorization.and_then(|text| text.split_once("Credential="));
        let signed_with = signed_with.and_then(|(_, rest)| rest.split_once('/')).map(|(key, _)| key.to_owned());
        let signed_with = signed_with.unwrap_or_default();
        let text = std::str::from_utf8(body).map_err(|error| format!("a body that is no text: {error}"))?;
        let (service, region) = (service.to_owned(), region.to_owned());
        if service == "email" || service == "secretsmanager" {
            let Value::Object(json) = serde_json::from_str(text).map_err(|error| error.to_string())? else {
                return Err("a body of JSON that is no object".to_owned());
            };
            let target = headers.target.and_then(|target| target.strip_prefix("secretsmanager."));
            let action = match (service.as_str(), method, path, target) {
                ("email", "POST", "v2/email/outbound-emails", None) => "ses:SendEmail".to_owned(),
                ("secretsmanager", "POST", "", Some(action)) => format!("secretsmanager:{action}"),
                _ => return Err(format!("{method} /{path} of {service}, which the simulation does not know")),
            };
            return Ok(Self { service, action, region, signed_with, fields: Fields::Json(json) });
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
            "iam" => "2010-05-08",
            "sts" => "2011-06-15",
            "sns" => "2010-03-31",
            _ => return Err(format!("{service}:{action}, a service that the simulation does not know")),
        };
        if version.as_deref() != Some(expected) {
            return Err(format!("{service}:{action} of version {version:?}"));
        }
        Ok(Self { action: format!("{service}:{action}"), service, region, signed_with, fields: Fields::Form(form) })
    }

    /// What it is about, in a word: a name, or the Region where it is about all of a kind there.
    pub fn thing(&self) -> String {
        let of_form = |form: &BTreeMap<String, String>| {
            const NAMES: [&str; 7] = [
                "DBClusterIdentifier",
                "DBInstanceIdentifier",
                "DBClusterSnapshotIdentifier",
                "ResourceName",
                "TopicArn",
                "UserName",
                "AccessKeyId",
            ];
            let name = NAMES.iter().find_map(|name| form.get(*name));
            name.map(|name| name.rsplit(':').next().unwrap_or_default().to_owned())
        };
        let found = match &self.fields {
            Fields::Form(form) => of_form(form),
            Fields::Json(json) => {
                let named = ["SecretId", "Name"].iter().find_map(|name| json.get(*name)?.as_str());
                let to = || json.get("Destination").and_then(|to| to["ToAddresses"][0].as_str());
                named.or_else(to).map(str::to_owned)
            }
        };
        let of_others = || (self.service == "sts" && self.signed_with != OWN_KEY).then(|| self.signed_with.clone());
        found.or_else(of_others).unwrap_or_else(|| self.region.clone())
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
        Ok(Self { service, action, region, signed_with: self.signed_with.clone(), fields: Fields::Json(part) })
    }

    /// The texts of a list in JSON.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let Fields::Json(json) = &mut self.fields else { return Vec::new() };
        let Some(Value::Array(all)) = json.remove(key) else { return Vec::new() };
        all.into_iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }

    /// `true` in JSON; `false` where it is not there.
    pub fn truth(&mut self, key: &str) -> bool {
        let Fields::Json(json) = &mut self.fields else { return false };
        json.remove(key).is_some_and(|value| value == Value::Bool(true))
    }

    /// A number in JSON.
    pub fn whole(&mut self, key: &str) -> Option<usize> {
        let Fields::Json(json) = &mut self.fields else { return None };
        json.remove(key).and_then(|value| usize::try_from(value.as_u64()?).ok())
    }

    /// Tags in JSON.
    pub fn pairs(&mut self, key: &str) -> Vec<(String, String)> {
        let Fields::Json(json) = &mut self.fields else { return Vec::new() };
        let Some(Value::Array(all)) = json.remove(key) else { return Vec::new() };
        let pair = |one: Value| Some((one["Key"].as_str()?.to_owned(), one["Value"].as_str()?.to_owned()));
        all.into_iter().filter_map(pair).collect()
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
        let mut request =
            Request::read("POST", "https://rds.eu-west-1.amazonaws.com/", Headers::default(), body).unwrap();
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
            ("https://secretsmanager.eu-west-1.amazonaws.com/", "{}"),
        ] {
            assert!(Request::read("POST", uri, Headers::default(), body.as_bytes()).is_err(), "{uri} {body}");
        }
    }

    #[test]
    fn a_request_says_whose_key_it_is_signed_with_and_what_it_is_about() {
        let authorization =
            "AWS4-HMAC-SHA256 Credential=AKIAONE/20260101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=host";
        let headers = Headers { authorization: Some(authorization), target: Some("secretsmanager.DescribeSecret") };
        let body = br#"{"SecretId": "/x/ana"}"#;
        let mut request =
            Request::read("POST", "https://secretsmanager.eu-west-1.amazonaws.com/", headers, body).unwrap();
        assert_eq!(
            (request.action.as_str(), request.signed_with.as_str()),
            ("secretsmanager:DescribeSecret", "AKIAONE")
        );
        assert_eq!(request.thing(), "/x/ana");
        assert_eq!(request.needed("SecretId").unwrap(), "/x/ana");
        let body = b"Action=GetUser&Version=2010-05-08&UserName=ana";
        let request = Request::read("POST", "https://iam.amazonaws.com/", Headers::default(), body).unwrap();
        assert_eq!((request.action.as_str(), request.thing().as_str()), ("iam:GetUser", "ana"));
    }
}
