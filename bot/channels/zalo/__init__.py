"""What Zalo's two channels share: how calls are made, files fetched, one person's events taken in order."""
