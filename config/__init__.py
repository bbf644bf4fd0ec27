"""Settings, errors, logs, metrics and the embedded servers. Imports nothing of ours."""
