"""What stands around every page: its top line, the settings, looking back, the address."""
