"""The office's page in the browser: what the chat says, drawn wide. It reads by the chat's functions and acts by the chat's buttons."""
