"""The pytest plugin: scenarios of a certification as items of a test run."""
