"""Handing out records: a case examined part by part."""
