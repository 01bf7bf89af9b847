"""Drills: a store is killed, starved, damaged and tried at random, and must come out whole."""
