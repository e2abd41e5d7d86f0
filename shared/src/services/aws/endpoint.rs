//! What can be told of an endpoint by its name: whether it is AWS's own, and where a partition is at home.

/// Where the tag API knows what belongs to no Region, in the partition of `region` (AWS Organizations endpoints and quotas).
pub(super) const fn home_of(region: &str) -> &'static str {
    match region.as_bytes() {
        [b'c', b'n', b'-', ..] => "cn-northwest-1",
        [b'u', b's', b'-', b'g', b'o', b'v', b'-', ..] => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// How ARNs of `region` begin (botocore, `partitions.json`).
pub(in crate::services) fn partition_of(region: &str) -> &'static str {
    const BY_REGION: [(&str, &str); 8] = [
        ("cn-", "aws-cn"),
        ("eusc-", "aws-eusc"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("us-isog-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
    ];
    BY_REGION.into_iter().find_map(|(start, partition)| region.starts_with(start).then_some(partition)).unwrap_or("aws")
}

/// What the names of AWS's endpoints in `region` end with (botocore, `partitions.json`).
pub(in crate::services) fn suffix_of(region: &str) -> &'static str {
    const BY_PARTITION: [(&str, &str); 7] = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("us-isog-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
    ];
    BY_PARTITION
        .into_iter()
        .find_map(|(start, suffix)| region.starts_with(start).then_some(suffix))
        .unwrap_or("amazonaws.com")
}

/// Where AWS's own endpoints are: the DNS suffixes of each partition, those for both kinds of addresses among them
/// (botocore, `partitions.json`), and the sign-in hosts.
const SUFFIXES: [&str; 13] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "aws.dev",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
];

/// Whether `url` leads to AWS. What cannot be told counts as AWS: nothing is tried out there.
pub(super) fn is_aws(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.is_empty() || SUFFIXES.iter().any(|suffix| host == *suffix || host.ends_with(&format!(".{suffix}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_names_of_its_own() {
        for (region, suffix) in [
            ("eu-west-1", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("eu-isoe-west-1", "cloud.adc-e.uk"),
        ] {
            assert_eq!(suffix_of(region), suffix, "{region}");
            assert_eq!(partition_of(region) == "aws", suffix == "amazonaws.com" && !region.contains("gov"), "{region}");
            assert!(is_aws(&format!("https://sts.{region}.{suffix}")), "{region}");
        }
    }

    #[test]
    fn only_what_is_not_aws_is_a_stand_in() {
        for url in [
            "https://rds.eu-west-1.amazonaws.com",
            "https://RDS.EU-WEST-1.AMAZONAWS.COM:443/x",
            "https://rds.eu-west-1.api.aws",
            "https://rds.eu-west-1.amazonaws.com./",
            "https://key:secret@rds.eu-west-1.amazonaws.com",
            "https://127.0.0.1@rds.eu-west-1.amazonaws.com/",
            "https://rds.cn-north-1.amazonaws.com.cn",
            "https://rds.cn-north-1.api.amazonwebservices.com.cn",
            "https://rds.us-iso-east-1.c2s.ic.gov",
            "https://rds.us-isob-east-1.sc2s.sgov.gov",
            "https://rds.eu-isoe-west-1.cloud.adc-e.uk",
            "https://rds.us-isof-south-1.csp.hci.ic.gov",
            "https://rds.eusc-de-east-1.amazonaws.eu",
            "https://vpce-1.rds.eu-west-1.vpce.amazonaws.com?x=127.0.0.1",
            "",
        ] {
            assert!(is_aws(url), "{url}");
        }
        for url in [
            "http://127.0.0.1:5000",
            "http://[::1]:4566/",
            "http://localhost:4566/amazonaws.com",
            "http://rds.amazonaws.com@localhost:4566",
            "https://amazonaws.com.example.org",
            "https://notamazonaws.com",
        ] {
            assert!(!is_aws(url), "{url}");
        }
    }
}
