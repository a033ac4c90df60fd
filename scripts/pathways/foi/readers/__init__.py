"""One reader for each file format: each says what stands where, as the eye sees it."""
