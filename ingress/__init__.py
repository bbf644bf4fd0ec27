"""HTTP in: verify, parse, accept, answer. Asynchronous, stateless, tiny; enqueues by contract and runs no stage."""
