"""How the comparison measures, checks and prints; knows no engine and no workload."""
