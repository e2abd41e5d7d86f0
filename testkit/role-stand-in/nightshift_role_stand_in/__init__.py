"""ministack, with RDS as the other stand-in has it and authorization of RDS and SES calls as AWS has it."""
