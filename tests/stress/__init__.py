"""Many threads, one environment: each answer compared with that of a serial twin."""
