"""An AWS stand-in for tests: moto, with the AWS rules put back that it leaves out."""
