//! How each service says no: the protocol its refusals are written in, and its own statuses and codes. They are those of
//! the services' models in the SDK, and of "Common errors" in their API references where a model has none.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

/// A status and a code.
pub(super) type Said = (u16, &'static str);

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    protocol: Protocol,
    /// Something broke, before the call was carried out or after it.
    pub broken: Said,
    /// Too many calls.
    pub throttled: Said,
    /// The caller may not.
    pub denied: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Query,
    Json,
    RestJson,
    RestXml,
}

impl Dialect {
    /// Of the service an `action` such as `rds:DeleteDBCluster` belongs to.
    pub(super) fn of(action: &str) -> Self {
        use Protocol::{Json, Query, RestJson, RestXml};
        let speaks = |protocol, broken, throttled, denied| Self { protocol, broken, throttled, denied };
        let too_many = (429, "TooManyRequestsException");
        match action.split(':').next().unwrap_or_default() {
            "iam" => speaks(Query, (500, "ServiceFailure"), (400, "Throttling"), (403, "AccessDenied")),
            "sns" => speaks(Query, (500, "InternalError"), (429, "Throttled"), (403, "AuthorizationError")),
            "secretsmanager" => speaks(
                Json,
                (500, "InternalServiceError"),
                (400, "ThrottlingException"),
                (400, "AccessDeniedException"),
            ),
            "organizations" => speaks(
                Json,
                (500, "ServiceException"),
                (400, "TooManyRequestsException"),
                (400, "AccessDeniedException"),
            ),
            "dynamodb" => {
                speaks(Json, (500, "InternalServerError"), (400, "ThrottlingException"), (400, "AccessDeniedException"))
            }
            "tagging" => speaks(
                Json,
                (500, "InternalServiceException"),
                (400, "ThrottledException"),
                (400, "AccessDeniedException"),
            ),
            "ses" => speaks(RestJson, (500, "InternalServiceErrorException"), too_many, (403, "AccessDeniedException")),
            "lambda" => speaks(RestJson, (500, "ServiceException"), too_many, (403, "AccessDeniedException")),
            "s3" => speaks(RestXml, (500, "InternalError"), (503, "SlowDown"), (403, "AccessDenied")),
            // RDS and STS, and whoever joins.
            _ => speaks(Query, (500, "InternalFailure"), (400, "Throttling"), (403, "AccessDenied")),
        }
    }

    /// A whole refusal.
    pub(super) fn refusal(self, (status, code): Said, message: &str) -> Response<Full<Bytes>> {
        const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
        let side = if status < 500 { "Sender" } else { "Receiver" };
        let (content_type, body) = match self.protocol {
            Protocol::Query => (
                "text/xml",
                format!(
                    "<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                     <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
                ),
            ),
            Protocol::RestXml => {
                ("application/xml", format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
            }
            Protocol::Json => ("application/x-amz-json-1.1", format!(r#"{{"__type":"{code}","message":"{message}"}}"#)),
            Protocol::RestJson => ("application/json", format!(r#"{{"message":"{message}"}}"#)),
        };
        let mut answer = Response::new(Full::new(Bytes::from(body)));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if self.protocol == Protocol::RestJson {
            answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(code));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_rds::config::Credentials;
    use aws_sdk_rds::config::retry::RetryConfig;
    use nightshift::services::aws::{AwsError, Kind};

    use super::*;
    use crate::proxy::{Fault, Proxy};

    /// What each client makes of its service's refusal, by the action.
    async fn refused(config: &SdkConfig) -> Vec<AwsError> {
        let rds = aws_sdk_rds::Client::new(config).delete_db_cluster().db_cluster_identifier("x");
        let iam = aws_sdk_iam::Client::new(config).create_access_key();
        let sts = aws_sdk_sts::Client::new(config).get_caller_identity();
        let sns = aws_sdk_sns::Client::new(config).publish().topic_arn("x").message("x");
        let secrets = aws_sdk_secretsmanager::Client::new(config).put_secret_value().secret_id("x");
        let ses = aws_sdk_sesv2::Client::new(config).send_email();
        let lambda = aws_sdk_lambda::Client::new(config).get_function_configuration().function_name("x");
        let path_style = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
        let s3 = aws_sdk_s3::Client::from_conf(path_style).put_object().bucket("x").key("x");
        vec![
            AwsError::of("rds:DeleteDBCluster", "x", rds.send().await.unwrap_err()),
            AwsError::of("iam:CreateAccessKey", "x", iam.send().await.unwrap_err()),
            AwsError::of("sts:GetCallerIdentity", "x", sts.send().await.unwrap_err()),
            AwsError::of("sns:Publish", "x", sns.send().await.unwrap_err()),
            AwsError::of("secretsmanager:PutSecretValue", "x", secrets.send().await.unwrap_err()),
            AwsError::of("ses:SendEmail", "x", ses.send().await.unwrap_err()),
            AwsError::of("lambda:GetFunctionConfiguration", "x", lambda.send().await.unwrap_err()),
            AwsError::of("s3:PutObject", "x", s3.send().await.unwrap_err()),
        ]
    }

    #[tokio::test]
    async fn the_sdk_reads_each_services_own_words_and_they_are_sorted_by_what_they_mean() -> anyhow::Result<()> {
        type Words = fn(Dialect) -> Said;
        // Nobody is behind it: what is refused here goes no further.
        let proxy = Proxy::start("http://127.0.0.1:9")?;
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(proxy.url())
            .region(Region::new("eu-west-1"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new("111122223333", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .load()
            .await;
        let table: [(Fault, Words, Kind); 3] = [
            (Fault::ServerError, |says| says.broken, Kind::NoAnswer),
            (Fault::Throttled, |says| says.throttled, Kind::Throttled),
            (Fault::Denied, |says| says.denied, Kind::Denied),
        ];
        for (fault, words, kind) in table {
            for action in ["rds:DeleteDBCluster", "iam:CreateAccessKey", "sts:GetCallerIdentity", "sns:Publish"] {
                proxy.break_next(action, "", 1, fault);
            }
            proxy.break_next("secretsmanager:PutSecretValue", "", 1, fault);
            proxy.break_next("ses:SendEmail", "", 1, fault);
            for rest in ["lambda:GET /2015-03-31/functions/x/configuration", "s3:PUT /x/x"] {
                proxy.break_next(rest, "", 1, fault);
            }
            for error in refused(&config).await {
                let (status, code) = words(Dialect::of(error.action));
                assert_eq!(error.code(), Some(code), "{fault:?}: {error:?}");
                let kind = if status < 500 { kind } else { Kind::NoAnswer };
                assert_eq!(error.kind, kind, "{fault:?}: {error:?}");
            }
        }
        Ok(())
    }
}
