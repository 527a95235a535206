"""The workbench of a stand-alone hub: what its calls were and what is wrong with each, for a developer to work with."""
