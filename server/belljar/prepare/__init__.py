"""Prepare: makes ready what starts come from: byte-code, images, snapshots."""
