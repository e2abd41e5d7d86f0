//! Clients from the standard AWS environment: region, profile, endpoint. Built once per process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::config::retry::RetryPartition;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::endpoint::{home_of, is_aws};
use super::error::AwsError;
pub use super::http::Roots;
use super::http::{self, TrustFault};
use super::identity::Identity;
use super::profile;
use super::recorder::CallRecorder;
use super::skew::DateReader;
use super::unknown::UnknownCalls;
use crate::config::{ConfigFaults, Environment};
use crate::secret::Secret;

/// RDS throttles the whole account, not one caller: six attempts, with pauses that double from a second, last half a minute;
/// what is refused then is put off and said to be throttled. `AWS_MAX_ATTEMPTS`, the SDKs' own variable, says otherwise. The
/// SDK's adaptive mode is not used: after one throttle its bucket lets every later call of the client wait.
const MAX_ATTEMPTS: u32 = 6;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A page of a hundred clusters takes RDS a second or two; anything past this is a lost answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);
/// Longer than the attempts with their pauses take where AWS answers: or a throttle would end as a lost answer.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(90);
/// A message is not worth what a deletion is: a throttle that outlasts these attempts is left to the next run.
const MESSAGE_ATTEMPTS: u32 = 4;
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(5);

/// How a person wants to get to AWS, over what their environment says. A function has no such wishes.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// The profile whose credentials and Region are meant: these keys, and not those of the environment.
    pub profile: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// How often a connection is tried before somebody who waits is told.
    pub tries: Option<u32>,
}

/// A client for each Region, made when it is first asked for.
type ByRegion<C> = Arc<Mutex<BTreeMap<String, C>>>;

fn kept<C: Clone>(clients: &ByRegion<C>, region: &str, new: impl FnOnce() -> C) -> C {
    let mut clients = clients.lock().unwrap_or_else(PoisonError::into_inner);
    clients.entry(region.to_owned()).or_insert_with(new).clone()
}

/// What every client of a service is built by: its calls are counted, its retries by whom they are to be.
macro_rules! of_service {
    ($aws:ident, $sdk:ident) => {{
        let mut config = $sdk::config::Builder::from(&$aws.config).interceptor($aws.calls.clone());
        config.set_retry_partition($aws.retries.as_deref().cloned());
        config
    }};
}

/// Everything that leads to AWS.
#[derive(Debug, Clone)]
pub struct Aws {
    config: SdkConfig,
    /// Whose retries these are; the process's own where nobody says.
    retries: Option<Arc<RetryPartition>>,
    calls: CallRecorder,
    rds: ByRegion<aws_sdk_rds::Client>,
    secrets: ByRegion<aws_sdk_secretsmanager::Client>,
    iam: Arc<OnceLock<aws_sdk_iam::Client>>,
    roots: Roots,
    stand_in: bool,
}

impl Aws {
    /// Reads the standard AWS environment. No call is made.
    pub async fn connect(environment: &Environment, roots: Roots) -> Result<Self, ConfigFaults> {
        Self::connect_by(environment, roots, Way::default()).await
    }

    /// The same, as `way` says.
    pub async fn connect_by(environment: &Environment, roots: Roots, way: Way) -> Result<Self, ConfigFaults> {
        let china = environment.get("AWS_REGION").is_some_and(|region| region.starts_with("cn-"));
        let roots = if china && matches!(roots, Roots::CompiledIn) { Roots::Mozilla } else { roots };
        let roots = environment.get("AWS_CA_BUNDLE").map_or(roots, |path| Roots::File(path.into()));
        let client = http::client(&roots, way.tries)
            .map_err(|fault: TrustFault| ConfigFaults::one("AWS_CA_BUNDLE", crate::text::chain(&fault)))?;
        let (retries, timeouts) = limits(environment.get("AWS_MAX_ATTEMPTS").and_then(|text| text.parse().ok()));
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = way.region {
            loader = loader.region(Region::new(region));
        }
        if let Some(profile) = &way.profile {
            loader = loader.profile_name(profile);
        }
        let mut config = loader.http_client(client.clone()).retry_config(retries).timeout_config(timeouts).load().await;
        if let Some(profile) = way.profile {
            config = profile::only(config, client, profile);
        }
        let own_endpoints = environment.names().any(|name| name.starts_with("AWS_ENDPOINT_URL_"));
        let aws = Self::of(config, roots);
        Ok(Self { stand_in: aws.stand_in && !own_endpoints, ..aws })
    }

