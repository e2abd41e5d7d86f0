"""S3: what a bucket's policy refuses."""

import json
import uuid

from botocore.exceptions import ClientError
from stand_in_process import StandInTest, client


class Policy(StandInTest):
    def setUp(self):
        super().setUp()
        self.s3 = client("s3")
        # The names of buckets are everybody's, and outlive a reset.
        self.bucket = f"records-{uuid.uuid4()}"
        self.s3.create_bucket(Bucket=self.bucket)

    def deny(self, **condition):
        all_of_it = f"arn:aws:s3:::{self.bucket}/*"
        statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": all_of_it, **condition}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.s3.put_bucket_policy(Bucket=self.bucket, Policy=policy)
        return policy

    def test_what_it_says_of_clear_text_is_about_nobody_here_and_stays_as_it_was_put(self):
        policy = self.deny(Condition={"Bool": {"aws:SecureTransport": "false"}})
        self.s3.put_object(Bucket=self.bucket, Key="k", Body=b"x")
        self.assertEqual(self.s3.get_object(Bucket=self.bucket, Key="k")["Body"].read(), b"x")
        self.assertEqual(self.s3.get_bucket_policy(Bucket=self.bucket)["Policy"], policy)

    def test_what_it_denies_otherwise_is_denied(self):
        self.deny()
        with self.assertRaises(ClientError):
            self.s3.put_object(Bucket=self.bucket, Key="k", Body=b"x")
