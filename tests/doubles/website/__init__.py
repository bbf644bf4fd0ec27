"""A business's website of 200 pages full of traps, on loopback: what a crawl may and must not ask for is in its journal."""
