cat("x\n")
