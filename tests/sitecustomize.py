"""Run by every Python process that a test starts: the block holds in it as well."""

from netblock import block_network

block_network()
