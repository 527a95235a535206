"""The check of many packages on the processes of a Dask cluster."""