    /// By a configuration that somebody else made: for a program that has credentials of its own. Its calls are counted, too.
    pub fn of(config: SdkConfig, roots: Roots) -> Self {
        let stand_in = config.endpoint_url().is_some_and(|url| !is_aws(url));
        let (rds, secrets, iam) = (Arc::default(), Arc::default(), Arc::default());
        Self { config, retries: None, calls: CallRecorder::default(), rds, secrets, iam, roots, stand_in }
    }

    /// The same, its retries counted apart from those of everything else in this process: the SDK shares what is left of them
    /// between all clients of a service in a Region.
    #[must_use]
    pub fn retrying_apart(self, retries: RetryPartition) -> Self {
        Self { retries: Some(Arc::new(retries)), ..self }
    }

    /// To the same place with the credentials of `session`. Its calls are counted together with these.
    pub(in crate::services) fn with_session(&self, session: impl ProvideCredentials + 'static) -> Self {
        let credentials = SharedCredentialsProvider::new(session);
        let cache = IdentityCache::lazy().build();
        let config = self.config.clone().into_builder().credentials_provider(credentials).identity_cache(cache).build();
        let of = Self::of(config, self.roots.clone());
        Self { calls: self.calls.clone(), stand_in: self.stand_in, retries: self.retries.clone(), ..of }
    }

    /// Every call since the last time this was asked.
    pub fn take_calls(&self) -> BTreeMap<String, u64> {
        self.calls.take()
    }

    /// Where every call is counted as it leaves.
    pub fn calls(&self) -> &CallRecorder {
        &self.calls
    }

    /// Whether all calls go to something that is not AWS.
    pub fn is_stand_in(&self) -> bool {
        self.stand_in
    }

