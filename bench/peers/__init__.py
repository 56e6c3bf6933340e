"""deepcore beside other frameworks: the same work, each side in its own process, bursts in turn."""
