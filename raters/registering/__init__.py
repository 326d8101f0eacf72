"""The preregistration packet: what raters are going to see, and the protocol in words, beforehand."""

from raters.registering.packet import NotFrozen, write_packet

__all__ = ["NotFrozen", "write_packet"]
