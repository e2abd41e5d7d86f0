"""ministack, with RDS as the other stand-in has it and authorization of RDS calls as AWS has it."""
