"""What `runlake doctor` looks at beside the folder and the tables of a store."""
