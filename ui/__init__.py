"""The windows on the archive: the command line and the browser chat."""
