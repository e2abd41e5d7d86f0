//! The one gate to AWS for this room: each call waits for its bucket, and one that was throttled or lost is made again, at once
//! slower. All calls here read, so that making one again changes nothing. Lists are read until AWS gives no further token,
//! whatever stands in a page: an empty one with a token is not the last.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::pace::Pace;
use super::rates::Api;
use crate::services::aws::{AwsError, Kind};

/// Calls under way at once, of each kind. The buckets decide how fast; this only has to be enough to keep them empty.
pub(super) const AT_ONCE: usize = 16;
/// The most rows a page can hold.
pub(super) const PAGE: i32 = 20;
/// A call that is throttled as often as this, each time at half the rate, is not to be had now.
const THROTTLES: u32 = 10;
/// Lost answers in a row.
const LOSSES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);

/// A page and the token of the next.
pub(super) type Page<T> = (Vec<T>, Option<String>);

/// One call.
pub(super) async fn ask<T, E, F>(pace: &Pace, api: Api, object: &str, call: impl Fn() -> F) -> Result<T, AwsError>
where
    E: ProvideErrorMetadata + Error + 'static,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let (mut throttles, mut losses) = (0, 0);
    loop {
        pace.admit(api).await;
        let error = match call().await {
            Ok(answer) => {
                pace.answered(api);
                return Ok(answer);
            }
            Err(error) => AwsError::of(api.action(), object, error),
        };
        match error.kind {
            Kind::Throttled if throttles < THROTTLES => {
                throttles += 1;
                pace.throttled(api);
            }
            Kind::NoAnswer | Kind::BadState if losses < LOSSES && !error.is_about_credentials() => {
                losses += 1;
                pace.pause(PAUSE * 2_u32.pow(losses)).await;
            }
            _ => return Err(error),
        }
    }
}

/// All pages of a list. `call` is given the token of the page, and `rows` takes an answer apart.
pub(super) async fn all<T, P, E, F>(
    pace: &Pace,
    api: Api,
    object: &str,
    call: impl Fn(Option<String>) -> F,
    rows: impl Fn(P) -> Page<T>,
) -> Result<Vec<T>, AwsError>
where
    E: ProvideErrorMetadata + Error + 'static,
    F: Future<Output = Result<P, SdkError<E, HttpResponse>>>,
{
    let (mut found, mut token) = (Vec::new(), None::<String>);
    loop {
        let (found_now, next) = rows(ask(pace, api, object, || call(token.clone())).await?);
        found.extend(found_now);
        match next.filter(|next| !next.is_empty()) {
            None => return Ok(found),
            Some(next) if token.as_ref() == Some(&next) => {
                return Err(AwsError::empty(api.action(), object, "NextToken that leads on"));
            }
            next => token = next,
        }
    }
}

/// The object went, between being listed and being asked about.
pub(super) fn is_gone(error: &AwsError) -> bool {
    error.is_not_found() || error.code().is_some_and(|code| code.ends_with("NotFoundException"))
}
