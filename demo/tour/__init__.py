"""The tour: one citizen asked for by seven, over real HTTP; what each got, why, why not the rest, and the log after."""
