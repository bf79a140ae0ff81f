"""The settings of a configuration: what each is called, which values it takes, files of them."""
