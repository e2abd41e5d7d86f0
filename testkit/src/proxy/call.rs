//! One call as it passed: who was asked for what. Values that are secrets in any of the services are not kept.

use std::collections::BTreeMap;

use hyper::HeaderMap;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// As IAM names it: `rds:DeleteDBCluster`.
    pub action: String,
    /// The region it was signed for.
    pub region: String,
    /// The access key it was signed with.
    pub key: String,
    /// Parameters of the query protocol, or the top-level fields of a JSON body, without secrets.
    pub parameters: BTreeMap<String, String>,
}

/// Parameters whose value never leaves the request.
const SECRET: [&str; 6] =
    ["SecretString", "SecretBinary", "MasterUserPassword", "SecretAccessKey", "Password", "SessionToken"];

impl Call {
    /// Reads what the protocol shows: the signature names service, region and key; the query protocol names the action in
    /// the body, the JSON ones in a header, the REST ones in the path.
    pub(super) fn of(method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let scope = header("authorization")
            .split("Credential=")
            .nth(1)
            .and_then(|rest| rest.split(',').next())
            .unwrap_or_default();
        let mut scope = scope.split('/');
        let (key, region, service) = (scope.next(), scope.nth(1), scope.next());
        let mut parameters = parameters(header("content-type"), body);
        let name = parameters
            .remove("Action")
            .or_else(|| header("x-amz-target").rsplit('.').next().filter(|name| !name.is_empty()).map(str::to_owned))
            .unwrap_or_else(|| rest_name(method, path.split('?').next().unwrap_or_default()));
        for secret in SECRET {
            parameters.remove(secret);
        }
        Self {
            action: format!("{}:{name}", service.unwrap_or("unsigned")),
            region: region.unwrap_or_default().to_owned(),
            key: key.unwrap_or_default().to_owned(),
            parameters,
        }
    }
}

/// The action of a call that only its path names, where functions make it.
fn rest_name(method: &str, path: &str) -> String {
    match (method, path) {
        ("POST", "/v2/email/outbound-emails") => "SendEmail".to_owned(),
        _ => format!("{method} {path}"),
    }
}

fn parameters(content_type: &str, body: &[u8]) -> BTreeMap<String, String> {
    if content_type.starts_with("application/x-www-form-urlencoded") {
        let text = String::from_utf8_lossy(body);
        return text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (decoded(k), decoded(v)))
            .collect();
    }
    if content_type.starts_with("application/x-amz-json") {
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).unwrap_or_default();
        return fields
            .into_iter()
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
    }
    BTreeMap::new()
}

/// Percent decoding, as forms have it.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                bytes.push(value(high).unwrap_or_default() * 16 + value(low).unwrap_or_default());
                rest = after;
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_call_is_named_by_its_body_and_its_signature() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=111122223333/20261121/eu-west-1/rds/aws4_request, SignedHeaders=x"
                .parse()
                .unwrap(),
        );
        headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        let body = b"Action=CreateDBCluster&DBClusterIdentifier=a%2Db+c&MasterUserPassword=hush";
        let call = Call::of("POST", "/", &headers, body);
        assert_eq!(call.action, "rds:CreateDBCluster");
        assert_eq!((call.region.as_str(), call.key.as_str()), ("eu-west-1", "111122223333"));
        assert_eq!(call.parameters, [("DBClusterIdentifier".to_owned(), "a-b c".to_owned())].into());
    }
}
