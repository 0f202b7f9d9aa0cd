"""Parquet: pandas reads and writes it by arro3, where there is no pyarrow. Imported when it is used."""
