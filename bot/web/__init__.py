"""What a browser sees: the chat, the entry, files, links."""
