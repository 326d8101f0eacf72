"""Language models: the port, the library behind it, a scripted provider, prices, a local model.

Nothing in this package knows Django. `studies.llm.library` is the only module that needs the client
library, and only workers import it.
"""
