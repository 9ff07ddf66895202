"""Pictures of series: drawn, controlled by the reader, taken away as files."""
