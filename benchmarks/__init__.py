"""What hmr-daemon costs and how soon a save is live, against plain Python in the same run: `make bench`."""
