"""Configurations: named, frozen settings of the method, made by leads beside the presets."""
