"""The rules of Amazon RDS, one subject per module."""
