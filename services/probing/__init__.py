"""Looking at services over the network: one process, one loop, no database."""
