"""People who code: texts are dealt to them, and they give codes. A module is a verb, as everywhere here."""