    /// The region of the environment or profile.
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(Region::as_ref)
    }

    /// The account these credentials belong to: twelve digits.
    pub async fn account(&self) -> Result<String, AwsError> {
        self.identity().await.map(|identity| identity.account)
    }

    /// Whose credentials these are, and what time it is where they are known. Asked anew each time: clocks go wrong while a
    /// process lives.
    pub async fn identity(&self) -> Result<Identity, AwsError> {
        let dates = DateReader::new();
        let identity = self
            .sts()
            .get_caller_identity()
            .customize()
            .interceptor(dates.clone())
            .send()
            .await
            .map_err(|error| AwsError::of("sts:GetCallerIdentity", "the caller's own credentials", error))?;
        let empty = |field| AwsError::empty("sts:GetCallerIdentity", "the caller's own credentials", field);
        Ok(Identity {
            account: identity.account.ok_or_else(|| empty("Account"))?,
            arn: identity.arn.ok_or_else(|| empty("Arn"))?,
            skew: dates.skew(),
        })
    }

    /// RDS in `region`: the same client each time, so that its pacing after a throttle is remembered.
    pub(in crate::services) fn rds(&self, region: &str) -> aws_sdk_rds::Client {
        kept(&self.rds, region, || {
            aws_sdk_rds::Client::from_conf(
                of_service!(self, aws_sdk_rds)
                    .region(Region::new(region.to_owned()))
                    .retry_classifier(UnknownCalls)
                    .build(),
            )
        })
    }

    /// Secrets Manager in `region`.
    pub(in crate::services) fn secrets_in(&self, region: &str) -> aws_sdk_secretsmanager::Client {
        kept(&self.secrets, region, || {
            aws_sdk_secretsmanager::Client::from_conf(
                of_service!(self, aws_sdk_secretsmanager).region(Region::new(region.to_owned())).build(),
            )
        })
    }

    /// IAM, which is the same in every region of a partition.
    pub(in crate::services) fn iam(&self) -> aws_sdk_iam::Client {
        let new = || of_service!(self, aws_sdk_iam).build();
        self.iam.get_or_init(|| aws_sdk_iam::Client::from_conf(new())).clone()
    }

    /// STS of the Region of the environment or profile, with this process's own credentials: what it gives out is good in every
    /// Region, and what the global endpoint gives is not.
    pub(in crate::services) fn sts(&self) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::from_conf(of_service!(self, aws_sdk_sts).build())
    }

    /// STS with a key of somebody else's.
    pub(in crate::services) fn sts_as(&self, access_key_id: &str, secret: &Secret) -> aws_sdk_sts::Client {
        let credentials = aws_sdk_sts::config::Credentials::new(access_key_id, secret.expose(), None, None, "new-key");
        aws_sdk_sts::Client::from_conf(of_service!(self, aws_sdk_sts).credentials_provider(credentials).build())
    }

    /// Organizations, which has one endpoint in a partition. It is let make each call once: its reader makes it again, in its own
    /// time.
    pub(in crate::services) fn organizations(&self) -> aws_sdk_organizations::Client {
        aws_sdk_organizations::Client::from_conf(
            of_service!(self, aws_sdk_organizations).retry_config(RetryConfig::disabled()).build(),
        )
    }

    /// The tag API in the Region that keeps what belongs to a whole partition.
    pub(in crate::services) fn tagging(&self) -> aws_sdk_resourcegroupstagging::Client {
        let region = home_of(self.region().unwrap_or_default());
        aws_sdk_resourcegroupstagging::Client::from_conf(
            of_service!(self, aws_sdk_resourcegroupstagging)
                .region(Region::new(region))
                .retry_config(RetryConfig::disabled())
                .build(),
        )
    }

    /// `DynamoDB` in the function's own region.
    pub(in crate::services) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::from_conf(of_service!(self, aws_sdk_dynamodb).build())
    }

    /// Step Functions in the region of the state machine `arn`.
    pub(in crate::services) fn sfn(&self, arn: &str) -> aws_sdk_sfn::Client {
        aws_sdk_sfn::Client::from_conf(of_service!(self, aws_sdk_sfn).region(self.region_of(arn)).build())
    }

    /// S3 in the function's own region.
    pub(in crate::services) fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::from_conf(
            of_service!(self, aws_sdk_s3)
                // A stand-in answers on one host for all buckets.
                .force_path_style(self.stand_in)
                .build(),
        )
    }

    /// SES in the function's own region.
    pub(in crate::services) fn ses(&self) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::from_conf(of_service!(self, aws_sdk_sesv2).retry_config(self.few_attempts()).build())
    }

    /// SNS in the region of the topic `arn`.
    pub(in crate::services) fn sns(&self, arn: &str) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::from_conf(
            of_service!(self, aws_sdk_sns).region(self.region_of(arn)).retry_config(self.few_attempts()).build(),
        )
    }

    /// Secrets Manager in the region of the secret `id`, where that is an ARN, else the function's own.
    pub(in crate::services) fn secrets(&self, id: &str) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::from_conf(
            of_service!(self, aws_sdk_secretsmanager).region(self.region_of(id)).build(),
        )
    }

    fn few_attempts(&self) -> RetryConfig {
        let configured = self.config.retry_config().map_or(MAX_ATTEMPTS, RetryConfig::max_attempts);
        RetryConfig::standard().with_max_attempts(configured.min(MESSAGE_ATTEMPTS))
    }

    fn region_of(&self, arn: &str) -> Option<Region> {
        let named =
            arn.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2)).filter(|region| !region.is_empty());
        named.map(|region| Region::new(region.to_owned())).or_else(|| self.config.region().cloned())
    }

    /// For a service that signs or asks by itself.
    pub(in crate::services) fn sdk_config(&self) -> &SdkConfig {
        &self.config
    }

    /// Whom this process believes about a server's name.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Lambda in the region of the environment or profile.
    pub(in crate::services) fn lambda(&self) -> aws_sdk_lambda::Client {
        self.lambda_as(|config| config)
    }

    /// Lambda with more of a configuration.
    pub(in crate::services) fn lambda_as(
        &self,
        more: impl FnOnce(aws_sdk_lambda::config::Builder) -> aws_sdk_lambda::config::Builder,
    ) -> aws_sdk_lambda::Client {
        let config = of_service!(self, aws_sdk_lambda);
        aws_sdk_lambda::Client::from_conf(more(config).build())
    }
}

#[cfg(test)]
impl Aws {
    /// To whatever answers at `url` as AWS does.
    pub(crate) fn at(url: &str) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(url)
            .credentials_provider(SharedCredentialsProvider::new(aws_sdk_sts::config::Credentials::new(
                "AKIATEST", "secret", None, None, "test",
            )))
            .http_client(http::client(&Roots::CompiledIn, None).unwrap())
            .retry_config(RetryConfig::disabled())
            .build();
        Self { stand_in: false, ..Self::of(config, Roots::CompiledIn) }
    }

    /// The same, known to be none of AWS's.
    pub(crate) fn into_stand_in(self) -> Self {
        Self { stand_in: true, ..self }
    }
}

/// How often a call is tried and how long it is waited for, where nobody says otherwise; `attempts` is what somebody says.
pub fn limits(attempts: Option<u32>) -> (RetryConfig, TimeoutConfig) {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT);
    (RetryConfig::standard().with_max_attempts(attempts.unwrap_or(MAX_ATTEMPTS)), timeouts.build())
}

/// For a call that may take no longer than `time`, its retries included.
pub fn within(time: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(time))
        .operation_attempt_timeout(MESSAGE_TIMEOUT.min(time))
        .operation_timeout(time)
        .build()
}
