"""The test PKI: the government CA's shape with fresh keys, its folder, and its servers."""
