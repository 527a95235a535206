"""The runner machine: takes runs of a console, carries them out here and sends back all that they leave."""
