"""Readers and writers, one module a format. A reader yields records and never raises for a bad one."""
