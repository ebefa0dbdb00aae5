"""What other systems deliver and receive: municipal bundles and hospital notifications in, events out.

It owns the deliveries, the quarantine, the last delivered state of each element and the outbox. The elements themselves
belong to their subjects; here they are only brought up to date.
"""
