//! Amazon SNS.

use std::time::Duration;

use crate::aws::{AwsError, within};
use crate::notify::Letter;
use crate::notify::render::{subject_for_topic, text};

/// A message may have 262,144 bytes, attributes included (Amazon SNS API, Publish).
const MOST_BYTES: usize = 250_000;

/// Publishes `letter` as plain text.
pub(in crate::notify) async fn publish(
    client: &aws_sdk_sns::Client,
    arn: &str,
    letter: &Letter,
    time: Duration,
) -> Result<(), AwsError> {
    client
        .publish()
        .topic_arn(arn)
        .subject(subject_for_topic(letter))
        .message(fitting(text(letter)))
        .customize()
        .config_override(aws_sdk_sns::config::Builder::new().timeout_config(within(time)))
        .send()
        .await
        .map(|_| ())
        .map_err(|error| AwsError::of("sns:Publish", arn, error))
}

fn fitting(mut text: String) -> String {
    if text.len() > MOST_BYTES {
        text.truncate(text.floor_char_boundary(MOST_BYTES));
        text.push_str("\n…\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_too_long_for_a_topic_is_cut_between_characters() {
        assert_eq!(fitting("short".to_owned()), "short");
        let cut = fitting("é".repeat(200_000));
        assert!(cut.len() <= MOST_BYTES + 5 && cut.ends_with('…'.to_string().as_str()) || cut.ends_with("…\n"));
    }
}
