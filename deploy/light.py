"""The lock without what only TensorFlow needs: `python3 deploy/light.py requirements.lock > light.lock`.

The assistant imports none of it (docs/decisions/0008); 1.8 of the 2.8 GB go. Install the result with `--no-deps`: every
library stays pinned and checked by its hash. Comparing with stock Rasa needs the whole lock. Only the standard library
is used, since this runs before anything is installed.
"""

import re
import sys
from pathlib import Path

LEFT_OUT = frozenset(
    """
    astunparse flatbuffers gast google-pasta grpcio h5py jax jaxlib keras libclang markdown ml-dtypes opt-einsum
    tensorboard tensorboard-data-server tensorflow tensorflow-estimator tensorflow-hub tensorflow-io-gcs-filesystem
    tensorflow-text
    """.split()  # noqa: SIM905
)
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==")


def without(lock: str) -> str:
    """The entries that are kept, as they stand; an entry is a line that begins with a name, and the lines below it."""
    kept, keeping = [], True
    for line in lock.splitlines():
        found = ENTRY.match(line)
        if found:
            keeping = found[1].lower() not in LEFT_OUT
        if keeping:
            kept.append(line)
    return "\n".join(kept) + "\n"


if __name__ == "__main__":
    sys.stdout.write(without(Path(sys.argv[1]).read_text(encoding="utf-8")))
